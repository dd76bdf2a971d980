/** What a batch run goes through and what it says of each message: types only. */
import type { Spool, SpoolResult } from '../../adapters/spool/index.js';
import type { Outcome } from '../../core/outcome.js';
import type { PolicyType } from '../../core/policy.js';
import type { Mailbox, ReversePath } from '../../values/address.js';
import type { StreamFacts } from '../../values/stream-facts.js';

/** Names one message of a source. */
export interface BatchItem {
  readonly file: string;
  /** Counts the messages of the source from 1. */
  readonly index: number;
  /** Where in the file its `From ` line begins, in octets; only in an mbox. */
  readonly offset?: number;
}

/** Where messages come from: `emlFiles`, `mboxFile`, `maildirFolder`, `inOrder`, or one of your own. */
export interface BatchSource {
  readonly kind: 'batch-source';
  /** One message after the other. A file that cannot be read is an item too; it never rejects for one. */
  read(spool: Spool, signal: AbortSignal): AsyncIterable<Loaded>;
}

/** A message as a source gives it. */
export interface Loaded {
  readonly item: BatchItem;
  /** The `From ` line of an mbox. */
  readonly fromLine?: string;
  readonly received: SpoolResult | Unreadable;
}

export interface Unreadable {
  readonly kind: 'unreadable' | 'not-mbox';
  readonly why: string;
}

/** Who sent the message to whom. */
export interface BatchEnvelope {
  readonly sender: ReversePath;
  readonly recipients: readonly Mailbox[];
}

export type BatchResult<T extends PolicyType = PolicyType> = BatchEvaluated<T> | BatchFailed;

export interface BatchEvaluated<T extends PolicyType = PolicyType> {
  readonly kind: 'evaluated';
  readonly item: BatchItem;
  readonly envelope: BatchEnvelope;
  /** A body in a temporary file can be read until the next result is asked for. */
  readonly outcome: Outcome<T>;
  /** Of the message as it came: size, line ends, NUL, 8-bit. */
  readonly facts: StreamFacts;
}

/** The message was not evaluated; the run goes on with the next. */
export interface BatchFailed {
  readonly kind: 'failed';
  readonly item: BatchItem;
  readonly reason: BatchFailure;
  /** For people; names what was expected. */
  readonly why: string;
}

/**
 * `unreadable`: the file, or the rest of it, cannot be read. `not-mbox`: no `From ` line comes first. `over-limit`: of
 * the header or the message. `storage`: the temporary file. `no-sender`, `no-recipient`: not given and not to be
 * found in the message. `bad-address`: found, and malformed.
 */
export type BatchFailure =
  | 'unreadable'
  | 'not-mbox'
  | 'over-limit'
  | 'storage'
  | 'no-sender'
  | 'no-recipient'
  | 'bad-address';
