/**
 * The users of a directory as a table of recipients: `localRecipients`, `virtualMailboxes` and `mailbox` of `route`. An
 * address that the directory does not have is an unknown user (550 5.1.1); a directory that cannot tell defers (451).
 * Mail of groups is no part of this.
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import { andThen } from '../core/stage-context.js';
import type { Table, TableEntry } from '../core/table.js';
import type { AccountState, Directory, DirectoryUser, UserKey } from '../ports/directory.js';
import { type Answer, cannotTell, found, notFound } from '../values/answer.js';
import { aFlag, aFunction, type OptionRule } from '../values/given-options.js';
import { parseMailbox } from '../values/mailbox.js';
import { parseMailboxName } from '../values/mailbox-name.js';
import { canonicalName } from './account-name.js';
import { checkedTable } from './table-options.js';

export interface DirectoryRecipientsOptions {
  /** The name of a user's mailbox, which is the value of the table. Default: the login in lower case. */
  readonly mailbox?: (user: DirectoryUser) => string;
  /** A key without a domain is the login of that name: for directories without addresses. It is asked for at
   * `localDomains` of `route`. Else the addresses of the directory are all there are. Default false. */
  readonly bareNames?: boolean;
  /** Accounts that get no mail: their addresses are unknown users. Default none: who is on leave, or has forgotten a
   * password, still gets mail. */
  readonly refuse?: readonly AccountState[];
}

const STATES: readonly AccountState[] = ['active', 'disabled', 'expired', 'locked-out'];

const areStates: OptionRule = {
  what: `a list of states of accounts: ${STATES.join(', ')}`,
  holds: (value) => Array.isArray(value) && value.every((state) => STATES.includes(state)),
};
const RULES = { mailbox: aFunction, bareNames: aFlag, refuse: areStates } as const;

/** Keys are `user@domain`. Throws ConfigurationError `options`: `no-such-option`, `bad-option`. */
export function directoryRecipients(directory: Directory, options: DirectoryRecipientsOptions = {}): Table {
  const given = checkedTable('directoryRecipients', directory, options, RULES);
  const { mailbox = ofLogin, bareNames = false, refuse = [] } = given;
  const entry = (user: Answer<DirectoryUser>): Answer<TableEntry> => {
    if (user.kind !== 'found') return user;
    if (refuse.includes(user.value.state)) return notFound(`the account is ${user.value.state}`);
    const value = mailbox(user.value);
    // A user there is, and no place for his mail: not "unknown".
    const name = parseMailboxName(value);
    return name.kind === 'parsed' ? found({ value }) : cannotTell(`${user.value.login}: ${name.why}`, false);
  };
  const lookup = (key: string, call?: PortCall): MaybePromise<Answer<TableEntry>> => {
    const asked = userKey(key, bareNames);
    return asked === undefined ? notFound() : andThen(directory.findUser(asked, call), entry);
  };
  return { name: `users of ${directory.name}`, lookup };
}

/** A slash would lead into the mailbox of another. */
function ofLogin({ login }: DirectoryUser): string {
  return login.includes('/') ? '' : canonicalName(login);
}

/** Undefined for `@domain`, and what else no user has. */
function userKey(key: string, bareNames: boolean): UserKey | undefined {
  if (!key.includes('@')) return bareNames && key !== '' ? { kind: 'login', login: key } : undefined;
  const address = parseMailbox(key);
  return address.kind === 'parsed' ? { kind: 'address', address: address.value } : undefined;
}
