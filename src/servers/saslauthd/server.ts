/**
 * A replacement of saslauthd(8): whatever has Cyrus SASL (Postfix, Cyrus IMAP, OpenLDAP) logs in against credentials of
 * ours. What cannot be told gets no answer: the SASL library then reports a failure, and Postfix says 454 and not 535.
 */
import type { PortCall } from '../../core/stage.js';
import type { CredentialsCall, Identity } from '../../ports/credentials.js';
import type { Answer } from '../../values/answer.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { type RunningUnixServer, shown, startUnixServer } from '../shared/unix-server.js';
import { type UnixServerOptions, type UnixServerSettings, unixServerSettings } from '../shared/unix-settings.js';
import { NO, OK, RequestReader, type SaslauthdRequest } from './protocol.js';

/** What the credentials are told besides. `client` is never known: the protocol does not tell. */
export interface SaslauthdCall extends CredentialsCall {
  /** Who asks: `smtp`. */
  readonly service: string;
  readonly realm: string;
}

export interface SaslauthdServerOptions extends UnixServerOptions {
  /** Absolute; `mux` in the folder that the clients know: `/run/saslauthd/mux`. The folder must be there. */
  readonly path: string;
  /** Asked with `login@realm` where the client sends a realm, as the SASL library does with what stands behind an
   * `@`. Any Credentials will do: `directoryCredentials(...)`, behind `limitLogins`, which
   * then counts by account, and by all clients together (`unknownClients`) where you tell it to. */
  readonly credentials: {
    verify(login: string, password: string, call: SaslauthdCall): Promise<Answer<Identity>>;
  };
  /** Octets of each string of a request; a longer one is answered with NO. Default 1,024. */
  readonly maxBytes?: number;
}

/**
 * Listens. Rejects with ConfigurationError (code `server`) for wrong options, and with the system's error when the
 * socket cannot be had.
 */
export async function saslauthdServer(options: SaslauthdServerOptions): Promise<RunningUnixServer> {
  const problems: Problem[] = [];
  const { given, settings } = unixServerSettings('saslauthd', options, ['credentials', 'maxBytes'], problems);
  const { credentials, maxBytes = 1024 } = given;
  if (typeof credentials?.verify !== 'function') problems.push(bad('credentials', 'has the method verify'));
  if (!Number.isInteger(maxBytes) || maxBytes < 1 || maxBytes > 65_535) {
    problems.push(bad('maxBytes', 'is a whole number from 1 to 65535'));
  }
  if (problems.length > 0) throw new ConfigurationError('server', problems);
  return startUnixServer(settings, {
    protocol: 'saslauthd',
    reader: () => new RequestReader(maxBytes),
    answer: (request, call) => answer(given, settings, request, call),
  });
}

async function answer(
  { credentials }: SaslauthdServerOptions,
  { log }: UnixServerSettings,
  { login: name, password, service, realm }: SaslauthdRequest,
  call: PortCall,
): Promise<Uint8Array | undefined> {
  const login = realm === '' ? name : `${name}@${realm}`;
  const fields = { event: 'auth', protocol: 'saslauthd', service: shown(service), login: shown(login) };
  if (name === '' || password === '') {
    log?.warn({ ...fields, result: 'not-found', detail: 'empty, too long or not UTF-8' }, 'login failed');
    return NO;
  }
  const { signal, deadline } = call;
  const verdict = await credentials.verify(login, password, { signal, deadline, client: undefined, service, realm });
  if (verdict.kind === 'found') {
    log?.info({ ...fields, result: 'ok', account: verdict.value.name }, 'logged in');
    return OK;
  }
  log?.warn({ ...fields, result: verdict.kind, detail: verdict.why }, 'login failed');
  return verdict.kind === 'not-found' ? NO : undefined;
}

function bad(construct: string, what: string): Problem {
  return { code: 'bad-option', message: `saslauthd: ${construct} ${what}`, construct };
}
