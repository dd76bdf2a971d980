/**
 * The port Credentials over an Authenticator, with the rules of a site between them: how logins are read, who never
 * may, who may by group. An empty password ends here (RFC 4513 section 5.1.2). Wrong passwords and refused accounts are
 * "not found", whose `why` begins with the cause and is for the log; a directory that cannot tell stays "could not
 * tell", whatever was asked of it.
 */
import type { MaybePromise } from '../core/stage.js';
import type { Authentication, Authenticator, LoginRefusal } from '../ports/authenticator.js';
import type { Credentials, CredentialsCall, Identity } from '../ports/credentials.js';
import type { Directory, DirectoryUser } from '../ports/directory.js';
import { type Answer, found, notFound } from '../values/answer.js';
import { ConfigurationError, type Problem } from '../values/errors.js';
import { parseMailbox } from '../values/mailbox.js';
import { type AccountNames, accountNames, comparable, prepareName } from './account-name.js';
import { type InvalidUsers, invalidUsers } from './invalid-users.js';

export interface DirectoryCredentialsOptions {
  /** How a login is read. Default: as a name without a domain. */
  readonly accounts?: AccountNames;
  /** Beside `root`, who never may log in: names, and `@group` (smb.conf(5), invalid users). */
  readonly invalidUsers?: readonly string[];
  /** Whose groups and addresses count. With one, the entry of whoever is logged in is looked at too: its name, its
   * state. */
  readonly directory?: Directory;
  /** A login that is a user's mail address is that user's; asked first for whatever has an `@`. Needs `directory`.
   * Default false. */
  readonly addresses?: boolean;
  /** Members of one of these alone may log in, also through other groups. Needs `directory`. Default: everybody. */
  readonly allowedGroups?: readonly string[];
}

export interface DirectoryCredentials extends Credentials {
  accountOf(login: string, call: CredentialsCall): MaybePromise<Answer<string>>;
}

interface Rules {
  readonly accounts: AccountNames;
  readonly invalid: InvalidUsers;
  readonly directory: Directory | undefined;
  /** The authenticator is the directory itself. */
  readonly own: boolean;
  readonly byAddress: Directory | undefined;
  readonly allowed: readonly string[] | undefined;
}

/** Throws ConfigurationError `options`: `bad-name` for wrong names, `bad-option` for rules that need a directory
 * where there is none. */
export function directoryCredentials(
  authenticator: Authenticator,
  options: DirectoryCredentialsOptions = {},
): DirectoryCredentials {
  const rules = rulesOf(authenticator, options);
  return {
    accountOf: async (login, call) => {
      const account = await accountOf(rules, login, call);
      return account.kind === 'found' ? found(account.value.name) : account;
    },
    verify: async (login, password, call) => {
      if (password === '') return refused('wrong-password', 'an empty password');
      const account = await accountOf(rules, login, call);
      if (account.kind !== 'found') return account;
      const { name, user } = account.value;
      const fault = rules.invalid.nameFault(name) ?? (user && rules.invalid.userFault(user));
      if (fault !== undefined) return refused('not-permitted', fault);
      const answer = await authenticator.authenticate(name, password, call);
      return answer.kind === 'found' ? judge(rules, answer.value, user, call) : unlessEmpty(answer);
    },
  };
}

interface Account {
  readonly name: string;
  /** Where it was found by address. */
  readonly user: DirectoryUser | undefined;
}

async function accountOf(rules: Rules, login: string, call: CredentialsCall): Promise<Answer<Account>> {
  const read = rules.accounts(login);
  if (rules.byAddress !== undefined && login.includes('@') && prepareName(login).kind === 'prepared') {
    const address = parseMailbox(login);
    const answer =
      address.kind === 'parsed' && (await rules.byAddress.findUser({ kind: 'address', address: address.value }, call));
    if (answer !== false && answer.kind === 'cannot-tell') return answer;
    if (answer !== false && answer.kind === 'found')
      return found({ name: comparable(answer.value.login), user: answer.value });
  }
  if (read.kind === 'account') return found({ name: read.account, user: undefined });
  return refused('no-such-account', read.kind === 'foreign' ? 'of another domain' : read.why);
}

