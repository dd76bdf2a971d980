/**
 * Sender access: Postfix's check_sender_access, access(5) "EMAIL ADDRESS PATTERNS". The key of the null reverse-path is
 * `<>`. A sender address is easily forged: use it to refuse, not to permit.
 */
import { type FindingKey, finding } from '../../core/finding.js';
import { defineStage, type Stage } from '../../core/stage.js';
import { isThenable } from '../../core/stage-context.js';
import type { Table } from '../../core/table.js';
import { accessKeys, NULL_SENDER_KEY } from '../../tables/address-keys.js';
import { accessTable } from './access-table.js';
import {
  type AccessFinding,
  type AccessJudgement,
  type EarlyDecision,
  early,
  judge,
  type MailAccessOptions,
} from './judge.js';

export const senderAccessFinding: FindingKey<'senderAccess', AccessFinding> = finding('senderAccess');

export interface SenderAccessStage
  extends Stage<{
    readonly name: 'senderAccess';
    readonly at: 'mail';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly senderAccess: AccessFinding };
    readonly edits: never;
    readonly accepts: true;
    readonly decides: 'redirect';
  }> {}

/** Throws ConfigurationError `table` for values that are no action. */
export function senderAccess(table: Table, options: MailAccessOptions = {}): SenderAccessStage {
  const { cannotTell = 'defer' } = options;
  const { port, decides } = accessTable(table, ['redirect']);
  return defineStage({
    name: 'senderAccess',
    at: 'mail',
    gives: [senderAccessFinding],
    accepts: true,
    decides,
    asks: { table: { port, cannotTell } },
    run: ({ sender }, ctx) => {
      const isNull = sender.kind === 'null-path';
      const keys = isNull ? [NULL_SENDER_KEY] : accessKeys(sender, options);
      const judged = judge({ table, keys, subject: isNull ? '' : sender.text, what: 'Sender address' }, ctx);
      return isThenable<AccessJudgement>(judged) ? Promise.resolve(judged).then(resultOf) : resultOf(judged);
    },
  });
}

function resultOf(judged: AccessJudgement): {
  findings: { readonly senderAccess: AccessFinding };
  decision?: EarlyDecision;
} {
  const findings = senderAccessFinding.of(judged.finding);
  const decision = early(judged.decision);
  return decision === undefined ? { findings } : { findings, decision };
}
