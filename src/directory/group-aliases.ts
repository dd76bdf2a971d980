/**
 * Groups that have an address as aliases of their members: `virtualAliases` of `route`. Everybody may write to such a
 * group, and each member gets a message of his own.
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import { andThen } from '../core/stage-context.js';
import type { Table, TableEntry } from '../core/table.js';
import type { Directory, DirectoryMember } from '../ports/directory.js';
import { type Answer, found, notFound } from '../values/answer.js';
import { parseMailbox } from '../values/mailbox.js';
import { checkedTable } from './table-options.js';

/** Keys are `group@domain`, values the primary addresses of members; who has none is left out. A group in which nobody
 * has one is not found. Throws ConfigurationError `options` for what is no directory. */
export function directoryGroupAliases(directory: Directory): Table {
  checkedTable('directoryGroupAliases', directory, {}, {});
  const lookup = (key: string, call?: PortCall): MaybePromise<Answer<TableEntry>> => {
    const address = key.startsWith('@') ? undefined : parseMailbox(key);
    if (address?.kind !== 'parsed') return notFound();
    return andThen(directory.findGroup({ kind: 'address', address: address.value }, call), (group) =>
      group.kind === 'found' ? andThen(directory.membersOf(group.value, call), entryOf) : group,
    );
  };
  return { name: `groups of ${directory.name}`, lookup };
}

function entryOf(members: Answer<readonly DirectoryMember[]>): Answer<TableEntry> {
  if (members.kind !== 'found') return members;
  const addresses = new Set(members.value.flatMap(({ addresses: [primary] }) => primary?.text ?? []));
  return addresses.size === 0
    ? notFound('nobody in the group has an address')
    : found({ value: [...addresses].join(', ') });
}
