/** Entries as text in LDIF (RFC 2849), for the loaders of the daemons. */

export type LdifValue = string | Uint8Array;

export interface LdifEntry {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, LdifValue | readonly LdifValue[] | undefined>>;
}

export function ldif(entries: readonly LdifEntry[]): string {
  return entries.map(({ dn, attributes }) => `${line('dn', dn)}${lines(attributes)}\n`).join('');
}

/** One `changetype: modify` record: each attribute replaced, or its values added. */
export function ldifChange(dn: string, how: 'replace' | 'add', attributes: LdifEntry['attributes']): string {
  const parts = Object.entries(attributes).map(([name, value]) => `${how}: ${name}\n${lines({ [name]: value })}-\n`);
  return `${line('dn', dn)}changetype: modify\n${parts.join('')}\n`;
}

function lines(attributes: LdifEntry['attributes']): string {
  return Object.entries(attributes)
    .flatMap(([name, value]) =>
      (value === undefined ? [] : isOne(value) ? [value] : value).map((one) => line(name, one)),
    )
    .join('');
}

function isOne(value: LdifValue | readonly LdifValue[]): value is LdifValue {
  return typeof value === 'string' || value instanceof Uint8Array;
}

/** SAFE-STRING as it is, all else in Base64. */
function line(name: string, value: LdifValue): string {
  if (typeof value === 'string' && /^[!-9;=-~][ -~]*$/.test(value) && !value.endsWith(' '))
    return `${name}: ${value}\n`;
  return `${name}:: ${Buffer.from(value).toString('base64')}\n`;
}

/** `unicodePwd`: what Active Directory takes as a new password. */
export function unicodePwd(password: string): Uint8Array {
  return Buffer.from(`"${password}"`, 'utf16le');
}

/** A value as a part of a distinguished name (RFC 4514 section 2.4). */
export function inName(value: string): string {
  return value.replace(/["+,;<>\\=]/g, '\\$&').replace(/^[ #]|(?<=.) $/g, '\\$&');
}
