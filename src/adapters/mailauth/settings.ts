/** What the adapter can be told, checked once, all problems at once, and where the package is. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ConfigurationError, type Problem } from '../../values/errors.js';

export interface MailauthOptions {
  /** Milliseconds for one message, from when a thread takes it; then it is "could not tell". Default 10,000. */
  readonly timeout?: number;
  /** Milliseconds that a message may wait for a thread before that. Default 60,000. */
  readonly waitTimeout?: number;
  /** Threads at most; each is started when it is needed, and again when it was ended. Default 1. */
  readonly workers?: number;
  /** Messages that may wait for a thread; more are "could not tell". Default 100. */
  readonly waiting?: number;
  /** MiB that the program of a thread may hold; beyond it the message is "could not tell". Default 256. */
  readonly memory?: number;
  /** The name under which it is installed, where that is another (an alias of npm). Default `mailauth`. */
  readonly package?: string;
}

export interface MailauthSettings extends Required<Omit<MailauthOptions, 'package'>> {
  /** The file package.json of mailauth. */
  readonly manifest: string;
}

type Numbers = keyof Omit<MailauthOptions, 'package'>;

const ranges: Readonly<Record<Numbers, readonly [standard: number, least: number, most: number]>> = {
  timeout: [10_000, 1, 600_000],
  waitTimeout: [60_000, 1, 3_600_000],
  workers: [1, 1, 64],
  waiting: [100, 0, 100_000],
  memory: [256, 32, 4096],
};

/** Throws ConfigurationError (code `options`, problem `bad-option`; code `package`, problems `not-installed`, `wrong-version`). */
export function mailauthSettings(options: MailauthOptions): MailauthSettings {
  const names = Object.keys(ranges) as Numbers[];
  const chosen = names.map((name) => [name, options[name] ?? ranges[name][0]] as const);
  const problems = chosen.flatMap(([name, value]): Problem[] => {
    const [, least, most] = ranges[name];
    if (Number.isInteger(value) && value >= least && value <= most) return [];
    const message = `mailauth: ${name} is a whole number from ${least} to ${most}`;
    return [{ code: 'bad-option', message, construct: name }];
  });
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const numbers = Object.fromEntries(chosen) as unknown as Record<Numbers, number>;
  return { ...numbers, manifest: manifestOf(options.package ?? 'mailauth') };
}

/** From this file: CommonJS has a file name, ESM a URL. */
function manifestOf(name: string): string {
  const here = (import.meta.url as string | undefined) ?? __filename;
  let manifest: string;
  let version: unknown;
  try {
    manifest = createRequire(here).resolve(`${name}/package.json`);
    version = (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version?: unknown }).version;
  } catch {
    const message = `this adapter needs the package ${name}: npm install ${name}`;
    throw new ConfigurationError('package', [{ code: 'not-installed', message }]);
  }
  if (isKnown(String(version))) return manifest;
  const message = `${name} ${version} is installed; ^4.13.3 or ^7.1.0 is expected`;
  throw new ConfigurationError('package', [{ code: 'wrong-version', message }]);
}

function isKnown(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (major === 4) return minor > 13 || (minor === 13 && patch >= 3);
  return major === 7 && minor >= 1;
}
