/** Where clamd is and what its client can be told, checked once, all problems at once. */
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { givenOptions, nameProblems } from '../../values/given-options.js';
import { type Endpoint, endpointName, endpointProblems } from '../shared/endpoint.js';
import { MOST_MILLISECONDS, type Range, wholeNumbers } from '../shared/whole-numbers.js';

/** Times in milliseconds. */
export interface ClamdOptions {
  /** For one scan: waiting, connecting, sending and the answer. The evaluation's own deadline holds besides. Default 120,000. */
  readonly timeout?: number;
  /** Scans at once, a connection each; more wait. clamd has `MaxThreads` of its own. Default 10. */
  readonly connections?: number;
  /** Scans that may wait; more are "could not tell". Default 1,000. */
  readonly waiting?: number;
  /** Octets of a message; a larger one is `unscannable` and not sent. Not above clamd's `StreamMaxLength`. Default: clamd says. */
  readonly maxBytes?: number;
  /** Several scans over one connection, one after the other (IDSESSION). Default false: a connection for each. */
  readonly session?: boolean;
  /** A session unused for so long is closed; below clamd's `IdleTimeout`, which is 30 seconds. Default 20,000. */
  readonly maxIdle?: number;
  /** Scans over one session. Default 1,000. */
  readonly scansPerSession?: number;
  /** For the log and X-Virus-Scanned; printable ASCII. Default `clamd`. */
  readonly name?: string;
}

export interface ClamdSettings {
  readonly endpoint: Endpoint;
  /** `clamd 127.0.0.1:3310`, for `why`. */
  readonly where: string;
  readonly name: string;
  readonly timeout: number;
  readonly connections: number;
  readonly waiting: number;
  readonly maxBytes: number;
  readonly session: boolean;
  readonly maxIdle: number;
  readonly scansPerSession: number;
}

type Numbers = 'timeout' | 'connections' | 'waiting' | 'maxBytes' | 'maxIdle' | 'scansPerSession';

const ranges: Readonly<Record<Numbers, Range>> = {
  timeout: [120_000, 1, MOST_MILLISECONDS],
  connections: [10, 1, 1000],
  waiting: [1000, 0, 1_000_000],
  maxBytes: [Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER],
  maxIdle: [20_000, 1, MOST_MILLISECONDS],
  scansPerSession: [1000, 1, 1_000_000],
};

/** Throws ConfigurationError (code `options`, problem `bad-option`). */
export function clamdSettings(endpoint: Endpoint, options: ClamdOptions): ClamdSettings {
  const problems: Problem[] = [...endpointProblems('clamd', endpoint)];
  const given = givenOptions('clamd', options, [...Object.keys(ranges), 'session', 'name'], problems);
  const { session = false, name = 'clamd' } = given;
  const numbers = wholeNumbers('clamd', ranges, given, problems);
  problems.push(...nameProblems('clamd', name));
  if (typeof session !== 'boolean') {
    problems.push({ code: 'bad-option', message: 'clamd: session is true or false', construct: 'session' });
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return { endpoint, where: `${name} ${endpointName(endpoint)}`, name, session, ...numbers };
}
