/**
 * From an operator's pattern to what any RE2-like engine needs to run it: the parser that its syntax wants, the limits,
 * and the literals it requires. Engines differ only in what they do with the rendered pattern.
 */
import type { CompiledRegex, RegexFlags } from '../../ports/regex-engine.js';
import { parsePcre } from './parse-pcre.js';
import { parsePosix } from './parse-posix.js';
import { needsMask, type Rendering, render } from './render.js';
import { requiredLiterals } from './required-literals.js';
import { type Node, type Pattern, PatternFault, REPEAT_LIMIT, repeatCost } from './syntax.js';

/** Octets of one pattern. */
const PATTERN_LIMIT = 20_000;

export interface Translated {
  readonly kind: 'translated';
  readonly groups: number;
  readonly required: readonly (readonly string[])[];
  /** Texts that end in LF must be masked and matched against the masked rendering. */
  readonly masked: boolean;
  /** Counted repetitions: the one thing for which an engine may still refuse the pattern. */
  readonly counted: boolean;
  /** POSIX: of the leftmost matches the longest counts, PCRE: the first. */
  readonly longest: boolean;
  render(as: Rendering): string;
}

export function translate(
  pattern: string,
  flags: RegexFlags,
): Translated | Exclude<CompiledRegex, { kind: 'compiled' }> {
  try {
    const { node, groups } = parse(pattern, flags);
    const cost = repeatCost(node);
    if (cost > REPEAT_LIMIT) {
      throw new PatternFault('unsupported', pattern, `nested repetitions of more than ${REPEAT_LIMIT} in all`, 0);
    }
    return {
      kind: 'translated',
      groups,
      required: requiredLiterals(node),
      masked: needsMask(node),
      counted: cost > 1,
      longest: flags.syntax !== 'pcre',
      render: renderer(node),
    };
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    const { kind, construct, message: why, at } = error;
    return kind === 'malformed' ? { kind, construct, why, at } : { kind, construct, why };
  }
}

function renderer(node: Node): (as: Rendering) => string {
  return (as) => render(node, as);
}

function parse(pattern: string, flags: RegexFlags): Pattern {
  if (pattern.length > PATTERN_LIMIT) {
    throw new PatternFault('unsupported', pattern, `a pattern of more than ${PATTERN_LIMIT} octets`, 0);
  }
  if (flags.syntax === 'pcre') return parsePcre(pattern, flags);
  const { ignoreCase, multiline } = flags;
  return parsePosix(pattern, { basic: flags.syntax === 'posix-basic', ignoreCase, multiline });
}
