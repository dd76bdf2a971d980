/**
 * What a conversation has come to so far, as one value: the decision, the findings, and whether all of these are there.
 */
import type { Final } from './decision.js';
import type { Outcome } from './outcome.js';
import type { Phase } from './phase.js';
import { bars, type Progress, type Run, shared } from './progress.js';
import type { AnyStage } from './stage.js';

type Lists = Readonly<Record<Phase, readonly AnyStage[]>>;

/** `connect` and `hello` are undefined where these lists have not run. */
export function outcomeSoFar(
  progress: Progress,
  lists: Lists,
  connect: Run | undefined,
  hello: Run | undefined,
  sessionFindings: object,
): Outcome {
  const { mailComplete, dataComplete, messageComplete, passages, phase } = progress;
  const early = [connect, hello].filter((one) => one !== undefined);
  const decision = shared(passages.map((one) => one.decision)) ?? barring(connect, hello) ?? progress.decision;
  const greeted = isWhole(lists.connect, connect) && isWhole(lists.helo, hello);
  const through = greeted && mailComplete && dataComplete && phase === 'deliver';
  const recipients = passages.map((one) => ({
    recipient: one.recipient,
    decision: one.decision,
    complete: through && one.complete && !bars(one.decision),
    findings: one.recipient.findings,
  }));
  return {
    decision,
    complete: through && messageComplete && recipients.every((one) => one.complete),
    phase,
    sender: progress.sender,
    message: progress.message,
    findings: { ...sessionFindings, ...progress.findings },
    recipients,
    edits: [...progress.edits],
    trace: { phases: [...early.map((one) => one.trace), ...progress.traces] },
  } as Outcome;
}

/** The final decision of the session, if it has one that ends everything. */
export function barring(connect: Run | undefined, hello: Run | undefined): Final | undefined {
  return [connect?.run.ended, hello?.run.ended].find((one): one is Final => bars(one));
}

/** True when the list, where there is one, has run to its end. */
function isWhole(list: readonly AnyStage[], done: Run | undefined): boolean {
  return done === undefined ? list.length === 0 : done.run.complete && !bars(done.run.ended);
}
