/**
 * What one smtpd(8) service of master.cf says of the server itself, as options of `smtpServer()`: names, limits, times,
 * TLS, XCLIENT, bare newlines. What a server of ours cannot do is told by `judge`, by parameter.
 */
import type { Credentials } from '../ports/credentials.js';
import type { Resolver } from '../ports/resolver.js';
import type { Problem } from '../values/errors.js';
import type { Network } from '../values/ip.js';
import { parseNetwork } from '../values/network.js';
import type { Abilities } from './abilities.js';
import { networkFault } from './domains.js';
import type { Listen } from './endpoint.js';
import type { PostfixFiles } from './files.js';
import { splitList } from './lists.js';
import type { ParameterView } from './parameter-view.js';
import type { Judge } from './report.js';
import { readServerTls, type ServerTls } from './server-tls.js';

/** Fits the options of `smtpServer()`; policy and store are added. */
export interface PostfixServer {
  readonly host: string;
  readonly port: number;
  /** myhostname. */
  readonly name: string;
  /** Who `<postmaster>` is: at myorigin. */
  readonly postmaster: string;
  readonly strictEnvelope: boolean;
  /** smtputf8_enable, strict_smtputf8. */
  readonly smtputf8: 'strict' | 'lenient' | 'off';
  /** smtpd_helo_required. */
  readonly requireHello: boolean;
  /** smtpd_delay_reject. */
  readonly delayHello: boolean;
  readonly softBounce: boolean;
  /** For the names of clients, unless smtpd_peername_lookup is off. */
  readonly resolver?: Resolver;
  readonly bareNewline: 'reject' | 'normalise';
  readonly xclientHosts: readonly Network[];
  readonly limits: PostfixServerLimits;
  readonly tls?: ServerTls;
  readonly implicitTls: boolean;
  readonly requireTls: boolean;
  /** Where smtpd_sasl_auth_enable is on, there is TLS, and the reader was given some. */
  readonly credentials?: Credentials;
}

export interface PostfixServerLimits {
  /** smtpd_recipient_limit. */
  readonly recipients: number;
  /** smtpd_hard_error_limit. */
  readonly errors: number;
  /** smtpd_junk_command_limit. */
  readonly junkCommands: number;
  /** line_length_limit, 512 to 16,384. */
  readonly commandBytes: number;
  /** message_size_limit; 2^48 where it is 0, no limit. */
  readonly messageBytes: number;
  /** Without limit: smtpd(8) takes lines of any length in a message. */
  readonly lineBytes: number;
  /** smtpd_client_connection_count_limit; 1,000,000 where it is 0, no limit. */
  readonly connectionsPerClient: number;
  /** smtpd_starttls_timeout, in milliseconds. */
  readonly handshakeTime: number;
  /** smtpd_timeout, in milliseconds. */
  readonly idleTime: number;
}

/** How clients log in (smtpd_sasl_*). */
export interface PostfixLogin {
  /** smtpd_sasl_auth_enable, and a mechanism that the security options allow. */
  readonly enabled: boolean;
  /** smtpd_sasl_type: `cyrus`, `dovecot`. */
  readonly type: string;
  /** smtpd_sasl_path: the name of Cyrus's configuration, or Dovecot's socket. */
  readonly path: string;
}

export interface ServerContext {
  readonly files: PostfixFiles;
  readonly listen: Listen;
  readonly judge: Judge;
  readonly warnings: Problem[];
  readonly abilities: Abilities;
}

const NO_LIMIT = 2 ** 48;
const MANY = 1_000_000;

export function readServer(
  view: ParameterView,
  context: ServerContext,
): Omit<PostfixServer, 'postmaster'> & { readonly login: PostfixLogin } {
  const { listen, abilities } = context;
  const { credentials, resolver } = abilities;
  const transport = readServerTls(view, context);
  const login = readLogin(view, context, transport.tls !== undefined);
  judgeRest(view, context);
  return {
    ...listen,
    name: view.text('myhostname'),
    strictEnvelope: view.flag('strict_rfc821_envelopes'),
    smtputf8: readSmtputf8(view),
    requireHello: view.flag('smtpd_helo_required'),
    delayHello: view.flag('smtpd_delay_reject'),
    softBounce: view.flag('soft_bounce'),
    bareNewline: bareNewline(view, context),
    xclientHosts: clientNetworks(view, 'smtpd_authorized_xclient_hosts', context),
    limits: readLimits(view),
    ...transport,
    ...(view.flag('smtpd_peername_lookup') && resolver !== undefined && { resolver }),
    ...(login.enabled && credentials !== undefined && transport.tls !== undefined && { credentials }),
    login,
  };
}

function readLimits(view: ParameterView): PostfixServerLimits {
  return {
    recipients: atLeast(1, view.count('smtpd_recipient_limit')),
    errors: atLeast(1, view.count('smtpd_hard_error_limit')),
    junkCommands: atLeast(1, view.count('smtpd_junk_command_limit')),
    commandBytes: Math.min(16_384, atLeast(512, view.count('line_length_limit'))),
    messageBytes: view.count('message_size_limit') || NO_LIMIT,
    lineBytes: Number.POSITIVE_INFINITY,
    connectionsPerClient: view.count('smtpd_client_connection_count_limit') || MANY,
    handshakeTime: atLeast(1, view.time('smtpd_starttls_timeout')),
    idleTime: atLeast(1, view.time('smtpd_timeout')),
  };
}

