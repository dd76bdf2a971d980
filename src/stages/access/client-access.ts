/**
 * Client access: Postfix's check_client_access, access(5) "HOST NAME/ADDRESS PATTERNS". The verified host name and its
 * parent domains first, then the address and the networks it is in, as smtpd does it; `unknown` where the client has no
 * verified name. DUNNO ends the search.
 */
import { type FindingKey, finding } from '../../core/finding.js';
import type { Session } from '../../core/session.js';
import { defineStage } from '../../core/stage.js';
import type { Table } from '../../core/table.js';
import { addressKeys, domainKeys } from '../../tables/address-keys.js';
import { accessTable } from './access-table.js';
import { type AccessFinding, type AccessOptions, type AccessStage, judgeEarly } from './judge.js';

export const clientAccessFinding: FindingKey<'clientAccess', AccessFinding> = finding('clientAccess');

export interface ClientAccessStage extends AccessStage<'clientAccess', 'connect', 'redirect'> {}

/**
 * At connect, or later in a list of its choice. OK ends the list in which it stands, and no more: what must hold for
 * every client stands before it. A client without address (a local submission) is not looked up. Throws
 * ConfigurationError `table` for values that are no action.
 */
export function clientAccess(table: Table, options: AccessOptions = {}): ClientAccessStage {
  const { subdomains } = options;
  const { asks, decides } = accessTable(table, ['redirect'], options.cannotTell);
  return defineStage({
    name: 'clientAccess',
    at: 'connect',
    gives: [clientAccessFinding],
    accepts: true,
    decides,
    asks,
    run: ({ session }, ctx) => {
      const { ip } = session.client;
      if (ip === undefined) return judgeEarly(clientAccessFinding, undefined, ctx);
      const name = hostName(session);
      const keys = [...(name === undefined ? [] : domainKeys(name, subdomains)), ...addressKeys(ip)];
      const subject = `${name ?? 'unknown'}[${ip.text}]`;
      return judgeEarly(clientAccessFinding, { table, keys, subject, what: 'Client host' }, ctx);
    },
  });
}

/** Postfix's client_name; undefined where nobody looked it up. */
function hostName({ client }: Session): string | undefined {
  if (client.name.kind === 'verified') return client.name.name.ascii;
  return client.name.kind === 'not-looked-up' ? undefined : 'unknown';
}
