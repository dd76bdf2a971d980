/**
 * Names of accounts and groups as directories compare them: without regard to letter case, composed characters as one
 * (NFC), and one small sigma. What is typed is put in lower case by the same mapping (account-name.ts).
 */

/** UTF-16 code units; no account or group has a longer name (Active Directory allows 256). */
export const LONGEST_NAME = 1024;

/** The key under which a name is kept and looked up. Undefined for what no entry can be called: nothing, what is over
 * the limit, control characters, halves of surrogate pairs. */
export function foldName(name: string): string | undefined {
  // NFC of hostile text is not linear, so the limit comes first.
  return isName(name) ? oneSigma(lowerName(name)) : undefined;
}

export function isName(name: string): boolean {
  return name !== '' && name.length <= LONGEST_NAME && !UNNAMABLE.test(name);
}

/** Letter by letter, of a text that is not long: a capital sigma at the end of a word must not become another letter
 * than within. */
export function lowerName(text: string): string {
  return text.normalize('NFC').replaceAll('Σ', 'σ').toLowerCase().normalize('NFC');
}

/** The final sigma is a way to write the other one (RFC 3454 table B.2): for keys alone, since a directory may tell
 * them apart. */
export function oneSigma(lower: string): string {
  return lower.replaceAll('ς', 'σ');
}

/** C0, DEL, C1, and what has no UTF-8 form. */
const UNNAMABLE = /[\p{Cc}\p{Cs}]/u;