function readSmtputf8(view: ParameterView): 'strict' | 'lenient' | 'off' {
  const strict = view.flag('strict_smtputf8');
  if (!view.flag('smtputf8_enable')) return 'off';
  return strict ? 'strict' : 'lenient';
}

function atLeast(least: number, value: number): number {
  return Math.max(least, value);
}

/** `no` takes a bare LF for a line end, and so do we: but `LF . LF` ends no message here. */
function bareNewline(view: ParameterView, { judge }: ServerContext): 'reject' | 'normalise' {
  const word = view.oneOf('smtpd_forbid_bare_newline', ['no', 'yes', 'normalize', 'reject']);
  const excluded = splitList(view.text('smtpd_forbid_bare_newline_exclusions'));
  if (word !== 'reject') judge('smtpd_forbid_bare_newline_exclusions', 'irrelevant', 'no client is refused for that');
  else if (excluded.length > 0) {
    const why = 'these clients are treated as all others: a bare newline is refused';
    const parameter = 'smtpd_forbid_bare_newline_exclusions';
    // By default $mynetworks.
    judge(view.isSet(parameter) ? parameter : 'smtpd_forbid_bare_newline', 'not-honoured', why, false);
  }
  return word === 'reject' ? 'reject' : 'normalise';
}

/** Networks alone: names of clients are not looked up for this. */
function clientNetworks(view: ParameterView, name: string, { judge }: ServerContext): readonly Network[] {
  const others: string[] = [];
  const networks = splitList(view.text(name)).flatMap((element) => {
    const network = parseNetwork(element);
    if (network.kind === 'parsed' && networkFault(element) === undefined) return [network.value];
    others.push(element);
    return [];
  });
  if (others.length > 0) {
    judge(
      name,
      'not-honoured',
      `only addresses and networks are known here, others may not say XCLIENT: ${others.join(', ')}`,
    );
  }
  return networks;
}

function readLogin(view: ParameterView, { judge }: ServerContext, hasTls: boolean): PostfixLogin {
  const wanted = view.flag('smtpd_sasl_auth_enable');
  const options = splitList(view.text('smtpd_sasl_tls_security_options'));
  view.text('smtpd_sasl_security_options');
  judge('smtpd_sasl_security_options', 'irrelevant', 'it is for logins without TLS, which there are not');
  // PLAIN and LOGIN are the mechanisms that our servers have.
  const refused = options.filter((option) =>
    ['noplaintext', 'nodictionary', 'forward_secrecy', 'mutual_auth'].includes(option),
  );
  if (wanted && refused.length > 0) {
    judge(
      'smtpd_sasl_tls_security_options',
      'honoured',
      `nobody can log in: PLAIN and LOGIN do not satisfy ${refused.join(', ')}`,
    );
  }
  if (wanted) {
    const why = hasTls
      ? 'by PLAIN and LOGIN under TLS; the program that starts the server says who verifies passwords (credentials)'
      : 'nobody can log in: AUTH is offered under TLS alone, and there is none';
    judge('smtpd_sasl_auth_enable', hasTls ? 'honoured' : 'not-honoured', why);
  }
  // Safer than `no` asks.
  view.flag('smtpd_tls_auth_only');
  judge('smtpd_tls_auth_only', 'honoured', 'AUTH is always offered under TLS alone');
  return {
    enabled: wanted && refused.length === 0,
    type: view.text('smtpd_sasl_type'),
    path: view.text('smtpd_sasl_path'),
  };
}

/** By default the clients of $mynetworks have no limits; here all have them. */
function judgeExceptions(view: ParameterView, { judge }: ServerContext): void {
  const [limit, exceptions] = ['smtpd_client_connection_count_limit', 'smtpd_client_event_limit_exceptions'] as const;
  const names = splitList(view.text(exceptions));
  if (names.length === 0) return;
  const why = `these clients are limited as all others by ${limit}: ${names.join(', ')}`;
  judge(view.isSet(exceptions) ? exceptions : limit, 'not-honoured', why, false);
}

/** What has no place in the options of a server, and means something only for some values. */
function judgeRest(view: ParameterView, context: ServerContext): void {
  const { judge } = context;
  judgeExceptions(view, context);
  if (!view.flag('smtpd_reject_unlisted_recipient')) {
    const why = 'what no mail could be delivered to is refused at RCPT all the same: no bounce is sent later';
    judge('smtpd_reject_unlisted_recipient', 'not-honoured', why, false);
  }
  if (splitList(view.text('receive_override_options')).includes('no_unknown_recipient_checks')) {
    judge(
      'receive_override_options',
      'honoured',
      'an unknown user of ours is refused all the same, where mail is routed',
    );
  }

  if (view.text('smtpd_sasl_local_domain') !== '') {
    judge(
      'smtpd_sasl_local_domain',
      'not-honoured',
      'no realm is added to login names: let the credentials port do it',
    );
  }
  if (!view.flag('smtpd_tls_received_header')) {
    if (view.isSet('smtpd_tls_received_header'))
      judge('smtpd_tls_received_header', 'not-honoured', 'Received fields name the TLS version and cipher');
  } else judge('smtpd_tls_received_header', 'honoured', 'as it always is here');
}
