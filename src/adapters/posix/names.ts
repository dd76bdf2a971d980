/** Names of accounts as getent(1) is asked for them and shows them. */
import { isLoneSurrogate, utf8Length } from '../../values/characters.js';

/** Octets; LOGIN_NAME_MAX of Linux. */
const NAME_LIMIT = 256;

/** What may be the name of an account, and is neither an option nor the end of a field or a line. */
export function isName(text: string): boolean {
  if (text === '' || text.length > NAME_LIMIT || utf8Length(text) > NAME_LIMIT) return false;
  if (/^[-+#\s]|[:,\0\r\n]/.test(text)) return false;
  for (let at = 0; at < text.length; at++) if (isLoneSurrogate(text, at)) return false;
  return true;
}

/** What getent takes for an id and not for a name. */
export function isNumeric(name: string): boolean {
  return /^\s*[+-]?\d+$/.test(name);
}

export function sameName(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}

/**
 * Of entries with this name in any letter case: the one that is spelled like it, else the only one; `several` where
 * nobody can tell.
 */
export function pick<T extends { readonly name: string }>(
  entries: readonly T[],
  name: string,
): T | 'several' | undefined {
  const exact = entries.find((entry) => entry.name === name);
  if (exact !== undefined) return exact;
  const [first, second] = entries.filter((entry) => sameName(entry.name, name));
  return second !== undefined && second.name !== first?.name ? 'several' : first;
}
