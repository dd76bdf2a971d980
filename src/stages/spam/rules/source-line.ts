/**
 * A text of rules as lines: comments and outer white space away, the keyword apart, the language of `lang xx` lines looked at.
 */

export interface SourceLine {
  /** From 1. */
  readonly line: number;
  /** Lower case, with `_` for `-`. */
  readonly keyword: string;
  readonly value: string;
}

/** `lang de` lines count for `de` and `de_AT`; English is what is meant without. */
export function* sourceLines(text: string, language: string): Generator<SourceLine> {
  let number = 0;
  for (let from = 0; from <= text.length; ) {
    const end = text.indexOf('\n', from);
    const to = end === -1 ? text.length : end;
    number++;
    const line = readLine(text.slice(from, to), number, language);
    if (line !== undefined) yield line;
    from = to + 1;
  }
}

function readLine(text: string, line: number, language: string): SourceLine | undefined {
  const bare = trimmed(withoutComment(text));
  if (bare === '') return undefined;
  const local = /^lang[ \t]+([^ \t]+)[ \t]+(?=[^ \t])/.exec(bare);
  if (local !== null && !language.toLowerCase().startsWith((local[1] ?? '').toLowerCase())) return undefined;
  const rest = local === null ? bare : bare.slice(local[0].length);
  const space = rest.search(/[ \t\r\f\v]/);
  const keyword = (space === -1 ? rest : rest.slice(0, space)).toLowerCase().replaceAll('-', '_');
  return { line, keyword, value: space === -1 ? '' : trimmed(rest.slice(space)) };
}

/** `#` begins a comment, `\#` is the character itself. */
function withoutComment(text: string): string {
  let at = text.indexOf('#');
  if (at === -1) return text;
  while (at > 0 && text[at - 1] === '\\') at = text.indexOf('#', at + 1);
  return (at === -1 ? text : text.slice(0, at)).replaceAll('\\#', '#');
}

const BLANKS = ' \t\r\n\f\v';

/** White space of ASCII: in Latin-1 octet A0 is a part of a character, or of a pattern. */
function trimmed(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && BLANKS.includes(text[from] as string)) from++;
  while (to > from && BLANKS.includes(text[to - 1] as string)) to--;
  return text.slice(from, to);
}
