/**
 * The limits of a mail server, their defaults, and what may be set. Times are in milliseconds, sizes in octets. RFC
 * 5321 section 4.5.3 gives the minima; each default is at least that, and Postfix's where it has one.
 */
import type { Problem } from '../../values/errors.js';

export interface ServerLimits {
  /** RCPT commands taken in one transaction; 452 4.5.3 beyond. Default 1,000 (smtpd_recipient_limit). */
  readonly recipients: number;
  /** Commands answered with 4yz or 5yz, refused recipients among them, before 421. Default 20
   * (smtpd_hard_error_limit). */
  readonly errors: number;
  /** NOOP, RSET, VRFY and HELP between two messages before 421. Default 100 (smtpd_junk_command_limit). */
  readonly junkCommands: number;
  /** Failed logins in one session before 421. Default 3. */
  readonly authFailures: number;
  /** One command line; 500 5.5.2 beyond, and beyond 16,384 octets 421. Default 2,048 (line_length_limit). */
  readonly commandBytes: number;
  /** A whole message; advertised with SIZE; 552 5.3.4 beyond. Default 52,428,800. */
  readonly messageBytes: number;
  /**
   * One line of a message, its CRLF not counted; 554 5.6.0 beyond. RFC 5321 section 4.5.3.1.6 has 998, which many real
   * senders exceed. Default 2,048; `Infinity` for no limit.
   */
  readonly lineBytes: number;
  /** Octets of the header; 552 5.3.4 beyond. Default 1,048,576. */
  readonly headerBytes: number;
  /** Header fields; 552 5.3.4 beyond. Default 10,000. */
  readonly headerFields: number;
  /** Octets of one header field; 552 5.3.4 beyond. Default 102,400. */
  readonly fieldBytes: number;
  /** Connections at once, TLS handshakes among them; beyond, 421 4.7.0, or under implicit TLS no answer. Default
   * 1,000. */
  readonly connections: number;
  /** The same from one address. Default 50 (smtpd_client_connection_count_limit). */
  readonly connectionsPerClient: number;
  /** A TLS handshake, under implicit TLS or behind STARTTLS; then the connection closes. Default 30,000. */
  readonly handshakeTime: number;
  /** From the greeting to the end. Default 1,800,000 (30 minutes). */
  readonly sessionTime: number;
  /** Silence of the client. Default 300,000 (RFC 5321 section 4.5.3.2.7: at least 5 minutes). */
  readonly idleTime: number;
  /** From 354 to the last octet of the message, however steady the stream. Default 600,000. */
  readonly dataTime: number;
  /** For each list of the policy, scanners and scorers in it too; deferred beyond. RFC 5321 section 4.5.3.2.6 has
   * clients wait ten minutes behind the message. Default 30,000. */
  readonly policyTime: number;
  /** For the answer of the credentials port; 454 beyond. Default 30,000. */
  readonly authTime: number;
  /** For the name of a client, where there is a resolver: the name cannot be told after that. Default 15,000. */
  readonly clientNameTime: number;
  /** What `close()` gives to transactions under way. Default 30,000. */
  readonly closeTime: number;
}

export const defaultLimits: ServerLimits = Object.freeze({
  recipients: 1000,
  errors: 20,
  junkCommands: 100,
  authFailures: 3,
  commandBytes: 2048,
  messageBytes: 52_428_800,
  lineBytes: 2048,
  headerBytes: 1_048_576,
  headerFields: 10_000,
  fieldBytes: 102_400,
  connections: 1000,
  connectionsPerClient: 50,
  handshakeTime: 30_000,
  sessionTime: 1_800_000,
  idleTime: 300_000,
  dataTime: 600_000,
  policyTime: 30_000,
  authTime: 30_000,
  clientNameTime: 15_000,
  closeTime: 30_000,
});

/** What smtp-server keeps of an unfinished line before it gives up with 421. */
export const LINE_BUFFER_BYTES = 16_384;
/** RFC 4954 section 4: AUTH exchanges have lines of up to 12,288 octets. */
export const AUTH_LINE_BYTES = 12_288;

/** A timer cannot wait longer (2^31 - 1 ms). */
const LONGEST_TIME = 2_147_483_647;

export function limitProblems(given: Partial<ServerLimits>): readonly Problem[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (!(name in defaultLimits)) return [bad(name, `is no limit; known are ${Object.keys(defaultLimits).join(', ')}`)];
    if (value === undefined || (value === Number.POSITIVE_INFINITY && name === 'lineBytes')) return [];
    const most = name.endsWith('Time') ? LONGEST_TIME : name === 'commandBytes' ? LINE_BUFFER_BYTES : 2 ** 48;
    const least = name === 'commandBytes' ? 512 : 1;
    const good = Number.isInteger(value) && value >= least && value <= most;
    return good ? [] : [bad(name, `is a whole number from ${least} to ${most}, not ${value}`)];
  });
}

function bad(name: string, what: string): Problem {
  return { code: 'bad-option', message: `limits.${name} ${what}`, construct: name };
}
