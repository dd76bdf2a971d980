/**
 * LDAP entries as users, groups and contacts: what each attribute says, given which schema the directory has. For
 * answers of servers and for LDIF alike. Values that make no sense (addresses, numbers) are left out, as nobody here
 * can mend them; an entry without a name is none.
 */
import type {
  AccountState,
  DirectoryContact,
  DirectoryGroup,
  DirectoryMember,
  DirectoryUser,
  PosixAccount,
} from '../ports/directory.js';
import type { LdapEntry } from '../ports/ldap-search.js';
import { foldedKey, type Mailbox } from '../values/address.js';
import { decodeText, decodeUtf8 } from '../values/bytes.js';
import { parseMailbox } from '../values/mailbox.js';
import { loginOf, nameOf } from './login-of.js';
import type { EntrySchema } from './schema.js';
import { parseSid } from './sid.js';

/** `now`: milliseconds since 1970, for accounts that expire. Undefined: neither user nor contact. */
export function memberOf(entry: LdapEntry, schema: EntrySchema, now: number): DirectoryMember | undefined {
  return userOf(entry, schema, now) ?? contactOf(entry, schema);
}

/** Undefined: no user, or one without a login, or with several (`loginOf`). */
export function userOf(entry: LdapEntry, schema: EntrySchema, now: number): DirectoryUser | undefined {
  const login = loginOf(entry, schema.login);
  if (login.kind !== 'login' || !isPerson(entry, schema) || !hasClass(entry, schema.users)) return undefined;
  return {
    kind: 'user',
    id: entry.dn,
    login: login.login,
    displayName: displayNameOf(entry, schema),
    addresses: addressesOf(entry, schema),
    state: stateOf(entry, now),
    sid: sidOf(entry),
    posix: posixOf(entry, schema),
  };
}

/** Undefined: no group, or one without a name. */
export function groupOf(entry: LdapEntry, schema: EntrySchema): DirectoryGroup | undefined {
  const name = nameOf(entry, schema.groupName);
  if (name === undefined || !hasClass(entry, schema.groups)) return undefined;
  return {
    id: entry.dn,
    name,
    addresses: addressesOf(entry, schema),
    sid: sidOf(entry),
    gid: numberIn(entry, 'gidnumber'),
  };
}

/** Undefined: no contact. */
export function contactOf(entry: LdapEntry, schema: EntrySchema): DirectoryContact | undefined {
  if (!isPerson(entry, schema)) return undefined;
  const withoutLogin = hasClass(entry, schema.users) && loginOf(entry, schema.login).kind === 'none';
  if (!withoutLogin && !hasClass(entry, schema.contacts)) return undefined;
  return {
    kind: 'contact',
    id: entry.dn,
    displayName: displayNameOf(entry, schema),
    addresses: addressesOf(entry, schema),
  };
}

/** A user with several logins, of which none is in the entry's name: nobody can say who it is. */
export function hasUnclearLogin(entry: LdapEntry, schema: EntrySchema): boolean {
  return isPerson(entry, schema) && hasClass(entry, schema.users) && loginOf(entry, schema.login).kind === 'several';
}

function isPerson(entry: LdapEntry, schema: EntrySchema): boolean {
  return !hasClass(entry, schema.groups) && !hasClass(entry, schema.nobody);
}

/** Needs `objectClass` among the attributes that were asked for. */
export function hasClass(entry: LdapEntry, classes: readonly string[]): boolean {
  return textsIn(entry, 'objectclass').some((name) => classes.includes(name.toLowerCase()));
}

/** Every address once: the primary one of `proxyAddresses`, the schema's attributes, the other `proxyAddresses`. */
export function addressesOf(entry: LdapEntry, schema: EntrySchema): readonly Mailbox[] {
  const proxies = textsIn(entry, 'proxyaddresses');
  // Exchange: the type in upper case marks the primary address of that type; other types (X500:, sip:) are no mail.
  const primary = proxies.filter((text) => text.startsWith('SMTP:'));
  const others = proxies.filter((text) => /^smtp:/i.test(text) && !text.startsWith('SMTP:'));
  const plain = schema.addresses.flatMap((name) => textsIn(entry, name));
  return mailboxesOf([...primary.map(withoutType), ...plain, ...others.map(withoutType)]);
}

