/**
 * Reverse-path and Forward-path of RFC 5321 section 4.1.2: a mailbox in angle brackets, `<>`, `<postmaster>`. Source
 * routes are read and dropped (section 4.1.1.3 and appendix C). The commands around them are in esmtp.ts.
 */
import type { ForwardPath, Mailbox, ReversePath } from './address.js';
import { utf8Length } from './characters.js';
import { parseDomain } from './domain.js';
import { type MailboxOptions, type Read, readMailbox } from './mailbox.js';
import { malformed, type Parsed, parsed } from './parsed.js';

export interface PathOptions extends MailboxOptions {
  /** `optional` reads `a@b` like `<a@b>`, as Postfix does by default. `<>` is always written out. Default `required`. */
  readonly angleBrackets?: 'required' | 'optional';
  /** Read over spaces in front of the path, behind the colon of MAIL and RCPT. Default: where brackets are optional. */
  readonly leadingSpaces?: boolean;
}

/** RFC 5321 section 4.5.3.1.3, in octets, with brackets and source route. */
const PATH_LIMIT = 256;

export function parseReversePath(text: string, options: PathOptions = {}): Parsed<ReversePath> {
  return whole(text, readReversePath(text, 0, options));
}

export function parseForwardPath(text: string, options: PathOptions = {}): Parsed<ForwardPath> {
  return whole(text, readForwardPath(text, 0, options));
}

/** From index `at`; ends behind `>`, or before a space where there are no brackets. */
export function readReversePath(text: string, at: number, options: PathOptions): Parsed<Read<ReversePath>> {
  if (text.startsWith('<>', at)) return parsed({ value: { kind: 'null-path' }, end: at + 2 });
  return readPath(text, at, options);
}

/** As above. `<>` is refused: it is no recipient. */
export function readForwardPath(text: string, at: number, options: PathOptions): Parsed<Read<ForwardPath>> {
  if (text.startsWith('<>', at)) return malformed('the null path is no recipient', at);
  const open = text.charAt(at) === '<' ? 1 : 0;
  const behind = at + open + 'postmaster'.length;
  if (text.slice(at + open, behind).toLowerCase() === 'postmaster') {
    const next = text.charAt(behind);
    if (open === 1 && next === '>') return parsed({ value: { kind: 'postmaster' }, end: behind + 1 });
    const bare = open === 0 && options.angleBrackets === 'optional' && (next === '' || next === ' ');
    if (bare) return parsed({ value: { kind: 'postmaster' }, end: behind });
  }
  return readPath(text, at, options);
}

function readPath(text: string, at: number, options: PathOptions): Parsed<Read<Mailbox>> {
  const bracketed = text.charAt(at) === '<';
  if (!bracketed && options.angleBrackets !== 'optional') return malformed('"<" is expected before the address', at);
  const start = bracketed ? skipRoute(text, at + 1, options) : parsed(at);
  if (start.kind === 'malformed') return start;
  const mailbox = readMailbox(text, start.value, options);
  if (mailbox.kind === 'malformed') return mailbox;
  const end = mailbox.value.end + (bracketed ? 1 : 0);
  if (bracketed && text.charAt(end - 1) !== '>') return malformed('">" is expected behind the address', end - 1);
  if (!bracketed && text.charAt(end) === '>') return malformed('">" without "<"', end);
  // A path as long as the limit in UTF-16 units is never shorter in octets.
  if (end - at > PATH_LIMIT || utf8Length(text.slice(at, end)) > PATH_LIMIT) {
    return malformed(`a path has at most ${PATH_LIMIT} octets`, at);
  }
  return parsed({ value: mailbox.value.value, end });
}

/** A-d-l = At-domain *( "," At-domain ), then ":". Gives the index behind it, or `at` when there is none. */
function skipRoute(text: string, at: number, options: PathOptions): Parsed<number> {
  let start = at;
  while (text.charAt(start) === '@') {
    let end = start + 1;
    while (end < text.length && !',:>'.includes(text.charAt(end))) end++;
    const domain = parseDomain(text.slice(start + 1, end), options);
    if (domain.kind === 'malformed') return malformed(`source route: ${domain.why}`, start + 1 + domain.at);
    const next = text.charAt(end);
    if (next === ':') return parsed(end + 1);
    if (next !== ',' || text.charAt(end + 1) !== '@') return malformed('a source route ends in ":"', end);
    start = end + 1;
  }
  return parsed(start);
}

function whole<T>(text: string, read: Parsed<Read<T>>): Parsed<T> {
  if (read.kind === 'malformed') return read;
  const { value, end } = read.value;
  return end === text.length ? parsed(value) : malformed('text behind the path', end);
}
