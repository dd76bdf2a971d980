/**
 * Who may never log in, whatever the directory says: smb.conf(5), invalid users. An account called root in the
 * directory, with a password of the directory's, would otherwise be root of this host. Asked with the name as it is
 * typed and with the entry that the directory has for it, before anybody sees the password, and with the name and the
 * entry that the password has shown. `root` is in the list, always.
 */
import type { DirectoryUser } from '../ports/directory.js';
import type { Problem } from '../values/errors.js';
import { type AccountNames, comparable, prepareName } from './account-name.js';
import { ridOf } from './sid.js';

export interface InvalidUsers {
  /** Names of groups, as written behind `@`. */
  readonly groups: readonly string[];
  /** Why the name is invalid; undefined where it is not. */
  nameFault(account: string): string | undefined;
  /** The same of an entry: by its name, as the superuser by uid 0, as the administrator by RID 500. */
  userFault(user: DirectoryUser): string | undefined;
}

/** [MS-DTYP] section 2.4.2.4: the account that was called Administrator when the domain was made, whatever it is
 * called now. */
const ADMINISTRATOR_RID = 500;

/**
 * `entries` as in smb.conf(5): `root`, `SCHOOL\admin` (read by `accounts`), `@interns` or `+interns` for a group.
 * What is no name, and a netgroup (`&name`), goes to `problems` (`bad-name`).
 */
export function invalidUsers(
  entries: readonly string[],
  accounts: AccountNames | undefined,
  problems: Problem[],
): InvalidUsers {
  const names = new Set<string>(['root']);
  const groups: string[] = [];
  for (const entry of entries) {
    const isGroup = /^[@+]/.test(entry);
    const name = isGroup ? entry.slice(1) : (accountOf(entry, accounts) ?? '');
    if (prepareName(name).kind === 'refused' || /^[@+&]/.test(name)) {
      const message = 'invalid users are names of accounts, and of groups behind @; netgroups are not known';
      problems.push({ code: 'bad-name', message, construct: entry });
    } else if (isGroup) groups.push(name);
    else names.add(comparable(name));
  }
  const nameFault = (account: string): string | undefined => {
    const bad = spellings(account).find((name) => names.has(name));
    return bad === undefined ? undefined : `invalid user ${bad}`;
  };
  const userFault = ({ login, sid, posix }: DirectoryUser): string | undefined => {
    if (posix?.uid === 0) return 'invalid user: uid 0 is root';
    const isAdministrator = sid !== undefined && ridOf(sid) === ADMINISTRATOR_RID;
    if (isAdministrator && names.has('administrator')) return 'invalid user: RID 500 is the administrator';
    return nameFault(login);
  };
  return { groups, nameFault, userFault };
}

function accountOf(entry: string, accounts: AccountNames | undefined): string | undefined {
  if (accounts === undefined) return entry;
  const read = accounts(entry);
  // A list may name accounts without their domain, whatever is asked of logins.
  if (read.kind === 'refused') return /[\\@]/.test(entry) ? undefined : entry;
  return read.kind === 'account' ? read.account : undefined;
}

/** With compatible characters as those they stand for, without what is not shown, and by the parts that another may
 * read as the name: `school+root`, `root@elsewhere`. */
function spellings(account: string): readonly string[] {
  const plain = comparable(
    account.slice(0, LONGEST).normalize('NFKC').replace(NOT_SHOWN, '').trim().replace(/ {2,}/g, ' '),
  );
  const tail = plain.slice(Math.max(plain.lastIndexOf('\\'), plain.lastIndexOf('+'), plain.lastIndexOf('/')) + 1);
  const sign = plain.indexOf('@');
  return [plain, tail, ...(sign > 0 ? [plain.slice(0, sign), tail.slice(0, Math.max(tail.indexOf('@'), 0))] : [])];
}

/** Nothing that is longer means anybody. */
const LONGEST = 1024;
const NOT_SHOWN = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
