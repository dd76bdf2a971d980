/** Words torn apart by tags (`v<b>ia</b>gra`): what two neighbouring texts of an HTML document tell. */

/** White space as Perl has it: in narrow text (octets) that of ASCII alone. */
export function isSpace(unit: number, wide: boolean): boolean {
  if (unit <= 32) return unit === 32 || (unit >= 9 && unit <= 13);
  if (!wide || unit < 0x85) return false;
  if (unit === 0x85 || unit === 0xa0 || unit === 0x1680) return true;
  return (
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  );
}

/** Neither white space nor punctuation of ASCII. */
function isSolid(unit: number, wide: boolean): boolean {
  if (Number.isNaN(unit) || isSpace(unit, wide)) return false;
  const letter = unit | 32;
  return unit < 33 || unit > 126 || (unit >= 48 && unit <= 57) || (letter >= 97 && letter <= 122);
}

function isWord(char: string, wide: boolean): boolean {
  return wide && char > '\x7f' ? /[\p{L}\p{M}\p{N}\p{Pc}]/u.test(char) : /\w/.test(char);
}

export function isWide(text: string): boolean {
  return /[^\0-\xff]/.test(text);
}

export interface Seam {
  /** Solid characters on both sides. */
  readonly torn: boolean;
  /** Lengths of the pieces of the word on both sides, at most seven: `3_4`. */
  readonly lengths: string | undefined;
}

const longest = 7;

/** `wideBefore`, `wideBehind`: the text is held in characters, and not in octets. */
export function seamOf(before: string, wideBefore: boolean, behind: string, wideBehind: boolean): Seam {
  const end = before.length - 1;
  const torn = isSolid(behind.charCodeAt(0), wideBehind) && isSolid(before.charCodeAt(end), wideBefore);
  if (!torn) return { torn, lengths: undefined };
  const left = tailLength(before, wideBefore);
  const right = left === 0 ? 0 : headLength(behind, wideBehind);
  return { torn, lengths: right === 0 ? undefined : `${left}_${right}` };
}

/** The longest run of solid characters at the end that begins at a word boundary; 0: none. */
function tailLength(text: string, wide: boolean): number {
  let best = 0;
  for (let length = 1; length <= longest; length++) {
    const at = text.length - length;
    if (at < 0 || !isSolid(text.charCodeAt(at), wide)) break;
    if (isWord(text.charAt(at), wide) !== isWord(text.charAt(at - 1), wide)) best = length;
  }
  return best;
}

function headLength(text: string, wide: boolean): number {
  let best = 0;
  for (let length = 1; length <= longest; length++) {
    if (!isSolid(text.charCodeAt(length - 1), wide)) break;
    if (isWord(text.charAt(length - 1), wide) !== isWord(text.charAt(length), wide)) best = length;
  }
  return best;
}