/** The password is right. What is found out now may still forbid it. */
async function judge(
  rules: Rules,
  authentication: Authentication,
  known: DirectoryUser | undefined,
  call: CredentialsCall,
): Promise<Answer<Identity>> {
  if (authentication.kind === 'refused') return refused(authentication.cause, authentication.detail);
  const { account, user } = authentication;
  const first = rules.invalid.nameFault(account);
  if (first !== undefined) return refused('not-permitted', first);
  const entry = await entryOf(rules, authentication, known, call);
  if (entry.kind === 'cannot-tell') return entry;
  const listed = entry.kind === 'found' ? entry.value : undefined;
  for (const one of [user, listed]) {
    const fault = one && rules.invalid.userFault(one);
    if (fault !== undefined) return refused('not-permitted', fault);
    // Who checks passwords alone (a Kerberos server, a file) may not know that the account is closed.
    if (one !== undefined && one.state !== 'active') return refused(causeOf[one.state], 'by its entry');
  }
  const fault = await groupFault(rules, listed, call);
  if (fault.kind !== 'found') return fault;
  return fault.value === undefined ? found({ name: listed?.login ?? account }) : refused('not-permitted', fault.value);
}

const causeOf = { disabled: 'disabled', expired: 'account-expired', 'locked-out': 'locked-out' } as const;

/** In the directory of the options, for an entry is of use to its own directory alone. */
function entryOf(
  { directory, own }: Rules,
  { account, user }: Extract<Authentication, { kind: 'authenticated' }>,
  known: DirectoryUser | undefined,
  call: CredentialsCall,
): MaybePromise<Answer<DirectoryUser>> {
  if (directory === undefined) return notFound();
  const here = (own ? user : undefined) ?? known;
  return here === undefined ? directory.findUser({ kind: 'login', login: account }, call) : found(here);
}

/** Found: why not, or undefined. */
async function groupFault(
  { directory, allowed, invalid }: Rules,
  user: DirectoryUser | undefined,
  call: CredentialsCall,
): Promise<Answer<string | undefined>> {
  if (directory === undefined || (allowed === undefined && invalid.groups.length === 0)) return found(undefined);
  const outside = allowed === undefined ? undefined : 'in none of the groups that may log in';
  if (user === undefined) return found(outside);
  const groups = await directory.groupsOf(user, call);
  if (groups.kind === 'cannot-tell') return groups;
  const names = new Set(groups.kind === 'found' ? groups.value.map((group) => comparable(group.name)) : []);
  const barred = invalid.groups.find((name) => names.has(comparable(name)));
  if (barred !== undefined) return found(`a member of ${barred}`);
  return found(allowed?.some((name) => names.has(comparable(name))) === true ? undefined : outside);
}

function refused(cause: LoginRefusal, detail: string | undefined): Answer<never> {
  return notFound(detail === undefined ? cause : `${cause}: ${detail}`);
}

/** An authenticator never says not-found; one that does has refused. */
function unlessEmpty(answer: Exclude<Answer<Authentication>, { kind: 'found' }>): Answer<never> {
  return answer.kind === 'cannot-tell' ? answer : refused('unspecified', answer.why);
}

function rulesOf(authenticator: Authenticator, options: DirectoryCredentialsOptions): Rules {
  const { accounts = accountNames(), directory, addresses = false, allowedGroups } = options;
  const invalid = invalidUsers(options.invalidUsers, accounts);
  const problems: Problem[] = [];
  const needs = (option: string, why: string): void => {
    if (directory !== undefined) return;
    problems.push({ code: 'bad-option', message: `${option} needs the option directory: ${why}`, construct: option });
  };
  if (addresses) needs('addresses', 'it knows whose they are');
  if (allowedGroups !== undefined) needs('allowedGroups', 'it knows the members');
  if (invalid.groups.length > 0) needs('invalidUsers', 'it knows the members of groups');
  for (const construct of allowedGroups ?? []) {
    if (prepareName(construct).kind === 'prepared') continue;
    problems.push({ code: 'bad-name', message: 'allowedGroups are names of groups', construct });
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const own = (authenticator as object) === directory;
  return { accounts, invalid, directory, own, byAddress: addresses ? directory : undefined, allowed: allowedGroups };
}
