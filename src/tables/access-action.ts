/**
 * The right-hand sides of access(5), whole: OK, RELAY, DUNNO, REJECT, DEFER, DEFER_IF_PERMIT, DEFER_IF_REJECT, 4NN and 5NN
 * with text, DISCARD, HOLD, REDIRECT, FILTER, PREPEND, BCC, WARN, INFO, digits alone (OK), and names of restrictions. What
 * smtpd passes over with a warning in its log is a fault here. What one stage alone can do of it: access-table.ts.
 */
import type { NextHop } from '../core/transaction.js';
import type { Mailbox } from '../values/address.js';
import { excerpt } from '../values/characters.js';
import { isConfigurationError } from '../values/errors.js';
import type { HeaderField } from '../values/header.js';
import { parseMailbox } from '../values/mailbox.js';
import { makeField } from '../values/make-field.js';
import { type Reply, reply, replyFromText } from '../values/reply.js';

export type AccessAction =
  | { readonly kind: 'ok' }
  | { readonly kind: 'dunno' }
  /** `reply` is worded without the address in front; see `worded`. `fixedCode`: the table itself names the code. */
  | {
      readonly kind: 'reject' | 'defer' | 'defer-if-permit' | 'defer-if-reject';
      readonly reply: Reply;
      readonly fixedCode: boolean;
    }
  | { readonly kind: 'discard' | 'hold' | 'warn' | 'info'; readonly text: string }
  | { readonly kind: 'redirect' | 'bcc'; readonly to: Mailbox }
  | { readonly kind: 'filter'; readonly nextHop: NextHop }
  | { readonly kind: 'prepend'; readonly field: HeaderField }
  /** Names of restrictions and of classes of them. */
  | { readonly kind: 'restrictions'; readonly text: string };

export type ReadAction =
  | { readonly kind: 'action'; readonly action: AccessAction }
  | { readonly kind: 'fault'; readonly code: string; readonly message: string };

/** access_map_reject_code and access_map_defer_code of postconf(5). */
const denied: Reply = reply(554, '5.7.1', 'Access denied');
const notNow: Reply = reply(450, '4.7.1', 'Access denied');
const unavailable: Reply = reply(450, '4.7.1', 'Service unavailable');

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
      return action({ kind: 'reject', reply: withoutCode(text, denied), fixedCode: false });
    case 'DEFER':
      return action({ kind: 'defer', reply: withoutCode(text, notNow), fixedCode: false });
    case 'DEFER_IF_PERMIT':
    case 'DEFER_IF_REJECT': {
      // The bare word is a restriction too; a table means its own action.
      const kind = name === 'DEFER_IF_PERMIT' ? 'defer-if-permit' : 'defer-if-reject';
      return action({ kind, reply: withoutCode(text, unavailable), fixedCode: false });
    }
    case 'DISCARD':
    case 'HOLD':
    case 'WARN':
    case 'INFO':
      return action({ kind: name.toLowerCase() as 'discard' | 'hold' | 'warn' | 'info', text });
    case 'REDIRECT':
    case 'BCC':
      return readAddress(name, text);
    case 'FILTER':
      return readFilter(text);
    case 'PREPEND':
      return readPrepend(text);
    case 'HANGUP':
      return fault('unsupported-action', 'HANGUP is not supported: no decision breaks off a connection');
  }
  return readNames(value);
}

/** A code in front of the text of REJECT and DEFER is text, as in Postfix; an enhanced code is read. */
function withoutCode(text: string, fallback: Reply): Reply {
  return replyFromText(`${fallback.code} ${text}`, fallback);
}

