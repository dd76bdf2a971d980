/**
 * Tags that rules capture, `(?<NAME>...)`, and that patterns have in them, `%{NAME}` (Mail::SpamAssassin::Conf(3), "CAPTURING TAGS USING
 * REGEX NAMED CAPTURE GROUPS").
 */
import type { PatternSource, RuleTest, SpamRule } from './rule.js';

const GROUP = /\(\?P?[<']([A-Z][A-Z\d]*(?:_[A-Z\d]+)*)[>']/g;

/** The pattern of a rule that has one, and may capture. */
export function patternOf(test: RuleTest): PatternSource | undefined {
  switch (test.kind) {
    case 'header':
    case 'body':
    case 'rawbody':
    case 'full':
    case 'uri':
      return test.pattern;
    default:
      return undefined;
  }
}

/** Names of the groups of a pattern. */
export function groupNames(source: PatternSource): readonly string[] {
  return [...source.text.matchAll(GROUP)].map(([, name = '']) => name);
}

export function capturedNames(rules: readonly SpamRule[]): ReadonlySet<string> {
  return new Set(
    rules.flatMap(({ test }) => {
      const pattern = patternOf(test);
      return pattern === undefined ? [] : groupNames(pattern);
    }),
  );
}
