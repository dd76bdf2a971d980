/**
 * The actions of header_checks(5), as plain data: what a rule asks for, not what becomes of it. Written once, so that
 * the same table works with different powers under different stages. Texts are octets in Latin-1, as tables give them.
 */
import type { Mailbox } from '../../values/address.js';
import { decodeText, encodeLatin1 } from '../../values/bytes.js';
import { parseMailbox } from '../../values/mailbox.js';

export type Action =
  | {
      readonly kind: 'reject' | 'discard' | 'hold' | 'ignore' | 'strip' | 'info' | 'warn' | 'pass';
      readonly text: string;
    }
  | { readonly kind: 'dunno' }
  /** For a header: a whole field, `Name: value`. For a body: a line. */
  | { readonly kind: 'prepend' | 'replace'; readonly text: string }
  | { readonly kind: 'redirect' | 'bcc'; readonly address: Mailbox }
  | { readonly kind: 'filter'; readonly transport: string; readonly destination: string };

export type ActionKind = Action['kind'];
/** What a table is held against. */
export type Subject = 'header' | 'body';

export type ParsedAction =
  | { readonly kind: 'action'; readonly action: Action }
  | { readonly kind: 'wrong'; readonly code: 'unknown-action' | 'bad-action'; readonly why: string };

/** `OK` is what DUNNO was once called. */
const kinds: ReadonlyMap<string, ActionKind> = new Map([
  ['BCC', 'bcc'],
  ['DISCARD', 'discard'],
  ['DUNNO', 'dunno'],
  ['OK', 'dunno'],
  ['FILTER', 'filter'],
  ['HOLD', 'hold'],
  ['IGNORE', 'ignore'],
  ['INFO', 'info'],
  ['PASS', 'pass'],
  ['PREPEND', 'prepend'],
  ['REDIRECT', 'redirect'],
  ['REJECT', 'reject'],
  ['REPLACE', 'replace'],
  ['STRIP', 'strip'],
  ['WARN', 'warn'],
]);

/** The action that a right-hand side begins with, in any letter case; undefined for none that is known. */
export function actionKind(result: string): ActionKind | undefined {
  return kinds.get(splitWord(result)[0].toUpperCase());
}

/** Reads `ACTION optional text`. */
export function parseAction(result: string, subject: Subject): ParsedAction {
  const [word, text] = splitWord(result);
  const kind = kinds.get(word.toUpperCase());
  switch (kind) {
    case undefined:
      return wrong('unknown-action', `one of ${[...kinds.keys()].join(', ')} is expected`);
    case 'dunno':
      return action({ kind });
    case 'filter':
      return parseFilter(text);
    case 'redirect':
    case 'bcc':
      return parseTarget(kind, text);
    case 'prepend':
    case 'replace':
      return parseText(kind, text, subject);
    default:
      return action({ kind, text });
  }
}

function parseFilter(text: string): ParsedAction {
  const colon = text.indexOf(':');
  if (colon < 1) return wrong('bad-action', 'FILTER takes transport:destination');
  return action({ kind: 'filter', transport: text.slice(0, colon), destination: text.slice(colon + 1) });
}

function parseTarget(kind: 'redirect' | 'bcc', text: string): ParsedAction {
  const address = parseMailbox(decodeText(encodeLatin1(text)));
  if (address.kind === 'parsed') return action({ kind, address: address.value });
  return wrong('bad-action', `${kind.toUpperCase()} takes user@domain: ${address.why}`);
}

function parseText(kind: 'prepend' | 'replace', text: string, subject: Subject): ParsedAction {
  if (text === '') return wrong('bad-action', `${kind.toUpperCase()} takes a text`);
  if (subject === 'header' && !isField(text)) {
    return wrong('bad-action', `${kind.toUpperCase()} takes a header field, "Name: value"`);
  }
  return action({ kind, text });
}

/** A field name of RFC 5322 section 3.6.8 and a colon. */
function isField(text: string): boolean {
  return /^[\x21-\x39\x3b-\x7e]{1,200}[ \t]{0,20}:/.test(text.slice(0, 230));
}

function splitWord(result: string): readonly [string, string] {
  const space = /[ \t-\r]/.exec(result)?.index ?? result.length;
  return [result.slice(0, space), result.slice(space).replace(/^[ \t-\r]{1,100}/, '')];
}

function action(value: Action): ParsedAction {
  return { kind: 'action', action: value };
}

function wrong(code: 'unknown-action' | 'bad-action', why: string): ParsedAction {
  return { kind: 'wrong', code, why };
}
