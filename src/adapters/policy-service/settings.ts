/** Where the service is and what its client can be told, checked once, all problems at once. */
import { ConfigurationError, type Problem } from '../../values/errors.js';

/** A TCP port, or a Unix socket by its path. */
export type PolicyEndpoint = { readonly host: string; readonly port: number } | { readonly path: string };

/** Times in milliseconds; the names of Postfix's settings (smtpd_policy_service_...) in brackets. */
export interface PolicyServiceOptions {
  /** For one question, its connection and a second try included. Default 100,000 (timeout). */
  readonly timeout?: number;
  /** A connection that was not used for so long is closed. Default 300,000 (max_idle). */
  readonly maxIdle?: number;
  /** A connection as old as this is not used again. Default 1,000,000 (max_ttl). */
  readonly maxAge?: number;
  /** Questions over one connection; 0: no limit, the default (request_limit). */
  readonly requestLimit?: number;
  /** Tries for one question, over a new connection each. Default 2 (try_limit). */
  readonly tries?: number;
  /** Before another try, unless the connection that failed had been left idle. Default 1,000 (retry_delay). */
  readonly retryDelay?: number;
  /** Connections at once; more questions wait. Default 10. */
  readonly connections?: number;
  /** Questions that may wait; more are "could not tell". Default 1,000. */
  readonly waiting?: number;
  /** Milliseconds on a monotonic clock; for tests. */
  readonly now?: () => number;
}

export interface PolicySettings extends Required<PolicyServiceOptions> {
  readonly endpoint: PolicyEndpoint;
  /** `127.0.0.1:10031`, for the log. */
  readonly name: string;
}

/** Default and least value of each. */
const numbers: Readonly<Record<Exclude<keyof PolicyServiceOptions, 'now'>, readonly [number, number]>> = {
  timeout: [100_000, 1],
  maxIdle: [300_000, 0],
  maxAge: [1_000_000, 0],
  requestLimit: [0, 0],
  tries: [2, 1],
  retryDelay: [1000, 0],
  connections: [10, 1],
  waiting: [1000, 0],
};

/** Node refuses timers beyond this. */
const MOST = 2_147_483_647;

/** Throws ConfigurationError (code `options`, problem `bad-option`). */
export function policySettings(endpoint: PolicyEndpoint, options: PolicyServiceOptions): PolicySettings {
  const given: Readonly<Record<string, unknown>> = { ...options };
  const chosen = Object.entries(numbers).map(([name, [initial]]) => [name, given[name] ?? initial] as const);
  const problems = chosen.flatMap(([name, value]) => {
    const least = numbers[name as keyof typeof numbers][1];
    const good = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= MOST;
    return good ? [] : [problem(name, `is a whole number from ${least} to ${MOST}`)];
  });
  if ('path' in endpoint) {
    if (endpoint.path === '' || endpoint.path.includes('\0')) problems.push(problem('path', 'is the path of a socket'));
  } else {
    const { host, port } = endpoint;
    if (host === '') problems.push(problem('host', 'is a name or an address'));
    if (!Number.isInteger(port) || port < 1 || port > 65_535) problems.push(problem('port', 'is from 1 to 65535'));
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const name = 'path' in endpoint ? endpoint.path : `${endpoint.host}:${endpoint.port}`;
  const values = Object.fromEntries(chosen) as Omit<Required<PolicyServiceOptions>, 'now'>;
  return { ...values, now: options.now ?? (() => performance.now()), endpoint, name };
}

function problem(name: string, expected: string): Problem {
  return { code: 'bad-option', message: `policy service: ${name} ${expected}`, construct: name };
}
