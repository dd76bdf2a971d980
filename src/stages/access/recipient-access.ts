/**
 * Recipient access: Postfix's check_recipient_access, access(5) "EMAIL ADDRESS PATTERNS". It stands behind relay control
 * and routing: OK and HOLD end the list for the recipient, and what was not asked before is not asked at all.
 */
import { type FindingKey, finding } from '../../core/finding.js';
import { defineStage, type Stage } from '../../core/stage.js';
import { isThenable } from '../../core/stage-context.js';
import type { Table } from '../../core/table.js';
import { accessKeys } from '../../tables/address-keys.js';
import { accessTable } from './access-table.js';
import {
  type AccessDecision,
  type AccessFinding,
  type AccessJudgement,
  judge,
  type MailAccessOptions,
} from './judge.js';

export const recipientAccessFinding: FindingKey<'recipientAccess', AccessFinding> = finding('recipientAccess');

export interface RecipientAccessStage
  extends Stage<{
    readonly name: 'recipientAccess';
    readonly at: 'rcpt';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly recipientAccess: AccessFinding };
    readonly edits: never;
    readonly accepts: true;
    readonly decides: 'hold' | 'redirect';
  }> {}

/**
 * OK counts as DUNNO for a local part with `@`, `%` or `!`, which another host may read as a route: "too suspicious for
 * returning an OK result" (smtpd_check.c). Throws ConfigurationError `table` for values that are no action.
 */
export function recipientAccess(table: Table, options: MailAccessOptions = {}): RecipientAccessStage {
  const { cannotTell = 'defer' } = options;
  const { port, decides } = accessTable(table, ['hold', 'redirect']);
  return defineStage({
    name: 'recipientAccess',
    at: 'rcpt',
    gives: [recipientAccessFinding],
    accepts: true,
    decides,
    asks: { table: { port, cannotTell } },
    run: ({ recipient: { address } }, ctx) => {
      const keys = accessKeys(address, options);
      const suspicious = /[@%!]/.test(address.localPart);
      const judged = judge({ table, keys, subject: address.text, what: 'Recipient address', suspicious }, ctx);
      return isThenable<AccessJudgement>(judged) ? Promise.resolve(judged).then(resultOf) : resultOf(judged);
    },
  });
}

function resultOf({ finding: found, decision }: AccessJudgement): {
  findings: { readonly recipientAccess: AccessFinding };
  decision?: AccessDecision;
} {
  const findings = recipientAccessFinding.of(found);
  return decision === undefined ? { findings } : { findings, decision };
}
