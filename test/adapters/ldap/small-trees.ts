/** Small directories of both families, for tests that say themselves what is in them. */
import { directoryOver, type LdapDirectory } from '../../../src/adapters/ldap/directory.js';
import { directorySettings, type LdapDirectoryOptions } from '../../../src/adapters/ldap/directory-settings.js';
import type { DirectoryGroup, DirectoryUser } from '../../../src/ports/directory.js';
import { AD_ROOT_DSE, asDomainController, listOf, type PlainEntry } from './as-domain-controller.js';
import { type TreeEntry, type TreeOptions, type TreeService, treeService } from './tree-service.js';

export const BASE = 'dc=school,dc=example';
export const dn = (name: string): string => `cn=${name},${BASE}`;

export const adUser = (name: string, more: PlainEntry['attributes'] = {}): PlainEntry => ({
  dn: dn(name),
  attributes: { objectClass: ['top', 'person', 'user'], sAMAccountName: name, mail: `${name}@school.example`, ...more },
});
export const adGroup = (
  name: string,
  members: readonly string[] = [],
  more: PlainEntry['attributes'] = {},
): PlainEntry => ({
  dn: dn(name),
  attributes: { objectClass: ['top', 'group'], sAMAccountName: name, member: members.map(dn), ...more },
});
/** For mail alone. */
export const DISTRIBUTION = { groupType: '2' };

export const user = (name: string, more: PlainEntry['attributes'] = {}): PlainEntry => ({
  dn: dn(name),
  attributes: { objectClass: ['inetOrgPerson', 'posixAccount'], uid: name, mail: `${name}@school.example`, ...more },
});
export const group = (
  name: string,
  members: readonly string[] = [],
  more: PlainEntry['attributes'] = {},
): PlainEntry => ({
  dn: dn(name),
  attributes: { objectClass: 'groupOfNames', cn: name, member: members.map(dn), ...more },
});

export interface Made {
  readonly service: TreeService;
  readonly directory: LdapDirectory;
}

type More = Partial<LdapDirectoryOptions>;

export function adDirectory(entries: readonly PlainEntry[], more: More = {}, options: TreeOptions = {}): Made {
  const tree = asDomainController(BASE, entries);
  return directoryOf(tree, more, { entryName: 'distinguishedName', rootDse: AD_ROOT_DSE(BASE), ...options });
}

export function openDirectory(entries: readonly PlainEntry[], more: More = {}, options: TreeOptions = {}): Made {
  const all = [{ dn: BASE, attributes: { objectClass: 'organization' } }, ...entries];
  const tree = all.map((entry: PlainEntry) => ({
    dn: entry.dn,
    attributes: Object.fromEntries(Object.entries(entry.attributes).map(([name, value]) => [name, listOf(value)])),
  }));
  return directoryOf(tree, more, { rootDse: { namingContexts: [BASE] }, ...options });
}

export function directoryOf(entries: readonly TreeEntry[], more: More, options: TreeOptions): Made {
  const service = treeService(entries, options);
  return { service, directory: directoryOver(service, settingsOf(more)) };
}

export function settingsOf(more: More): ReturnType<typeof directorySettings>['directory'] {
  return directorySettings({ url: 'ldap://localhost', bind: 'anonymous', ...more }).directory;
}

export async function userIn({ directory }: Pick<Made, 'directory'>, login: string): Promise<DirectoryUser> {
  const answer = await directory.findUser({ kind: 'login', login });
  if (answer.kind !== 'found') throw new Error(`${login}: ${JSON.stringify(answer)}`);
  return answer.value;
}

export async function groupIn({ directory }: Pick<Made, 'directory'>, name: string): Promise<DirectoryGroup> {
  const answer = await directory.findGroup({ kind: 'name', name });
  if (answer.kind !== 'found') throw new Error(`${name}: ${JSON.stringify(answer)}`);
  return answer.value;
}

/** Names, sorted; or the answer where there are none. */
export async function groupNames(made: Pick<Made, 'directory'>, login: string): Promise<unknown> {
  const answer = await made.directory.groupsOf(await userIn(made, login));
  return answer.kind === 'found' ? answer.value.map(({ name }) => name).sort() : answer;
}

export async function memberNames(made: Pick<Made, 'directory'>, name: string): Promise<unknown> {
  const answer = await made.directory.membersOf(await groupIn(made, name));
  if (answer.kind !== 'found') return answer;
  return answer.value.map((one) => (one.kind === 'user' ? one.login : (one.displayName ?? one.id))).sort();
}
