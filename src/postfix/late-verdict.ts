/**
 * HOLD and REDIRECT of the content checks, when all else of the message has been done. What an access table wants held
 * is held, also where the checks redirect it: then it is held for its new recipient.
 */
import { addRecipient, type EditOf, removeRecipient } from '../core/edit.js';
import { defineStage, type Stage } from '../core/stage.js';
import { type ContentVerdict, contentVerdictFinding } from '../stages/content-checks/index.js';
import { endOfDataRestrictionsFinding, type RestrictionsFinding } from '../stages/restrictions/index.js';

interface ContentVerdictStage
  extends Stage<{
    readonly name: 'contentVerdict';
    readonly at: 'message';
    readonly needs: { readonly contentVerdict: ContentVerdict };
    readonly uses: { readonly smtpdEndOfDataRestrictions: RestrictionsFinding };
    readonly gives: Record<never, never>;
    readonly edits: EditOf<'add-recipient' | 'remove-recipient'>['kind'];
    readonly accepts: false;
    readonly decides: 'hold' | 'redirect';
  }> {}

/** `mayHold`: whether a stage behind may hold the message. */
export function contentVerdict(decides: readonly ('hold' | 'redirect')[], mayHold: boolean): ContentVerdictStage {
  return defineStage({
    name: 'contentVerdict',
    at: 'message',
    needs: [contentVerdictFinding],
    uses: [endOfDataRestrictionsFinding],
    edits: mayHold && decides.includes('redirect') ? ['add-recipient', 'remove-recipient'] : [],
    decides,
    run: ({ findings, recipients }) => {
      const { decision } = findings.contentVerdict;
      const held = findings.smtpdEndOfDataRestrictions?.effects.some(({ effect }) => effect.kind === 'hold') ?? false;
      if (decision?.kind !== 'redirect' || !held) return decision;
      return { edits: [addRecipient(decision.to), ...recipients.map((one) => removeRecipient(one))] };
    },
  });
}
