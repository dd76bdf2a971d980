/** Names of accounts and groups as directories compare them: without regard to letter case, composed characters as one (NFC). */

/** UTF-16 code units; no account or group has a longer name (Active Directory allows 256). */
export const LONGEST_NAME = 1024;

/** The key under which a name is kept and looked up. Undefined for what no entry can be called: nothing, what is over the limit,
 * control characters, halves of surrogate pairs. */
export function foldName(name: string): string | undefined {
  // NFC of hostile text is not linear, so the limit comes first.
  return isName(name) ? name.normalize('NFC').toLowerCase() : undefined;
}

export function isName(name: string): boolean {
  return name !== '' && name.length <= LONGEST_NAME && !UNNAMABLE.test(name);
}

/** C0, DEL, C1, and what has no UTF-8 form. */
const UNNAMABLE = /[\p{Cc}\p{Cs}]/u;
