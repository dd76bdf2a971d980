/**
 * What an evaluation asks the world, and what it knows so far. The evaluation itself (evaluate.ts) is synchronous: it says what it
 * needs to know next, or what the answer is. Pure data, but for the maps that the stage fills.
 */
import type { NoRecords } from '../../ports/resolver.js';
import { type Answer, found, notFound } from '../../values/answer.js';
import { type DmarcRecord, parseDmarcRecord } from './record.js';

export type Question =
  /** TXT at `_dmarc.` and the domain. */
  | { readonly kind: 'record'; readonly domain: string }
  /** TXT at the domain itself: only whether there is such a name (RFC 9989 appendix A.4). */
  | { readonly kind: 'existence'; readonly domain: string }
  /** RFC 7489: the organizational domain by the public suffix list. */
  | { readonly kind: 'organizational'; readonly domain: string };

/** Answers by domain. */
export interface Knowledge {
  readonly records: ReadonlyMap<string, Answer<DmarcRecord>>;
  readonly existence: ReadonlyMap<string, Answer<unknown>>;
  readonly organizational: ReadonlyMap<string, Answer<string>>;
}

/** The name whose TXT records are asked for. */
export function nameOf(question: Question): string {
  return question.kind === 'record' ? `_dmarc.${question.domain}` : question.domain;
}

/** Of several records none counts (RFC 9989 section 4.10, steps 2 and 6); that is `several`, which RFC 7489 treats apart. */
export const SEVERAL = 'several';

export function recordIn(answer: Answer<readonly string[]>): Answer<DmarcRecord> {
  if (answer.kind !== 'found') return answer;
  let record: DmarcRecord | undefined;
  for (const text of answer.value) {
    const read = parseDmarcRecord(text);
    if (read.kind === 'malformed') continue;
    if (record !== undefined) return notFound(SEVERAL);
    record = read.value;
  }
  return record === undefined ? notFound('no-data' satisfies NoRecords) : found(record);
}
