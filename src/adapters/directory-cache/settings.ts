/** What a cache of a directory can be told, checked once, all problems at once. */
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { givenOptions } from '../../values/given-options.js';
import { MOST_MILLISECONDS, type Range, wholeNumbers } from '../shared/whole-numbers.js';

export interface DirectoryCacheOptions {
  /** Seconds for which what was found is remembered. Default 300. */
  readonly ttl?: number;
  /** Seconds for "no such user" and "no such group": so long a new one is not seen. Default 30; 0: not remembered. */
  readonly negativeTtl?: number;
  /** Seconds beyond `ttl` for which what was found serves on while the directory cannot tell, temporarily. Default
   * 3,600; 0: not at all. */
  readonly staleFor?: number;
  /** Milliseconds that a directory may take to renew what was found, before the outdated answer is given; the question
   * goes on for those who come later. Default 1,000. */
  readonly patience?: number;
  /** Milliseconds for which a directory that could not tell is not asked the same again, where an outdated answer
   * serves; other questions of that kind are asked, and nobody waits for what comes. Default 5,000. */
  readonly rest?: number;
  /** Milliseconds for one question to the directory, whoever still waits for it. Default 10,000. */
  readonly timeout?: number;
  /** Questions under way at once, equal ones counted once; more are "could not tell". Default 10,000. */
  readonly atOnce?: number;
  /** Answers that are remembered; the one that was used longest ago goes first. Default 20,000. */
  readonly most?: number;
  /** Groups and members in all the lists that are remembered. Default 500,000. */
  readonly mostMembers?: number;
  /** Told of each outdated answer that was given, for the log. */
  readonly onStale?: (stale: StaleAnswer) => void;
  /** Milliseconds on a monotonic clock; for tests. */
  readonly now?: () => number;
}

export interface StaleAnswer {
  /** `user login s.miller`. */
  readonly question: string;
  /** Seconds since the directory said so. */
  readonly age: number;
  /** What the directory says now. */
  readonly why: string;
}

type Numbers = Exclude<keyof DirectoryCacheOptions, 'onStale' | 'now'>;

const ranges: Readonly<Record<Numbers, Range>> = {
  ttl: [300, 0, 1_000_000],
  negativeTtl: [30, 0, 1_000_000],
  staleFor: [3600, 0, 10_000_000],
  patience: [1000, 0, MOST_MILLISECONDS],
  rest: [5000, 0, MOST_MILLISECONDS],
  timeout: [10_000, 1, MOST_MILLISECONDS],
  atOnce: [10_000, 1, 1_000_000],
  most: [20_000, 0, 10_000_000],
  mostMembers: [500_000, 0, 1_000_000_000],
};

export type DirectoryCacheSettings = Readonly<Record<Numbers, number>> & {
  readonly onStale: (stale: StaleAnswer) => void;
  readonly now: () => number;
};

const OF = 'cachedDirectory';

/** Throws ConfigurationError (code `options`). */
export function cacheSettings(directory: unknown, options: DirectoryCacheOptions): DirectoryCacheSettings {
  const problems: Problem[] = [];
  const given = givenOptions(OF, options, [...Object.keys(ranges), 'onStale', 'now'], problems);
  const wrong = (construct: string, expected: string): void => {
    problems.push({ code: 'bad-option', message: `${OF}: ${construct} is ${expected}`, construct });
  };
  const { findUser, findGroup, groupsOf, membersOf } = (directory ?? {}) as Readonly<Record<string, unknown>>;
  const isDirectory = [findUser, findGroup, groupsOf, membersOf].every((method) => typeof method === 'function');
  if (!isDirectory) wrong('directory', 'a directory: findUser(), findGroup(), groupsOf() and membersOf()');
  const { onStale = () => {}, now = () => performance.now() } = given;
  if (typeof onStale !== 'function') wrong('onStale', 'a function');
  if (typeof now !== 'function') wrong('now', 'a function');
  const numbers = wholeNumbers<Numbers>(OF, ranges, given, problems);
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return { ...numbers, onStale, now };
}
