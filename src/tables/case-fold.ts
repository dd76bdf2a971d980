/**
 * Keys without regard to letter case, as Postfix folds them: ASCII by itself, all else by Unicode's full case folding
 * (`STRASSE` is `straße`), letter by letter. The dotless i stays apart from the i, so that no name of one is the other's.
 */

export function foldCase(text: string): string {
  return isAscii(text) ? text.toLowerCase() : Array.from(text, foldLetter).join('');
}

function foldLetter(letter: string): string {
  return letter === '\u0131' ? letter : letter.toUpperCase().toLowerCase();
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}
