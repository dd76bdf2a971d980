/**
 * The batch server: a policy over mail that already lies somewhere. It reports and changes nothing, so that it can
 * "perform" every edit and decision. Results come in the order of the source, one at a time; memory holds the
 * messages under way, each within the spool's limit. No reply is sent, no message delivered.
 */
import { createSpool, type Spool, type SpooledMessage, type SpoolOptions } from '../../adapters/spool/index.js';
import type { EvaluationOptions } from '../../core/evaluation.js';
import type { Outcome } from '../../core/outcome.js';
import type { EvaluateInput, Policy, PolicyType } from '../../core/policy.js';
import type { Session } from '../../core/session.js';
import { ConfigurationError } from '../../values/errors.js';
import { envelopeOf, withoutDeliveryFields } from './envelope.js';
import type { BatchEnvelope, BatchFailure, BatchItem, BatchResult, BatchSource, Loaded } from './items.js';

/** What the message is said to have come with. Parts left out are looked for in the message (see envelope.ts). */
export interface BatchCircumstances extends Partial<BatchEnvelope> {
  readonly session: Session;
  readonly helo?: string;
}

export interface BatchOptions<T extends PolicyType = PolicyType> {
  readonly policy: Policy<T>;
  readonly source: BatchSource;
  /** One session for all messages, or what holds for each. What the function throws ends the run. */
  readonly session: Session | ((item: BatchItem) => BatchCircumstances);
  /** True for rules that did not match in the trace. Default false. */
  readonly detail?: boolean;
  /** Messages under way at once, 1 to 1,000. Default 1. */
  readonly concurrency?: number;
  /** Ends the run: the iteration rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** `remove`: the topmost Return-Path, X-Original-To and Delivered-To fields, which a final delivery wrote and a policy never
   * sees on the way in (loopDetection takes them for a loop). `keep`: the message as it lies there. Default `remove`. */
  readonly deliveryFields?: 'remove' | 'keep';
  /** How messages are kept while they are evaluated. Default: 256 KiB of a body in memory, the rest in a temporary file. */
  readonly spool?: SpoolOptions;
  /** Clock, time limit and ports' interposer for each evaluation. */
  readonly evaluation?: Omit<EvaluationOptions, 'signal' | 'detail'>;
}

/** Can be iterated once. */
export interface BatchRun<T extends PolicyType = PolicyType> extends AsyncIterable<BatchResult<T>>, AsyncDisposable {
  /** Ends the run early, without an error; files are closed when the promise resolves. */
  close(): Promise<void>;
}

interface Work<T extends PolicyType> {
  readonly result: BatchResult<T>;
  readonly spooled: SpooledMessage | undefined;
}

/** Nothing is read before the iteration begins. Throws ConfigurationError (code `options`) for wrong options. */
export function runBatch<T extends PolicyType>(options: BatchOptions<T>): BatchRun<T> {
  const spool = createSpool(options.spool);
  const concurrency = checked(options.concurrency ?? 1);
  const closing = new AbortController();
  const results = run(options, spool, concurrency, closing.signal);
  const close = async (): Promise<void> => {
    closing.abort();
    await results.return(undefined);
  };
  return { [Symbol.asyncIterator]: () => results, close, [Symbol.asyncDispose]: close };
}

async function* run<T extends PolicyType>(
  options: BatchOptions<T>,
  spool: Spool,
  concurrency: number,
  closing: AbortSignal,
): AsyncGenerator<BatchResult<T>, undefined> {
  const { source, signal: outer } = options;
  const signal = outer === undefined ? closing : AbortSignal.any([closing, outer]);
  const items = source.read(spool, signal)[Symbol.asyncIterator]();
  const underWay: Promise<Work<T>>[] = [];
  let more = true;
  try {
    while (more || underWay.length > 0) {
      while (more && underWay.length < concurrency && !signal.aborted) {
        const next = await items.next();
        if (next.done === true) more = false;
        else underWay.push(started(work(options, next.value, signal)));
      }
      const done = await underWay.shift();
      if (done !== undefined && signal.aborted) await done.spooled?.release();
      if (outer?.aborted === true) throw outer.reason;
      if (closing.aborted) return;
      if (done === undefined) continue;
      yield done.result;
      await done.spooled?.release();
    }
  } finally {
    await items.return?.();
    for (const one of underWay) await one.then(({ spooled }) => spooled?.release(), ignore);
  }
}

function ignore(): void {}

/** A rejection is seen when its turn comes; until then it must not count as unhandled. */
function started<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore);
  return promise;
}

async function work<T extends PolicyType>(
  options: BatchOptions<T>,
  loaded: Loaded,
  signal: AbortSignal,
): Promise<Work<T>> {
  const { item, received, fromLine } = loaded;
  if (received.kind !== 'spooled') return { result: refused(item, received), spooled: undefined };
  try {
    const { message, facts } = received;
    const given = typeof options.session === 'function' ? options.session(item) : { session: options.session };
    const envelope = envelopeOf(given, message, fromLine);
    if (envelope.kind === 'fault') {
      await received.release();
      return { result: failed(item, envelope.reason, envelope.why), spooled: undefined };
    }
    const { session, helo } = given;
    const seen = options.deliveryFields === 'keep' ? message : withoutDeliveryFields(message);
    const input: EvaluateInput = { session, ...(helo === undefined ? {} : { helo }), ...envelope.value, message: seen };
    const outcome: Outcome<T> = await options.policy.evaluate(input, {
      ...options.evaluation,
      detail: options.detail ?? false,
      signal,
    });
    const result: BatchResult<T> = { kind: 'evaluated', item, envelope: envelope.value, outcome, facts };
    return { result, spooled: received };
  } catch (error) {
    await received.release();
    throw error;
  }
}

function refused(item: BatchItem, received: Exclude<Loaded['received'], SpooledMessage>): BatchResult<never> {
  switch (received.kind) {
    case 'unreadable':
    case 'not-mbox':
      return failed(item, received.kind, received.why);
    case 'over-limit':
      return failed(item, 'over-limit', `over the limit ${received.limit} at octet ${received.at}`);
    case 'failed':
      return failed(item, 'storage', received.why);
    case 'aborted':
      return failed(item, 'unreadable', received.why);
  }
}

function failed(item: BatchItem, reason: BatchFailure, why: string): Extract<BatchResult, { kind: 'failed' }> {
  return { kind: 'failed', item, reason, why };
}

function checked(concurrency: number): number {
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 1_000) return concurrency;
  const message = 'batch: concurrency is a whole number from 1 to 1,000';
  throw new ConfigurationError('options', [{ code: 'bad-option', message, construct: String(concurrency) }]);
}
