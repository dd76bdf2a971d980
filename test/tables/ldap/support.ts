/** A school in memory, and tables over it. */
import type { LdapEntry, LdapQuery, LdapSearch } from '../../../src/ports/ldap-search.js';
import { type LdapTable, ldapTable } from '../../../src/tables/ldap/ldap-table.js';
import { type Answer, found } from '../../../src/values/answer.js';
import { encodeUtf8 } from '../../../src/values/bytes.js';
import { type TreeEntry, type TreeService, treeService } from '../../adapters/ldap/tree-service.js';

export const BASE = 'dc=school,dc=example';
export const dnOf = (name: string): string => `cn=${name},ou=people,${BASE}`;

export const person = (name: string, attributes: TreeEntry['attributes']): TreeEntry => ({
  dn: dnOf(name),
  attributes: { objectClass: ['person'], cn: [name], uid: [name], ...attributes },
});

export const school: readonly TreeEntry[] = [
  { dn: BASE, attributes: { dc: ['school'] } },
  { dn: `ou=people,${BASE}`, attributes: { ou: ['people'] } },
  { dn: `ou=a.example,${BASE}`, attributes: { ou: ['a.example'] } },
  { dn: `cn=here,ou=a.example,${BASE}`, attributes: { uid: ['here'], mail: ['here@a.example'] } },
  person('ann', { mail: ['ann@a.example', 'ann@b.example'], maildrop: ['ann'] }),
  person('bob', { mail: ['bob@a.example'] }),
  person('drop', { mail: ['drop@a.example'], maildrop: ['drop@elsewhere.example'], kind: ['two'] }),
  person('zero', { mail: ['zero@a.example'], kind: ['two'] }),
  person('octets', { mail: [Uint8Array.of(0xff)], text: [Uint8Array.of(0x61, 0)] }),
  person('team', { mail: ['team@a.example'], member: [dnOf('ann'), dnOf('inner'), dnOf('gone')] }),
  person('inner', { mail: ['inner@a.example'], member: [dnOf('bob'), dnOf('ann')] }),
  person('loop', { mail: ['loop@a.example'], member: [dnOf('ann'), dnOf('loop')] }),
];

/** The lines behind those that every table here has. */
export const lines = (more = ''): string => `search_base = ${BASE}\nresult_attribute = mail\n${more}\n`;

export interface Opened {
  readonly table: LdapTable;
  readonly service: TreeService;
  /** The value, `-` for not found, `!` and why for "could not tell". */
  get(key: string): Promise<string>;
}

export function opened(text: string, entries: readonly TreeEntry[] = school): Opened {
  const service = treeService(entries);
  const table = ldapTable(text, { file: 'users.cf', ldap: () => service });
  return { table, service, get: (key) => asked(table, key) };
}

export async function asked(table: LdapTable, key: string): Promise<string> {
  const answer = await table.lookup(key);
  if (answer.kind === 'found') return answer.value.value;
  return answer.kind === 'not-found' ? '-' : `!${answer.temporary ? '' : ' for good'} ${answer.why}`;
}

/** Answers each search as `answer` says, at once. */
export function scripted(
  answer: (query: LdapQuery) => Answer<readonly LdapEntry[]>,
): LdapSearch & { queries: LdapQuery[] } {
  const queries: LdapQuery[] = [];
  return {
    name: 'scripted',
    queries,
    search: (query) => {
      queries.push(query);
      return answer(query);
    },
  };
}

export function entry(dn: string, attributes: Readonly<Record<string, readonly string[]>>): LdapEntry {
  return {
    dn,
    attributes: new Map(Object.entries(attributes).map(([name, values]) => [name, values.map(encodeUtf8)])),
  };
}

export const nothing = (): Answer<readonly LdapEntry[]> => found([]);
