/**
 * The text of a table's source: a string, or octets that should be UTF-8. Files older than that hold Latin-1 here and
 * there, mostly in comments: then each logical line is read by itself, as Latin-1 where it is not UTF-8, with a warning
 * (Postfix with smtputf8_enable leaves such a line out). NUL ends a line in Postfix and is refused here.
 */
import { decodeLatin1, decodeUtf8, encodeLatin1 } from '../values/bytes.js';
import type { Problem } from '../values/errors.js';
import { type LogicalLine, logicalLines } from './logical-lines.js';
import { tableProblem } from './memory-table.js';

export interface SourceLines {
  readonly lines: readonly LogicalLine[];
  /** `nul`. */
  readonly problems: readonly Problem[];
  /** `not-utf8`. */
  readonly warnings: readonly Problem[];
}

export function sourceLines(source: string | Uint8Array, file: string): SourceLines {
  const warnings: Problem[] = [];
  const text = typeof source === 'string' ? source : decodeUtf8(source);
  const lines =
    text === undefined
      ? logicalLines(decodeLatin1(source as Uint8Array)).map((line) => decoded(line, file, warnings))
      : logicalLines(text);
  return { lines, problems: text?.includes('\0') === false ? [] : nulProblems(lines, file), warnings };
}

/** `line` holds octets. */
function decoded(line: LogicalLine, file: string, warnings: Problem[]): LogicalLine {
  const text = decodeUtf8(encodeLatin1(line.text));
  if (text === undefined) {
    warnings.push(tableProblem('not-utf8', 'not UTF-8, read as Latin-1', { file, line: line.line }, line.text));
    return line;
  }
  // Continuations are told by octets; of a line with other letters in it, the first line alone is known.
  return text.length === line.text.length ? line : { text, line: line.line };
}

/** `lines` in letters or octets. */
export function nulProblems(lines: readonly LogicalLine[], file: string): readonly Problem[] {
  return lines
    .filter(({ text }) => text.includes('\0'))
    .map(({ text, line }) => tableProblem('nul', 'a NUL octet, which ends a line of Postfix', { file, line }, text));
}
