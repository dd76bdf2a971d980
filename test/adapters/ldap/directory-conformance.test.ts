/** The suites of the ports, over the people as Active Directory and as OpenLDAP have them; the wire has tests of its
 * own. */
import { describe, expect, test } from 'vitest';
import { directoryOver, type LdapDirectory } from '../../../src/adapters/ldap/directory.js';
import { directorySettings } from '../../../src/adapters/ldap/directory-settings.js';
import type { BindResult } from '../../../src/adapters/ldap/service.js';
import { dnKey } from '../../../src/directory/dn-key.js';
import {
  authenticatorConformance,
  conformanceTree,
  directoryConformance,
} from '../../../src/testing/directory/index.js';
import { cannotTell } from '../../../src/values/answer.js';
import { AD_BASE, nestingInAd, schoolInAd, userDn } from '../../daemons/directory/school-in-ad.js';
import { LDAP_BASE, ldapUserDn, schoolInOpenLdap } from '../../daemons/directory/school-in-openldap.js';
import { AD_ROOT_DSE, asDomainController, listOf, type PlainEntry } from './as-domain-controller.js';
import { type TreeEntry, type TreeOptions, type TreeService, treeService } from './tree-service.js';

const SUB_CODES: Readonly<Record<string, string>> = { disabled: '533', expired: '701', 'must-change-password': '773' };

/** As Active Directory says it, whose words are never the same as any others'. */
function bindToAd(dn: string, password: string): BindResult {
  const user = conformanceTree.users.find(({ login }) => dnKey(userDn(login)) === dnKey(dn));
  const right = user?.password === password;
  const data = right ? SUB_CODES[user.refusal ?? user.state ?? ''] : '52e';
  if (data === undefined) return { kind: 'bound' };
  return {
    kind: 'refused',
    code: 49,
    message: `80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data ${data}, v1db1`,
  };
}

function bindToOpenLdap(dn: string, password: string): BindResult {
  const user = conformanceTree.users.find(({ login }) => dnKey(ldapUserDn(login)) === dnKey(dn));
  return user?.password === password ? { kind: 'bound' } : { kind: 'refused', code: 49, message: '' };
}

const nested = schoolInAd.map((entry): PlainEntry => {
  const more = nestingInAd.find(({ dn }) => dn === entry.dn)?.members ?? [];
  return { ...entry, attributes: { ...entry.attributes, member: [...listOf(entry.attributes.member), ...more] } };
});
const ad: readonly TreeEntry[] = asDomainController(AD_BASE, nested);

const openLdap: readonly TreeEntry[] = schoolInOpenLdap('ldap://elsewhere.example').map(({ dn, attributes }) => {
  const state = conformanceTree.users.find(({ login }) => ldapUserDn(login) === dn)?.state;
  const more = state === 'expired' ? { shadowExpire: '10000' } : state === 'disabled' ? { nsAccountLock: 'TRUE' } : {};
  return {
    dn,
    attributes: Object.fromEntries(
      Object.entries({ ...attributes, ...more }).map(([name, value]) => [name, listOf(value)]),
    ),
  };
});

const services = new WeakMap<LdapDirectory, TreeService>();

function directoryOf(entries: readonly TreeEntry[], options: TreeOptions): LdapDirectory {
  const service = treeService(entries, options);
  const { directory: settings } = directorySettings({ url: 'ldap://localhost', bind: 'anonymous' });
  const directory = directoryOver(service, settings);
  services.set(directory, service);
  return directory;
}

const suite = {
  test,
  dispose: (one: LdapDirectory) => one.close(),
  faults: {
    down: (one: LdapDirectory) => services.get(one)?.fail(cannotTell('nobody listens')),
    silent: (one: LdapDirectory) => services.get(one)?.silence(),
  },
};

describe('Active Directory', () => {
  const make = (): LdapDirectory =>
    directoryOf(ad, { entryName: 'distinguishedName', rootDse: AD_ROOT_DSE(AD_BASE), bind: bindToAd });
  // gidNumber makes nobody a member there.
  expect(directoryConformance({ ...suite, makeDirectory: make, abilities: { primaryGroups: false } })).toBeGreaterThan(
    10,
  );
  expect(authenticatorConformance({ ...suite, makeAuthenticator: make })).toBeGreaterThan(10);
});

describe('OpenLDAP', () => {
  const make = (): LdapDirectory =>
    directoryOf(openLdap, { rootDse: { namingContexts: [LDAP_BASE] }, bind: bindToOpenLdap });
  expect(directoryConformance({ ...suite, makeDirectory: make })).toBeGreaterThan(10);
  expect(
    authenticatorConformance({ ...suite, makeAuthenticator: make, abilities: { mustChange: false } }),
  ).toBeGreaterThan(10);
});

describe('a server that knows no attribute for names of entries', () => {
  const make = (): LdapDirectory =>
    directoryOf(openLdap, { entryName: 'unheardOf', rootDse: { namingContexts: [LDAP_BASE] }, bind: bindToOpenLdap });
  expect(directoryConformance({ ...suite, makeDirectory: make })).toBeGreaterThan(10);
});
