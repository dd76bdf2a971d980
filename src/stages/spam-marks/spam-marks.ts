/**
 * `spamMarks`: writes what the finding `spam` says into X-Spam-* fields, and takes out what came from outside under these names, also
 * where nothing was scored. Marks and lets go unless told more. Stands behind the stages that verify signatures, which need the
 * message as it came, and behind the scorer; SpamAssassin's rules do not see X-Spam-* fields from outside, so removing them first
 * gains nothing. With thresholds for each recipient it is a stage of the deliver list.
 */
import { type EditOf, prependAll, removeHeader } from '../../core/edit.js';
import { type Context, defineStage, type Stage } from '../../core/stage.js';
import type { Recipient } from '../../core/transaction.js';
import { type SpamFinding, spamFinding } from '../../findings/spam.js';
import type { Message } from '../../values/message.js';
import { actionFor, type SpamDecision } from './actions.js';
import { isSpam, spamFieldsFor, summaryOf } from './fields.js';
import { foreignSpamFields } from './foreign.js';
import { checkSpamMarks, isPerRecipient, type SpamMarksOptions, spamFields, type Threshold } from './options.js';
import { tagSubject } from './subject-tag.js';

type AskedForEach = (recipient: Recipient) => number;
type Thresholds<O> = {
  [K in keyof O]: K extends 'required' ? O[K] : O[K] extends { readonly from: infer F } ? F : never;
}[keyof O];

/** A threshold that is a function makes it a stage of the deliver list. */
export type SpamMarksPhase<O> = [Extract<Thresholds<O>, AskedForEach>] extends [never] ? 'message' : 'deliver';

type Edits = 'prepend-header' | 'remove-header' | 'replace-header';

export interface SpamMarksStage<
  P extends 'message' | 'deliver' = 'message',
  D extends 'quarantine' | 'redirect' = 'quarantine' | 'redirect',
> extends Stage<{
    readonly name: 'spamMarks';
    readonly at: P;
    readonly needs: Record<never, never>;
    readonly uses: { readonly spam: SpamFinding };
    readonly gives: Record<never, never>;
    readonly edits: Edits | (P extends 'deliver' ? 'split' : never);
    readonly accepts: false;
    readonly decides: D;
  }> {}

/** Throws ConfigurationError `options` with all problems. */
export function spamMarks<const O extends SpamMarksOptions = Record<never, never>>(
  // Both: what was written tells the phase, the options what may be written.
  options?: O & SpamMarksOptions,
): SpamMarksStage<SpamMarksPhase<O>, Extract<keyof O, 'quarantine' | 'redirect'>> {
  const chosen: SpamMarksOptions = options ?? {};
  checkSpamMarks(chosen);
  return (isPerRecipient(chosen) ? forEach(chosen) : forAll(chosen)) as never;
}

const edits = ['prepend-header', 'remove-header', 'replace-header'] as const;

function decidesOf(options: SpamMarksOptions): readonly ('quarantine' | 'redirect')[] {
  return (['quarantine', 'redirect'] as const).filter((name) => options[name] !== undefined);
}

function forAll(options: SpamMarksOptions): SpamMarksStage {
  const points: Points = (threshold) => (typeof threshold === 'number' ? threshold : Number.POSITIVE_INFINITY);
  return defineStage({
    name: 'spamMarks',
    at: 'message',
    uses: [spamFinding],
    edits,
    decides: decidesOf(options),
    run: ({ message, findings }, ctx) => marked(message, findings.spam, options, points, ctx),
  });
}

function forEach(options: SpamMarksOptions): SpamMarksStage<'deliver'> {
  return defineStage({
    name: 'spamMarks',
    at: 'deliver',
    uses: [spamFinding],
    // Each recipient may get other fields.
    edits: [...edits, 'split'],
    decides: decidesOf(options),
    run: ({ message, recipient, findings }, ctx) => {
      const points: Points = (threshold) => (typeof threshold === 'number' ? threshold : checked(threshold(recipient)));
      return marked(message, findings.spam, options, points, ctx);
    },
  });
}

/** What is no number is a bug of the function, and nothing that mail may be let through with. */
function checked(points: number): number {
  if (typeof points !== 'number' || Number.isNaN(points)) throw new TypeError('a threshold is no number');
  return points;
}

type Points = (threshold: Threshold) => number;

interface Marked {
  readonly edits: readonly EditOf<Edits>[];
  readonly decision?: SpamDecision;
}

/** Where neither the options nor the scorer say more: SpamAssassin's own. */
const REQUIRED = 5;

function marked(
  message: Message,
  spam: SpamFinding | undefined,
  options: SpamMarksOptions,
  points: Points,
  ctx: Pick<Context, 'note'>,
): Marked {
  const removed = foreignSpamFields(message.header).map(removeHeader);
  if (spam === undefined) return { edits: removed };
  const required = options.required === undefined ? (spam.required ?? REQUIRED) : points(options.required);
  ctx.note({ kind: 'remark', text: summaryOf(spam, required), log: 'info' });
  const { fields = spamFields, points: withPoints = false, subjectTag } = options;
  const tag = subjectTag !== undefined && isSpam(spam, required) ? tagSubject(message, subjectTag) : [];
  const written = prependAll(spamFieldsFor({ finding: spam, required, fields, points: withPoints }));
  const all = [...removed, ...tag, ...written];
  const decision = actionFor(options, spam, points);
  return decision === undefined ? { edits: all } : { edits: all, decision };
}
