/**
 * The reference directory: users, groups and passwords from a list. For tests, and for the adapters that read files.
 * Can be told not to answer, and to wait. A question is a look-up; only nested groups are walked, in linear time.
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import type { Authentication, Authenticator, LoginRefusal } from '../ports/authenticator.js';
import type {
  AccountState,
  Directory,
  DirectoryGroup,
  DirectoryMember,
  DirectoryUser,
  UserKey,
} from '../ports/directory.js';
import { foldedKey, type Mailbox } from '../values/address.js';
import { type Answer, type CannotTell, cannotTell, found, notFound } from '../values/answer.js';
import { encodeUtf8 } from '../values/bytes.js';
import { ConfigurationError } from '../values/errors.js';
import type { DirectoryData } from './data.js';
import { type DirectoryIndex, type IndexedGroup, indexDirectory } from './directory-index.js';
import { foldName } from './fold.js';
import { reachable } from './nested.js';

export interface MemoryDirectoryOptions extends DirectoryData {
  /** Default `memory`. */
  readonly name?: string;
  /** Whether `given` is the password that `stored` stands for. `stored` is undefined where there is no such user or he
   * has no password: then the answer is `found(false)`, after the same time. Default: `stored` is the password,
   * compared in constant time. */
  readonly verify?: VerifyPassword;
  /** An address that two users have, or two groups, is no error: "could not tell" for good. Default false. */
  readonly sharedAddresses?: boolean;
  /** A name that two groups have is no error: "could not tell" for good. Default false. */
  readonly sharedGroupNames?: boolean;
  /** Milliseconds since 1970. Needed where a user has `expires`. */
  readonly now?: () => number;
}

export type VerifyPassword = (
  stored: string | undefined,
  given: string,
  call?: PortCall,
) => MaybePromise<Answer<boolean>>;

export interface MemoryDirectory extends Directory, Authenticator {
  /** All of them, in the order in which they were given. */
  readonly users: readonly DirectoryUser[];
  readonly groups: readonly DirectoryGroup[];
  /** Questions asked so far, logins among them. */
  readonly questions: number;
  /** From now on every answer is "could not tell" for this reason; undefined: answers again. `temporary`: default true.
   * */
  fail(why: string | undefined, temporary?: boolean): void;
  /** From now on every answer waits for this, or for the end of the evaluation, which makes it "could not tell";
   * undefined: none waits. Whether it fails is decided after the wait. */
  hold(until: Promise<unknown> | undefined): void;
}

/** Throws ConfigurationError `directory` with all that is wrong with the users and groups. */
export function memoryDirectory(options: MemoryDirectoryOptions): MemoryDirectory {
  const { name = 'memory', verify = samePassword, sharedAddresses = false, sharedGroupNames = false } = options;
  const { now = clockless(options) } = options;
  const index = indexDirectory(options, { sharedAddresses, sharedGroupNames });
  const today = (user: DirectoryUser): DirectoryUser => asOf(index, user, now);
  let failure: CannotTell | undefined;
  let held: Promise<unknown> | undefined;
  let questions = 0;
  function answer<T>(call: PortCall | undefined, look: () => MaybePromise<Answer<T>>): MaybePromise<Answer<T>> {
    questions++;
    if (call?.signal.aborted === true) return OVER;
    if (held === undefined) return failure ?? look();
    return waitFor(held, call).then((over) => (over ? OVER : (failure ?? look())));
  }
  return {
    name,
    get users() {
      return Object.freeze([...index.usersByLogin.values()].map(today));
    },
    groups: Object.freeze(index.groups.map(({ group }) => group)),
    get questions() {
      return questions;
    },
    findUser: (key, call) =>
      answer(call, () => {
        const user = findUser(index, key);
        return user.kind === 'found' ? found(today(user.value)) : user;
      }),
    findGroup: (key, call) =>
      answer(call, () => {
        const group =
          key.kind === 'name'
            ? only(index.groupsByName.get(foldName(key.name) ?? ''), 'name', key.name)
            : oneAt(index.groupsByAddress, key.address);
        return group.kind === 'found' ? found(group.value.group) : group;
      }),
    groupsOf: (user, call) => answer(call, () => groupsOf(index, user)),
    membersOf: (group, call) => answer(call, () => membersOf(index, group, today)),
    authenticate: (account, password, call) =>
      answer(call, () => authenticate(index, account, password, today, (stored) => verify(stored, password, call))),
    fail: (why, temporary) => {
      failure = why === undefined ? undefined : cannotTell(why, temporary);
    },
    hold: (until) => {
      held = until;
    },
  };
}

function clockless({ users }: DirectoryData): () => number {
  const user = users.find(({ expires }) => expires !== undefined);
  if (user === undefined) return () => 0;
  const message = 'memoryDirectory: now is a function where a user has "expires"';
  throw new ConfigurationError('directory', [{ code: 'no-clock', message, construct: 'now' }]);
}

/** The state of an account that expires is that of the moment; who is disabled stays so. */
function asOf(index: DirectoryIndex, user: DirectoryUser, now: () => number): DirectoryUser {
  const expires = index.logins.get(user)?.expires;
  if (expires === undefined || user.state === 'disabled' || now() < expires) return user;
  return Object.freeze({ ...user, state: 'expired' });
}

