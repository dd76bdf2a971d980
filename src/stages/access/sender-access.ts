/**
 * Sender access: Postfix's check_sender_access, access(5) "EMAIL ADDRESS PATTERNS". The key of the null reverse-path is
 * `<>`. A sender address is easily forged: use it to refuse, not to permit.
 */
import { type FindingKey, finding } from '../../core/finding.js';
import { defineStage } from '../../core/stage.js';
import type { Table } from '../../core/table.js';
import { accessKeys, NULL_SENDER_KEY } from '../../tables/address-keys.js';
import { accessTable } from './access-table.js';
import { type AccessFinding, type AccessStage, judgeEarly, type MailAccessOptions } from './judge.js';

export const senderAccessFinding: FindingKey<'senderAccess', AccessFinding> = finding('senderAccess');

export interface SenderAccessStage extends AccessStage<'senderAccess', 'mail', 'redirect'> {}

/** Throws ConfigurationError `table` for values that are no action. */
export function senderAccess(table: Table, options: MailAccessOptions = {}): SenderAccessStage {
  const { asks, decides } = accessTable(table, ['redirect'], options.cannotTell);
  return defineStage({
    name: 'senderAccess',
    at: 'mail',
    gives: [senderAccessFinding],
    accepts: true,
    decides,
    asks,
    run: ({ sender }, ctx) => {
      const isNull = sender.kind === 'null-path';
      const keys = isNull ? [NULL_SENDER_KEY] : accessKeys(sender, options);
      return judgeEarly(
        senderAccessFinding,
        { table, keys, subject: isNull ? '' : sender.text, what: 'Sender address' },
        ctx,
      );
    },
  });
}
