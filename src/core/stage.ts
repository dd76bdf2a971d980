/**
 * The stage: the unit of a policy. It has a name, a phase, what it needs and gives, and one function from the
 * snapshot to decision, findings and edits. It does not call the next stage; order, stopping, time limits and
 * crashes are the pipeline's. `defineStage` is how every stage is made, ours and yours.
 */
import type { CannotTell } from '../values/answer.js';
import type { CannotTellRule, Final, FinalKind, FinalOf, ForSome, Redirect, SpecialKind } from './decision.js';
import type { EditKind, EditOf } from './edit.js';
import type { AnyFindingKey, FindingsOf } from './finding.js';
import type { Note } from './note.js';
import type { Phase } from './phase.js';
import type { Transaction } from './transaction.js';

export type MaybePromise<T> = T | Promise<T>;

/** What the compiler knows of a stage. Three marks may extend it: `accepts: true`, `decides: SpecialKind`, and
 * `each: EachType` on the result of `eachRecipient`. */
export interface StageType {
  readonly name: string;
  readonly at: Phase;
  /** Findings that must be there. */
  readonly needs: object;
  /** Findings that are read when they are there. */
  readonly uses: object;
  /** Findings that are given; an optional property is given only sometimes. */
  readonly gives: object;
  readonly edits: EditKind;
}

/** What a stage inside `eachRecipient` needs of and gives to every recipient. */
export interface EachType {
  readonly needs: object;
  readonly uses: object;
  readonly gives: object;
}

/** An outside ability and what happens when it cannot tell. */
export interface Ask {
  readonly port: object;
  readonly cannotTell: CannotTellRule;
  /** When the stage's result does not rest on an answer that failed, in words (`another identifier aligns`): only a stage that
   * says so here can `ctx.overlook` the port, and `failures()` lists it. */
  readonly mayOverlook?: string;
}
export type Asks = Readonly<Record<string, Ask>>;

/** The same facts as data: what construction, `describe()` and servers read. */
export interface StageInfo {
  readonly kind: 'stage';
  readonly name: string;
  readonly at: Phase;
  readonly needs: readonly string[];
  readonly uses: readonly string[];
  readonly gives: readonly string[];
  /** Those of `gives` that are given only sometimes. */
  readonly sometimes: readonly string[];
  readonly edits: readonly EditKind[];
  readonly decides: readonly SpecialKind[];
  readonly accepts: boolean;
  readonly asks: Asks;
  readonly form: StageForm;
}

/** How a stage is made: one function, or a combinator over other stages. Data, so that the pipeline alone runs it. */
export type StageForm =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'sequence'; readonly stages: readonly AnyStage[] }
  | { readonly kind: 'parallel'; readonly stages: readonly AnyStage[] }
  | { readonly kind: 'when'; readonly test: boolean | ((tx: never) => boolean); readonly stage: AnyStage }
  | { readonly kind: 'each-recipient'; readonly stage: AnyStage }
  | { readonly kind: 'tolerate'; readonly stage: AnyStage; readonly why: string };

export interface Stage<T extends StageType> extends StageInfo {
  /** Never read at run time. */
  readonly '~type': T;
  readonly run: (tx: Transaction<T['at'], T['needs'] & Partial<T['uses']>>, ctx: Context) => MaybePromise<ResultOf<T>>;
}

/** "Some stage": every stage is assignable to it, and nobody can call its `run` by mistake. */
export interface AnyStage extends StageInfo {
  readonly '~type': StageType;
  readonly run: (tx: never, ctx: Context) => unknown;
}

export interface StageResult<P extends Phase, G extends object, E extends EditKind, D extends Final> {
  readonly findings: G;
  readonly decision?: D | ForSomeOf<P, E, D>;
  readonly edits?: readonly EditOf<E>[];
}

type NoFindings<P extends Phase, E extends EditKind, D extends Final> = Partial<
  Omit<StageResult<P, object, E, D>, 'findings'>
>;
/** Only stages of data and message see several recipients. */
type ForSomeOf<P extends Phase, E extends EditKind, D extends Final> = P extends 'data' | 'message'
  ? 'reply-per-recipient' extends E
    ? ForSome<D>
    : never
  : never;
// biome-ignore lint/suspicious/noConfusingVoidType: a stage that gives nothing may end without a return statement
type Nothing = undefined | void;

/** What `run` may return: nothing (when it gives nothing), a bare final decision, or the whole result. */
export type Result<P extends Phase, G extends object, E extends EditKind, D extends Final> =
  | (keyof G extends never ? Nothing | NoFindings<P, E, D> | D : Exclude<D, FinalOf<'accept'>>)
  | StageResult<P, G, E, D>;

type KindsOf<T> =
  | 'reject'
  | 'defer'
  | 'discard'
  | (T extends { readonly accepts: true } ? 'accept' : never)
  | (T extends { readonly decides: infer D extends SpecialKind } ? D : never);
type FinalsOf<K extends FinalKind> = K extends 'redirect' ? Redirect : K extends Final['kind'] ? FinalOf<K> : never;

export type ResultOf<T extends StageType> = Result<
  T['at'],
  T['gives'],
  T['edits'],
  Extract<FinalsOf<KindsOf<T>>, Final>
>;

type Method<P> = { [M in keyof P]: P[M] extends (...args: never[]) => unknown ? M : never }[keyof P];

/** The last parameter of a port's method, given by the pipeline: when the answer stops being of use. */
export interface PortCall {
  /** Aborted when the evaluation is over or out of time. Made on first use. */
  readonly signal: AbortSignal;
  /** Milliseconds on the host's monotonic clock; a little before the evaluation's own, so that an answer "could not tell" is still heard. */
  readonly deadline: number;
}

