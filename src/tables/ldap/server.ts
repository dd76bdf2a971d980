/**
 * Which servers an `ldap:` table asks, and how: server_host, server_port, bind*, timeout, start_tls, tls_* and what is
 * like them. What cannot be had here (SASL binds, ldapi:, protocol version 2, referrals, aliases of the directory) is a
 * problem that says so.
 */
import type { LdapTableServer } from '../../ports/ldap-search.js';
import type { ParameterReader } from './parameters.js';

const LOOPBACK = /^ldap:\/\/(?:localhost|127\.[0-9.]{5,11}|\[::1\]):/;
const SERVERS_LIMIT = 32;
const TIMEOUT_LIMIT = 3600;

export function readServer(reader: ParameterReader): LdapTableServer {
  const urls = readUrls(reader);
  const startTls = reader.flag('start_tls');
  const overTls = urls.some((url) => url.startsWith('ldaps:'));
  if (startTls && overTls) {
    reader.fault('start_tls', 'start-tls', 'expected no: StartTLS cannot be had inside of ldaps:', 'yes');
  }
  const bind = readBind(reader);
  if (!reader.flag('tls_require_cert', true) && (startTls || overTls)) {
    reader.warn('tls_require_cert', 'verified-anyway', "the server's certificate is verified here nevertheless", 'no');
  }
  const clear = urls.find((url) => url.startsWith('ldap:') && !LOOPBACK.test(url));
  if (clear !== undefined && bind !== undefined && !startTls) {
    reader.warn('server_host', 'plaintext-password', 'bind_pw is sent in clear text: write ldaps: or start_tls', clear);
  }
  refuseUnsupported(reader);
  const path = (name: string): string | undefined => reader.text(name) || undefined;
  return {
    urls,
    bind,
    timeout: reader.count('timeout', 10, 1, TIMEOUT_LIMIT) * 1000,
    startTls,
    caFile: path('tls_ca_cert_file'),
    caDirectory: path('tls_ca_cert_dir'),
    certificateFile: path('tls_cert'),
    keyFile: path('tls_key'),
  };
}

function readUrls(reader: ParameterReader): readonly string[] {
  const port = reader.count('server_port', 389, 1, 65_535);
  const words = reader.words('server_host', 'localhost');
  const urls = words.slice(0, SERVERS_LIMIT).flatMap((word): readonly string[] => {
    const url = urlOf(word, port);
    if (url !== undefined) return [url];
    const socket = /^ldapi:/i.test(word) ? ': sockets of this host are not asked' : '';
    const expected = `expected a host, host:port, ldap://host:port or ldaps://host:port${socket}`;
    reader.fault('server_host', 'bad-server', expected, word);
    return [];
  });
  if (words.length === 0) reader.fault('server_host', 'bad-server', 'expected a host');
  if (words.length > SERVERS_LIMIT)
    reader.fault('server_host', 'bad-server', `expected ${SERVERS_LIMIT} hosts at most`);
  return urls;
}

function urlOf(word: string, port: number): string | undefined {
  const match = /^(?:(ldaps?):\/\/)?(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,255})(?::([0-9]{1,5}))?\/?$/i.exec(word);
  if (match === null) return undefined;
  const [, scheme = '', host = '', given] = match;
  const usual = scheme === '' ? port : scheme.toLowerCase() === 'ldaps' ? 636 : 389;
  const asked = given === undefined ? usual : Number(given);
  if (asked < 1 || asked > 65_535) return undefined;
  return `${(scheme || 'ldap').toLowerCase()}://${host.toLowerCase()}:${asked}`;
}

function readBind(reader: ParameterReader): LdapTableServer['bind'] {
  const how = reader.oneOf('bind', ['yes', 'no', 'simple', 'none', 'sasl'], 'yes');
  if (how === 'sasl') {
    reader.fault('bind', 'unsupported', 'expected yes or no: no SASL mechanism can be used here', 'sasl');
  }
  const dn = reader.text('bind_dn');
  const password = reader.text('bind_pw');
  if (how === 'no' || how === 'none' || how === 'sasl' || dn === '') return undefined;
  // RFC 4513 section 5.1.2: a name without a password is an anonymous bind, which finds less and does not say so.
  if (password === '') reader.fault('bind_dn', 'no-password', 'expected bind_pw too: without it the bind is anonymous');
  return { dn, password };
}

function refuseUnsupported(reader: ParameterReader): void {
  if (reader.count('version', 3, 2, 3) !== 3) {
    reader.fault('version', 'unsupported', 'expected 3: no older version is spoken here (RFC 3494)', '2');
  }
  if (reader.flag('chase_referrals')) {
    reader.fault('chase_referrals', 'unsupported', 'expected no: references to other servers are not followed', 'yes');
  }
  if (reader.count('dereference', 0, 0, 3) !== 0) {
    const message = "expected 0: the directory's aliases are not followed";
    reader.fault('dereference', 'unsupported', message, reader.text('dereference'));
  }
  for (const name of ['tls_cipher_suite', 'tls_random_file', 'cache', 'cache_expiry', 'cache_size']) {
    if (reader.isSet(name)) reader.warn(name, 'ignored-parameter', 'it has no effect');
  }
}
