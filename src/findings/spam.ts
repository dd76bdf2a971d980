/**
 * How much a message looks like spam: points, and the rules that gave them. Made by `spamRules` (in process) or `spamScore` (a
 * scorer outside), read by marks, routing and policies. It decides nothing.
 */
import { type FindingKey, finding } from '../core/finding.js';

export interface SpamHit {
  readonly name: string;
  /** Points; undefined where the scorer does not tell them. */
  readonly score: number | undefined;
  readonly description: string | undefined;
}

export interface SpamFinding {
  /** `cannot-tell`: nobody looked, or not at enough; `score` is then what is known, and says nothing. */
  readonly result: 'scored' | 'cannot-tell';
  /** Points, rounded to thousandths. */
  readonly score: number;
  /** From how many points on the scorer calls a message spam (SpamAssassin's required_score); undefined where it does not tell. */
  readonly required: number | undefined;
  /** In the order of their names. */
  readonly hits: readonly SpamHit[];
  /** Of the scorer: `rules`, `spamd`, `rspamd`. */
  readonly scorer: string;
  /** What a scorer outside would have done, in its own words (`add header`): for policies that follow it. Undefined: it does not say. */
  readonly advice?: string | undefined;
  /** What was not looked at, or could not be told, in words: a part beyond a limit, a list without answer. */
  readonly incomplete: readonly string[];
}

export const spamFinding: FindingKey<'spam', SpamFinding> = finding('spam');
