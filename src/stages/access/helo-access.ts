/**
 * HELO access: Postfix's check_helo_access. The name as the client gave it, then its parent domains. A name proves
 * nothing: use it to refuse, not to permit.
 */
import { type FindingKey, finding } from '../../core/finding.js';
import { defineStage } from '../../core/stage.js';
import type { Table } from '../../core/table.js';
import { domainKeys } from '../../tables/address-keys.js';
import { accessTable } from './access-table.js';
import { type AccessFinding, type AccessOptions, type AccessStage, judgeEarly } from './judge.js';

export const heloAccessFinding: FindingKey<'heloAccess', AccessFinding> = finding('heloAccess');

export interface HeloAccessStage extends AccessStage<'heloAccess', 'helo', 'redirect'> {}

/** A client that gave no name is not looked up. Throws ConfigurationError `table` for values that are no action. */
export function heloAccess(table: Table, options: AccessOptions = {}): HeloAccessStage {
  const { subdomains } = options;
  const { asks, decides } = accessTable(table, ['redirect'], options.cannotTell);
  return defineStage({
    name: 'heloAccess',
    at: 'helo',
    gives: [heloAccessFinding],
    accepts: true,
    decides,
    asks,
    run: ({ helo }, ctx) => {
      if (helo === undefined || helo === '') return judgeEarly(heloAccessFinding, undefined, ctx);
      const keys = keysOf(helo, subdomains);
      return judgeEarly(heloAccessFinding, { table, keys, subject: helo, what: 'Helo command' }, ctx);
    },
  });
}

/** Parts of an IPv4 address are no domains: Postfix applies "no subdomain magic to numerical hostnames". */
function keysOf(helo: string, subdomains: 'parent' | 'dot' | undefined): readonly string[] {
  const keys = domainKeys(helo, subdomains);
  return /^[0-9.]+$/.test(keys[0] ?? '') ? keys.slice(0, 1) : keys;
}