function withoutType(proxy: string): string {
  return proxy.slice('smtp:'.length);
}

/** In this order, each once without regard to letter case; what is no address is left out. */
export function mailboxesOf(texts: readonly string[]): readonly Mailbox[] {
  const mailboxes = new Map<string, Mailbox>();
  for (const text of texts) {
    const answer = parseMailbox(text.trim());
    if (answer.kind === 'malformed') continue;
    const key = foldedKey(answer.value);
    if (!mailboxes.has(key)) mailboxes.set(key, answer.value);
  }
  return [...mailboxes.values()];
}

function displayNameOf(entry: LdapEntry, schema: EntrySchema): string | undefined {
  for (const name of schema.displayName) {
    const [value] = entry.plain?.get(name) ?? entry.attributes.get(name) ?? [];
    if (value !== undefined && value.length > 0) return decodeText(value);
  }
  return undefined;
}

/** Flags of userAccountControl and of msDS-User-Account-Control-Computed, which alone has the second ([MS-ADTS] section
 * 2.2.16). */
const DISABLED = 0x2;
const LOCKED_OUT = 0x10;

function stateOf(entry: LdapEntry, now: number): AccountState {
  const control = numberIn(entry, 'useraccountcontrol') ?? 0;
  const computed = numberIn(entry, 'msds-user-account-control-computed') ?? 0;
  if ((control & DISABLED) !== 0 || textIn(entry, 'nsaccountlock')?.toLowerCase() === 'true') return 'disabled';
  if (hasExpired(entry, now)) return 'expired';
  // All zeros: locked by an administrator, for good (draft-behera-ldap-password-policy section 5.3.3).
  const lockedForGood = textIn(entry, 'pwdaccountlockedtime')?.startsWith('00000101') === true;
  return (computed & LOCKED_OUT) !== 0 || lockedForGood ? 'locked-out' : 'active';
}

/** Of 1601 before 1970, in milliseconds; accountExpires counts intervals of 100 ns from there. */
const BEFORE_1970 = 11_644_473_600_000;
const DAY = 86_400_000;

function hasExpired(entry: LdapEntry, now: number): boolean {
  return now >= (expiresOf(entry) ?? Number.POSITIVE_INFINITY);
}

/** When the account expires or has expired, in milliseconds since 1970. Undefined: never. */
export function expiresOf(entry: LdapEntry): number | undefined {
  const expires = numberIn(entry, 'accountexpires') ?? 0;
  // 0 and 2^63-1: never ([MS-ADA1] section 2.1). The latter is too far away for any clock.
  const times = expires > 0 ? [expires / 10_000 - BEFORE_1970] : [];
  // shadow(5): days since 1970, the account is void from that day on; empty or negative: never.
  const shadow = numberIn(entry, 'shadowexpire');
  if (shadow !== undefined) times.push(shadow * DAY);
  return times.length === 0 ? undefined : Math.min(...times);
}

function sidOf(entry: LdapEntry): string | undefined {
  const [value] = entry.attributes.get('objectsid') ?? [];
  const sid = value === undefined ? undefined : parseSid(value);
  return sid?.kind === 'parsed' ? sid.value : undefined;
}

function posixOf(entry: LdapEntry, schema: EntrySchema): PosixAccount | undefined {
  const uid = numberIn(entry, 'uidnumber');
  const gid = numberIn(entry, 'gidnumber');
  if (uid === undefined || gid === undefined) return undefined;
  const home = schema.home.map((name) => textIn(entry, name)).find((text) => text !== undefined) ?? '';
  return { uid, gid, home, shell: textIn(entry, 'loginshell') ?? '' };
}

/** Whole, not negative. Beyond 2^53 to the nearest one. */
function numberIn(entry: LdapEntry, name: string): number | undefined {
  const text = textIn(entry, name);
  return text !== undefined && /^[0-9]{1,20}$/.test(text) ? Number(text) : undefined;
}

function textIn(entry: LdapEntry, name: string): string | undefined {
  return textsIn(entry, name)[0];
}

/** The values that are UTF-8 (RFC 4517 section 3.3.6). */
export function textsIn(entry: LdapEntry, name: string): readonly string[] {
  return (entry.attributes.get(name) ?? []).flatMap((value) => decodeUtf8(value) ?? []);
}