type ArgumentsOf<F> = F extends (...args: infer A) => unknown
  ? Required<A> extends readonly [...infer B, PortCall]
    ? B
    : A
  : never;
type AnswerOf<F> = F extends (...args: never[]) => infer R ? R : never;

type Overlookable<A extends Asks> = {
  [N in keyof A]: A[N] extends { readonly mayOverlook: string } ? N : never;
}[keyof A];

/** What a stage is given besides the snapshot. `A` is what it declared under `asks`. */
export interface Context<A extends Asks = Record<never, Ask>> {
  /** The instant of this evaluation, one for all of its stages. */
  readonly now: Date;
  /** Milliseconds on the host's monotonic clock. */
  readonly deadline: number;
  /** Aborted when the evaluation is over or out of time. Made on first use. */
  readonly signal: AbortSignal;
  /** True when somebody wants rules that did not match in the trace too (explain, tests). */
  readonly detail: boolean;
  /** Asks a declared port: `await ctx.ask('resolver', 'txt', name)`. The only traced way to ask; a name that
   * `asks` does not declare has type `never`. */
  ask<N extends keyof A, M extends Method<A[N]['port']>>(
    name: N,
    method: M,
    ...args: ArgumentsOf<A[N]['port'][M]>
  ): AnswerOf<A[N]['port'][M]>;
  note(note: Note): void;
  /** Says that what the stage comes to does not rest on the answers that the port has failed to give so far (another one
   * settled it): what was declared for "could not tell" is not enforced for these. Only for a port declared with `mayOverlook`.
   * `why` goes into the trace. */
  overlook(name: Overlookable<A>, why: string): void;
  /** A part of the stage's time: `ms` from the first question whose answer is waited for, on the clock of the evaluation. It ends
   * with the stage. */
  within(ms: number): TimeSpan<A>;
}

/** Asks as `Context.ask` does, and gives up in time: ports are given its deadline and signal. */
export interface TimeSpan<A extends Asks = Record<never, Ask>> extends PortCall {
  /** True when the time is over: nothing more is asked, and every answer is "could not tell". */
  readonly over: boolean;
  ask<N extends keyof A, M extends Method<A[N]['port']>>(
    name: N,
    method: M,
    ...args: ArgumentsOf<A[N]['port'][M]>
  ): AnswerOf<A[N]['port'][M]> | MaybePromise<CannotTell>;
}

/** What the author of a stage writes. */
export interface StageDefinition<
  N extends string,
  P extends Phase,
  Needs extends readonly AnyFindingKey[],
  Uses extends readonly AnyFindingKey[],
  Gives extends readonly AnyFindingKey[],
  E extends EditKind,
  A extends Asks,
  Accepts extends boolean,
  D extends SpecialKind,
> {
  readonly name: N;
  readonly at: P;
  readonly needs?: Needs;
  readonly uses?: Uses;
  readonly gives?: Gives;
  readonly edits?: readonly E[];
  readonly asks?: A;
  /** Must be `true` for a stage that may answer `accept`: what stands behind it is then given only sometimes. */
  readonly accepts?: Accepts;
  /** Must name `hold`, `quarantine` and `redirect` where the stage may answer them. */
  readonly decides?: readonly D[];
  readonly run: (
    tx: Transaction<P, FindingsOf<Needs> & Partial<FindingsOf<Uses>>>,
    ctx: Context<A>,
  ) => NoInfer<
    MaybePromise<
      Result<
        P,
        FindingsOf<Gives>,
        E,
        Extract<FinalsOf<'reject' | 'defer' | 'discard' | D | (Accepts extends true ? 'accept' : never)>, Final>
      >
    >
  >;
}

/** Makes a stage. Everything but `name`, `at` and `run` may be left out and then means "none". */
export function defineStage<
  const N extends string,
  const P extends Phase,
  const Needs extends readonly AnyFindingKey[] = [],
  const Uses extends readonly AnyFindingKey[] = [],
  const Gives extends readonly AnyFindingKey[] = [],
  const E extends EditKind = never,
  const A extends Asks = Record<never, Ask>,
  const Accepts extends boolean = false,
  const D extends SpecialKind = never,
>(
  definition: StageDefinition<N, P, Needs, Uses, Gives, E, A, Accepts, D>,
): Stage<{
  readonly name: N;
  readonly at: P;
  readonly needs: { readonly [K in Needs[number]['key']]: FindingsOf<Needs>[K] };
  readonly uses: { readonly [K in Uses[number]['key']]: FindingsOf<Uses>[K] };
  readonly gives: { readonly [K in Gives[number]['key']]: FindingsOf<Gives>[K] };
  // NoInfer: inside a list, the list's type must not be taken for what the stage declares.
  readonly edits: NoInfer<E>;
  readonly accepts: NoInfer<Accepts>;
  readonly decides: NoInfer<D>;
}> {
  const {
    name,
    at,
    needs = [],
    uses = [],
    gives = [],
    edits = [],
    asks = {},
    accepts = false,
    decides = [],
  } = definition;
  const info: StageInfo = {
    kind: 'stage',
    name,
    at,
    needs: needs.map((key) => key.key),
    uses: uses.map((key) => key.key),
    gives: gives.map((key) => key.key),
    sometimes: [],
    edits,
    decides: [...new Set([...decides, ...specialRules(asks)])],
    accepts,
    asks,
    form: { kind: 'leaf' },
  };
  return Object.freeze({ ...info, '~type': undefined as never, run: definition.run as never });
}

/** What a stage comes to decide when a port cannot tell. */
function specialRules(asks: Asks): readonly SpecialKind[] {
  const rules = Object.values(asks).map((ask) => ask.cannotTell);
  return rules.filter((rule): rule is 'hold' | 'quarantine' => rule === 'hold' || rule === 'quarantine');
}