const OVER = cannotTell('the evaluation is over');

/** True when the evaluation was over first. */
function waitFor(until: Promise<unknown>, call: PortCall | undefined): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const over = (): void => resolve(true);
    call?.signal.addEventListener('abort', over, { once: true });
    until.then(() => resolve(false), reject).finally(() => call?.signal.removeEventListener('abort', over));
  });
}

function one<T>(map: ReadonlyMap<string, T>, key: string | undefined): Answer<T> {
  const value = key === undefined ? undefined : map.get(key);
  return value === undefined ? notFound() : found(value);
}

function oneAt<T>(map: ReadonlyMap<string, readonly T[]>, address: Mailbox): Answer<T> {
  return only(map.get(foldedKey(address)), 'address', address.text);
}

function only<T>([first, second]: readonly T[] = [], what: string, text: string): Answer<T> {
  if (first === undefined) return notFound();
  return second === undefined ? found(first) : cannotTell(`more than one entry has the ${what} ${text}`, false);
}

function findUser(index: DirectoryIndex, key: UserKey): Answer<DirectoryUser> {
  switch (key.kind) {
    case 'login':
      return one(index.usersByLogin, foldName(key.login));
    case 'principal':
      return one(index.usersByPrincipal, foldName(key.principal));
    case 'address':
      return oneAt(index.usersByAddress, key.address);
  }
}

function groupsOf(index: DirectoryIndex, user: DirectoryUser): Answer<readonly DirectoryGroup[]> {
  const entry = index.usersById.get(user.id);
  if (entry === undefined) return notFound();
  const groups = reachable(index.groupsOfMember.get(entry) ?? [], (group) => group.within);
  return found(Object.freeze([...groups].map(({ group }) => group)));
}

function membersOf(
  index: DirectoryIndex,
  group: DirectoryGroup,
  today: (user: DirectoryUser) => DirectoryUser,
): Answer<readonly DirectoryMember[]> {
  const start = index.groupsById.get(group.id);
  if (start === undefined) return notFound();
  const members = new Set<DirectoryMember>();
  for (const { direct } of reachable<IndexedGroup>([start], ({ groups }) => groups)) {
    for (const member of direct) members.add(member);
  }
  return found(Object.freeze([...members].map((one) => (one.kind === 'user' ? today(one) : one))));
}

function authenticate(
  index: DirectoryIndex,
  account: string,
  password: string,
  today: (user: DirectoryUser) => DirectoryUser,
  verify: (stored: string | undefined) => MaybePromise<Answer<boolean>>,
): MaybePromise<Answer<Authentication>> {
  // RFC 4513 section 5.1.2: an empty password is no proof of anything, whatever is stored.
  if (password === '') return refused('wrong-password');
  const user = one(index.usersByLogin, foldName(account));
  const login = user.kind === 'found' ? index.logins.get(user.value) : undefined;
  const conclude = (right: Answer<boolean>): Answer<Authentication> => {
    if (right.kind === 'cannot-tell') return right;
    if (user.kind !== 'found') return refused('no-such-account');
    if (right.kind !== 'found' || !right.value || login?.password === undefined) return refused('wrong-password');
    const account = today(user.value);
    const refusal = REFUSALS[account.state] ?? login.refusal;
    if (refusal !== undefined) return refused(refusal);
    return found(Object.freeze({ kind: 'authenticated', account: account.login, user: account }));
  };
  const right = anyOf([login?.password, ...(login?.otherPasswords ?? [])], verify);
  return 'then' in right ? right.then(conclude) : conclude(right);
}

/** The first that is right; else the first that could not be told; else no. */
function anyOf(
  [stored, ...others]: readonly (string | undefined)[],
  verify: (stored: string | undefined) => MaybePromise<Answer<boolean>>,
): MaybePromise<Answer<boolean>> {
  const right = verify(stored);
  if (others.length === 0) return right;
  const further = (said: Answer<boolean>): MaybePromise<Answer<boolean>> => {
    if (said.kind === 'found' && said.value) return said;
    const rest = anyOf(others, verify);
    const choose = (other: Answer<boolean>): Answer<boolean> =>
      said.kind === 'cannot-tell' && !(other.kind === 'found' && other.value) ? said : other;
    return 'then' in rest ? rest.then(choose) : choose(rest);
  };
  return 'then' in right ? right.then(further) : further(right);
}

const REFUSALS: Readonly<Partial<Record<AccountState, LoginRefusal>>> = {
  disabled: 'disabled',
  expired: 'account-expired',
  'locked-out': 'locked-out',
};

function refused(cause: LoginRefusal): Answer<Authentication> {
  return found(Object.freeze({ kind: 'refused', cause, detail: undefined }));
}

/** The time depends on the length of what was given alone. */
function samePassword(stored: string | undefined, given: string): Answer<boolean> {
  const [expected, octets] = [encodeUtf8(stored ?? ''), encodeUtf8(given)];
  let differences = expected.length ^ octets.length;
  for (let i = 0; i < octets.length; i++) differences |= (expected[i % expected.length] ?? 0) ^ (octets[i] as number);
  return found(stored !== undefined && differences === 0);
}
