/**
 * Which login owns a sender address, as a table: smtpd_sender_login_maps of Postfix, asked by the stage `senderLogin`
 * and by the restrictions reject_sender_login_mismatch and its kin. An address belongs to the user that the directory
 * has it for; one of a group to nobody, or to its members. More owners, of a mailbox for a function for one:
 * `unionTable(directorySenderLogins(d), inlineTable({...}))`.
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import { andThen } from '../core/stage-context.js';
import type { Table, TableEntry } from '../core/table.js';
import type { Directory } from '../ports/directory.js';
import type { Mailbox } from '../values/address.js';
import { type Answer, cannotTell, found, notFound } from '../values/answer.js';
import { parseMailbox } from '../values/mailbox.js';

export interface SenderLoginsOptions {
  /** The address of a group: `nobody` may send as it, or its `members`. Default `nobody`. */
  readonly groups?: 'nobody' | 'members';
  /** A key without a domain, which is asked for at local domains, is the login of that name: for directories without
   * addresses. Default false. */
  readonly bareNames?: boolean;
}

/** Keys are `user@domain`; those of whole domains (`@domain`) are in no directory. Values are logins with commas
 * between. */
export function directorySenderLogins(directory: Directory, options: SenderLoginsOptions = {}): Table {
  const { groups = 'nobody', bareNames = false } = options;
  const lookup = (key: string, call?: PortCall): MaybePromise<Answer<TableEntry>> => {
    if (!key.includes('@')) {
      return bareNames ? andThen(directory.findUser({ kind: 'login', login: key }, call), owner) : notFound();
    }
    const address = parseMailbox(key);
    if (address.kind === 'malformed') return notFound();
    return andThen(directory.findUser({ kind: 'address', address: address.value }, call), (user) => {
      if (user.kind !== 'not-found' || groups === 'nobody') return owner(user);
      return groupOwners(directory, address.value, call);
    });
  };
  return { name: `sender logins of ${directory.name}`, lookup };
}

function groupOwners(directory: Directory, address: Mailbox, call?: PortCall): MaybePromise<Answer<TableEntry>> {
  return andThen(directory.findGroup({ kind: 'address', address }, call), (group) => {
    if (group.kind !== 'found') return group;
    return andThen(directory.membersOf(group.value, call), (members) => {
      if (members.kind !== 'found') return members;
      return entryOf(members.value.flatMap((one) => (one.kind === 'user' ? [one.login] : [])));
    });
  });
}

function owner(user: Answer<{ readonly login: string }>): Answer<TableEntry> {
  return user.kind === 'found' ? entryOf([user.value.login]) : user;
}

/** The value is read as a list: a blank or a comma in a name would make two names of it, and perhaps somebody
 * else's. */
function entryOf(logins: readonly string[]): Answer<TableEntry> {
  const odd = logins.some((login) => /[\s,]/.test(login));
  if (odd) return cannotTell('a login with a blank or a comma cannot stand in a list of owners', false);
  return found({ value: logins.join(',') });
}
