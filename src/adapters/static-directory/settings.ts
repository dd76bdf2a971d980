/** What a static directory can be told, checked once, all problems at once. */
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { givenOptions, nameProblems } from '../../values/given-options.js';
import { MOST_MILLISECONDS, type Range, wholeNumbers } from '../shared/whole-numbers.js';

export interface StaticDirectorySettings {
  /** `json`: as people write it, see the README. `ldif`: as directories export it. Default: by the name of the file,
   * which ends in `.ldif` or `.ldf` for the latter. */
  readonly format?: 'json' | 'ldif';
  /** For the log and the trace. Default: `static` and the name of the file. */
  readonly name?: string;
  /** An address that two users have, or two groups, is no error: "could not tell" for good. Default false. */
  readonly sharedAddresses?: boolean;
  /** LDIF: a member of whom the file has no entry is left out, instead of an error; so are the
   * groups that `memberOf` and `primaryGroupID` name. Default false. */
  readonly missingMembers?: boolean;
  /** Logins whose passwords are checked at once, in Node's threads, of which there are four; others wait. Default 2. */
  readonly atOnce?: number;
  /** Logins that may wait; more are "could not tell". Default 1,000. */
  readonly waiting?: number;
  /** Milliseconds for one login, its wait included. Default 10,000. */
  readonly timeout?: number;
}

export interface StaticDirectoryOptions extends StaticDirectorySettings {
  /** UTF-8. Read once, when the directory is made. */
  readonly file: string;
  /** Octets. Default 67,108,864. */
  readonly maxBytes?: number;
}

export interface Settings {
  readonly format: 'json' | 'ldif';
  readonly name: string;
  readonly sharedAddresses: boolean;
  readonly missingMembers: boolean;
  readonly atOnce: number;
  readonly waiting: number;
  readonly timeout: number;
  readonly maxBytes: number;
}

const OF = 'staticDirectory';

const ranges: Readonly<Record<'atOnce' | 'waiting' | 'timeout' | 'maxBytes', Range>> = {
  atOnce: [2, 1, 64],
  waiting: [1000, 0, 1_000_000],
  timeout: [10_000, 1, MOST_MILLISECONDS],
  // Beyond it a text does not fit into one string.
  maxBytes: [67_108_864, 1, 500_000_000],
};

const names: readonly string[] = [
  'file',
  'format',
  'name',
  'sharedAddresses',
  'missingMembers',
  ...Object.keys(ranges),
];

/** Throws ConfigurationError (code `options`). */
export function staticSettings(options: StaticDirectoryOptions): Settings {
  const problems: Problem[] = [];
  const given = givenOptions(OF, options, names, problems);
  const wrong = (construct: string, expected: string): void => {
    problems.push({ code: 'bad-option', message: `${OF}: ${construct} is ${expected}`, construct });
  };
  const { file, format, sharedAddresses = false, missingMembers = false } = given;
  const isFile = typeof file === 'string' && file !== '' && !file.includes('\0');
  if (!isFile) wrong('file', 'the name of a file');
  if (format !== undefined && format !== 'json' && format !== 'ldif') wrong('format', '"json" or "ldif"');
  if (typeof sharedAddresses !== 'boolean') wrong('sharedAddresses', 'true or false');
  if (typeof missingMembers !== 'boolean') wrong('missingMembers', 'true or false');
  if (given.name !== undefined) problems.push(...nameProblems(OF, given.name));
  const numbers = wholeNumbers(OF, ranges, given, problems);
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const byName = /\.(?:ldif|ldf)$/i.test(file) ? 'ldif' : 'json';
  return {
    format: format ?? byName,
    name: given.name ?? `static ${printable(file)}`,
    sharedAddresses,
    missingMembers,
    ...numbers,
  };
}

function printable(file: string): string {
  return file.replace(/[^!-~]/g, '?').slice(-80);
}
