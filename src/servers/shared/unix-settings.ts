/** What servers on a Unix socket can be told, checked once, all problems at once. */

import { MOST_MILLISECONDS, type Range, wholeNumbers } from '../../adapters/shared/whole-numbers.js';
import type { Problem } from '../../values/errors.js';
import { givenOptions } from '../../values/given-options.js';
import { guarded, type Logger } from './logger.js';

/** Times in milliseconds. */
export interface UnixServerOptions {
  /** Mode of the socket: who may write to it may connect. It has the group of this process, or that of its folder
   * where the folder is setgid. Default 0o660. */
  readonly mode?: number;
  /** Connections at once; more are closed without an answer, which is a temporary failure to the peer. Default
   * 1,000. */
  readonly connections?: number;
  /** For a request to arrive. Default 10,000. */
  readonly requestTime?: number;
  /** For the answer; then the connection closes without one. Default 25,000. */
  readonly answerTime?: number;
  /** What `close()` gives to requests under way. Default 5,000. */
  readonly closeTime?: number;
  /** Default: silence. */
  readonly logger?: Logger;
}

type Numbers = Exclude<keyof UnixServerOptions, 'logger'>;

export interface UnixServerSettings extends Readonly<Record<Numbers, number>> {
  readonly path: string;
  readonly log: Logger | undefined;
}

const ranges: Readonly<Record<Numbers, Range>> = {
  mode: [0o660, 0, 0o777],
  connections: [1000, 1, 1_000_000],
  requestTime: [10_000, 1, MOST_MILLISECONDS],
  answerTime: [25_000, 1, MOST_MILLISECONDS],
  closeTime: [5000, 0, MOST_MILLISECONDS],
};

/** The address of a Unix socket has 107 octets; the socket is made under a longer name first. */
const PATH_LIMIT = 100;

/** `own`: names of further options. What is wrong goes to `problems`. */
export function unixServerSettings<T extends UnixServerOptions & { readonly path: string }>(
  of: string,
  options: T,
  own: readonly string[],
  problems: Problem[],
): { readonly given: T; readonly settings: UnixServerSettings } {
  const given = givenOptions(of, options, [...Object.keys(ranges), 'path', 'logger', ...own], problems);
  const numbers = wholeNumbers(of, ranges, given, problems);
  const { path, logger } = given;
  const isPath = typeof path === 'string' && path.startsWith('/') && !path.includes('\0');
  if (!isPath || Buffer.byteLength(path) > PATH_LIMIT) {
    const message = `${of}: path is an absolute path of at most ${PATH_LIMIT} octets`;
    problems.push({ code: 'bad-option', message, construct: 'path' });
  }
  return { given, settings: { ...numbers, path, log: logger === undefined ? undefined : guarded(logger) } };
}
