/** What one evaluation carries along: facts, limits, counts; and what its parts hand to one another. */
import type { SpfRecordText, SpfResult } from '../../findings/spf.js';
import { indexOfNonAscii } from '../../values/characters.js';
import { expandMacros, type MacroFacts, usesMacro } from './expand.js';
import type { SpfLimits } from './limits.js';
import { validatedName } from './names.js';
import type { Asking } from './questions.js';
import type { SpfMacroString, SpfRecord } from './record.js';
import { targetName } from './target-name.js';

export interface Evaluation {
  readonly facts: MacroFacts;
  readonly limits: SpfLimits;
  /** Told of each term that was evaluated. */
  readonly note: ((term: string, domain: string, matched: boolean | Verdict) => void) | undefined;
  /** True when the time is over. */
  readonly isOver: () => boolean;
  lookups: number;
  voidLookups: number;
  /** Those read, in order. */
  readonly records: SpfRecordText[];
  /** Questions that RFC 7208 passes over, and why they have no answer. */
  readonly unanswered: Set<string>;
  /** PTR names of the client, asked once; undefined before. */
  names: readonly string[] | undefined;
  /** Whether the client's address is among those of a PTR name, in lower case. */
  readonly validated: Map<string, boolean>;
}

/** A domain that is being checked. */
export interface Place {
  readonly kind: 'place';
  readonly domain: string;
  /** Includes around it. */
  readonly depth: number;
  /** Whose record led here. */
  readonly outer: Place | undefined;
  /** The modifier that led here. */
  readonly redirect: string | undefined;
}

export interface Verdict {
  readonly kind: 'verdict';
  readonly result: SpfResult;
  /** The directive that matched, includes followed. */
  readonly match?: { readonly mechanism: string; readonly domain: string } | undefined;
  /** What was wrong. */
  readonly problem?: string;
  /** Whose `exp=` explains a fail. */
  readonly record?: SpfRecord;
  readonly place?: Place;
}

export function permerror(problem: string): Verdict {
  return { kind: 'verdict', result: 'permerror', problem };
}

export function temperror(problem: string): Verdict {
  return { kind: 'verdict', result: 'temperror', problem };
}

/** For a problem's text. A term may be as long as a record. */
export function within(term: string, { domain }: Place): string {
  return `${term.length > 200 ? `${term.slice(0, 197)}...` : term} in the record of ${domain}`;
}

/** Counts a term that asks the DNS (RFC 7208 section 4.6.4). */
export function spend(evaluation: Evaluation, term: string, place: Place): Verdict | undefined {
  const { lookups } = evaluation.limits;
  if (evaluation.lookups >= lookups) {
    return permerror(`${within(term, place)}: more than ${lookups} terms that ask the DNS`);
  }
  evaluation.lookups++;
  return undefined;
}

/** Counts a term whose questions found nothing. Not a match, unless it is one too many. */
export function spendVoid(evaluation: Evaluation, term: string, place: Place): false | Verdict {
  const { voidLookups } = evaluation.limits;
  if (evaluation.voidLookups >= voidLookups) {
    return permerror(`${within(term, place)}: more than ${voidLookups} look-ups that find nothing`);
  }
  evaluation.voidLookups++;
  return false;
}

/** The name that a domain-spec stands for; undefined where there is none that could be asked for. */
export function* expandTarget(evaluation: Evaluation, spec: SpfMacroString, place: Place): Asking<string | undefined> {
  if (spec.plain) return targetName(spec.text);
  const expanded = yield* expand(evaluation, spec, place);
  return expanded === undefined ? undefined : targetName(expanded);
}

/**
 * RFC 8616 section 4: a local part that is not ASCII has no form in the DNS, and what holds `%{s}` or `%{l}` then matches
 * nothing.
 */
export function* expand(evaluation: Evaluation, text: SpfMacroString, place: Place): Asking<string | undefined> {
  const { facts } = evaluation;
  if (usesMacro(text, 'sl') && indexOfNonAscii(facts.localPart) >= 0) return undefined;
  const p = usesMacro(text, 'p') ? ((yield* validatedName(evaluation, place.domain)) ?? 'unknown') : undefined;
  return expandMacros(text, facts, place.domain, p);
}
