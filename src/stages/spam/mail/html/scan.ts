/** Character classes and skips of the HTML tokenizer. ASCII alone counts: white space, and names that go up to white space or `>`. */

export function isSpace(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13);
}

/** The first character of a name of an element. */
export function isNameFirst(unit: number): boolean {
  const letter = unit | 32;
  return (letter >= 97 && letter <= 122) || unit === 0x3a || unit === 0x5f;
}

export function skipSpace(text: string, start: number): number {
  let at = start;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Up to white space or `>`. */
export function skipWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && !endsWord(text.charCodeAt(at))) at++;
  return at;
}

export function endsWord(unit: number): boolean {
  return unit === 0x3e || isSpace(unit);
}

/** To the next `>` that is not in quotes, which begin behind a space or `=` only; the length of the text without one. */
export function skipToGreater(text: string, start: number): number {
  let quote = 0;
  let before = 32;
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (quote === 0 && unit === 0x3e) return at;
    if (unit === 0x22 || unit === 0x27) {
      if (unit === quote) quote = 0;
      else if (quote === 0 && (before === 32 || before === 0x3d)) quote = unit;
    }
    before = unit;
  }
  return text.length;
}
