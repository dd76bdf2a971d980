/**
 * Recipient access: Postfix's check_recipient_access, access(5) "EMAIL ADDRESS PATTERNS". It stands behind relay control
 * and routing: OK and HOLD end the list for the recipient, and what was not asked before is not asked at all.
 */
import { type FindingKey, finding } from '../../core/finding.js';
import { defineStage } from '../../core/stage.js';
import type { Table } from '../../core/table.js';
import { accessKeys } from '../../tables/address-keys.js';
import { accessTable } from './access-table.js';
import { type AccessFinding, type AccessStage, judge, type MailAccessOptions } from './judge.js';

export const recipientAccessFinding: FindingKey<'recipientAccess', AccessFinding> = finding('recipientAccess');

export interface RecipientAccessStage extends AccessStage<'recipientAccess', 'rcpt', 'hold' | 'redirect'> {}

/**
 * OK counts as DUNNO for a local part with `@`, `%` or `!`, which another host may read as a route: "too suspicious for
 * returning an OK result" (smtpd_check.c). Throws ConfigurationError `table` for values that are no action.
 */
export function recipientAccess(table: Table, options: MailAccessOptions = {}): RecipientAccessStage {
  const { asks, decides } = accessTable(table, ['hold', 'redirect'], options.cannotTell);
  return defineStage({
    name: 'recipientAccess',
    at: 'rcpt',
    gives: [recipientAccessFinding],
    accepts: true,
    decides,
    asks,
    run: ({ recipient: { address } }, ctx) => {
      const keys = accessKeys(address, options);
      const suspicious = /[@%!]/.test(address.localPart);
      return judge(
        recipientAccessFinding,
        { table, keys, subject: address.text, what: 'Recipient address', suspicious },
        ctx,
      );
    },
  });
}
