/**
 * Client access: Postfix's check_client_access, access(5) "HOST NAME/ADDRESS PATTERNS". The verified host name and its
 * parent domains first, then the address and the networks it is in, as smtpd does it; `unknown` where the client has no
 * verified name. DUNNO ends the search.
 */
import { type FindingKey, finding } from '../../core/finding.js';
import type { Session } from '../../core/session.js';
import { defineStage, type Stage } from '../../core/stage.js';
import { isThenable } from '../../core/stage-context.js';
import type { Table } from '../../core/table.js';
import { addressKeys, domainKeys } from '../../tables/address-keys.js';
import { accessTable } from './access-table.js';
import {
  type AccessFinding,
  type AccessJudgement,
  type AccessOptions,
  type EarlyDecision,
  early,
  judge,
  nothingAsked,
} from './judge.js';

export const clientAccessFinding: FindingKey<'clientAccess', AccessFinding> = finding('clientAccess');

export interface ClientAccessStage
  extends Stage<{
    readonly name: 'clientAccess';
    readonly at: 'connect';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly clientAccess: AccessFinding };
    readonly edits: never;
    readonly accepts: true;
    readonly decides: 'redirect';
  }> {}

/**
 * At connect, or later in a list of its choice. OK ends the list in which it stands, and no more: what must hold for
 * every client stands before it. A client without address (a local submission) is not looked up. Throws
 * ConfigurationError `table` for values that are no action.
 */
export function clientAccess(table: Table, options: AccessOptions = {}): ClientAccessStage {
  const { cannotTell = 'defer', subdomains } = options;
  const { port, decides } = accessTable(table, ['redirect']);
  return defineStage({
    name: 'clientAccess',
    at: 'connect',
    gives: [clientAccessFinding],
    accepts: true,
    decides,
    asks: { table: { port, cannotTell } },
    run: ({ session }, ctx) => {
      const { ip } = session.client;
      if (ip === undefined) return resultOf(nothingAsked);
      const name = hostName(session);
      const keys = [...(name === undefined ? [] : domainKeys(name, subdomains)), ...addressKeys(ip)];
      const subject = `${name ?? 'unknown'}[${ip.text}]`;
      const judged = judge({ table, keys, subject, what: 'Client host' }, ctx);
      return isThenable<AccessJudgement>(judged) ? Promise.resolve(judged).then(resultOf) : resultOf(judged);
    },
  });
}

/** Postfix's client_name; undefined where nobody looked it up. */
function hostName({ client }: Session): string | undefined {
  if (client.name.kind === 'verified') return client.name.name.ascii;
  return client.name.kind === 'not-looked-up' ? undefined : 'unknown';
}

function resultOf(judged: AccessJudgement): {
  findings: { readonly clientAccess: AccessFinding };
  decision?: EarlyDecision;
} {
  const findings = clientAccessFinding.of(judged.finding);
  const decision = early(judged.decision);
  return decision === undefined ? { findings } : { findings, decision };
}
