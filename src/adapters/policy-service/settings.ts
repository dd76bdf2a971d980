/** Where the service is and what its client can be told, checked once, all problems at once. */
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { endpointName, endpointProblems } from '../shared/endpoint.js';
import { MOST_MILLISECONDS, type Range, wholeNumbers } from '../shared/whole-numbers.js';

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

const ranges: Readonly<Record<Exclude<keyof PolicyServiceOptions, 'now'>, Range>> = {
  timeout: [100_000, 1, MOST_MILLISECONDS],
  maxIdle: [300_000, 0, MOST_MILLISECONDS],
  maxAge: [1_000_000, 0, MOST_MILLISECONDS],
  requestLimit: [0, 0, MOST_MILLISECONDS],
  tries: [2, 1, MOST_MILLISECONDS],
  retryDelay: [1000, 0, MOST_MILLISECONDS],
  connections: [10, 1, MOST_MILLISECONDS],
  waiting: [1000, 0, MOST_MILLISECONDS],
};

/** Throws ConfigurationError (code `options`, problem `bad-option`). */
export function policySettings(endpoint: PolicyEndpoint, options: PolicyServiceOptions): PolicySettings {
  const problems: Problem[] = [];
  const numbers = wholeNumbers('policy service', ranges, options, problems);
  problems.push(...endpointProblems('policy service', endpoint));
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return { ...numbers, now: options.now ?? (() => performance.now()), endpoint, name: endpointName(endpoint) };
}
