/** What the command-line scanner can be told, checked once, all problems at once. */
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { givenOptions } from '../../values/given-options.js';
import { MOST_MILLISECONDS, type Range, wholeNumbers } from '../shared/whole-numbers.js';

export interface ClamscanOptions {
  /** The program: a path, or a name that PATH has. Default `clamscan`. */
  readonly program?: string;
  /** Folder or file of signatures. Default: that which the program was built with. */
  readonly database?: string;
  /** Further arguments, `--alert-encrypted=yes` for one; not read by a shell. Not those that leave `stdin: OK` out of the output
   * (`--infected`, `--quiet`): nothing is clean then. Default: none. */
  readonly arguments?: readonly string[];
  /** Milliseconds for one scan, its wait included. The program loads all signatures first: 20 seconds and more. Default 120,000. */
  readonly timeout?: number;
  /** Processes at once, of some GiB of memory with the usual signatures; more scans wait. Default 2. */
  readonly processes?: number;
  /** Scans that may wait; more are "could not tell". Default 100. */
  readonly waiting?: number;
  /** Octets of a message; a larger one is `unscannable`. The program itself looks at no more. Default 104,857,600. */
  readonly maxBytes?: number;
  /** Milliseconds from SIGTERM to SIGKILL for a process that is out of time. Default 1,000. */
  readonly killAfter?: number;
}

type Numbers = 'timeout' | 'processes' | 'waiting' | 'maxBytes' | 'killAfter';

export interface ClamscanSettings extends Readonly<Record<Numbers, number>> {
  readonly program: string;
  readonly arguments: readonly string[];
}

const ranges: Readonly<Record<Numbers, Range>> = {
  timeout: [120_000, 1, MOST_MILLISECONDS],
  processes: [2, 1, 1000],
  waiting: [100, 0, 1_000_000],
  maxBytes: [104_857_600, 1, Number.MAX_SAFE_INTEGER],
  killAfter: [1000, 0, MOST_MILLISECONDS],
};

const names: readonly string[] = [...Object.keys(ranges), 'program', 'database', 'arguments'];

/** Throws ConfigurationError (code `options`, problem `bad-option`). */
export function clamscanSettings(options: ClamscanOptions): ClamscanSettings {
  const problems: Problem[] = [];
  const given = givenOptions('clamscan', options, names, problems);
  const { program = 'clamscan', database, arguments: further = [] } = given;
  const numbers = wholeNumbers('clamscan', ranges, given, problems);
  const texts = { program, ...(database === undefined ? {} : { database }) };
  for (const [name, text] of Object.entries(texts)) if (!isWord(text)) problems.push(badWord(name));
  if (!Array.isArray(further) || !further.every(isWord)) {
    const message = 'clamscan: arguments: a list of texts without NUL is expected';
    problems.push({ code: 'bad-option', message, construct: 'arguments' });
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  // Without the third, what is over a limit of the program counts as clean to it.
  const own = ['--no-summary', '--stdout', '--alert-exceeds-max=yes'];
  if (database !== undefined) own.push(`--database=${database}`);
  return { program, arguments: [...own, ...further, '-'], ...numbers };
}

function isWord(text: unknown): boolean {
  return typeof text === 'string' && text !== '' && !text.includes('\0');
}

function badWord(name: string): Problem {
  return { code: 'bad-option', message: `clamscan: ${name}: text without NUL is expected`, construct: name };
}
