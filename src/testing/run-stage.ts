/** One stage by itself, with a real context: what it returned, what it asked, what it noted. No pipeline, no policy. */
import { Evaluation, type EvaluationOptions } from '../core/evaluation.js';
import type { Note } from '../core/note.js';
import type { Context, ResultOf, Stage, StageType } from '../core/stage.js';
import { Line, StageContext } from '../core/stage-context.js';
import type { AskLine } from '../core/trace.js';
import type { DeliverFacts, Recipient, Transaction } from '../core/transaction.js';
import { mailboxOf, messageOf, sessionOf } from './builders.js';

export interface StageRun<T extends StageType> {
  /** As `run` returned it. */
  readonly result: ResultOf<T>;
  readonly asked: readonly AskLine[];
  readonly notes: readonly Note[];
  /** The port that could not tell and may not be passed over: in a policy, its declared decision would be enforced. */
  readonly unanswered: string | undefined;
}

/** Parts of the snapshot that a test does not care about. */
export type StageInput<T extends StageType> = Partial<Transaction<T['at'], T['needs'] & Partial<T['uses']>>>;

/**
 * Runs `stage` on a snapshot: `tx` over `testFacts()`. Rejects with what the stage throws. `detail` is on unless
 * `options` say otherwise.
 */
export async function runStage<T extends StageType>(
  stage: Stage<T>,
  tx: StageInput<T> = {},
  options: EvaluationOptions = {},
): Promise<StageRun<T>> {
  const evaluation = new Evaluation({ detail: true, ...options });
  const line = new Line(stage, undefined);
  const ctx = new StageContext(evaluation, stage, line);
  const facts = { ...testFacts(), findings: {}, ...tx };
  try {
    const result = await stage.run(facts as never, ctx as unknown as Context);
    return { result: result as ResultOf<T>, asked: line.asked, notes: line.notes, unanswered: ctx.unanswered?.port };
  } finally {
    ctx.close();
    evaluation.end();
  }
}

/** The facts of every phase at once: from a stranger at 192.0.2.10 to one recipient, a message of one line. */
export function testFacts(): DeliverFacts {
  const recipient = recipientOf('s001@school.example');
  return {
    session: sessionOf(),
    helo: 'client.example',
    id: 'test-1',
    sender: mailboxOf('sender@client.example'),
    mailParameters: {},
    recipient,
    recipients: [recipient],
    message: messageOf('Subject: test\r\n\r\nHello\r\n'),
  };
}

/** An original recipient. `over` replaces parts of it. */
export function recipientOf(text: string, over: Partial<Recipient> = {}): Recipient {
  const address = mailboxOf(text);
  return {
    kind: 'recipient',
    id: 1,
    address,
    original: address,
    origin: { kind: 'original' },
    parameters: {},
    nextHop: undefined,
    findings: {},
    ...over,
  };
}