/** `550 5.7.1 text`, `450 text`; digits alone are OK ("All-numerical", access(5)). */
function readCoded(word: string, text: string): ReadAction | undefined {
  if (!/^[0-9]+$/.test(word)) return undefined;
  if (/^[45][0-9][0-9]$/.test(word)) {
    // Digits alone permit: a refusal whose text was forgotten must not.
    if (text === '') return fault('no-text', `a text is expected behind ${word}: digits alone mean OK`);
    const isReject = word.startsWith('5');
    const fallback = isReject ? denied : notNow;
    const read = replyFromText(`${word} ${text}`, fallback);
    return action({ kind: isReject ? 'reject' : 'defer', reply: read, fixedCode: true });
  }
  if (text === '') return action({ kind: 'ok' });
  return fault('unknown-action', `a reply code of a refusal is 400 to 599, not ${excerpt(word)}`);
}

function readAddress(name: 'REDIRECT' | 'BCC', text: string): ReadAction {
  const to = parseMailbox(text);
  return to.kind === 'parsed'
    ? action({ kind: name === 'BCC' ? 'bcc' : 'redirect', to: to.value })
    : fault('bad-address', `${name} wants an address: ${to.why}`);
}

/** `transport:destination`; the destination may be empty. */
function readFilter(text: string): ReadAction {
  const colon = text.indexOf(':');
  if (colon <= 0) return fault('bad-next-hop', 'FILTER wants transport:destination');
  return action({
    kind: 'filter',
    nextHop: { transport: text.slice(0, colon), destination: text.slice(colon + 1).trim() },
  });
}

function readPrepend(text: string): ReadAction {
  const colon = text.indexOf(':');
  if (colon <= 0) return fault('bad-header', 'PREPEND wants Name: text');
  try {
    return action({ kind: 'prepend', field: makeField(text.slice(0, colon), text.slice(colon + 1)) });
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    return fault('bad-header', `PREPEND wants Name: text: ${error.problems[0]?.message ?? ''}`);
  }
}

function readNames(value: string): ReadAction {
  if (value.trim() === '') return fault('unknown-action', 'an action is expected');
  if (!/^[A-Za-z0-9_]/.test(value)) return fault('unknown-action', `${excerpt(value)} is no action of an access table`);
  if (value.includes(':')) {
    const message =
      'an access table cannot name another table: define a restriction class, and name that (smtpd_restriction_classes)';
    return fault('table-in-table', message);
  }
  return action({ kind: 'restrictions', text: value });
}

/** With the words that Postfix puts in front: `<user@example.com>: Sender address rejected: text`. */
export function worded(found: Reply, subject: string, what: string): Reply {
  // Subjects come from strangers: replyFromText makes them printable. The "<" keeps it from reading a code out of them.
  const shown = replyFromText(`<${subject.slice(0, 256)}>: ${what} rejected: ${found.lines[0] ?? ''}`, found);
  return { ...shown, enhanced: fittingCode(shown.enhanced, what) };
}

/** Codes about an address (RFC 3463 section 3.2, X.1.Y) tell senders from recipients; elsewhere they say nothing. */
const senderCodes: Readonly<Record<string, string>> = {
  '1.1': '1.7',
  '1.2': '1.8',
  '1.3': '1.7',
  '1.4': '1.7',
  '1.5': '1.0',
  '1.6': '1.7',
  '1.9': '1.0',
};
const recipientCodes: Readonly<Record<string, string>> = { '1.7': '1.3', '1.8': '1.2', '1.9': '1.0' };

/** As smtpd's smtpd_dsn_fix does. */
export function fittingCode(enhanced: string | undefined, what: string): string | undefined {
  const detail = enhanced?.slice(2);
  if (enhanced === undefined || detail === undefined || !detail.startsWith('1.')) return enhanced;
  const start = enhanced.slice(0, 2);
  if (what === 'Sender address') return start + (senderCodes[detail] ?? detail);
  if (what === 'Recipient address') return start + (recipientCodes[detail] ?? detail);
  return `${start}0.0`;
}

function action(read: AccessAction): ReadAction {
  return { kind: 'action', action: read };
}

function fault(code: string, message: string): ReadAction {
  return { kind: 'fault', code, message };
}
