/**
 * The options that SMTP and LMTP servers share, and their check: every problem at once, before anything is opened.
 */
import { type Abilities, beyond } from '../../core/abilities.js';
import type { Policy } from '../../core/policy.js';
import type { Credentials } from '../../ports/credentials.js';
import type { MailStore } from '../../ports/mail-store.js';
import type { Resolver } from '../../ports/resolver.js';
import type { Mailbox } from '../../values/address.js';
import { type Domain, parseDomain } from '../../values/domain.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import type { Network } from '../../values/ip.js';
import { parseMailbox } from '../../values/mailbox.js';
import { defaultLimits, limitProblems, type ServerLimits } from './limits.js';
import { guarded, type Logger } from './logger.js';
import { missingStores } from './policy-check.js';
import type { TransactionRecord } from './record.js';
import type { Transport } from './transport.js';

/** All options but the policy, whose type is checked by each server. */
export interface ServerOptions {
  /** 0 for any free port; the running server tells which. */
  readonly port: number;
  /** The address to listen on. Default `127.0.0.1`: a server that strangers reach says so. */
  readonly host?: string;
  /** Our own domain name: greeting, EHLO reply, Received fields. */
  readonly name: string;
  /** Who gets mail for `<postmaster>` without a domain, which every server takes (RFC 5321 section 4.5.1). The policy
   * must accept it as a recipient. Default `postmaster@` with `name`. */
  readonly postmaster?: string;
  /** For recipients whose next hop is `maildir`. */
  readonly store: MailStore;
  /** Where held messages go, into the mailbox `hold`. Needed when the policy may decide it. */
  readonly hold?: MailStore;
  /** Where quarantined messages go, into the mailbox `quarantine`. Needed when the policy may decide it. */
  readonly quarantine?: MailStore;
  /** Next hops other than `maildir`, `discard` and `error`, by transport name. */
  readonly transports?: Readonly<Record<string, Transport>>;
  /** Private key and certificate chain in PEM form. Offers STARTTLS. */
  readonly tls?: TlsOptions;
  /** TLS from the first octet (RFC 8314 section 3.3). Needs `tls`. Default false. */
  readonly implicitTls?: boolean;
  /** Offers AUTH PLAIN and LOGIN, under TLS alone. Needs `tls`. */
  readonly credentials?: Credentials;
  /** 530 to MAIL without a login. Needs `credentials`. Default false. */
  readonly requireLogin?: boolean;
  /** 530 to MAIL without TLS. Needs `tls`. Default false. */
  readonly requireTls?: boolean;
  /** Clients that may say XCLIENT (Postfix's smtpd_authorized_xclient_hosts). Default none. */
  readonly xclientHosts?: readonly Network[];
  /** A bare LF in a message: refused with 521 5.5.2, and the connection closes; or made CRLF. A bare CR is always
   * refused like that. Default `reject`. */
  readonly bareNewline?: 'reject' | 'normalise';
  /** `MAIL FROM:<a@b>` with its brackets, as RFC 5321 has it; else they may be missing. Spaces behind the colon are
   * read over either way (Postfix's strict_rfc821_envelopes). Default false. */
  readonly strictEnvelope?: boolean;
  /** SMTPUTF8 (RFC 6531). `strict`: what is not ASCII, in addresses and in our replies, is for clients that have said
   * it; `lenient`: local parts and replies also without, as Postfix does unless strict_smtputf8 is set; `off`: it is
   * not offered, local parts are taken, replies are ASCII (smtputf8_enable). A domain in U-labels always needs it.
   * Default `strict`. */
  readonly smtputf8?: 'strict' | 'lenient' | 'off';
  /** 503 to MAIL from a client that has not said HELO, EHLO or LHLO (RFC 5321 section 4.1.4). Postfix takes it unless
   * smtpd_helo_required is set. Default true. */
  readonly requireHello?: boolean;
  /** A refusal of the list of helo is told at MAIL, as Postfix's smtpd_delay_reject does it: a client that is refused
   * at HELO tries again without end, and the log does not tell whose mail it was. False: at HELO, which then has not
   * been said. Default true. */
  readonly delayHello?: boolean;
  /** Every refusal for good becomes one for now, in code and enhanced code: for trying out a configuration (Postfix's
   * soft_bounce). Default false. */
  readonly softBounce?: boolean;
  /** Looks up the names of clients, for stages, logs and Received fields. Default: none are looked up. */
  readonly resolver?: Resolver;
  readonly limits?: Partial<ServerLimits>;
  /** Default: silence. */
  readonly logger?: Logger;
  /** The instant that stages and Received fields see. Default: the system's clock. */
  readonly clock?: () => Date;
  /** For messages over 256 KiB while they are handled. Default: the system's directory for temporary files. */
  readonly spoolDirectory?: string;
  /** Told of every finished transaction, after the reply. What it throws is logged. */
  readonly onTransaction?: (record: TransactionRecord) => void;
}

