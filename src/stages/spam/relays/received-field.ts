/**
 * One Received field (RFC 5321 section 4.4) as a relay. What the RFC leaves to comments every program writes in its own way, and
 * some swap the name that the client gave with the one that was looked up: each program has its shape (programs.ts, shapes.ts).
 * Only the first 2,000 characters are read.
 */
import { addressPattern } from './address-pattern.js';
import { authenticationIn } from './authentication-marks.js';
import { isPrivate } from './private-address.js';
import { programs } from './programs.js';
import type { Relay } from './relay.js';
import type { Draft, Outcome, Reader } from './shape.js';
import { hostShapes, ignoredShapes, inParenthesesShapes, upperCaseShapes } from './shapes.js';

export type ReceivedField =
  | { readonly kind: 'relay'; readonly relay: Relay }
  /** No hand-over between hosts, or without an address. `envFrom`: what qmail-scanner says of the next field. */
  | { readonly kind: 'ignored'; readonly envFrom?: string }
  /** Fetched from a mailbox: what lies above happened here. */
  | { readonly kind: 'fetched' }
  | { readonly kind: 'unparseable' };

const limit = 2000;

/** Reads the value of a field, folded or not. */
export type ReadReceived = (value: string) => ReceivedField;

export function prepareReceived(): ReadReceived {
  const read = prepareShapes();
  return (value) => {
    const text = tidy(value.slice(0, 2 * limit)).slice(0, limit);
    if (!/^\(?from /i.test(text) || isLocal(text)) return { kind: 'ignored' };
    return read(withoutDate(text).replace(')by ', ') by '));
  };
}

/** White space to single blanks, semicolons at the end away. */
function tidy(value: string): string {
  let text = value.replace(/[\t\n\v\f\r ]+/g, ' ');
  if (text.startsWith(' ')) text = text.slice(1);
  let end = text.endsWith(' ') ? text.length - 1 : text.length;
  while (text[end - 1] === ';') end -= text[end - 2] === ' ' ? 2 : 1;
  return text.slice(0, end);
}

/** No hand-over by TCP: `with local for`, and `from x by y; date`, which says no address. */
function isLocal(text: string): boolean {
  if (/\bwith local for\b/.test(text)) return true;
  const bare = /^from ([^ ]+) by [^ ;]+ ?;/i.exec(text)?.[1];
  return bare !== undefined && !/^\[[\d.]+\]$/.test(bare);
}

/** RFC 5322 section 3.3. */
const dayNames = 'Sun Mon Tue Wed Thu Fri Sat'.replaceAll(' ', '|');
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.replaceAll(' ', '|');
const dateAtEnd = new RegExp(`[; ](?:(?:${dayNames}), )?\\d+ (?:${months}) \\d+ \\d+:\\d+(?::\\d+)? [^ ]+$`);

/** Only a date without a comment behind it goes; what is before it counts in any case. */
function withoutDate(text: string): string {
  let end = dateAtEnd.exec(text)?.index;
  if (end === undefined) return text;
  while (text[end - 1] === ';' || text[end - 1] === ' ') end--;
  return text.slice(0, end);
}

function prepareShapes(): ReadReceived {
  const known = programs();
  const others = [...hostShapes(), ...ignoredShapes()];
  const upperCase = upperCaseShapes();
  const inParentheses = inParenthesesShapes();
  return (text) => {
    const draft = firstLook(text);
    const rest = text.slice(text.indexOf(' ') + 1);
    if (text.startsWith('FROM ')) return finish(firstOf(upperCase, rest, draft), draft, rest);
    if (text.startsWith('(from ')) return finish(firstOf(inParentheses, rest, draft), draft, rest);
    if (!text.startsWith('from ')) return finish(undefined, draft, text);
    draft.envFrom = /(?:envelope-(?:from|sender)[ =]|return-path:? )([^ ]+)\b/i.exec(rest)?.[1];
    const own = known.find(({ wrote }) => wrote(rest))?.shapes ?? [];
    const outcome = webmail(rest, draft) ?? firstOf(own, rest, draft) ?? firstOf(others, rest, draft);
    if (outcome === undefined && draft.helo === '') draft.helo = /^([^ ]+)[^-A-Za-z0-9.]/.exec(rest)?.[1] ?? '';
    return finish(outcome, draft, rest);
  };
}

function firstOf(shapes: readonly Reader[], text: string, draft: Draft): Outcome | undefined {
  for (const read of shapes) {
    const outcome = read(text, draft);
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

const heloWord = '[\\w.:=?!@$%^&*+/\\\\-]+';
const heloFact = new RegExp(`\\bhelo=(${heloWord})`);
const heloComment = new RegExp(`\\b(?:HELO|EHLO) (${heloWord})`);

/** What most programs have in common, for those whose shape nobody knows. */
function firstLook(text: string): Draft {
  return {
    ip: '',
    rdns: '',
    helo: heloFact.exec(text)?.[1] ?? heloComment.exec(text)?.[1] ?? '',
    by: / by ([^ ]+)(?:[^-A-Za-z0-9;.]|$)/.exec(text)?.[1] ?? '',
    ident: '',
    envFrom: undefined,
    id: / id <?([^ <>;]{3,})/.exec(text)?.[1] ?? '',
    auth: authenticationIn(text),
    looksUp: false,
    facts: '',
  };
}

const squirrelMail = new RegExp(`(${addressPattern})\\b(?![.-]).{10,80}by ([^ ]+) with HTTP`);
const aolWebmail = new RegExp(`(${addressPattern}) by ([^ ]+) \\(${addressPattern}\\) with HTTP \\(WebMailUI\\)`);

/** Webmail that writes the address of the browser: SquirrelMail, NaSMail, AOL. */
function webmail(text: string, draft: Draft): 'relay' | undefined {
  const isSquirrel = / \((?:NaSMail|SquirrelMail) authenticated user /.test(text);
  const isAol = text.includes('aol.com') && text.includes('with HTTP (WebMailUI)');
  const match = (isSquirrel ? squirrelMail.exec(text) : null) ?? (isAol ? aolWebmail.exec(text) : null);
  if (match === null) return undefined;
  [, draft.ip = '', draft.by = ''] = match;
  return 'relay';
}

const addressInBrackets = new RegExp(`\\[(${addressPattern})\\]`);

function finish(outcome: Outcome | undefined, draft: Draft, text: string): ReceivedField {
  if (outcome === 'ignored' || outcome === 'fetched') return { kind: outcome };
  if (outcome === 'scanned') return { kind: 'ignored', envFrom: cleanSender(draft.envFrom) };
  if (outcome === undefined) {
    if (draft.ip === '') draft.ip = addressInBrackets.exec(text)?.[1] ?? '';
    if (draft.ip === '' || draft.by === '') return { kind: 'unparseable' };
  }
  return { kind: 'relay', relay: relayOf(draft) };
}

function relayOf(draft: Draft): Relay {
  const ip = plainAddress(draft.ip);
  const name = draft.rdns.replace(/\.{1,2000}$/, '');
  const rdns = /^unknown$/i.test(name) || name.startsWith('[') ? '' : name;
  return {
    ip,
    rdns: clean(rdns),
    helo: clean(draft.helo),
    by: clean(draft.by.endsWith(';') ? draft.by.slice(0, -1) : draft.by),
    ident: clean(draft.ident),
    envFrom: cleanSender(draft.envFrom),
    id: draft.id,
    auth: draft.auth,
    internal: false,
    msa: false,
    ipPrivate: isPrivate(ip),
    looksUp: draft.looksUp,
  };
}

/** Without brackets, `IPv6:` (RFC 5321 section 4.1.3) and zone (RFC 4007 section 11); IPv4 in IPv6 as IPv4. */
function plainAddress(text: string): string {
  const bare = text
    .replace(/^ipv6:/i, '')
    .replace(/^\[|\]$/g, '')
    .replace(/%[A-Z0-9._~-]*$/i, '');
  return clean(/^(?:0*:){2,}ffff:((?:\d+\.){3}\d+)$/i.exec(bare)?.[1] ?? bare);
}

/** Characters that would break the text which rules see; `!` shows where they were. */
export function clean(text: string): string {
  return text.replace(/[\t\n\v\f\r \0#[\]()<>|]/g, '!');
}

function cleanSender(text: string | undefined): string {
  if (text === undefined) return '';
  let end = text.length;
  while (text[end - 1] === '>') end--;
  return clean(text.slice(0, end).replace(/^<+/, ''));
}
