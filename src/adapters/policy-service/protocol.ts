/**
 * The protocol of Postfix's SMTPD_POLICY_README: a request is lines `name=value` and an empty line, and so is the reply, of which
 * `action` counts. Bytes to values and back; no socket. Strict with replies: what is no such list of lines, too long, or not UTF-8
 * is nonsense, and nonsense is no action.
 */
import type { PolicyAttributes } from '../../ports/policy-service.js';
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../values/bytes.js';
import { excerpt } from '../../values/characters.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';

/** Octets of a reply with its empty line. */
export const REPLY_LIMIT = 65_536;

/** Line ends and NUL in values become `?`: no value can add an attribute or end the request. */
export function encodeRequest(attributes: PolicyAttributes): Parsed<Uint8Array> {
  let text = '';
  for (const [name, value] of Object.entries(attributes)) {
    if (!/^[A-Za-z0-9_]{1,100}$/.test(name)) return malformed(`no attribute is called ${excerpt(name)}`);
    text += `${name}=${value.replace(/[\0\r\n]/g, '?')}\n`;
  }
  return parsed(encodeUtf8(`${text}\n`));
}

/** Where a reply stands: more is to come, or it is complete. `extra`: octets that came behind it. */
export type ReplyProgress =
  | { readonly kind: 'more' }
  | { readonly kind: 'complete'; readonly reply: Parsed<string>; readonly extra: boolean };

const more: ReplyProgress = { kind: 'more' };

/** Collects one reply, in whatever pieces it comes. */
export class ReplyReader {
  #parts: Uint8Array[] = [];
  #size = 0;
  /** The last octet ended a line (true before the first one: an empty reply is a lone LF). */
  #atLineStart = true;

  push(bytes: Uint8Array): ReplyProgress {
    const end = this.#endIn(bytes);
    this.#size += end < 0 ? bytes.length : end;
    if (this.#size > REPLY_LIMIT) {
      return { kind: 'complete', reply: malformed(`the reply is over ${REPLY_LIMIT} octets`), extra: true };
    }
    this.#parts.push(end < 0 ? bytes : bytes.subarray(0, end));
    if (end < 0) return more;
    return { kind: 'complete', reply: readReply(concatBytes(this.#parts)), extra: end < bytes.length };
  }

  /** Index behind the LF of the empty line, or -1. Looks at each octet once. */
  #endIn(bytes: Uint8Array): number {
    for (let at = 0; at < bytes.length; at++) {
      const isLf = bytes[at] === 10;
      if (isLf && this.#atLineStart) return at + 1;
      this.#atLineStart = isLf;
    }
    return -1;
  }
}

/** A whole reply with its empty line. The first `action` counts, other attributes do not. */
export function readReply(bytes: Uint8Array): Parsed<string> {
  const text = decodeUtf8(bytes);
  if (text === undefined) return malformed('the reply is not UTF-8');
  let action: string | undefined;
  let at = 0;
  for (const line of text.split('\n').slice(0, -2)) {
    const equals = line.indexOf('=');
    if (equals < 1) return malformed(`"name=value" is expected, not ${excerpt(line)}`, at);
    if (action === undefined && line.slice(0, equals) === 'action') action = line.slice(equals + 1);
    at += line.length + 1;
  }
  if (action === undefined) return malformed('the reply has no action');
  if (action.trim() === '') return malformed('the action is empty');
  const control = [...action].findIndex((character) => character < ' ' && character !== '\t');
  return control < 0 ? parsed(action.trim()) : malformed('control character in the action');
}
