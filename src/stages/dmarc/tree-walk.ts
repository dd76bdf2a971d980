/**
 * The DNS Tree Walk (RFC 9989 section 4.10) and what it is for: policy discovery (4.10.1) and organizational domains (4.10.2).
 * At most eight names, one after the other, for `psd=y` and `psd=n` end it.
 */
import type { CannotTell } from '../../values/answer.js';
import type { Knowledge, Question } from './knowledge.js';
import type { DmarcRecord } from './record.js';

export interface RecordAt {
  readonly domain: string;
  readonly record: DmarcRecord;
}

export type Ask = { readonly kind: 'ask'; readonly question: Question };
export type Failed = { readonly kind: 'failed'; readonly why: CannotTell };
export type Discovery = Ask | Failed | { readonly kind: 'none' } | ({ readonly kind: 'policy' } & RecordAt);
export type Organizational = Ask | Failed | { readonly kind: 'domain'; readonly domain: string };

/** Section 4.10 step 4: a name of eight labels or more is followed by its last seven. */
const LABELS_ABOVE = 7;

/** The names of a walk from `domain` upward, `domain` first. */
export function walkNames(domain: string): readonly string[] {
  const labels = domain.split('.');
  const above = labels.slice(-Math.min(LABELS_ABOVE, labels.length - 1)).map((_, i, shorter) => {
    return shorter.slice(i).join('.');
  });
  return labels.length === 1 ? [domain] : [domain, ...above];
}

/** Section 4.10.1: the record of the author's domain, else of its organizational domain, else of the public suffix domain. */
export function discoverPolicy(author: string, known: Knowledge): Discovery {
  const own = known.records.get(author);
  // Where the author's domain has a record, what lies above it does not matter here.
  if (own?.kind === 'found') return { kind: 'policy', domain: author, record: own.value };
  const walk = walkTree(author, known);
  if (walk.kind !== 'walked') return walk;
  const organizational = selectOrganizational(author, walk.found);
  const last = walk.found.at(-1);
  const suffix = last?.record.psd === 'y' ? last : undefined;
  const policy = walk.found.find((one) => one.domain === organizational) ?? suffix;
  return policy === undefined ? { kind: 'none' } : { kind: 'policy', ...policy };
}

/** Section 4.10.2. */
export function organizationalDomain(domain: string, known: Knowledge): Organizational {
  const walk = walkTree(domain, known);
  return walk.kind === 'walked' ? { kind: 'domain', domain: selectOrganizational(domain, walk.found) } : walk;
}

type Walk = Ask | Failed | { readonly kind: 'walked'; readonly found: readonly RecordAt[] };

function walkTree(start: string, known: Knowledge): Walk {
  const found: RecordAt[] = [];
  for (const domain of walkNames(start)) {
    const answer = known.records.get(domain);
    if (answer === undefined) return { kind: 'ask', question: { kind: 'record', domain } };
    if (answer.kind === 'cannot-tell') return { kind: 'failed', why: answer };
    if (answer.kind === 'not-found') continue;
    found.push({ domain, record: answer.value });
    if (answer.value.psd !== 'u') break;
  }
  return { kind: 'walked', found };
}

/** `found` are in order, the longest name first. */
function selectOrganizational(start: string, found: readonly RecordAt[]): string {
  const last = found.at(-1);
  if (last === undefined) return start;
  // psd=y and psd=n end a walk, so only the last one can have them; without, it is the one with the fewest labels.
  if (last.record.psd !== 'y') return last.domain;
  // One label below. Where the walk began there, psd=y does not count, and there is no label below either.
  const labels = last.domain.split('.').length + 1;
  return start.split('.').slice(-labels).join('.');
}
