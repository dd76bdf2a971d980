/** What the directory of a host's accounts can be told, checked once, all problems at once. */
import { type Domain, parseDomain } from '../../values/domain.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { givenOptions } from '../../values/given-options.js';
import { MOST_MILLISECONDS, type Range, wholeNumbers } from '../shared/whole-numbers.js';
import { isNumeric } from './names.js';

interface PosixCommon {
  /** Users have addresses here: `login@` with each, the first one being the primary. Default: users have no address. */
  readonly domains?: readonly string[];
  /** User ids of people, both ends included: others are not found. Default: all, root too. */
  readonly uids?: readonly [least: number, most: number];
  /** Told of lines that were skipped, with file and line; never of a password. Default: nobody. */
  readonly onWarning?: (problem: Problem) => void;
}

/** The accounts in two files. */
export interface PosixFilesOptions extends PosixCommon {
  readonly getent?: undefined;
  /** passwd(5). Default `/etc/passwd`. */
  readonly passwd?: string;
  /** group(5). Default `/etc/group`. */
  readonly group?: string;
  /** Milliseconds between two looks at whether the files have changed. A change counts when it is that old, for who
   * writes may not be done; until then who was not there before is "could not tell". A file that ends within a line is being
   * written, for ten times as long. Default 1,000. */
  readonly interval?: number;
  /** Octets of a file; a larger one is not read. Default 16,777,216. */
  readonly maxBytes?: number;
}

/** What the host knows of accounts, from wherever nsswitch.conf(5) says, through getent(1) of the GNU C library. */
export interface PosixGetentOptions extends PosixCommon {
  /** True, or the path of the program. */
  readonly getent: true | string;
  /**
   * The login of an account that the source of the accounts always has, one of the Windows domain for winbind. While
   * winbindd is down, getent says of everybody that he is not found, and says nothing else: so "not found" counts only
   * while the witness is found, and else is "could not tell". `false`: there is no source but the host's own files.
   */
  readonly witness: string | false;
  /** Winbind's names with a domain, as they are without `winbind use default domain`: `SCHOOL\alice` is the login
   * `alice`, and what has no such name is not found. Default: names are logins as they are. */
  readonly winbind?: {
    readonly domain: string;
    /** winbind separator. Default `\`. */
    readonly separator?: string;
  };
  /** Members of a group. `all`: by the groups of every account, which takes a list of them; winbind gives one only
   * with `winbind enum users`, and without it nobody can tell. `listed`: those whom the group names, without those
   * whose primary group it is; winbind names none unless `winbind expand groups` is 1 or more. Default `all`. */
  readonly members?: 'all' | 'listed';
  /** Milliseconds for one question, its wait in line included. Default 10,000. */
  readonly timeout?: number;
  /** Processes at once; more questions wait. Default 4. */
  readonly processes?: number;
  /** Questions that may wait; more are "could not tell". Default 1,000. */
  readonly waiting?: number;
  /** Octets of one answer; a larger one is "could not tell". Default 16,777,216. */
  readonly maxBytes?: number;
}

export type PosixOptions = PosixFilesOptions | PosixGetentOptions;

export interface CommonSettings {
  readonly domains: readonly Domain[];
  readonly uids: readonly [number, number];
  readonly warn: (problem: Problem) => void;
}

export interface FilesSettings extends CommonSettings {
  readonly kind: 'files';
  readonly passwd: string;
  readonly group: string;
  readonly interval: number;
  readonly maxBytes: number;
}

export interface GetentSettings extends CommonSettings {
  readonly kind: 'getent';
  readonly program: string;
  readonly witness: string | undefined;
  /** `SCHOOL\`; empty where names are logins. */
  readonly prefix: string;
  readonly members: 'all' | 'listed';
  readonly timeout: number;
  readonly processes: number;
  readonly waiting: number;
  readonly maxBytes: number;
}

