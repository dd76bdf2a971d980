/**
 * A rule's pattern made ready to run (perlre(1)): exactly, and in time that is linear in the text; or refused, with the part that
 * cannot be had so.
 */
import { type PerlPattern, perlPattern } from '../../../tables/regex/perl-pattern.js';
import type { Pieces } from '../mail/pieces.js';
import type { PatternSource } from '../rules/rule.js';
import type { PatternRefusal, RulePattern } from './pattern-set.js';

const compiled = new WeakMap<RulePattern, PerlPattern>();

export function compileRulePattern(source: PatternSource): RulePattern | PatternRefusal {
  const pattern = perlPattern(source.text, source.flags);
  if (pattern.kind === 'refused') return pattern;
  const rule: RulePattern = {
    kind: 'pattern',
    limited: pattern.limited,
    count: (text, piece, most, gaveUp) => pattern.count(spanOf(text, piece), most, gaveUp),
  };
  compiled.set(rule, pattern);
  return rule;
}

/** What is known of a pattern that `compileRulePattern` made. */
export function compiledOf(pattern: RulePattern): PerlPattern | undefined {
  return compiled.get(pattern);
}

function spanOf({ octets, ends }: Pieces, piece: number): { octets: Uint8Array; from: number; to: number } {
  return { octets, from: piece === 0 ? 0 : (ends[piece - 1] as number), to: ends[piece] as number };
}
