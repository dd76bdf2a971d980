/**
 * Reads the text of a cidr_table(5) into rules and blocks. Where Postfix skips a rule with a warning, there is a problem
 * here, and the table does not load: a list that lost a rule in silence is a hole. Searching is in cidr-table.ts.
 */
import type { TableEntry } from '../core/table.js';
import type { Problem } from '../values/errors.js';
import { parseNetwork } from '../values/network.js';
import type { NetworkMatch, NetworkRule } from '../values/network-rules.js';
import { tableProblem } from './memory-table.js';
import { sourceLines } from './source-text.js';
import { findSpace, isSpace, skipSpace } from './white-space.js';

export interface CidrRules {
  readonly rules: readonly NetworkRule<TableEntry>[];
  /**
   * `bad-network`, `no-pattern`, `no-value`, `leading-space`, `endif-without-if`, `if-without-endif`, `garbage`,
   * `nested-too-deep`, `nul`.
   */
  readonly problems: readonly Problem[];
  /** `not-utf8`. */
  readonly warnings: readonly Problem[];
}

const NESTING_LIMIT = 100;

interface Open {
  readonly line: number;
  readonly text: string;
  /** Undefined where the network could not be read: the block is read for its problems. */
  readonly match: NetworkMatch | undefined;
  readonly rules: NetworkRule<TableEntry>[];
}

export function readCidrRules(source: string | Uint8Array, file: string): CidrRules {
  const { lines, warnings, problems: faults } = sourceLines(source, file);
  const problems = [...faults];
  const rules: NetworkRule<TableEntry>[] = [];
  const open: Open[] = [];
  for (const { text: line, line: number } of lines) {
    const source = { file, line: number };
    const fault = (code: string, message: string, construct = line): undefined =>
      void problems.push(tableProblem(code, message, source, construct));
    const into = open[open.length - 1]?.rules ?? rules;
    if (isSpace(line.charCodeAt(0))) {
      fault('leading-space', 'a line that begins with white space has nothing to continue here');
    } else if (/^if(?![a-z0-9])/i.test(line)) {
      if (open.length === NESTING_LIMIT) fault('nested-too-deep', `"if" nests at most ${NESTING_LIMIT} deep`);
      const { start, negated } = skipNegations(line, 2);
      open.push({ line: number, text: line, match: readMatch(line.slice(start), negated, fault), rules: [] });
    } else if (/^endif(?![a-z0-9])/i.test(line)) {
      if (skipSpace(line, 5) < line.length) fault('garbage', 'text behind "endif"');
      const block = open.pop();
      if (block === undefined) fault('endif-without-if', '"endif" without "if"');
      else if (block.match !== undefined) {
        (open[open.length - 1]?.rules ?? rules).push({ kind: 'block', match: block.match, rules: block.rules });
      }
    } else {
      const { start, negated } = skipNegations(line, 0);
      const end = findSpace(line, start);
      const match = readMatch(line.slice(start, end), negated, fault);
      const value = line.slice(skipSpace(line, end));
      if (value === '' && match !== undefined) fault('no-value', 'no look-up result behind the network');
      else if (match !== undefined) into.push({ kind: 'rule', match, value: { value, source } });
    }
  }
  for (const { line, text: construct, match } of open) {
    if (match === undefined) continue; // told already
    problems.push(tableProblem('if-without-endif', '"if" has no matching "endif"', { file, line }, construct));
  }
  return { rules, problems, warnings };
}

/** Any number of `!`, with white space between them. */
function skipNegations(line: string, from: number): { readonly start: number; readonly negated: boolean } {
  let start = skipSpace(line, from);
  let negated = false;
  while (line.charAt(start) === '!') {
    negated = !negated;
    start = skipSpace(line, start + 1);
  }
  return { start, negated };
}

function readMatch(
  pattern: string,
  negated: boolean,
  fault: (code: string, message: string, construct?: string) => undefined,
): NetworkMatch | undefined {
  if (pattern === '') return fault('no-pattern', 'no network');
  const bracketed = pattern.startsWith('[') && pattern.endsWith(']');
  const network = parseNetwork(bracketed ? pattern.slice(1, -1) : pattern);
  if (network.kind === 'malformed') return fault('bad-network', network.why, pattern);
  return { network: network.value, negated };
}
