/**
 * What a host needs to know of an account of Active Directory that has no POSIX attributes: uid from the RID, home and
 * shell from templates, as winbindd(8) tells NSS. An account with attributes of its own (RFC 2307) keeps them.
 */
import type { DirectoryUser, PosixAccount } from '../ports/directory.js';
import { type Answer, cannotTell, found } from '../values/answer.js';
import { comparable } from './account-name.js';
import type { IdMap } from './id-map.js';
import { accountTemplate } from './templates.js';

export interface PosixAccountsOptions {
  readonly ids: IdMap;
  /** The group of all. Default: the number of Domain Users, RID 513, where the range has it. */
  readonly gid?: number;
  /** `%D` of the templates: the short name of the domain. Default ''. */
  readonly domain?: string;
  /** template homedir. Default `/home/%D/%U`, Samba's. */
  readonly home?: string;
  /** template shell. Default `/bin/false`, Samba's. */
  readonly shell?: string;
}

/** Could not tell, for good: the account has no SID, its number is out of range or somebody else's, its name cannot
 * stand in a path. Not-found: it is of another domain. */
export type PosixAccounts = (user: DirectoryUser) => Answer<PosixAccount>;

const DOMAIN_USERS_RID = 513;

/** Throws ConfigurationError `options` for wrong templates. */
export function posixAccounts(options: PosixAccountsOptions): PosixAccounts {
  const { ids, domain, home = '/home/%D/%U', shell = '/bin/false' } = options;
  const homeOf = accountTemplate(home);
  const shellOf = accountTemplate(shell);
  return (user) => {
    if (user.posix !== undefined) return found(user.posix);
    if (user.sid === undefined) return cannotTell('the account has neither POSIX attributes nor a SID', false);
    const uid = ids.idOf(user.sid);
    if (uid.kind !== 'found') return uid;
    const gid = options.gid ?? groupOf(user.sid, ids);
    if (gid === undefined) return cannotTell('the group of all has no number: see the option gid', false);
    const facts = { account: comparable(user.login), domain };
    const [place, program] = [homeOf(facts), shellOf(facts)];
    if (place.kind === 'malformed') return cannotTell(`home: ${place.why}`, false);
    if (program.kind === 'malformed') return cannotTell(`shell: ${program.why}`, false);
    return found({ uid: uid.value, gid, home: place.value, shell: program.value });
  };
}

function groupOf(sid: string, ids: IdMap): number | undefined {
  const all = ids.idOf(`${sid.slice(0, sid.lastIndexOf('-'))}-${DOMAIN_USERS_RID}`);
  return all.kind === 'found' ? all.value : undefined;
}
