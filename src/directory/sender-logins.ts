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
import { renderOwners } from '../tables/owner-list.js';
import type { Mailbox } from '../values/address.js';
import { type Answer, found, notFound } from '../values/answer.js';
import { aFlag, oneOf } from '../values/given-options.js';
import { parseMailbox } from '../values/mailbox.js';
import { checkedTable } from './table-options.js';

export interface SenderLoginsOptions {
  /** The address of a group: `nobody` may send as it, or its `members`. Default `nobody`. */
  readonly groups?: 'nobody' | 'members';
  /** A key without a domain is the login of that name: for directories without addresses. It is asked for at
   * `localDomains` of `senderLogin` alone, which has none of its own. Default false. */
  readonly bareNames?: boolean;
}

const RULES = { groups: oneOf('nobody', 'members'), bareNames: aFlag } as const;

/** Keys are `user@domain`; those of whole domains (`@domain`) are in no directory. Values are logins with commas
 * between, in quotes where they have a blank or a comma in them: `senderLogin` and the restrictions read both. Throws
 * ConfigurationError `options`: `no-such-option`, `bad-option`. */
export function directorySenderLogins(directory: Directory, options: SenderLoginsOptions = {}): Table {
  const given = checkedTable('directorySenderLogins', directory, options, RULES);
  const { groups = 'nobody', bareNames = false } = given;
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

function entryOf(logins: readonly string[]): Answer<TableEntry> {
  return found({ value: renderOwners(logins) });
}
