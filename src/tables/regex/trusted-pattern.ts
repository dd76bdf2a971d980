/**
 * A pattern of a trusted table that no linear-time engine can run: asked of a backtracking engine, with what is known of it
 * without asking (the literals that it requires).
 */
import type { BacktrackingPattern, BacktrackingRegex } from '../../ports/backtracking-regex.js';
import { type BacktrackingTranslation, translateBacktracking } from './backtracking.js';
import type { RegexFlags } from './flags.js';
import type { Clause } from './required-literals.js';
import { PatternFault } from './syntax.js';
import type { PatternRefusal } from './translate.js';

export interface TrustedPattern {
  readonly kind: 'trusted';
  readonly groups: number;
  /** As those of a compiled pattern. */
  readonly required: readonly Clause[];
  readonly engine: BacktrackingRegex;
  /** What the engine is asked. */
  readonly pattern: BacktrackingPattern;
  /** Groups of the pattern that the answer has, in its order. */
  readonly wanted: readonly number[];
  /** The same, with these groups in its answers. */
  withGroups(groups: readonly number[]): TrustedPattern | PatternRefusal;
}

/** `rule`: where it is written. */
export function trustedPattern(
  pattern: string,
  flags: RegexFlags,
  engine: BacktrackingRegex,
  rule: string,
): TrustedPattern | PatternRefusal {
  return orRefusal(() => {
    const translation = translateBacktracking(pattern, flags);
    // What is left to refuse is a mistake of ours, and must show when the table is loaded.
    new RegExp(translation.source, translation.flags);
    return trusted(translation, engine, rule, []);
  });
}

function trusted(
  translation: BacktrackingTranslation,
  engine: BacktrackingRegex,
  rule: string,
  wanted: readonly number[],
): TrustedPattern {
  const { source, flags, places, groups, required } = translation;
  return {
    kind: 'trusted',
    groups,
    required,
    engine,
    pattern: { source, flags, groups: wanted.map((group) => places[group] as number), rule },
    wanted,
    withGroups: (others) =>
      orRefusal(() => {
        translation.checkGroups(others);
        return trusted(translation, engine, rule, others);
      }),
  };
}

function orRefusal(make: () => TrustedPattern): TrustedPattern | PatternRefusal {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    const { kind, construct, message, at } = error;
    if (kind === 'malformed') return { kind, construct, why: message, at };
    return { kind, construct, why: `${message} (not in trusted tables either)` };
  }
}
