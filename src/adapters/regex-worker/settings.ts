/** What the worker threads can be told, checked once, all problems at once. */
import { ConfigurationError } from '../../values/errors.js';

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

const ranges: Readonly<Record<keyof RegexWorkerOptions, readonly [standard: number, least: number, most: number]>> = {
  timeout: [1000, 1, 600_000],
  workers: [1, 1, 64],
  waiting: [100, 0, 100_000],
  memory: [64, 8, 4096],
};

/** Throws ConfigurationError (code `options`, problem `bad-option`). */
export function regexWorkerSettings(options: RegexWorkerOptions): RegexWorkerSettings {
  const names = Object.keys(ranges) as (keyof RegexWorkerOptions)[];
  const chosen = names.map((name) => [name, options[name] ?? ranges[name][0]] as const);
  const problems = chosen.flatMap(([name, value]) => {
    const [, least, most] = ranges[name];
    if (Number.isInteger(value) && value >= least && value <= most) return [];
    const message = `regex worker: ${name} is a whole number from ${least} to ${most}`;
    return [{ code: 'bad-option', message, construct: name }];
  });
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return Object.fromEntries(chosen) as unknown as RegexWorkerSettings;
}
