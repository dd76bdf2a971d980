/** What a spool can be told, checked once, all problems at once. */
import { tmpdir } from 'node:os';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { DEFAULT_HEADER_LIMITS, type HeaderLimits } from '../../values/header-limits.js';
import { systemFiles, type TemporaryFiles } from './temporary-file.js';

export interface SpoolOptions {
  /** Where temporary files are made. Default: the system's directory for them. */
  readonly directory?: string;
  /** Octets of a body kept in memory; a larger one goes to a file. Default 262,144. */
  readonly memoryLimit?: number;
  /** Octets of a whole message. Default: no limit. */
  readonly maxBytes?: number;
  /** Limits on the header, enforced while it arrives. */
  readonly header?: Partial<HeaderLimits>;
  /** How files are made; for tests. */
  readonly files?: TemporaryFiles;
}

export interface SpoolSettings {
  readonly directory: string;
  readonly memoryLimit: number;
  readonly maxBytes: number;
  readonly header: HeaderLimits;
  readonly files: TemporaryFiles;
}

const DEFAULT_MEMORY_LIMIT = 262_144;

/** Throws ConfigurationError (code `options`, problem `bad-option`). */
export function spoolSettings(options: SpoolOptions): SpoolSettings {
  const settings: SpoolSettings = {
    directory: options.directory ?? tmpdir(),
    memoryLimit: options.memoryLimit ?? DEFAULT_MEMORY_LIMIT,
    maxBytes: options.maxBytes ?? Number.POSITIVE_INFINITY,
    header: { ...DEFAULT_HEADER_LIMITS, ...options.header },
    files: options.files ?? systemFiles,
  };
  const problems = [
    ...octetProblems('memoryLimit', settings.memoryLimit, 0),
    ...octetProblems('maxBytes', settings.maxBytes, 1),
    ...Object.entries(settings.header).flatMap(([name, value]) => octetProblems(`header.${name}`, value, 1)),
    ...(settings.directory === '' ? [problem('directory', 'is a path, not an empty text')] : []),
  ];
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return settings;
}

function octetProblems(name: string, value: number, least: number): readonly Problem[] {
  const good = value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && value >= least);
  return good ? [] : [problem(name, `is a whole number of at least ${least}, or Infinity`)];
}

function problem(name: string, expected: string): Problem {
  return { code: 'bad-option', message: `spool: ${name} ${expected}`, construct: name };
}
