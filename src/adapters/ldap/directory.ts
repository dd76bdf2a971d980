/**
 * The ports Directory and Authenticator over LDAP: Active Directory, OpenLDAP, and others with the schemas of RFC 2307,
 * RFC 2798 and RFC 4519. One question may take several searches, which share its time. Answers are not remembered (that
 * is `cachedDirectory`), but for groups of Active Directory.
 */
import type { PortCall } from '../../core/stage.js';
import type { Authentication, Authenticator } from '../../ports/authenticator.js';
import type {
  Directory,
  DirectoryGroup,
  DirectoryMember,
  DirectoryUser,
  GroupKey,
  UserKey,
} from '../../ports/directory.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { authenticate } from './authenticate.js';
import { type DirectorySettings, directorySettings, type LdapDirectoryOptions } from './directory-settings.js';
import { findGroup, findUser } from './find.js';
import { groupMemory } from './group-memory.js';
import { groupsByToken } from './groups-active-directory.js';
import { groupsByWalking } from './groups-walking.js';
import { entryNamed, type Inquiry, limited } from './inquiry.js';
import { membersOf } from './members.js';
import { placeOf } from './place.js';
import type { SchemaKind } from './schema.js';
import { type LdapService, ldapService } from './service.js';

export interface LdapDirectory extends Directory, Authenticator, AsyncDisposable {
  findUser(key: UserKey, call?: PortCall): Promise<Answer<DirectoryUser>>;
  findGroup(key: GroupKey, call?: PortCall): Promise<Answer<DirectoryGroup>>;
  groupsOf(user: DirectoryUser, call?: PortCall): Promise<Answer<readonly DirectoryGroup[]>>;
  membersOf(group: DirectoryGroup, call?: PortCall): Promise<Answer<readonly DirectoryMember[]>>;
  authenticate(account: string, password: string, call?: PortCall): Promise<Answer<Authentication>>;
  /** Connects, binds, and looks: whether the directory works, for a server that starts. Never not-found. */
  probe(call?: PortCall): Promise<Answer<LdapDirectoryFacts>>;
  /** Ends every question as "could not tell", later ones too; resolves when nothing is left of them. */
  close(): Promise<void>;
}

export interface LdapDirectoryFacts {
  /** How it is asked. */
  readonly kind: SchemaKind;
  readonly base: string;
}

/** Throws ConfigurationError (code `options`) for wrong options. Opens no connection before the first question. */
export function ldapDirectory(options: LdapDirectoryOptions): LdapDirectory {
  const { servers, directory } = directorySettings(options);
  return directoryOver(ldapService(servers), directory);
}

/** Over a service that is there already, and is closed with it. */
export function directoryOver(service: LdapService, settings: DirectorySettings): LdapDirectory {
  const { questionTimeout, groupTime, maxGroups } = settings;
  const place = placeOf(service, settings);
  // Each group has a name and an identifier.
  const memory = groupMemory(2 * maxGroups, groupTime, () => performance.now());
  async function ask<T>(
    given: PortCall | undefined,
    work: (inquiry: Inquiry) => Promise<Answer<T>>,
  ): Promise<Answer<T>> {
    const call = limited(given, questionTimeout);
    const where = await place(call);
    return where.kind === 'found' ? work({ service, settings, place: where.value, memory, call }) : where;
  }
  const close = async (): Promise<void> => {
    memory.clear();
    await service.close();
  };
  return {
    name: service.name,
    findUser: (key, call) => ask(call, (inquiry) => findUser(inquiry, key)),
    findGroup: (key, call) => ask(call, (inquiry) => findGroup(inquiry, key)),
    groupsOf: (user, call) => ask(call, (inquiry) => groupsOf(inquiry, user)),
    membersOf: (group, call) => ask(call, (inquiry) => membersOf(inquiry, group)),
    authenticate: (account, password, call) => ask(call, (inquiry) => authenticate(inquiry, account, password)),
    probe: (call) => ask(call, probe),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function groupsOf(inquiry: Inquiry, user: DirectoryUser): Promise<Answer<readonly DirectoryGroup[]>> {
  const { kind } = inquiry.place.schema;
  return kind === 'active-directory' ? groupsByToken(inquiry, user) : groupsByWalking(inquiry, user);
}

async function probe(inquiry: Inquiry): Promise<Answer<LdapDirectoryFacts>> {
  const { service, place } = inquiry;
  for (const base of new Set([place.base, place.usersBase, place.groupsBase])) {
    const entry = await entryNamed(inquiry, base, ['objectClass']);
    if (entry.kind === 'cannot-tell') return entry;
    if (entry.kind === 'not-found')
      return cannotTell(`${service.name}: there is no entry ${base}, or it is hidden`, false);
  }
  return found({ kind: place.schema.kind, base: place.base });
}
