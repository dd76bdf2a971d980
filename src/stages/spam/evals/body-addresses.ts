/**
 * Mail addresses in running text: dot-atoms (RFC 5322 section 3.2.3) before, and host names with a known top-level domain behind an `@`. Each
 * `@` is looked at once, and 64 characters before and 320 behind it: linear in the text.
 */
import { lowerAscii } from '../../../values/characters.js';
import type { DomainRules } from '../mail/domains.js';

export interface FoundAddress {
  /** Lower case. */
  readonly address: string;
  readonly start: number;
  readonly end: number;
}

const longestLocal = 64;
const mostLabels = 4;

export function* addressesIn(text: string, rules: DomainRules): Generator<FoundAddress> {
  let from = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const start = startOfLocal(text, at, from);
    const end = start < at ? endOfHost(text, at + 1, rules) : undefined;
    if (end === undefined) continue;
    yield { address: lowerAscii(text.slice(start, end)), start, end };
    from = end;
  }
}

function isAtom(text: string, at: number): boolean {
  return /[a-z0-9!#$%&'*+/=?^_`{|}~-]/i.test(text[at] ?? '');
}

/** Where the longest dot-atom before `at` begins that has at most 64 characters; `at` where there is none. */
function startOfLocal(text: string, at: number, from: number): number {
  let start = at;
  let found = at;
  while (start > from && at - start <= longestLocal) {
    const before = start - 1;
    if (isAtom(text, before)) start = before;
    else if (text[before] === '.' && start < at && isAtom(text, start) && isAtom(text, before - 1)) {
      found = start;
      start = before;
    } else break;
  }
  return at - start <= longestLocal && isAtom(text, start) ? start : found;
}

/** Two to five labels, the last one a top-level domain that no further label follows. */
function endOfHost(text: string, start: number, rules: DomainRules): number | undefined {
  const host = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+/i.exec(text.slice(start, start + 320))?.[0];
  const labels = host?.split('.') ?? [];
  const top = lowerAscii(labels.pop() ?? '');
  if (labels.length === 0 || labels.length > mostLabels || !rules.topLevel.has(top)) return undefined;
  return labels.every((label) => label.length <= 61 && !label.startsWith('-') && !label.endsWith('-'))
    ? start + (host?.length ?? 0)
    : undefined;
}

const quoting = /^(?:>|[\t\n\v\f\r ]{1,10}(?!fax|facsi|tel|phone|e?-?mail)[a-z]{2,11}:)/i;

/** The text without addresses in URIs, in angle brackets, and of people who are quoted (`a@example.com wrote:`). */
export function withoutQuoted(text: string, rules: DomainRules): string {
  const bare = text.replace(/<?https?:\/\/[^\t\n\v\f\r ]{0,512}/gi, (uri) => (/@|%40/.test(uri) ? ' ' : uri));
  let rest = '';
  let done = 0;
  for (const { start, end } of addressesIn(bare, rules)) {
    const quoted = quoting.exec(bare.slice(end, end + 24));
    // Behind `mailto:` only what follows a dot can be the beginning, as in SpamAssassin.
    const dot = isLink(bare, start) ? dotBeforeAt(bare.slice(start, end)) : -1;
    if (quoted === null || (dot < 0 && isLink(bare, start))) continue;
    rest += `${bare.slice(done, bare[start - 1] === '<' ? start - 1 : start + dot + 1)} `;
    done = end + quoted[0].length;
  }
  return rest + bare.slice(done);
}

/** Of the first one that a `@` follows; -1: none. */
function dotBeforeAt(address: string): number {
  const dot = address.indexOf('.');
  return dot === -1 || address.indexOf('@', dot) === -1 ? -1 : dot;
}

function isLink(text: string, start: number): boolean {
  return lowerAscii(text.slice(Math.max(0, start - 7), start)) === 'mailto:';
}
