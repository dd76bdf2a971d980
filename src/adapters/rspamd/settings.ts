/** What the client of rspamd can be told, checked once, all problems at once. */
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { givenOptions } from '../../values/given-options.js';
import { type Endpoint, endpointName, endpointProblems } from '../shared/endpoint.js';
import { MOST_MILLISECONDS, type Range, wholeNumbers } from '../shared/whole-numbers.js';

export interface RspamdOptions {
  /** Milliseconds for one message, its wait in line included. Default 30,000. */
  readonly timeout?: number;
  /** Messages at once. Default 10. */
  readonly atOnce?: number;
  /** Messages that may wait; more are "could not tell". Default 200. */
  readonly waiting?: number;
  /** Octets of a message that are sent: of a larger one the beginning, and the verdict says so. Default 20,971,520; rspamd refuses more
   * than its own `max_message` (50 MiB). */
  readonly maxBytes?: number;
  /** Octets of a reply; a larger one is "could not tell". Default 1,048,576. */
  readonly maxReplyBytes?: number;
}

type Numbers = keyof RspamdOptions;

export interface RspamdSettings extends Readonly<Record<Numbers, number>> {
  readonly endpoint: Endpoint;
  /** `rspamd 127.0.0.1:11333`, for the log. */
  readonly name: string;
}

const ranges: Readonly<Record<Numbers, Range>> = {
  timeout: [30_000, 1, MOST_MILLISECONDS],
  atOnce: [10, 1, 1000],
  waiting: [200, 0, 100_000],
  maxBytes: [20_971_520, 1024, 1_073_741_824],
  maxReplyBytes: [1_048_576, 1024, 1_073_741_824],
};

/** Throws ConfigurationError (code `options`, problem `bad-option`). */
export function rspamdSettings(endpoint: Endpoint, given: RspamdOptions): RspamdSettings {
  const problems: Problem[] = [...endpointProblems('rspamd', endpoint)];
  const options = givenOptions('rspamd', given, Object.keys(ranges), problems);
  const numbers = wholeNumbers('rspamd', ranges, options, problems);
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return { ...numbers, endpoint, name: `rspamd ${endpointName(endpoint)}` };
}
