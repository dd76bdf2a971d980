/** A directory of some people, a service over it, and answers in short. */
import { afterEach } from 'vitest';
import { type LdapService, ldapService } from '../../../src/adapters/ldap/service.js';
import { type LdapServerOptions, ldapSettings } from '../../../src/adapters/ldap/settings.js';
import type { LdapEntry, LdapQuery } from '../../../src/ports/ldap-search.js';
import type { Answer } from '../../../src/values/answer.js';
import { decodeLatin1 } from '../../../src/values/bytes.js';
import { type FakeEntry, type FakeLdap, type FakeOptions, fakeLdap } from './fake-server.js';

export const SERVICE = { dn: 'CN=svc,DC=school,DC=test', password: 'Secret-1' };

export const person = (login: string, more: FakeEntry['attributes'] = {}): FakeEntry => ({
  dn: `CN=${login},OU=People,DC=school,DC=test`,
  attributes: { objectClass: 'person', sAMAccountName: login, ...more },
  password: `pw-${login}`,
  names: [`${login}@school.test`, `SCHOOL\\${login}`],
});

export const tree: readonly FakeEntry[] = [
  { dn: 'DC=school,DC=test', attributes: { objectClass: 'domain' } },
  { dn: SERVICE.dn, attributes: { objectClass: 'person', cn: 'svc' }, password: SERVICE.password },
  { dn: 'OU=People,DC=school,DC=test', attributes: { objectClass: 'organizationalUnit' } },
  ...['anna', 'berta', 'carl'].map((login) => person(login)),
];

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

export function closedAtEnd<T extends { close(): Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

export async function start(options: Partial<FakeOptions> = {}): Promise<FakeLdap> {
  return closedAtEnd(await fakeLdap({ entries: tree, ...options }));
}

export function serviceAt(url: string | readonly string[], options: Partial<LdapServerOptions> = {}): LdapService {
  return closedAtEnd(ldapService(ldapSettings({ url, bind: SERVICE, timeout: 20_000, ...options })));
}

export const query = (filter: string, more: Partial<LdapQuery> = {}): LdapQuery => ({
  base: 'DC=school,DC=test',
  scope: 'sub',
  filter,
  attributes: [],
  sizeLimit: 0,
  ...more,
});

/** Names of the entries found, `nothing at the base`, or `? why` (`?!` for good) without the name of the server in
 * front. */
export async function said(answer: Promise<Answer<readonly LdapEntry[]>>): Promise<string> {
  const given = await answer;
  if (given.kind === 'not-found') return 'nothing at the base';
  if (given.kind === 'cannot-tell') return `${given.temporary ? '?' : '?!'} ${withoutName(given.why)}`;
  return given.value.map(({ dn }) => dn.replace(/,.*/, '')).join(' ');
}

export const withoutName = (why: string): string => why.replace(/^ldap (?:ldaps?:\/\/[^ ]+ ?)+: /, '');

export function texts(entry: LdapEntry | undefined, name: string): readonly string[] | undefined {
  return entry?.attributes.get(name)?.map(decodeLatin1);
}

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(holds: () => boolean, ms = 3000): Promise<void> {
  for (const end = performance.now() + ms; !holds(); await wait(3)) {
    if (performance.now() > end) throw new Error(`not after ${ms} ms: ${holds}`);
  }
}

/** Searches the server had from somebody who was not bound, the root DSE apart. */
export function unboundSearches(...fakes: readonly FakeLdap[]): number {
  const all = fakes.flatMap(({ requests }) => requests);
  return all.filter(({ operation, bound, name }) => operation === 'search' && name !== '' && bound === undefined)
    .length;
}
