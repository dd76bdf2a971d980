/**
 * Lists of logins as values of tables (postconf(5), smtpd_sender_login_maps): with commas and blanks between. A name
 * that has one of these within it stands in double quotes, which Postfix does not know: it would read pieces with a
 * quote in them, which are nobody's login.
 */

export function renderOwners(logins: readonly string[]): string {
  return logins.map((login) => (/[\s,"]/.test(login) ? `"${login.replace(/["\\]/g, '\\$&')}"` : login)).join(',');
}

/** Without empty ones. What begins with a quote and does not end with one, before a comma, a blank or the end, is read
 * as Postfix does. */
export function ownersOf(value: string): readonly string[] {
  const owners: string[] = [];
  for (let at = 0; at < value.length; ) {
    const quoted = value[at] === '"' ? quotedAt(value, at) : undefined;
    let end = quoted?.end ?? at;
    if (quoted === undefined) while (end < value.length && !isBetween(value[end])) end++;
    const owner = quoted?.text ?? value.slice(at, end);
    if (owner !== '') owners.push(owner);
    at = end + 1;
  }
  return owners;
}

function quotedAt(value: string, start: number): { readonly text: string; readonly end: number } | undefined {
  let text = '';
  for (let at = start + 1; at < value.length; at++) {
    if (value[at] === '"') return isBetween(value[at + 1]) ? { text, end: at + 1 } : undefined;
    if (value[at] === '\\') at++;
    text += value[at] ?? '';
  }
  return undefined;
}

/** The end is as good as a comma. */
function isBetween(character: string | undefined): boolean {
  return character === undefined || /[\s,]/.test(character);
}
