/**
 * The port Directory over the accounts of a host: passwd(5) and group(5), read from files or asked of getent(1), which
 * is how winbind shows the users of a Windows domain. Whether an account is locked stands in shadow(5) and is not seen:
 * every state is `active`. Groups have no addresses and hold no groups. Who may log in is asked elsewhere, of saslauthd
 * for one.
 */
import type { PortCall } from '../../core/stage.js';
import type { Directory, DirectoryGroup, DirectoryUser, GroupKey, UserKey } from '../../ports/directory.js';
import { type Mailbox, mailboxOf } from '../../values/address.js';
import { type Answer, found, notFound } from '../../values/answer.js';
import type { Domain } from '../../values/domain.js';
import { fileSource } from './file-source.js';
import { getentSource } from './getent-source.js';
import type { GroupEntry, PasswdEntry } from './lines.js';
import { isName, sameName } from './names.js';
import { type CommonSettings, type PosixOptions, posixSettings } from './settings.js';
import type { AccountSource } from './source.js';

export interface PosixDirectory extends Directory, AsyncDisposable {
  findUser(key: UserKey, call?: PortCall): Promise<Answer<DirectoryUser>>;
  findGroup(key: GroupKey, call?: PortCall): Promise<Answer<DirectoryGroup>>;
  groupsOf(user: DirectoryUser, call?: PortCall): Promise<Answer<readonly DirectoryGroup[]>>;
  membersOf(group: DirectoryGroup, call?: PortCall): Promise<Answer<readonly DirectoryUser[]>>;
  /** Ends every question as "could not tell", later ones too; resolves when no process is left. */
  close(): Promise<void>;
}

/**
 * Throws ConfigurationError (code `options`) for wrong options and for files that cannot be read or hold no account.
 * Whether the program getent is there shows at the first question.
 */
export function posixDirectory(options: PosixOptions = {}): PosixDirectory {
  const settings = posixSettings(options);
  const prefix = settings.kind === 'getent' ? settings.prefix : '';
  const source = settings.kind === 'getent' ? getentSource(settings) : fileSource(settings);
  return directoryOver(source, settings, prefix);
}

function directoryOver(source: AccountSource, settings: CommonSettings, prefix: string): PosixDirectory {
  const { domains } = settings;
  const users = (entry: PasswdEntry): readonly DirectoryUser[] => userOf(entry, settings, prefix);
  const groups = (entry: GroupEntry): readonly DirectoryGroup[] => groupOf(entry, prefix);
  const close = (): Promise<void> => source.close();
  return {
    name: source.name,
    async findUser(key, call) {
      const login = loginIn(key, domains);
      if (login === undefined || !isName(prefix + login)) return notFound();
      return first(await source.user(prefix + login, call), users);
    },
    async findGroup(key, call) {
      if (key.kind === 'address' || !isName(prefix + key.name)) return notFound();
      return first(await source.group(prefix + key.name, call), groups);
    },
    async groupsOf({ id }, call) {
      return isName(id) ? all(await source.groupsOf(id, call), groups) : notFound();
    },
    async membersOf({ id }, call) {
      return isName(id) ? all(await source.membersOf(id, call), users) : notFound();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Undefined for an address elsewhere, and for a principal, which no host knows. */
function loginIn(key: UserKey, domains: readonly Domain[]): string | undefined {
  if (key.kind === 'login') return key.login;
  if (key.kind === 'principal') return undefined;
  const { localPart, domain } = key.address;
  return domains.some(({ ascii }) => domain.kind === 'domain' && domain.ascii === ascii) ? localPart : undefined;
}

function first<E, T>(answer: Answer<E>, read: (entry: E) => readonly T[]): Answer<T> {
  if (answer.kind !== 'found') return answer;
  const [value] = read(answer.value);
  return value === undefined ? notFound() : found(value);
}

function all<E, T>(answer: Answer<readonly E[]>, read: (entry: E) => readonly T[]): Answer<readonly T[]> {
  return answer.kind === 'found' ? found(answer.value.flatMap(read)) : answer;
}

/** None for an account of another domain, and for one that is nobody's. */
function userOf(entry: PasswdEntry, { domains, uids }: CommonSettings, prefix: string): readonly DirectoryUser[] {
  const { name, uid, gid, gecos, home, shell } = entry;
  const login = withoutPrefix(name, prefix);
  if (login === undefined || uid < uids[0] || uid > uids[1]) return [];
  // The fields behind the name are rooms and telephones, but winbind shows names as they are: `Miller, Susan`.
  const displayName = (gecos.split(/,(?! )/)[0] ?? '').trim();
  return [
    {
      kind: 'user',
      id: name,
      login,
      displayName: displayName === '' ? undefined : displayName,
      addresses: domains.flatMap((domain) => addressOf(login, domain)),
      state: 'active',
      sid: undefined,
      posix: { uid, gid, home, shell },
    },
  ];
}

function groupOf({ name: id, gid }: GroupEntry, prefix: string): readonly DirectoryGroup[] {
  const name = withoutPrefix(id, prefix);
  return name === undefined ? [] : [{ id, name, addresses: [], sid: undefined, gid }];
}

function addressOf(login: string, domain: Domain): readonly Mailbox[] {
  const mailbox = mailboxOf(login, domain);
  return mailbox.kind === 'parsed' ? [mailbox.value] : [];
}

function withoutPrefix(name: string, prefix: string): string | undefined {
  const has = sameName(name.slice(0, prefix.length), prefix) && name.length > prefix.length;
  return has ? name.slice(prefix.length) : undefined;
}
