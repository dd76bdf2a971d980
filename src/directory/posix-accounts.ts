/**
 * What a host needs to know of an account of Active Directory: uid from the RID, home and shell from templates, as
 * winbindd(8) tells NSS. POSIX attributes of the directory (RFC 2307) do not count unless asked for, and then only
 * within the range: who may write them would else choose whose mail a program reads, root's too.
 */
import type { DirectoryUser, PosixAccount } from '../ports/directory.js';
import { type Answer, cannotTell, found } from '../values/answer.js';
import { ConfigurationError, type Problem } from '../values/errors.js';
import { givenOptions } from '../values/given-options.js';
import { canonicalName } from './account-name.js';
import type { IdMap } from './id-map.js';
import { accountTemplate, templateProblems } from './templates.js';

export interface PosixAccountsOptions {
  readonly ids: IdMap;
  /** The group of all. Default: the number of Domain Users, RID 513, which the range must have then. */
  readonly gid?: number;
  /** `%D` of the templates: the short name of the domain. Default: none, and then no template may have a `%D`. */
  readonly domain?: string;
  /** template homedir. Default `/home/%D/%U`, Samba's. */
  readonly home?: string;
  /** template shell. Default `/bin/false`, Samba's. */
  readonly shell?: string;
  /** uidNumber and gidNumber of an account that has them. `ignore`: as if it had none. `in-range`: they count instead
   * of uid and gid, where both are in the range of `ids` and not taken; else nobody can tell, for good. That no two
   * accounts have one number is the directory's business then. Home and shell are always those of the templates.
   * Default `ignore`. */
  readonly own?: 'ignore' | 'in-range';
}

/** Could not tell, for good: the account has no SID, its number is out of range or somebody else's, its name cannot
 * stand in a path. Not-found: it is of another domain. */
export type PosixAccounts = (user: DirectoryUser) => Answer<PosixAccount>;

const DOMAIN_USERS_RID = 513;
const MOST_ID = 2 ** 32 - 3;
const NAMES = ['ids', 'gid', 'domain', 'home', 'shell', 'own'];

/** Throws ConfigurationError `options` with all that is wrong: templates, options, a group of all without a number. */
export function posixAccounts(options: PosixAccountsOptions): PosixAccounts {
  const { ids, gid, domain, home, shell, own } = settingsOf(options);
  const homeOf = accountTemplate(home);
  const shellOf = accountTemplate(shell);
  return (user) => {
    const numbers =
      own === 'in-range' && user.posix !== undefined ? ownNumbers(user.posix, ids) : byRid(user, ids, gid);
    if (numbers.kind !== 'found') return numbers;
    const facts = { account: canonicalName(user.login), domain };
    const [place, program] = [homeOf(facts), shellOf(facts)];
    if (place.kind === 'malformed') return cannotTell(`home: ${place.why}`, false);
    if (program.kind === 'malformed') return cannotTell(`shell: ${program.why}`, false);
    return found({ ...numbers.value, home: place.value, shell: program.value });
  };
}

type Numbers = Pick<PosixAccount, 'uid' | 'gid'>;

function ownNumbers({ uid, gid }: PosixAccount, ids: IdMap): Answer<Numbers> {
  if (ids.isFree(uid) && ids.isFree(gid)) return found({ uid, gid });
  return cannotTell(`uidNumber ${uid} or gidNumber ${gid} is outside of the range, or taken`, false);
}

function byRid({ sid }: DirectoryUser, ids: IdMap, gid: number): Answer<Numbers> {
  if (sid === undefined) return cannotTell('the account has no SID', false);
  const uid = ids.idOf(sid);
  return uid.kind === 'found' ? found({ uid: uid.value, gid }) : uid;
}

type Settings = Required<Omit<PosixAccountsOptions, 'domain'>> & { readonly domain: string | undefined };

function settingsOf(options: PosixAccountsOptions): Settings {
  const problems: Problem[] = [];
  const given = givenOptions('posixAccounts', options, NAMES, problems);
  const { ids, domain, home = '/home/%D/%U', shell = '/bin/false', own = 'ignore' } = given;
  if (typeof ids?.idOf !== 'function') problems.push(bad('ids', 'is made by idMap'));
  if (own !== 'ignore' && own !== 'in-range') problems.push(bad('own', 'is "ignore" or "in-range"'));
  for (const [option, template] of Object.entries({ home, shell }))
    problems.push(...problemsOf(option, template, domain));
  const gid = given.gid ?? groupOfAll(ids);
  if (gid === undefined && ids !== undefined)
    problems.push(bad('gid', `is to be given: the range has no number for RID ${DOMAIN_USERS_RID}`));
  if (gid !== undefined && !(Number.isInteger(gid) && gid >= 1 && gid <= MOST_ID))
    problems.push(bad('gid', `is a whole number from 1 to ${MOST_ID}`));
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return { ids, domain, home, shell, own, gid: gid ?? 0 };
}

/** Of a template for every account, whatever its name is. */
function problemsOf(option: string, template: string, domain: unknown): readonly Problem[] {
  const problems = templateProblems(template);
  if (problems.length > 0) return problems;
  if (domain !== undefined && typeof domain !== 'string') return [bad('domain', 'is a text')];
  const path = accountTemplate(template)({ account: 'x', domain });
  return path.kind === 'parsed' ? [] : [bad('domain', `does not suit the template of ${option}: ${path.why}`)];
}

function groupOfAll(ids: IdMap | undefined): number | undefined {
  const all = ids?.idOfRid?.(DOMAIN_USERS_RID);
  return all?.kind === 'found' ? all.value : undefined;
}

function bad(construct: string, what: string): Problem {
  return { code: 'bad-option', message: `posixAccounts: ${construct} ${what}`, construct };
}
