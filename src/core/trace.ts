/**
 * The trace: what each stage saw, asked and decided, as plain data. It is what `explain` prints, what a tape keeps and
 * what the tests' golden files hold. No message body and no password is ever in it.
 */
import type { Decision, Final } from './decision.js';
import type { Edit } from './edit.js';
import type { Note } from './note.js';
import type { Phase } from './phase.js';

export interface Trace {
  readonly phases: readonly PhaseTrace[];
}

/** One list run once: at rcpt and deliver once for each recipient. */
export interface PhaseTrace {
  readonly phase: Phase;
  /** The address that the list ran for; undefined but at rcpt and deliver. */
  readonly recipient: string | undefined;
  readonly lines: readonly TraceLine[];
  /** Milliseconds from the first stage to the last. */
  readonly ms: number;
}

export interface TraceLine {
  readonly stage: string;
  /** How the stage is made: `leaf`, or the combinator. */
  readonly form: string;
  /** Milliseconds. */
  readonly ms: number;
  /** What became of it. `skipped`: the test of `when` did not hold. */
  readonly ended: 'ran' | 'skipped' | 'crashed' | 'timed-out';
  /** The error of a crash, for the log alone. */
  readonly error: string | undefined;
  readonly decision: Decision;
  /** The stage wanted to go on, but a port could not tell: the question's name. */
  readonly enforced: string | undefined;
  readonly findings: object | undefined;
  readonly edits: readonly TracedEdit[];
  /** The first 1,000 of each; a remark says how many more there were. */
  readonly asked: readonly AskLine[];
  readonly notes: readonly Note[];
  /** What the members of a combinator did. */
  readonly lines: readonly TraceLine[];
  /** The recipient inside `eachRecipient`. */
  readonly recipient: string | undefined;
}

/** An edit, and whether the fold could apply it: a field that an earlier stage removed cannot be replaced. */
export interface TracedEdit {
  readonly edit: Edit;
  readonly applied: boolean;
}

export interface AskLine {
  readonly port: string;
  readonly method: string;
  readonly args: readonly unknown[];
  /** Undefined while the answer is awaited, or when the evaluation ended before it came. */
  readonly answer: unknown;
  /** Milliseconds; 0 for an answer that came at once. */
  readonly ms: number;
}

/** The final decision of a line, if it made one for all that it ran for. */
export function finalOf(decision: Decision): Final | undefined {
  return decision.kind === 'continue' || decision.kind === 'for-some' ? undefined : decision;
}
