/**
 * A password is checked by a bind as the user (RFC 4513 section 5.1.3), whose entry is searched first, with the
 * configured rights: no name that a stranger gives is ever bound as it is. Whom nobody knows costs a bind too, of a
 * name that is not there. An empty password is refused before anything is asked: a server takes it for an anonymous
 * bind, which succeeds (section 5.1.2).
 */
import type { Authentication, LoginRefusal } from '../../ports/authenticator.js';
import type { AccountState, DirectoryUser } from '../../ports/directory.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { refusalOf } from './bind-answers.js';
import { findUser } from './find.js';
import type { Inquiry } from './inquiry.js';

export async function authenticate(
  inquiry: Inquiry,
  account: string,
  password: string,
): Promise<Answer<Authentication>> {
  const impossible = impossiblePassword(password);
  if (impossible !== undefined) return refused('wrong-password', impossible);
  const user = await findUser(inquiry, { kind: 'login', login: account });
  if (user.kind === 'cannot-tell') return user;
  if (user.kind === 'not-found') return asNobody(inquiry, password);
  return asUser(inquiry, user.value, password);
}

/** Octets are not counted: no directory takes passwords as long as this. */
const LONGEST_PASSWORD = 4096;

/** Why nobody can have this password. */
export function impossiblePassword(password: string): string | undefined {
  if (password === '') return 'the password is empty';
  if (password.length > LONGEST_PASSWORD) return 'the password is too long';
  // A server written in C may take what is before it for the whole: an empty password, for one.
  return password.includes('\0') ? 'the password has a NUL' : undefined;
}

async function asUser(inquiry: Inquiry, user: DirectoryUser, password: string): Promise<Answer<Authentication>> {
  const { service, call } = inquiry;
  const bound = await service.bind(user.id, password, call);
  if (bound.kind !== 'found') return unanswered(bound);
  if (bound.value.kind === 'refused') {
    // What was found at one server has not come to another yet: its no says nothing.
    if (bound.value.missing === true)
      return cannotTell(`${service.name}: ${user.id} is not at the server that was asked`);
    const { cause, detail } = refusalOf(bound.value, password);
    const state = cause === 'wrong-password' && user.state !== 'active' ? ` (the entry is ${user.state})` : '';
    return refused(cause, `${detail}${state}`);
  }
  // OpenLDAP keeps such entries and does not look at them in a bind (RFC 2307, shadowExpire).
  const cause = STATES[user.state];
  if (cause !== undefined) return refused(cause, 'by the entry');
  return (await mayLogIn(inquiry, user)) ?? found({ kind: 'authenticated', account: user.login, user });
}

/** A lock-out that is over is still in the entry: the bind has told. */
const STATES: Readonly<Partial<Record<AccountState, LoginRefusal>>> = {
  disabled: 'disabled',
  expired: 'account-expired',
};

/** Undefined: yes. Only who knows the password learns that he may not. */
async function mayLogIn(
  { service, settings, call }: Inquiry,
  user: DirectoryUser,
): Promise<Answer<Authentication> | undefined> {
  const filter = settings.loginFilter;
  if (filter === undefined) return undefined;
  const query = { base: user.id, scope: 'base', filter, attributes: ['objectClass'], sizeLimit: 0 } as const;
  const entries = await service.search(query, call);
  if (entries.kind !== 'found') return unanswered(entries);
  return entries.value.length > 0 ? undefined : refused('not-permitted', 'by loginFilter');
}

async function asNobody(inquiry: Inquiry, password: string): Promise<Answer<Authentication>> {
  const { service, place, call } = inquiry;
  const bound = await service.bind(`cn=no-such-account${place.usersBase && ','}${place.usersBase}`, password, call);
  return bound.kind === 'found' ? refused('no-such-account', undefined) : unanswered(bound);
}

/** Neither yes nor no. */
function unanswered(answer: Exclude<Answer<unknown>, { readonly kind: 'found' }>): Answer<never> {
  return answer.kind === 'cannot-tell' ? answer : cannotTell('the entry is gone');
}

function refused(cause: LoginRefusal, detail: string | undefined): Answer<Authentication> {
  return found({ kind: 'refused', cause, detail });
}