const MAX_BYTES: Range = [16_777_216, 1, 1_073_741_824];
const fileRanges: Readonly<Record<'interval' | 'maxBytes', Range>> = {
  interval: [1000, 1, MOST_MILLISECONDS],
  maxBytes: MAX_BYTES,
};
const getentRanges: Readonly<Record<'timeout' | 'processes' | 'waiting' | 'maxBytes', Range>> = {
  timeout: [10_000, 1, MOST_MILLISECONDS],
  processes: [4, 1, 1000],
  waiting: [1000, 0, 1_000_000],
  maxBytes: MAX_BYTES,
};
const common: readonly string[] = ['domains', 'uids', 'onWarning', 'getent'];

/** Throws ConfigurationError (code `options`). */
export function posixSettings(options: PosixOptions): FilesSettings | GetentSettings {
  const problems: Problem[] = [];
  const settings = options?.getent === undefined ? fileSettings(options, problems) : getentSettings(options, problems);
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return settings;
}

function fileSettings(options: PosixFilesOptions, problems: Problem[]): FilesSettings {
  const names = [...common, ...Object.keys(fileRanges), 'passwd', 'group'];
  const given = givenOptions('posix', options, names, problems);
  const { passwd = '/etc/passwd', group = '/etc/group' } = given;
  for (const [name, path] of Object.entries({ passwd, group })) {
    if (!isText(path)) problems.push(bad(name, 'is the path of a file'));
  }
  const numbers = wholeNumbers('posix', fileRanges, given, problems);
  return { kind: 'files', passwd, group, ...numbers, ...commonSettings(given, problems) };
}

function getentSettings(options: PosixGetentOptions, problems: Problem[]): GetentSettings {
  const names = [...common, ...Object.keys(getentRanges), 'witness', 'winbind', 'members'];
  const given = givenOptions('posix', options, names, problems);
  const { getent, witness, winbind, members = 'all' } = given;
  if (getent !== true && !isText(getent)) problems.push(bad('getent', 'is true or the path of the program'));
  if (witness !== false && (!isText(witness) || isNumeric(witness))) {
    problems.push(bad('witness', 'is the login of an account that is always there, no number, or false'));
  }
  const { domain = '', separator = '\\' } = winbind ?? {};
  if (winbind !== undefined && !(isPart(domain) && isPart(separator))) {
    problems.push(bad('winbind', 'is { domain, separator }, texts without a colon'));
  }
  if (members !== 'all' && members !== 'listed') problems.push(bad('members', 'is "all" or "listed"'));
  return {
    kind: 'getent',
    program: getent === true ? 'getent' : getent,
    witness: witness === false ? undefined : witness,
    prefix: winbind === undefined ? '' : `${domain}${separator}`,
    members,
    ...wholeNumbers('posix', getentRanges, given, problems),
    ...commonSettings(given, problems),
  };
}

function commonSettings({ domains = [], uids, onWarning }: PosixCommon, problems: Problem[]): CommonSettings {
  const parsed = (Array.isArray(domains) ? domains : [undefined]).flatMap((text) => {
    const domain = typeof text === 'string' ? parseDomain(text) : undefined;
    if (domain?.kind === 'parsed') return [domain.value];
    problems.push(bad('domains', 'is a list of domain names'));
    return [];
  });
  const [least, most] = Array.isArray(uids) ? uids : uids === undefined ? [0, 0xffff_fffe] : [];
  const good = Number.isInteger(least) && Number.isInteger(most) && (least as number) <= (most as number);
  if (!good) problems.push(bad('uids', 'is [least, most], whole numbers'));
  if (onWarning !== undefined && typeof onWarning !== 'function') problems.push(bad('onWarning', 'is a function'));
  return { domains: parsed, uids: [least as number, most as number], warn: onWarning ?? ((): void => {}) };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !value.includes('\0');
}

function isPart(value: unknown): boolean {
  return isText(value) && /^[^:\s-][^:\n]*$/.test(value) && value.length <= 256;
}

function bad(construct: string, what: string): Problem {
  return { code: 'bad-option', message: `posix: ${construct} ${what}`, construct };
}
