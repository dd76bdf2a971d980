/**
 * The engine for tables that an operator trusts: patterns that no linear-time engine can run (look-around, back-references).
 * They may take time exponential in the text, so an implementation must keep a deadline and must not hold up the event loop
 * (`regexWorker` of postern/adapters/regex-worker). What it could not find out is cannot-tell, never "no match".
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import type { Answer } from '../values/answer.js';

export interface BacktrackingRegex {
  /** Each text against each of its patterns, anywhere in the text. Never not-found. */
  search(question: BacktrackingQuestion, call?: PortCall): MaybePromise<Answer<BacktrackingMatches>>;
}

/** At most 1,000 texts, and 256 KiB but for a single text. */
export interface BacktrackingQuestion {
  readonly patterns: readonly BacktrackingPattern[];
  readonly texts: BacktrackingTexts;
}

/** In the syntax of JavaScript's RegExp. */
export interface BacktrackingPattern {
  readonly source: string;
  readonly flags: '' | 'i';
  /** The capturing groups that the answer is to have. */
  readonly groups: readonly number[];
  /** Where it is written, for people: `pcre:body_checks:12`. */
  readonly rule: string;
}

/** Marked as a `body`: a trace tells the size, and nothing of the texts. */
export interface BacktrackingTexts {
  readonly kind: 'body';
  /** Octets of all texts. */
  readonly size: number;
  readonly items: readonly BacktrackingText[];
}

export interface BacktrackingText {
  /** Octets below 128 as themselves, others at U+F700 and their value: no letter case is there to be ignored. */
  readonly text: string;
  /** Indices of the patterns. */
  readonly patterns: readonly number[];
}

/** Marked as a `body`, for groups hold pieces of the texts. */
export interface BacktrackingMatches {
  readonly kind: 'body';
  /** How many pairs of text and pattern matched. */
  readonly size: number;
  /**
   * One for each text and each of its patterns, in order: null for no match, else what the pattern's groups hold, null
   * for a group that took no part.
   */
  readonly matches: readonly (readonly (string | null)[] | null)[];
}
