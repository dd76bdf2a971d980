/**
 * The logical lines of Postfix's table sources and configuration files, as postconf(5) and cidr_table(5) put it:
 * "Empty lines and whitespace-only lines are ignored, as are lines whose first non-whitespace character is a `#`. A
 * logical line starts with non-whitespace text. A line that starts with whitespace continues a logical line." Comments
 * and empty lines inside a continued line are skipped, and the line goes on behind them. Linear.
 */
import { isSpace, skipSpace, trimEnd } from './white-space.js';

export interface LogicalLine {
  /** As written, without line ends: continuation lines keep the white space they start with. No white space at the end. */
  readonly text: string;
  /** The number of its first physical line, from 1. */
  readonly line: number;
}

/**
 * Lines end in LF or CRLF. White space that begins the text, before any logical line, continues nothing: such a line
 * starts a logical line of its own, whose text then begins with white space, and what is read there decides.
 */
export function logicalLines(text: string): readonly LogicalLine[] {
  const out: LogicalLine[] = [];
  let parts: string[] = [];
  let start = 0;
  const finish = (): void => {
    if (parts.length > 0) out.push({ text: trimEnd(parts.join('')), line: start });
  };
  let number = 0;
  for (const line of physicalLines(text)) {
    number++;
    const first = skipSpace(line, 0);
    if (first === line.length || line.charCodeAt(first) === 0x23) continue;
    if (parts.length > 0 && isSpace(line.charCodeAt(0))) {
      parts.push(line);
    } else {
      finish();
      parts = [line];
      start = number;
    }
  }
  finish();
  return out;
}

function* physicalLines(text: string): Generator<string> {
  let from = 0;
  while (from < text.length) {
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end;
    yield text.slice(from, to > from && text.charCodeAt(to - 1) === 0x0d ? to - 1 : to);
    from = to + 1;
  }
}
