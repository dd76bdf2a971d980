/**
 * `face` of `<font>` as mail programs write it: names of fonts in letters, blanks and hyphens, with commas between them. One digit may end a
 * name, quotes may stand around it.
 */

/** Of one name at least. */
export function isFontList(face: string): boolean {
  const [first = '', ...others] = withoutEnd(face).split(',');
  return isFirstName(first) && others.every((name) => isFontName(unquoted(name.trimStart(), /^["']/)));
}

function withoutEnd(face: string): string {
  const text = face.endsWith('\n') ? face.slice(0, -1) : face;
  return text.endsWith(';') ? text.slice(0, -1) : text;
}

/** In front of it a full stop is met, too, and a blank behind the quote. */
function isFirstName(written: string): boolean {
  const name = written.trimStart();
  const bare = unquoted(name, /^["'.]/);
  if (isFontName(bare) || (bare.startsWith(' ') && hasLettersAtEnd(bare))) return true;
  const blank = written[written.length - name.length - 1] === ' ';
  return blank && hasLettersAtEnd(unquoted(name, /^$/));
}

/** Without `start`, a quote at the end, and the digit before it. */
function unquoted(name: string, start: RegExp): string {
  return name.replace(start, '').replace(/["']$/, '').replace(/\d$/, '');
}

function isFontName(bare: string): boolean {
  return bare.length > 1 && /^[a-z]/i.test(bare) && hasLettersAtEnd(bare);
}

function hasLettersAtEnd(bare: string): boolean {
  return /^[a-z -]+$/i.test(bare) && /[a-z]$/i.test(bare);
}
