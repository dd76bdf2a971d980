/**
 * What is wrong with the values of tables that can list them: found when the stage is built, not when the mail comes.
 */
import type { Table, TableEntry } from '../../core/table.js';
import { knownEntries } from '../../tables/memory-table.js';
import type { Problem } from '../../values/errors.js';
import { type AliasContext, readAliasValue } from './alias-value.js';
import { mailboxFault } from './mailbox-path.js';
import type { RouteOptions } from './options.js';
import { isMailboxTransport, readTransportValue } from './transport-value.js';

export function tableProblems(options: RouteOptions, context: AliasContext): readonly Problem[] {
  const transports = [
    options.transport,
    options.senderTransports,
    options.mailboxTransports,
    options.fallbackTransports,
  ];
  return [
    ...valueProblems(options.aliases, (value) => aliasFaults(value, context)),
    ...valueProblems(options.virtualAliases, (value) => virtualFaults(value, context)),
    ...transports.flatMap((table) => valueProblems(table, transportFaults)),
    // For another server's mailboxes the table says alone which there are.
    ...valueProblems(ownMailboxes(options) ? options.virtualMailboxes : undefined, mailboxFaults),
    ...valueProblems(typeof options.mailbox === 'object' ? options.mailbox : undefined, mailboxFaults),
  ];
}

interface Fault {
  readonly code: string;
  readonly why: string;
}

function aliasFaults(value: string, context: AliasContext): readonly Fault[] {
  return readAliasValue(value, context).flatMap((member) => {
    if (member.kind === 'fault') return [member];
    const why = 'only virtual(5) knows "@domain"; an alias names its members';
    return member.kind === 'same-user' ? [{ code: 'bad-address', why }] : [];
  });
}

function virtualFaults(value: string, context: AliasContext): readonly Fault[] {
  return readAliasValue(value, context).flatMap((member) => {
    if (member.kind === 'fault') return [member];
    if (member.kind === 'address' || member.kind === 'same-user') return [];
    const why = `a virtual alias is an address, not a ${member.kind}: only aliases(5) know these`;
    return [{ code: 'unsupported-alias', why }];
  });
}

function transportFaults(value: string): readonly Fault[] {
  const read = readTransportValue(value);
  if (read.kind === 'malformed') return [{ code: 'bad-transport', why: read.why }];
  const { transport, nextHop } = read.value;
  return transport === 'maildir' && nextHop !== undefined ? mailboxFaults(nextHop) : [];
}

function ownMailboxes({ virtualTransport = '' }: RouteOptions): boolean {
  const read = readTransportValue(virtualTransport);
  return read.kind !== 'parsed' || read.value.transport === undefined || isMailboxTransport(read.value.transport);
}

/** What no store may have: found here, one mailbox does not stand in the way of all recipients of a message. */
function mailboxFaults(value: string): readonly Fault[] {
  const why = mailboxFault(value);
  return why === undefined ? [] : [{ code: 'bad-mailbox', why }];
}

function valueProblems(table: Table | undefined, faults: (value: string) => readonly Fault[]): readonly Problem[] {
  if (table === undefined) return [];
  const problemsOf = (entry: TableEntry): readonly Problem[] =>
    faults(entry.value).map(({ code, why }) => {
      return { code, message: why, source: entry.source ?? { file: table.name }, construct: entry.value };
    });
  return (knownEntries(table) ?? []).flatMap(problemsOf);
}
