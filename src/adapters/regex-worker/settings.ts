/** What the worker threads can be told, checked once, all problems at once. */
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { type Range, wholeNumbers } from '../shared/whole-numbers.js';

export interface RegexWorkerOptions {
  /** Milliseconds for one question, its wait for a thread not counted; then it is "could not tell". Default 1,000. */
  readonly timeout?: number;
  /** Threads at most; each is started when it is needed, and again when it was ended. Default 1. */
  readonly workers?: number;
  /** Questions that may wait for a thread; more are "could not tell". Default 100. */
  readonly waiting?: number;
  /** MiB that the program of a thread may hold; beyond it the question is "could not tell". Default 64. */
  readonly memory?: number;
}

export type RegexWorkerSettings = Required<RegexWorkerOptions>;

const ranges: Readonly<Record<keyof RegexWorkerOptions, Range>> = {
  timeout: [1000, 1, 600_000],
  workers: [1, 1, 64],
  waiting: [100, 0, 100_000],
  memory: [64, 8, 4096],
};

/** Throws ConfigurationError (code `options`, problem `bad-option`). */
export function regexWorkerSettings(options: RegexWorkerOptions): RegexWorkerSettings {
  const problems: Problem[] = [];
  const settings = wholeNumbers('regex worker', ranges, options, problems);
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return settings;
}
