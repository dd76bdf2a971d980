/** What the resolver can be told, checked once, all problems at once. */
import { isIP } from 'node:net';
import { ConfigurationError, type Problem } from '../../values/errors.js';

export interface DnsOptions {
  /** Recursive name servers: `127.0.0.1`, `127.0.0.1:5353`, `[::1]:5353`. Default: those of the system. */
  readonly servers?: readonly string[];
  /** Milliseconds for one question, its wait for a free place included. Default 5,000. */
  readonly timeout?: number;
  /** Questions on the wire at once; others wait. Default 64. */
  readonly concurrency?: number;
  /** Questions that may wait; more are "could not tell". Default 10,000. */
  readonly waiting?: number;
  /** Answers that are remembered. Default 10,000; 0: none. */
  readonly cacheSize?: number;
  /** Seconds. Addresses are remembered as long as their records say, at most this long. Default 3,600. */
  readonly maxTtl?: number;
  /** Seconds for MX, TXT, NS and PTR records, whose own times Node does not tell. Default 60. */
  readonly ttl?: number;
  /** Seconds for "no such name" and "no data" (RFC 2308); Node does not tell the zone's own time. Default 60. */
  readonly negativeTtl?: number;
  /** Seconds for "could not tell" (RFC 9520 section 3.2: at least 1, at most 300). Default 1; 0: none. */
  readonly failureTtl?: number;
  /** Records of one answer; more are "could not tell". Default 65,535: as many as a DNS message may say it has. */
  readonly maxRecords?: number;
  /** Milliseconds on a monotonic clock; for tests. */
  readonly now?: () => number;
}

export type DnsSettings = Required<DnsOptions>;

const defaults: Omit<DnsSettings, 'now'> = {
  servers: [],
  timeout: 5000,
  concurrency: 64,
  waiting: 10_000,
  cacheSize: 10_000,
  maxTtl: 3600,
  ttl: 60,
  negativeTtl: 60,
  failureTtl: 1,
  maxRecords: 65_535,
};

/** What each number is at least. */
const least: Readonly<Record<string, number>> = {
  timeout: 1,
  concurrency: 1,
  waiting: 0,
  cacheSize: 0,
  maxTtl: 0,
  ttl: 0,
  negativeTtl: 0,
  failureTtl: 0,
  maxRecords: 1,
};

/** Node refuses timers beyond this. */
const MOST = 2_147_483_647;

/** Throws ConfigurationError (code `options`, problem `bad-option`). */
export function dnsSettings(options: DnsOptions): DnsSettings {
  const settings: DnsSettings = { ...defaults, now: () => performance.now(), ...options };
  const values: Readonly<Record<string, unknown>> = { ...settings };
  const problems = Object.entries(least).flatMap(([name, low]) => numberProblems(name, values[name], low));
  for (const server of settings.servers) {
    if (!isServer(server)) problems.push(problem('servers', `are addresses with or without port, not "${server}"`));
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return settings;
}

function numberProblems(name: string, value: unknown, low: number): readonly Problem[] {
  const good = typeof value === 'number' && Number.isInteger(value) && value >= low && value <= MOST;
  return good ? [] : [problem(name, `is a whole number from ${low} to ${MOST}`)];
}

function isServer(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]{1,60})\]|([0-9.]{7,15})):([0-9]{1,5})$/.exec(text) ?? [];
  return isIP(bracketed ?? plain ?? '') !== 0 && Number(port) > 0 && Number(port) < 65_536;
}

function problem(name: string, expected: string): Problem {
  return { code: 'bad-option', message: `dns: ${name} ${expected}`, construct: name };
}
