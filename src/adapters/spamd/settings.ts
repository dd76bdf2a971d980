/** What the client of spamd can be told, checked once, all problems at once. */
import type { ScorerQuestion } from '../../ports/scorer.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { givenOptions } from '../../values/given-options.js';
import { type Endpoint, endpointName, endpointProblems } from '../shared/endpoint.js';
import { MOST_MILLISECONDS, type Range, wholeNumbers } from '../shared/whole-numbers.js';

export interface SpamdOptions {
  /** Milliseconds for one message, its wait in line included. Default 30,000. */
  readonly timeout?: number;
  /** Messages at once; spamd has 5 children unless told otherwise (`--max-children`). Default 5. */
  readonly atOnce?: number;
  /** Messages that may wait; more are "could not tell". Default 200. */
  readonly waiting?: number;
  /** Octets of a message that are sent: of a larger one the beginning, and the verdict says so. Default 524,288; spamc leaves larger
   * ones alone altogether. */
  readonly maxBytes?: number;
  /** Octets of a reply; a larger one is "could not tell". Default 2,097,152. */
  readonly maxReplyBytes?: number;
  /** `points`: each rule with its points, read from the report (default; with a report template of your own that has no table of rules,
   * hits are empty). `names`: the rules alone. */
  readonly rules?: 'points' | 'names';
  /** Whose preferences apply (`User:`). Default: nobody's. */
  readonly user?: string | ((question: ScorerQuestion) => string | undefined);
}

type Numbers = 'timeout' | 'atOnce' | 'waiting' | 'maxBytes' | 'maxReplyBytes';

export interface SpamdSettings extends Readonly<Record<Numbers, number>> {
  readonly endpoint: Endpoint;
  /** `spamd 127.0.0.1:783`, for the log. */
  readonly name: string;
  readonly rules: 'points' | 'names';
  readonly userOf: (question: ScorerQuestion) => string | undefined;
}

const ranges: Readonly<Record<Numbers, Range>> = {
  timeout: [30_000, 1, MOST_MILLISECONDS],
  atOnce: [5, 1, 1000],
  waiting: [200, 0, 100_000],
  maxBytes: [524_288, 1024, 1_073_741_824],
  maxReplyBytes: [2_097_152, 1024, 1_073_741_824],
};

/** Throws ConfigurationError (code `options`, problem `bad-option`). */
export function spamdSettings(endpoint: Endpoint, given: SpamdOptions): SpamdSettings {
  const problems: Problem[] = [...endpointProblems('spamd', endpoint)];
  const options = givenOptions('spamd', given, [...Object.keys(ranges), 'rules', 'user'], problems);
  const { rules = 'points', user } = options;
  const numbers = wholeNumbers('spamd', ranges, options, problems);
  if (rules !== 'points' && rules !== 'names') problems.push(problem('rules', 'is "points" or "names"'));
  if (typeof user === 'string' && !isUserName(user)) problems.push(problem('user', 'is a name without blanks'));
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const userOf = typeof user === 'function' ? user : (): string | undefined => user;
  return { ...numbers, endpoint, name: `spamd ${endpointName(endpoint)}`, rules, userOf };
}

function problem(name: string, expected: string): Problem {
  return { code: 'bad-option', message: `spamd: ${name} ${expected}`, construct: name };
}

/** What may stand in a line of the request. */
export function isUserName(name: string): boolean {
  return /^[!-~]{1,200}$/.test(name);
}
