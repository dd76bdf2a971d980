/**
 * Lists in the DNS (RFC 5782): what is asked of one, which of its answers are no listing but an error, and the reasons that it
 * gives. What a listing leads to is the caller's.
 */
import type { Domain } from './domain.js';
import { type IpAddress, reverseLabels } from './ip.js';
import type { ReplyFilter } from './reply-filter.js';

/** The question for an address: `2.0.0.127.zen.example`, 32 nibbles for IPv6 (RFC 5782 sections 2.1 and 2.4); for a domain:
 * `domain.example.dbl.example` (section 3). */
export function listQuery(subject: IpAddress | Domain, zone: string): string {
  return `${subject.kind === 'ip' ? reverseLabels(subject) : subject.ascii}.${zone}`;
}

/** What the best known lists mean by these. */
const errors: Readonly<Record<string, string>> = {
  '127.255.255.252': 'the name of the list is mistyped',
  '127.255.255.254': 'asked through a public resolver',
  '127.255.255.255': 'over the limit of questions',
};

/** Why an answer is no listing; undefined for one that may be. */
export function errorAnswer(ip: IpAddress): string | undefined {
  const [word = 0] = ip.words;
  if (ip.version !== 4 || word >>> 24 !== 127) return 'outside of 127.0.0.0/8';
  return word >>> 8 === 0x7fffff ? (errors[ip.text] ?? 'the list reports an error') : undefined;
}

/** False where all that the filter takes is an error answer. */
export function canBeListing({ fields }: ReplyFilter): boolean {
  const has = (at: number, from: number, to: number): boolean =>
    (fields[at] ?? []).some(([low, high]) => low <= to && high >= from);
  return has(0, 127, 127) && (has(1, 0, 254) || has(2, 0, 254));
}

/** Characters of a reason, as in Postfix. */
const REASON_LIMIT = 500;

/** TXT records of a listing, ` / ` between, cut at 500 characters; what is not printable ASCII becomes a blank. Of a record of
 * several strings Postfix shows the first alone. */
export function joinReasons(texts: readonly string[]): string {
  let reason = '';
  for (const [index, text] of texts.entries()) {
    const space = REASON_LIMIT - reason.length;
    if (space <= 0) break;
    reason += text.slice(0, space).replace(/[^ -~]/g, ' ');
    if (index < texts.length - 1 && REASON_LIMIT - reason.length > 3) reason += ' / ';
  }
  return reason;
}
