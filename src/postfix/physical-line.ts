/**
 * Which line of main.cf a problem is on, where a value goes on over several: the first line of the parameter's value
 * that has the words at fault. A problem that names none of them keeps the line where the parameter begins.
 */
import type { Problem } from '../values/errors.js';

/** Lines looked at for one problem, and problems looked for: beyond them the first line of the value is named. */
const LINES_LIMIT = 2000;
const PROBLEMS_LIMIT = 500;

/** Problems of `file`, whose text this is, with better lines. `expand` gives a line with its `$name` expanded. */
export function withPhysicalLines(
  problems: readonly Problem[],
  text: string,
  file: string,
  expand: (line: string) => string,
): readonly Problem[] {
  if (!problems.some((one) => one.source?.file === file)) return problems;
  const lines = text.split('\n');
  return problems.map((one, at) => (at < PROBLEMS_LIMIT ? physicalLine(one, lines, file, expand) : one));
}

function physicalLine(
  problem: Problem,
  lines: readonly string[],
  file: string,
  expand: (line: string) => string,
): Problem {
  const { source, construct = '' } = problem;
  if (source?.file !== file || source.line === undefined || construct === '') return problem;
  // Only as far as it is shown: a value may be long.
  const wanted = construct.slice(0, 120).split('\n', 1)[0] ?? '';
  const last = Math.min(lines.length, source.line + LINES_LIMIT);
  for (let line = source.line; line <= last; line++) {
    const content = lines[line - 1] ?? '';
    if (line > source.line && !/^(?:\s|#|$)/.test(content)) return problem;
    if (/^\s*#/.test(content)) continue;
    if (hasWord(content, wanted) || (content.includes('$') && hasWord(expand(content), wanted)))
      return { ...problem, source: { file, line } };
  }
  return problem;
}

function hasWord(content: string, wanted: string): boolean {
  for (let at = content.indexOf(wanted); at >= 0; at = content.indexOf(wanted, at + 1)) {
    const around = content.charAt(at - 1) + content.charAt(at + wanted.length);
    if (!/[A-Za-z0-9_.-]/.test(around)) return true;
  }
  return false;
}
