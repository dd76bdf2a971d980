/**
 * Which attributes of LDAP entries say what, for the two families of schemas: Active Directory, and what OpenLDAP and
 * others have (RFC 2307 nis, RFC 2798 inetOrgPerson, RFC 4519 groups, the mail attributes of qmail-LDAP and sendmail).
 * All names in lower case.
 */

export interface EntrySchema {
  /** Object classes of users. Without a login such an entry is a contact. */
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly contacts: readonly string[];
  /** Computers and the like: whatever else they are, they are nobody. */
  readonly nobody: readonly string[];
  /** The first of these that has a value. */
  readonly login: readonly string[];
  readonly groupName: readonly string[];
  readonly displayName: readonly string[];
  readonly home: readonly string[];
  /** All values of all of these, in this order, behind the primary one of `proxyAddresses`. */
  readonly addresses: readonly string[];
  /** Members by distinguished name, and by login. */
  readonly memberNames: readonly string[];
  readonly memberLogins: readonly string[];
}

export const activeDirectorySchema: EntrySchema = {
  users: ['user'],
  groups: ['group'],
  contacts: ['contact'],
  nobody: ['computer'],
  login: ['samaccountname'],
  groupName: ['samaccountname', 'cn'],
  displayName: ['displayname', 'cn'],
  home: ['unixhomedirectory', 'homedirectory'],
  addresses: ['mail'],
  memberNames: ['member'],
  memberLogins: [],
};

export const rfc2307Schema: EntrySchema = {
  users: ['posixaccount', 'inetorgperson', 'organizationalperson', 'person', 'account', 'inetlocalmailrecipient'],
  groups: ['groupofnames', 'groupofuniquenames', 'groupofmembers', 'posixgroup', 'group'],
  contacts: [],
  nobody: ['device', 'ipHost', 'computer', 'sambadomain'].map((name) => name.toLowerCase()),
  login: ['uid', 'samaccountname'],
  groupName: ['cn', 'samaccountname'],
  displayName: ['displayname', 'cn'],
  home: ['homedirectory'],
  addresses: ['mail', 'mailalternateaddress', 'maillocaladdress', 'mailalternativeaddress', 'rfc822mailmember'],
  memberNames: ['member', 'uniquemember'],
  memberLogins: ['memberuid'],
};
