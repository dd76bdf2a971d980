/**
 * check_{client,reverse_client_hostname,helo,sender,recipient}_{a,mx,ns}_access: a table of access(5) asked for the hosts behind a
 * domain. Where the DNS cannot tell, Postfix applies no restriction; the trace says so. OK is
 * refused (451), as in Postfix.
 */
import type { MaybePromise } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Table } from '../../core/table.js';
import type { Mailbox } from '../../values/address.js';
import { parseIp } from '../../values/ip.js';
import { parseAddressLiteral } from '../../values/mailbox.js';
import { ipKeys, lookUp, nameKeys } from './access.js';
import type { Check } from './check.js';
import { hostAddresses, type ServerType, serverHosts } from './dns/index.js';
import { clientPlace, recipientPlace, reverseName, senderPlace, verifiedName } from './places.js';
import { type Place, type Restriction, type RestrictionOptions, restriction, type Verdict } from './restriction.js';

/** Whose domain is looked up. */
export type ServersOf = 'client' | 'reverse_client_hostname' | 'helo' | 'sender' | 'recipient';

/** `checkServerAccess('sender', 'mx', table)` is check_sender_mx_access. */
export function checkServerAccess(
  of: ServersOf,
  type: ServerType,
  table: Table,
  options?: RestrictionOptions,
): Restriction<'resolver'> {
  const apply = (check: Check): MaybePromise<Verdict> => {
    const asked = subjectOf(check, of);
    if (asked === undefined) return 'next';
    return andThen(judge(check, type, table, asked.domain, asked.place), (word) => {
      if (word !== 'permit') return word;
      // Who runs the hosts behind a domain could permit himself (smtpd's forbid_allowlist).
      return check.serverError(`${text}: OK for ${asked.domain} is not allowed; write DUNNO to make an exception`);
    });
  };
  const text = `check_${of}_${type}_access ${table.name}`;
  return restriction(text, options, apply, {
    needs: ['resolver'],
    asked: [{ kind: 'table', table, access: true }],
  });
}

function subjectOf({ facts }: Check, of: ServersOf): { readonly domain: string; readonly place: Place } | undefined {
  const { session, helo, sender, recipient } = facts;
  switch (of) {
    case 'client': {
      const domain = verifiedName(session);
      return domain === 'unknown' ? undefined : { domain, place: clientPlace(session) };
    }
    case 'reverse_client_hostname': {
      const domain = reverseName(session);
      return domain === 'unknown' ? undefined : { domain, place: { subject: domain, what: 'Unverified Client host' } };
    }
    case 'helo':
      return helo ? { domain: helo, place: { subject: helo, what: 'Helo command' } } : undefined;
    case 'sender':
      return sender?.kind === 'mailbox' ? { domain: domainText(sender), place: senderPlace(sender) } : undefined;
    case 'recipient':
      return recipient && { domain: domainText(recipient), place: recipientPlace(recipient) };
  }
}

function domainText({ domain }: Mailbox): string {
  return domain.kind === 'domain' ? domain.ascii : domain.text;
}

async function judge(check: Check, type: ServerType, table: Table, domain: string, place: Place): Promise<Verdict> {
  const { resolver } = check;
  if (resolver === undefined) return check.serverError('no resolver');
  if (domain.startsWith('[')) return literal(check, type, table, domain, place);
  const hosts = await serverHosts(resolver, type, domain);
  if (hosts.kind !== 'found') {
    if (hosts.kind === 'cannot-tell') skipped(check, type, domain, hosts.why);
    return 'next';
  }
  for (const host of hosts.value) {
    const own = parseIp(host).kind === 'parsed';
    const byName = type === 'a' || own ? undefined : await lookUp(check, table, nameKeys(check, host), place);
    if (byName !== undefined) return byName;
    const addresses = await hostAddresses(resolver, host);
    if (addresses.kind === 'cannot-tell') skipped(check, type, host, addresses.why);
    for (const ip of addresses.kind === 'found' ? addresses.value : []) {
      const byAddress = await lookUp(check, table, ipKeys(ip), place);
      if (byAddress !== undefined) return byAddress;
    }
  }
  return 'next';
}

/** An address literal is its own mail exchanger. */
async function literal(check: Check, type: ServerType, table: Table, domain: string, place: Place): Promise<Verdict> {
  const read = parseAddressLiteral(domain.slice(1, -1));
  if (type === 'ns' || read.kind !== 'parsed' || !domain.endsWith(']')) return 'next';
  return (await lookUp(check, table, ipKeys(read.value.ip), place)) ?? 'next';
}

function skipped(check: Check, type: ServerType, name: string, why: string): void {
  check.remark(`${type} hosts of ${name} could not be told (${why}): no restriction, as Postfix does`);
}
