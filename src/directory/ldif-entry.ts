/**
 * One entry of an LDIF export: which of the two families of schemas it is of, and what is wrong with its values. A
 * server's answer that makes no sense is left out, as nobody here can mend it; a file can be mended.
 */
import { decodeUtf8 } from '../values/bytes.js';
import { parseMailbox } from '../values/mailbox.js';
import { hasClass, hasUnclearLogin } from './entries.js';
import { isName } from './fold.js';
import type { LdifEntry } from './ldif.js';
import { activeDirectorySchema, type EntrySchema, rfc2307Schema } from './schema.js';

/** Of Active Directory alone; other servers have `user` and `group` too. */
const ACTIVE_ATTRIBUTES = ['samaccountname', 'useraccountcontrol', 'grouptype', 'samaccounttype'];

export function schemaOfEntry(entry: LdifEntry): EntrySchema {
  const ofAccounts = ['user', 'group', 'computer'];
  const isAccount = hasClass(entry, ofAccounts) && ACTIVE_ATTRIBUTES.some((name) => entry.attributes.has(name));
  const isContact = hasClass(entry, ['contact']) && !hasClass(entry, ['inetorgperson', 'posixaccount']);
  return isAccount || isContact ? activeDirectorySchema : rfc2307Schema;
}

export interface WrongValue {
  readonly code: string;
  readonly message: string;
  /** Empty where it is not to be told. */
  readonly construct: string;
  readonly line: number;
}

/** Of users, groups and contacts; of others nothing is. */
export function wrongValues(entry: LdifEntry, schema: EntrySchema): readonly WrongValue[] {
  const isGroup = hasClass(entry, schema.groups);
  const isUser = !isGroup && hasClass(entry, schema.users);
  if (hasClass(entry, schema.nobody) || !(isGroup || isUser || hasClass(entry, schema.contacts))) return [];
  return [
    ...(isUser ? wrongLogin(entry, schema) : []),
    ...(isGroup ? wrongNames(entry, schema.groupName) : []),
    ...(isGroup ? wrongTexts(entry, [...schema.memberNames, ...schema.memberLogins]) : []),
    ...wrongTexts(entry, ['memberof', 'primarygroupid', 'userpassword', 'userprincipalname']),
    ...schema.addresses.flatMap((name) => wrongAddresses(entry, name)),
    ...wrongAddresses(entry, 'proxyaddresses'),
  ];
}

function wrongLogin(entry: LdifEntry, schema: EntrySchema): readonly WrongValue[] {
  const { dn: construct, line } = entry;
  const names = wrongNames(entry, schema.login);
  if (hasUnclearLogin(entry, schema)) {
    return [
      ...names,
      { code: 'several-logins', message: 'it has several logins, and none is in its name', construct, line },
    ];
  }
  // Elsewhere a person without a login is a contact; here every account has one.
  if (schema !== activeDirectorySchema || entry.attributes.has('samaccountname')) return names;
  return [{ code: 'no-login', message: 'this account has no sAMAccountName in the export', construct, line }];
}

function wrongNames(entry: LdifEntry, names: readonly string[]): readonly WrongValue[] {
  return each(entry, names, (text) => (text !== undefined && isName(text) ? undefined : 'expected a name in UTF-8'));
}

function wrongTexts(entry: LdifEntry, names: readonly string[]): readonly WrongValue[] {
  return each(entry, names, (text) => (text === undefined ? 'expected UTF-8' : undefined));
}

function wrongAddresses(entry: LdifEntry, name: string): readonly WrongValue[] {
  return each(entry, [name], (given) => {
    if (given === undefined) return 'expected an address in UTF-8';
    // Exchange: other types (X500:, sip:) are no mail.
    const isProxy = name === 'proxyaddresses';
    if (given === '' || (isProxy && !/^smtp:/i.test(given))) return undefined;
    const address = parseMailbox((isProxy ? given.slice('smtp:'.length) : given).trim());
    return address.kind === 'malformed' ? `no address: ${address.why}` : undefined;
  });
}

function each(
  entry: LdifEntry,
  names: readonly string[],
  wrongIn: (text: string | undefined) => string | undefined,
): readonly WrongValue[] {
  return names.flatMap((name) =>
    (entry.attributes.get(name) ?? []).flatMap((value, i) => {
      const text = decodeUtf8(value);
      const wrong = wrongIn(text);
      if (wrong === undefined) return [];
      const construct = name === 'userpassword' ? '' : (text ?? '');
      return [
        { code: 'bad-value', message: `${name}: ${wrong}`, construct, line: entry.lines.get(name)?.[i] ?? entry.line },
      ];
    }),
  );
}
