/**
 * What evaluating a policy came to: plain data, with findings typed by the policy that was run.
 */
import type { ReversePath } from '../values/address.js';
import type { Message } from '../values/message.js';
import type { Verdict } from './decision.js';
import type { Phase } from './phase.js';
import type { PolicyType } from './policy.js';
import type { PhaseTrace, Trace, TracedEdit } from './trace.js';
import type { Recipient } from './transaction.js';

/** One list, run: what a server needs to answer its peer. */
export interface PhaseOutcome {
  readonly phase: Phase;
  readonly decision: Verdict;
  readonly edits: readonly TracedEdit[];
  /** Undefined when an earlier decision already covered this phase and no stage ran. */
  readonly trace: PhaseTrace | undefined;
}

export interface RcptOutcome extends PhaseOutcome {
  /** What the address came to; several after an alias or a group; none when it is refused or removed. */
  readonly recipients: readonly Recipient[];
}

export interface RecipientVerdict {
  readonly recipient: Recipient;
  readonly decision: Verdict;
  /** What this recipient gets: the message with all edits, its own ones included. */
  readonly message: Message;
}

export interface MessageOutcome extends PhaseOutcome {
  /** `continue` when some recipient goes on, else the decision of the first; see `recipients` for each. */
  readonly decision: Verdict;
  readonly sender: ReversePath;
  readonly recipients: readonly RecipientVerdict[];
}

export interface DeliverOutcome {
  readonly recipients: readonly RecipientVerdict[];
  readonly traces: readonly PhaseTrace[];
}

interface RecipientFacts {
  readonly recipient: Recipient;
  readonly decision: Verdict;
}
interface Whole<F> {
  /** True when every list that concerns it ran to its end: all findings are there. */
  readonly complete: true;
  readonly findings: Readonly<F>;
}
interface Part<F> {
  readonly complete: false;
  readonly findings: Readonly<Partial<F>>;
}

export type RecipientOutcome<T extends PolicyType> = RecipientFacts & (Whole<T['recipient']> | Part<T['recipient']>);

interface OutcomeFacts {
  /** `continue` when some recipient goes on, else the decision of the first, or of the session or transaction. */
  readonly decision: Verdict;
  /** The last phase of which a list was run, or would have been. */
  readonly phase: Phase;
  readonly sender: ReversePath;
  /** The message with all edits that hold for every recipient; undefined when the evaluation had none. */
  readonly message: Message | undefined;
  readonly edits: readonly TracedEdit[];
  readonly trace: Trace;
}

export type Outcome<T extends PolicyType = PolicyType> = OutcomeFacts &
  (
    | (Whole<T['session'] & T['transaction']> & {
        readonly recipients: readonly (RecipientFacts & Whole<T['recipient']>)[];
      })
    | (Part<T['session'] & T['transaction']> & { readonly recipients: readonly RecipientOutcome<T>[] })
  );
