/**
 * White space as Postfix's ISSPACE has it: ASCII only, so that a no-break space of an 8-bit text stays part of a value.
 * JavaScript's `trim` and `\s` take more.
 */

export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}

/** The index of the first character from `at` on that is no white space. */
export function skipSpace(text: string, at: number): number {
  let index = at;
  while (index < text.length && isSpace(text.charCodeAt(index))) index++;
  return index;
}

/** The index of the first white space from `at` on; the length where there is none. */
export function findSpace(text: string, at: number): number {
  let index = at;
  while (index < text.length && !isSpace(text.charCodeAt(index))) index++;
  return index;
}
