/**
 * The right-hand sides of access(5). Read: OK, RELAY, DUNNO, REJECT, DEFER, 4NN and 5NN with text, DISCARD, HOLD, REDIRECT,
 * WARN, INFO, and digits alone (OK). Refused, with the reason: what no decision of ours can express yet (DEFER_IF_PERMIT,
 * DEFER_IF_REJECT, FILTER, PREPEND, BCC), restriction names, and anything else.
 */
import type { Mailbox } from '../../values/address.js';
import { excerpt } from '../../values/characters.js';
import { parseMailbox } from '../../values/mailbox.js';
import { type Reply, reply, replyFromText } from '../../values/reply.js';

export type AccessAction =
  | { readonly kind: 'ok' }
  | { readonly kind: 'dunno' }
  /** `reply` is worded without the address in front; see `worded`. */
  | { readonly kind: 'reject' | 'defer'; readonly reply: Reply }
  | { readonly kind: 'discard' | 'hold' | 'warn' | 'info'; readonly text: string }
  | { readonly kind: 'redirect'; readonly to: Mailbox };

export type ReadAction =
  | { readonly kind: 'action'; readonly action: AccessAction }
  | { readonly kind: 'fault'; readonly code: string; readonly message: string };

/** access_map_reject_code and access_map_defer_code of postconf(5). */
const denied: Reply = reply(554, '5.7.1', 'Access denied');
const notNow: Reply = reply(450, '4.7.1', 'Access denied');

const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['DEFER_IF_PERMIT', 'what later stages decide is not known here; write DEFER'],
  ['DEFER_IF_REJECT', 'what later stages decide is not known here; write DEFER or DUNNO'],
  ['FILTER', 'set the next hop with a stage of routing'],
  ['PREPEND', 'change the header with a stage at the message'],
  ['BCC', 'add recipients with a stage at the message'],
]);

export function readAction(value: string): ReadAction {
  const space = value.search(/\s/);
  const word = space < 0 ? value : value.slice(0, space);
  const text = space < 0 ? '' : value.slice(space).trim();
  const coded = readCoded(word, text);
  if (coded !== undefined) return coded;
  const name = word.toUpperCase();
  switch (name) {
    case 'OK':
    case 'RELAY':
      return action({ kind: 'ok' });
    case 'DUNNO':
      return action({ kind: 'dunno' });
    case 'REJECT':
      return action({ kind: 'reject', reply: replyFromText(`554 ${text}`, denied) });
    case 'DEFER':
      return action({ kind: 'defer', reply: replyFromText(`450 ${text}`, notNow) });
    case 'DISCARD':
    case 'HOLD':
    case 'WARN':
    case 'INFO':
      return action({ kind: name.toLowerCase() as 'discard' | 'hold' | 'warn' | 'info', text });
    case 'REDIRECT':
      return readRedirect(text);
  }
  const why = UNSUPPORTED.get(name);
  if (why !== undefined) return fault('unsupported-action', `${name} is not supported in access tables: ${why}`);
  const message = `${excerpt(word)} is no action of an access table; names of restrictions are not supported here`;
  return fault('unknown-action', message);
}

/** `550 5.7.1 text`, `450 text`; digits alone are OK ("All-numerical", access(5)). */
function readCoded(word: string, text: string): ReadAction | undefined {
  if (!/^[0-9]+$/.test(word)) return undefined;
  if (/^[45][0-9][0-9]$/.test(word)) {
    // Digits alone permit: a refusal whose text was forgotten must not.
    if (text === '') return fault('no-text', `a text is expected behind ${word}: digits alone mean OK`);
    const isReject = word.startsWith('5');
    const fallback = isReject ? denied : notNow;
    return action({ kind: isReject ? 'reject' : 'defer', reply: replyFromText(`${word} ${text}`, fallback) });
  }
  if (text === '') return action({ kind: 'ok' });
  return fault('unknown-action', `a reply code of a refusal is 400 to 599, not ${excerpt(word)}`);
}

function readRedirect(text: string): ReadAction {
  const to = parseMailbox(text);
  return to.kind === 'parsed'
    ? action({ kind: 'redirect', to: to.value })
    : fault('bad-address', `REDIRECT wants an address: ${to.why}`);
}

/** With the words that Postfix puts in front: `<user@example.com>: Sender address rejected: text`. */
export function worded(found: Reply, subject: string, what: string): Reply {
  // Subjects come from strangers: replyFromText makes them printable. The "<" keeps it from reading a code out of them.
  return replyFromText(`<${subject.slice(0, 256)}>: ${what} rejected: ${found.lines[0] ?? ''}`, found);
}

function action(read: AccessAction): ReadAction {
  return { kind: 'action', action: read };
}

function fault(code: string, message: string): ReadAction {
  return { kind: 'fault', code, message };
}
