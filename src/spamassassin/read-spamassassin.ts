/**
 * Reads a configuration of SpamAssassin from its folders, in SpamAssassin's order: `.pre` files of the site and of the rules, `.cf`
 * files of the rules, then those of the site, each by the order of their names. Reads once and watches nothing.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import {
  checkSpamRules,
  type RuleFile,
  type SpamRuleFiles,
  type SpamRulesCheck,
} from '../stages/spam/rules/read-rules.js';
import type { SpamRules } from '../stages/spam/rules/spam-rules.js';
import { decodeLatin1 } from '../values/bytes.js';
import { ConfigurationError, type Problem } from '../values/errors.js';

export interface SpamAssassinFolders {
  /** The rules of the distribution, or of an update channel. Default: `/var/lib/spamassassin/4.000001` where sa-update has been run,
   * else `/usr/share/spamassassin`. */
  readonly rules?: string;
  /** The site's own files, which also load the plugins. Default `/etc/spamassassin`. */
  readonly site?: string;
  /** Which `lang xx` lines count. Default `en`. */
  readonly language?: string;
  /** What `if (local_tests_only)` says. Default false. */
  readonly localTestsOnly?: boolean;
}

const UPDATED = '/var/lib/spamassassin/4.000001';
const SHIPPED = '/usr/share/spamassassin';
const SITE = '/etc/spamassassin';
const SIZE_LIMIT = 33_554_432;

/** Throws ConfigurationError `spam-rules` with all that is wrong: folders and files that cannot be read, lines that say nothing. */
export function readSpamAssassin(folders: SpamAssassinFolders = {}): SpamRules {
  const { rules, problems } = checkSpamAssassin(folders);
  if (problems.length > 0) throw new ConfigurationError('spam-rules', problems);
  return rules;
}

/** The same, with what is wrong as a value. */
export function checkSpamAssassin(folders: SpamAssassinFolders = {}): SpamRulesCheck {
  const { rules = isFolder(UPDATED) ? UPDATED : SHIPPED, site = SITE, language, localTestsOnly } = folders;
  const unreadable: Problem[] = [];
  const isOne = resolve(rules) === resolve(site);
  const [sitePre, siteRules] = [filesOf(site, '.pre', unreadable), filesOf(site, '.cf', unreadable)];
  const files = [
    ...sitePre,
    ...(isOne ? [] : filesOf(rules, '.pre', unreadable)),
    ...(isOne ? [] : filesOf(rules, '.cf', unreadable)),
    ...siteRules,
  ];
  const own = new Set([...sitePre, ...siteRules].map(({ name }) => name));
  const input: SpamRuleFiles = {
    files,
    include: (path, from) => {
      const file = isAbsolute(path) ? path : join(dirname(from), path);
      const why: Problem[] = [];
      const found = readOne(file, why);
      if (found !== undefined && own.has(from)) own.add(file);
      return found ?? why[0]?.message;
    },
    isOwn: (file) => own.has(file),
    ...(language === undefined ? {} : { language }),
    ...(localTestsOnly === undefined ? {} : { localTestsOnly }),
  };
  const check = checkSpamRules(input);
  const problems = [...unreadable, ...check.problems];
  if (problems.length > 0) return { rules: check.rules, problems };
  const isEmpty = !check.rules.rules.some(({ source }) => isOne || !own.has(source.file));
  return { rules: check.rules, problems: isEmpty ? [noRules(isOne ? [site] : [rules, site])] : [] };
}

/** Otherwise nothing would ever be spam. */
function noRules(folders: readonly string[]): Problem {
  const message = `no rules in ${folders[0]}: the .cf files of SpamAssassin's rules are expected there`;
  const aside = folders.length === 1 ? '' : ` (the site's own are in ${folders[1]})`;
  return { code: 'no-rules', message: message + aside, source: { file: folders[0] as string } };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function filesOf(folder: string, ending: string, problems: Problem[]): RuleFile[] {
  return namesIn(folder, problems)
    .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
    .sort(byName)
    .flatMap((name) => readOne(join(folder, name), problems) ?? []);
}

/** The rules of the project's own channel come first, so that others can change their points. */
const FIRST = 'updates_spamassassin_org.cf';

function byName(a: string, b: string): number {
  if (a === FIRST || b === FIRST) return a === b ? 0 : a === FIRST ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function namesIn(folder: string, problems: Problem[]): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (!problems.some(({ source }) => source?.file === folder)) problems.push(unreadable(folder, error));
    return [];
  }
}

function readOne(file: string, problems: Problem[]): RuleFile | undefined {
  try {
    const found = statSync(file);
    // A pipe or a device would keep us waiting.
    if (!found.isFile()) throw new Error('not a file');
    if (found.size > SIZE_LIMIT) throw new Error(`larger than ${SIZE_LIMIT} octets`);
    return { name: file, text: decodeLatin1(readFileSync(file)) };
  } catch (error) {
    problems.push(unreadable(file, error));
    return undefined;
  }
}

/** Without the path, which is named beside it. */
function unreadable(file: string, error: unknown): Problem {
  const why = error instanceof Error ? error.message.replace(/, [a-z]{1,20} '[^']*'$/, '') : String(error);
  return { code: 'unreadable', message: why, source: { file } };
}
