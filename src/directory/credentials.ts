/**
 * The port Credentials over an Authenticator, with the rules of a site between them: how logins are read, who never
 * may, who may by group. An empty password ends here (RFC 4513 section 5.1.2). Wrong passwords and refused accounts are
 * "not found", whose `why` begins with the cause and is for the log; a directory that cannot tell stays "could not
 * tell", whatever was asked of it. Who is refused for a name alone waits as long as for a wrong password.
 */
import type { MaybePromise } from '../core/stage.js';
import type { Authentication, Authenticator, LoginRefusal } from '../ports/authenticator.js';
import type { Credentials, CredentialsCall, Identity } from '../ports/credentials.js';
import type { DirectoryUser, UserKey } from '../ports/directory.js';
import { type Answer, found, notFound } from '../values/answer.js';
import { utf8Length } from '../values/characters.js';
import { parseMailbox } from '../values/mailbox.js';
import { canonicalName, comparable, prepareName } from './account-name.js';
import { type DirectoryCredentialsOptions, type Rules, rulesOf } from './credentials-options.js';
import { type GroupRule, groupRule } from './login-groups.js';

export interface DirectoryCredentials extends Credentials {
  accountOf(login: string, call: CredentialsCall): MaybePromise<Answer<string>>;
}

/** Throws ConfigurationError `options`: `no-such-option`, `bad-name` for wrong names, `bad-option` for values of
 * another type, and for rules that need a directory where there is none. */
export function directoryCredentials(
  authenticator: Authenticator,
  options: DirectoryCredentialsOptions = {},
): DirectoryCredentials {
  const rules = rulesOf(authenticator, options);
  const groups = groupRule(rules);
  const asSlowly = async (refusal: Answer<never>, password: string, call: CredentialsCall): Promise<Answer<never>> => {
    await authenticator.authenticate(NOBODY, 'x'.repeat(utf8Length(password)), call);
    return refusal;
  };
  return {
    accountOf: async (login, call) => {
      const account = await accountOf(rules, login, call);
      return account.kind === 'found' ? found(comparable(account.value.name)) : account;
    },
    verify: async (login, password, call) => {
      if (password === '') return refused('wrong-password', 'an empty password');
      const account = await accountOf(rules, login, call);
      if (account.kind === 'cannot-tell') return account;
      if (account.kind === 'not-found') return asSlowly(account, password, call);
      const { name, user } = account.value;
      const fault = invalidFault(rules, name, user);
      if (fault !== undefined) return asSlowly(refused('not-permitted', fault), password, call);
      const answer = await authenticator.authenticate(name, password, call);
      return answer.kind === 'found' ? judge(rules, groups, answer.value, user, call) : unlessEmpty(answer);
    },
  };
}

/** Asked for in the place of a name that is refused, so that the time does not tell. Longer than the 20 characters that
 * an account of Active Directory may have. */
const NOBODY = 'postern-no-such-account';

interface Account {
  readonly name: string;
  /** Undefined: the directory has none, or there is no directory. */
  readonly user: DirectoryUser | undefined;
}

/** A directory with a user of that principal name or address knows better than any rule how a login is read: the name
 * of the account need not be in it. */
async function accountOf(rules: Rules, login: string, call: CredentialsCall): Promise<Answer<Account>> {
  const { directory } = rules;
  if (directory !== undefined) {
    for (const key of keysOf(rules, login)) {
      const answer = await directory.findUser(key, call);
      if (answer.kind !== 'not-found') return accountOfEntry(answer);
    }
  }
  const read = rules.accounts(login);
  if (read.kind !== 'account')
    return refused('no-such-account', read.kind === 'foreign' ? 'of another domain' : read.why);
  const named = { name: read.account, user: undefined };
  if (directory === undefined) return found(named);
  const answer = await directory.findUser({ kind: 'login', login: read.account }, call);
  return answer.kind === 'not-found' ? found(named) : accountOfEntry(answer);
}

function accountOfEntry(answer: Exclude<Answer<DirectoryUser>, { kind: 'not-found' }>): Answer<Account> {
  return answer.kind === 'found' ? found({ name: canonicalName(answer.value.login), user: answer.value }) : answer;
}

function keysOf({ byAddress }: Rules, login: string): readonly UserKey[] {
  const prepared = prepareName(login);
  if (!login.includes('@') || prepared.kind === 'refused') return [];
  const address = byAddress ? parseMailbox(login) : undefined;
  return [
    { kind: 'principal', principal: prepared.name },
    ...(address?.kind === 'parsed' ? [{ kind: 'address', address: address.value } as const] : []),
  ];
}

function invalidFault({ invalid }: Rules, name: string, user: DirectoryUser | undefined): string | undefined {
  return invalid.nameFault(name) ?? (user && invalid.userFault(user));
}

/** The password is right. What is found out now may still forbid it. */
async function judge(
  rules: Rules,
  groups: GroupRule,
  authentication: Authentication,
  known: DirectoryUser | undefined,
  call: CredentialsCall,
): Promise<Answer<Identity>> {
  if (authentication.kind === 'refused') return refused(authentication.cause, authentication.detail);
  const { account, user } = authentication;
  const first = invalidFault(rules, account, user);
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
  const fault = await groups(listed, call);
  if (fault.kind === 'cannot-tell') return fault;
  return fault.kind === 'found' ? refused('not-permitted', fault.value) : found({ name: listed?.login ?? account });
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
  if (own && user !== undefined) return found(user);
  const isKnown = known !== undefined && comparable(known.login) === comparable(account);
  return isKnown ? found(known) : directory.findUser({ kind: 'login', login: account }, call);
}

function refused(cause: LoginRefusal, detail: string | undefined): Answer<never> {
  return notFound(detail === undefined ? cause : `${cause}: ${detail}`);
}

/** An authenticator never says not-found; one that does has refused. */
function unlessEmpty(answer: Exclude<Answer<Authentication>, { kind: 'found' }>): Answer<never> {
  return answer.kind === 'cannot-tell' ? answer : refused('unspecified', answer.why);
}
