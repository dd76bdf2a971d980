/**
 * A replacement of Courier's authdaemond: Courier IMAP and POP3 log in against credentials and a directory of ours.
 * What cannot be told gets no answer, as Courier's own daemon does it: the client then says that the problem is
 * temporary. Passwords are not changed here, and accounts are not listed.
 */
import type { MaybePromise, PortCall } from '../../core/stage.js';
import type { Credentials } from '../../ports/credentials.js';
import type { Directory, DirectoryUser, UserKey } from '../../ports/directory.js';
import { type Answer, cannotTell, found, notFound } from '../../values/answer.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { parseMailbox } from '../../values/mailbox.js';
import type { LogFields, Logger } from '../shared/logger.js';
import { ipOf } from '../shared/socket-facts.js';
import { type RunningUnixServer, type Service, shown, startUnixServer } from '../shared/unix-server.js';
import { type UnixServerOptions, type UnixServerSettings, unixServerSettings } from '../shared/unix-settings.js';
import { type AuthdaemonAccount, type AuthdaemonRequest, encodeAccount, FAIL, RequestReader } from './protocol.js';

export interface AuthdaemondOptions extends UnixServerOptions {
  /** Absolute. Courier has one compiled in, `/run/courier/authdaemon/socket` in Debian; its own authdaemond must not
   * run. The folder must be there, and its user `courier` must come through it. */
  readonly path: string;
  /** Who may log in: `directoryCredentials(...)`, behind `limitLogins`. Courier tells the address of the client. */
  readonly credentials: Credentials;
  /** Where the entry of an account is found by the name that the credentials gave. */
  readonly directory: Directory;
  /** What Courier is told of a user. Undefined: this one has no mail here, which is refused as a wrong password is.
   * A rejection and an account that cannot be told (uid 0, a line end in a path) are a temporary failure. The
   * Maildir must be there: Courier makes none. */
  readonly account: (user: DirectoryUser, asked: AccountAsked) => MaybePromise<AuthdaemonAccount | undefined>;
}

export interface AccountAsked extends PortCall {
  /** `imap`, `pop3`, `esmtp`. */
  readonly service: string;
}

/**
 * Listens. Rejects with ConfigurationError (code `server`) for wrong options, and with the system's error when the
 * socket cannot be had.
 */
export async function authdaemond(options: AuthdaemondOptions): Promise<RunningUnixServer> {
  const problems: Problem[] = [];
  const { given, settings } = unixServerSettings(
    'authdaemond',
    options,
    ['credentials', 'directory', 'account'],
    problems,
  );
  const { credentials, directory, account } = given;
  if (typeof credentials?.verify !== 'function') problems.push(bad('credentials', 'has the method verify'));
  if (typeof directory?.findUser !== 'function') problems.push(bad('directory', 'has the method findUser'));
  if (typeof account !== 'function') problems.push(bad('account', 'is a function'));
  if (problems.length > 0) throw new ConfigurationError('server', problems);
  return startUnixServer(settings, serviceOf(given, settings));
}

const PROTOCOL = 'authdaemond';

function serviceOf(options: AuthdaemondOptions, settings: UnixServerSettings): Service<AuthdaemonRequest> {
  return {
    protocol: PROTOCOL,
    reader: () => new RequestReader(),
    async answer(request, call) {
      switch (request.kind) {
        case 'login':
          return logIn(options, settings, request, call);
        case 'lookup':
          return lookUp(options, settings, request, call);
        case 'other-login':
        case 'change-password':
          return FAIL;
        case 'enumerate':
          // An answer would be a list that looks whole.
          return undefined;
      }
    },
  };
}

type Login = Extract<AuthdaemonRequest, { kind: 'login' }>;
type Lookup = Extract<AuthdaemonRequest, { kind: 'lookup' }>;

async function logIn(
  options: AuthdaemondOptions,
  settings: UnixServerSettings,
  request: Login,
  call: PortCall,
): Promise<Uint8Array | undefined> {
  const { service, user: login, password, client } = request;
  const fields = { event: 'auth', protocol: PROTOCOL, ...shownOf(service, client, login) };
  const { signal, deadline } = call;
  // RFC 4513 section 5.1.2: a directory may take an empty password for an anonymous bind.
  const identity =
    login === '' || password === ''
      ? notFound('empty, too long, not UTF-8, or with a line end')
      : await options.credentials.verify(login, password, { signal, deadline, client: ipOf(client) });
  if (identity.kind !== 'found') {
    settings.log?.warn({ ...fields, result: identity.kind, detail: identity.why }, 'login failed');
    return identity.kind === 'not-found' ? FAIL : undefined;
  }
  const { name: account } = identity.value;
  const user = await options.directory.findUser({ kind: 'login', login: account }, call);
  const told = await toldOf(options, activeAlone(user), service, call);
  return settled(settings.log, { ...fields, account }, told, 'logged in', 'login failed');
}

async function lookUp(
  options: AuthdaemondOptions,
  { log }: UnixServerSettings,
  { service, user: name, client }: Lookup,
  call: PortCall,
): Promise<Uint8Array | undefined> {
  const fields = { event: 'account', protocol: PROTOCOL, ...shownOf(service, client, name) };
  const user = await options.directory.findUser(keyOf(name), call);
  return settled(log, fields, await toldOf(options, user, service, call), 'account', 'no account');
}

function shownOf(service: string, client: string, login: string): LogFields {
  return { service: shown(service), client: shown(client), login: shown(login) };
}

/** An address where it looks like one. */
function keyOf(user: string): UserKey {
  const address = user.includes('@') ? parseMailbox(user) : undefined;
  return address?.kind === 'parsed' ? { kind: 'address', address: address.value } : { kind: 'login', login: user };
}

/** Who has the password of a closed account may not read its mail; it may still be asked who that is. */
function activeAlone(user: Answer<DirectoryUser>): Answer<DirectoryUser> {
  return user.kind === 'found' && user.value.state !== 'active' ? notFound(user.value.state) : user;
}

async function toldOf(
  { account }: AuthdaemondOptions,
  user: Answer<DirectoryUser>,
  service: string,
  { signal, deadline }: PortCall,
): Promise<Answer<Uint8Array>> {
  if (user.kind !== 'found') return user;
  const given = await account(user.value, { signal, deadline, service });
  if (given === undefined) return notFound('no mail here');
  const told = encodeAccount(given, user.value.addresses[0]?.text ?? user.value.login);
  return told.kind === 'parsed' ? found(told.value) : cannotTell(`the account cannot be told: ${told.why}`, false);
}

function settled(
  log: Logger | undefined,
  fields: LogFields,
  told: Answer<Uint8Array>,
  yes: string,
  no: string,
): Uint8Array | undefined {
  if (told.kind === 'found') {
    log?.info({ ...fields, result: 'ok' }, yes);
    return told.value;
  }
  log?.warn({ ...fields, result: told.kind, detail: told.why }, no);
  return told.kind === 'not-found' ? FAIL : undefined;
}

function bad(construct: string, what: string): Problem {
  return { code: 'bad-option', message: `authdaemond: ${construct} ${what}`, construct };
}
