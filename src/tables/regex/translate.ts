/**
 * From an operator's pattern to what any RE2-like engine needs to run it: the parser that its syntax wants, the limits,
 * and the literals it requires. Engines differ only in what they do with the rendered pattern.
 */
import { withoutAtomic } from './atomic.js';
import type { RegexFlags } from './flags.js';
import { withoutLooks } from './lookaround.js';
import { parsePcre } from './parse-pcre.js';
import { parsePosix } from './parse-posix.js';
import { needsMask, type Rendering, render } from './render.js';
import { type Clause, requiredLiterals } from './required-literals.js';
import {
  contains,
  matchesEmpty,
  type Node,
  type Pattern,
  PatternFault,
  REPEAT_LIMIT,
  repeatCost,
  withoutAssertions,
} from './syntax.js';

/** Octets of one pattern. */
const PATTERN_LIMIT = 20_000;

export type PatternRefusal =
  /** A pattern of its syntax, which needs backtracking or something else that linear time has not. */
  | { readonly kind: 'unsupported'; readonly construct: string; readonly why: string }
  /** Not a pattern of its syntax. `at` is an index in the pattern. */
  | { readonly kind: 'malformed'; readonly construct: string; readonly why: string; readonly at: number };

export interface Translated {
  readonly kind: 'translated';
  readonly groups: number;
  readonly required: readonly Clause[];
  /** What matches in every text a part of which the pattern matches; undefined when that is every text. */
  anywhere(): string | undefined;
  /** Texts that end in LF must be masked and matched against the masked rendering. */
  readonly masked: boolean;
  /** Counted repetitions: the one thing for which an engine may still refuse the pattern. */
  readonly counted: boolean;
  /** POSIX: of the leftmost matches the longest counts, PCRE: the first. */
  readonly longest: boolean;
  render(as: Rendering): string;
  /** Must match the same text as well, or must not. */
  readonly also: readonly { readonly negated: boolean; readonly translated: Translated }[];
}

export function translate(pattern: string, flags: RegexFlags): Translated | PatternRefusal {
  try {
    const parsed = parse(pattern, flags);
    const tree = contains(parsed.node, 'atomic') ? withoutAtomic(parsed.node) : parsed.node;
    const { node, also } = contains(tree, 'look') ? withoutLooks({ ...parsed, node: tree }) : { node: tree, also: [] };
    const longest = flags.syntax !== 'pcre';
    return {
      ...translated(pattern, node, parsed.groups, longest),
      also: also.map((one) => ({ negated: one.negated, translated: translated(pattern, one.node, 0, longest) })),
    };
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    const { kind, construct, message: why, at } = error;
    return kind === 'malformed' ? { kind, construct, why, at } : { kind, construct, why };
  }
}

function translated(pattern: string, node: Node, groups: number, longest: boolean): Translated {
  const cost = repeatCost(node);
  if (cost > REPEAT_LIMIT) {
    throw new PatternFault('unsupported', pattern, `nested repetitions of more than ${REPEAT_LIMIT} in all`, 0);
  }
  return {
    kind: 'translated',
    groups,
    required: requiredLiterals(node),
    anywhere: () => (matchesEmpty(node) ? undefined : render(withoutAssertions(node), 'plain')),
    masked: needsMask(node),
    counted: cost > 1,
    longest,
    render: renderer(node),
    also: [],
  };
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
