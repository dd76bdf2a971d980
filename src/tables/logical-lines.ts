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
  /** Where the continuation lines begin in `text`, in order; undefined where there are none. See `lineAt`. */
  readonly continued?: readonly Continuation[];
}

export interface Continuation {
  /** Index in the text of the logical line. */
  readonly at: number;
  /** The number of the physical line. */
  readonly line: number;
}

/**
 * Lines end in LF or CRLF. White space that begins the text, before any logical line, continues nothing: such a line
 * starts a logical line of its own, whose text then begins with white space, and what is read there decides.
 */
export function logicalLines(text: string): readonly LogicalLine[] {
  const out: LogicalLine[] = [];
  let whole: string | undefined;
  let start = 0;
  let continued: Continuation[] = [];
  const finish = (): void => {
    if (whole === undefined) return;
    const line = { text: trimEnd(whole), line: start };
    out.push(continued.length === 0 ? line : { ...line, continued });
    if (continued.length > 0) continued = [];
  };
  let number = 0;
  for (let from = 0; from < text.length; ) {
    number++;
    const end = text.indexOf('\n', from);
    const next = end < 0 ? text.length : end;
    const to = next > from && text.charCodeAt(next - 1) === 0x0d ? next - 1 : next;
    const line = text.slice(from, to);
    from = next + 1;
    const first = skipSpace(line, 0);
    if (first === line.length || line.charCodeAt(first) === 0x23) continue;
    if (whole !== undefined && isSpace(line.charCodeAt(0))) {
      continued.push({ at: whole.length, line: number });
      whole += line;
    } else {
      finish();
      whole = line;
      start = number;
    }
  }
  finish();
  return out;
}

/** The physical line of the character at `index` of a logical line. */
export function lineAt({ line, continued = [] }: LogicalLine, index: number): number {
  let low = 0;
  let high = continued.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((continued[middle]?.at ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  return continued[low - 1]?.line ?? line;
}
