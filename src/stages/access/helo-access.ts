/**
 * HELO access: Postfix's check_helo_access. The name as the client gave it, then its parent domains. A name proves
 * nothing: use it to refuse, not to permit.
 */
import { type FindingKey, finding } from '../../core/finding.js';
import { defineStage, type Stage } from '../../core/stage.js';
import { isThenable } from '../../core/stage-context.js';
import type { Table } from '../../core/table.js';
import { domainKeys } from '../../tables/address-keys.js';
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

export const heloAccessFinding: FindingKey<'heloAccess', AccessFinding> = finding('heloAccess');

export interface HeloAccessStage
  extends Stage<{
    readonly name: 'heloAccess';
    readonly at: 'helo';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly heloAccess: AccessFinding };
    readonly edits: never;
    readonly accepts: true;
    readonly decides: 'redirect';
  }> {}

/** A client that gave no name is not looked up. Throws ConfigurationError `table` for values that are no action. */
export function heloAccess(table: Table, options: AccessOptions = {}): HeloAccessStage {
  const { cannotTell = 'defer', subdomains } = options;
  const { port, decides } = accessTable(table, ['redirect']);
  return defineStage({
    name: 'heloAccess',
    at: 'helo',
    gives: [heloAccessFinding],
    accepts: true,
    decides,
    asks: { table: { port, cannotTell } },
    run: ({ helo }, ctx) => {
      if (helo === undefined || helo === '') return resultOf(nothingAsked);
      const keys = keysOf(helo, subdomains);
      const judged = judge({ table, keys, subject: helo, what: 'Helo command' }, ctx);
      return isThenable<AccessJudgement>(judged) ? Promise.resolve(judged).then(resultOf) : resultOf(judged);
    },
  });
}

/** Parts of an IPv4 address are no domains: Postfix applies "no subdomain magic to numerical hostnames". */
function keysOf(helo: string, subdomains: 'parent' | 'dot' | undefined): readonly string[] {
  const keys = domainKeys(helo, subdomains);
  return /^[0-9.]+$/.test(keys[0] ?? '') ? keys.slice(0, 1) : keys;
}

function resultOf(judged: AccessJudgement): {
  findings: { readonly heloAccess: AccessFinding };
  decision?: EarlyDecision;
} {
  const findings = heloAccessFinding.of(judged.finding);
  const decision = early(judged.decision);
  return decision === undefined ? { findings } : { findings, decision };
}