export interface TlsOptions {
  readonly key: string | Uint8Array;
  readonly cert: string | Uint8Array;
}

/** The checked options. */
export interface Settings extends ServerOptions {
  readonly protocol: 'smtp' | 'lmtp';
  readonly policy: Policy;
  readonly abilities: Abilities;
  readonly host: string;
  readonly ourName: Domain;
  /** The checked option `postmaster`. */
  readonly postmasterBox: Mailbox;
  readonly full: ServerLimits;
}

/** What a policy asks beyond the server's abilities and stores. */
export function policyProblems(
  policy: Policy,
  { hold, quarantine }: Pick<ServerOptions, 'hold' | 'quarantine'>,
  abilities: Abilities,
): readonly Problem[] {
  const has = { hold: hold !== undefined, quarantine: quarantine !== undefined };
  return [...beyond(policy, abilities), ...missingStores(policy, has)];
}

/** Throws ConfigurationError (code `server`) with every problem. */
export function checkOptions(
  protocol: 'smtp' | 'lmtp',
  policy: Policy,
  options: ServerOptions,
  abilities: Abilities,
): Settings {
  const name = parseDomain(options.name);
  const problems: Problem[] = [
    ...policyProblems(policy, options, abilities),
    ...limitProblems(options.limits ?? {}),
    ...dependencyProblems(options),
  ];
  if (!Number.isInteger(options.port) || options.port < 0 || options.port > 65_535) {
    problems.push(bad('port', `is a whole number from 0 to 65535, not ${options.port}`));
  }
  const { postmaster: given = `postmaster@${name.kind === 'parsed' ? name.value.ascii : 'localhost'}` } = options;
  const postmaster = parseMailbox(given);
  if (postmaster.kind === 'malformed')
    problems.push(bad('postmaster', `is an address with a domain: ${postmaster.why}`));
  if (name.kind === 'malformed') problems.push(bad('name', `is our own domain name: ${name.why}`));
  for (const transport of ['maildir', 'discard', 'error']) {
    if (options.transports?.[transport] !== undefined) problems.push(bad('transports', `${transport} is built in`));
  }
  if (problems.length > 0 || name.kind === 'malformed' || postmaster.kind === 'malformed') {
    throw new ConfigurationError('server', problems);
  }
  const full = { ...defaultLimits, ...options.limits };
  const { host = '127.0.0.1' } = options;
  const names = { ourName: name.value, postmasterBox: postmaster.value };
  const logger = options.logger === undefined ? {} : { logger: guarded(options.logger) };
  return { ...options, ...names, ...logger, protocol, policy, abilities, host, full };
}

function dependencyProblems(options: ServerOptions): readonly Problem[] {
  const { tls, credentials, implicitTls = false, requireTls = false, requireLogin = false } = options;
  const problems: Problem[] = [];
  if (tls === undefined) {
    if (implicitTls) problems.push(bad('implicitTls', 'needs the option tls with key and certificate'));
    if (requireTls) problems.push(bad('requireTls', 'needs the option tls with key and certificate'));
    if (credentials !== undefined)
      problems.push(bad('credentials', 'needs the option tls: AUTH is offered under TLS alone'));
  }
  if (requireLogin && credentials === undefined) problems.push(bad('requireLogin', 'needs the option credentials'));
  return problems;
}

export function bad(option: string, what: string): Problem {
  return { code: 'bad-option', message: `${option} ${what}`, construct: option };
}
