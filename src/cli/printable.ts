/**
 * Text from strangers on a terminal: what a terminal would obey (controls, escapes) or show in another place
 * (bidirectional controls, invisible characters) is written out as `\x1b` or `\u202e`. Colours are put around such
 * text, never into it.
 */

/**
 * C0, DEL, C1, format characters (bidirectional controls and zero-width ones among them), line and paragraph
 * separators, lone halves.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

export function printable(text: string): string {
  return text.replace(UNSAFE, escapeOf);
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

export interface Painter {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
}

const ESCAPE = '\x1b[';

export function painter(color: boolean): Painter {
  const paint =
    (on: number, off: number) =>
    (text: string): string =>
      color ? `${ESCAPE}${on}m${text}${ESCAPE}${off}m` : text;
  return { bold: paint(1, 22), dim: paint(2, 22), good: paint(32, 39), bad: paint(31, 39), warn: paint(33, 39) };
}

/**
 * `text` behind `indent`, broken at spaces where a line would be wider than `width`; further lines are indented more.
 */
export function wrap(text: string, width: number, indent: string): string {
  const whole = `${indent}${text}`;
  if (whole.length <= width) return whole;
  const lines: string[] = [];
  let line = indent;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${indent}    ${word}`;
      continue;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join('\n');
}

/** JSON on `indent` spaces that a terminal can be shown: still JSON, what is unsafe there as an escape. */
export function safeJson(value: unknown, indent = 0): string {
  const escaped = (character: string): string =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join('');
  const text = JSON.stringify(value, undefined, indent);
  return text.replace(UNSAFE, (character) => (character === '\n' ? character : escaped(character)));
}
