/**
 * What the combinators' results are, for the compiler: types alone. See `combine.ts`.
 */
import type { ListGives } from './check.js';
import type { SpecialKind } from './decision.js';
import type { EditKind } from './edit.js';
import type { Phase } from './phase.js';
import type { EditsInParallel, NeedsSibling, NotPerRecipient, SwapThem } from './sentences.js';
import type { AnyStage, EachType, StageType } from './stage.js';
import type { Transaction } from './transaction.js';

export type TypeOf<S extends AnyStage> = S['~type'];
type EachOf<T> = T extends { readonly each: infer E extends EachType } ? E : NoEach;
interface NoEach {
  readonly needs: Record<never, never>;
  readonly uses: Record<never, never>;
  readonly gives: Record<never, never>;
}
type DecidesOf<T> = T extends { readonly decides: infer D extends SpecialKind } ? D : never;
type AcceptsOf<L extends readonly AnyStage[]> = true extends {
  [I in keyof L]: TypeOf<L[I]> extends { readonly accepts: true } ? true : false;
}[number]
  ? true
  : false;

/** The phase in which all of `A` can stand. */
type Latest<A extends Phase> = 'deliver' extends A
  ? 'deliver'
  : 'message' extends A
    ? 'rcpt' extends A
      ? 'deliver'
      : 'message'
    : 'rcpt' extends A
      ? 'rcpt'
      : 'mail' extends A
        ? 'mail'
        : 'helo' extends A
          ? 'helo'
          : 'connect';

type CertainKeys<G> = { [K in keyof G]-?: Record<never, never> extends Pick<G, K> ? never : K }[keyof G];
type Flat<T> = { readonly [K in keyof T]: T[K] };

/** What the members need and do not get from one another. */
type Unmet<L, Which extends 'needs' | 'uses', Given = unknown, Out = unknown> = L extends readonly [
  infer S extends AnyStage,
  ...infer Rest,
]
  ? Unmet<Rest, Which, Given & TypeOf<S>['gives'], Out & Omit<TypeOf<S>[Which], CertainKeys<Given>>>
  : Flat<Out>;
type UnmetEach<L, Which extends 'needs' | 'uses', Given = unknown, Out = unknown> = L extends readonly [
  infer S extends AnyStage,
  ...infer Rest,
]
  ? UnmetEach<
      Rest,
      Which,
      Given & TypeOf<S>['gives'] & EachOf<TypeOf<S>>['gives'],
      Out & Omit<EachOf<TypeOf<S>>[Which], CertainKeys<Given>>
    >
  : Flat<Out>;
type All<L extends readonly AnyStage[], Which extends 'needs' | 'uses', Out = unknown> = L extends readonly [
  infer S extends AnyStage,
  ...infer Rest extends readonly AnyStage[],
]
  ? All<Rest, Which, Out & TypeOf<S>[Which]>
  : Flat<Out>;

interface Together<N extends string, L extends readonly AnyStage[]> {
  readonly name: N;
  readonly at: Latest<TypeOf<L[number]>['at']>;
  readonly gives: Flat<ListGives<L, 'gives', unknown>>;
  readonly edits: TypeOf<L[number]>['edits'];
  readonly accepts: AcceptsOf<L>;
  readonly decides: DecidesOf<TypeOf<L[number]>>;
  readonly each: {
    readonly needs: UnmetEach<L, 'needs'>;
    readonly uses: UnmetEach<L, 'uses'>;
    readonly gives: Flat<ListGives<L, 'each', unknown>>;
  };
}

/** True when the compiler knows nothing of some member: then it knows nothing of the whole. */
type SomeErased<L extends readonly AnyStage[]> = true extends {
  [I in keyof L]: string extends TypeOf<L[I]>['name'] ? true : false;
}[number]
  ? true
  : false;

export type SequenceOf<N extends string, L extends readonly AnyStage[]> =
  SomeErased<L> extends true ? StageType : SequenceType<N, L>;
export type ParallelOf<L extends readonly AnyStage[]> = SomeErased<L> extends true ? StageType : ParallelType<L>;

export interface SequenceType<N extends string, L extends readonly AnyStage[]> extends Together<N, L> {
  readonly needs: Unmet<L, 'needs'>;
  readonly uses: Unmet<L, 'uses'>;
}
export interface ParallelType<L extends readonly AnyStage[]> extends Together<'parallel', L> {
  readonly needs: All<L, 'needs'>;
  readonly uses: All<L, 'uses'>;
}

/** The stage `T`, run or not: all that it gives is given sometimes. */
export type Sometimes<T extends StageType> = {
  readonly name: T['name'];
  readonly at: T['at'];
  readonly needs: T['needs'];
  readonly uses: T['uses'];
  readonly gives: Partial<T['gives']>;
  readonly edits: T['edits'];
  readonly accepts: T extends { readonly accepts: true } ? true : false;
  readonly decides: DecidesOf<T>;
  readonly each: {
    readonly needs: EachOf<T>['needs'];
    readonly uses: EachOf<T>['uses'];
    readonly gives: Partial<EachOf<T>['gives']>;
  };
};

/** The same, reading the findings `U` beside its own. */
export type SometimesUsing<T extends StageType, U extends object> = Omit<Sometimes<T>, 'uses'> & {
  readonly name: T['name'];
  readonly at: T['at'];
  readonly needs: T['needs'];
  readonly uses: T['uses'] & U;
  readonly gives: Partial<T['gives']>;
  readonly edits: T['edits'];
};

export interface EachRecipientType<T extends StageType> {
  readonly name: T['name'];
  readonly at: 'message';
  readonly needs: Record<never, never>;
  readonly uses: Record<never, never>;
  readonly gives: Record<never, never>;
  readonly edits: EachEdits<T['edits']>;
  readonly accepts: T extends { readonly accepts: true } ? true : false;
  readonly decides: DecidesOf<T>;
  readonly each: { readonly needs: T['needs']; readonly uses: T['uses']; readonly gives: T['gives'] };
}

/** A change of the message for one recipient makes two messages of one; recipient edits do not. */
type MessageEdit = Exclude<
  EditKind,
  | 'add-recipient'
  | 'remove-recipient'
  | 'rewrite-recipient'
  | 'expand-recipient'
  | 'set-next-hop'
  | 'split'
  | 'reply-per-recipient'
>;
type EachEdits<E extends EditKind> =
  | E
  | 'reply-per-recipient'
  | ([Extract<E, MessageEdit>] extends [never] ? never : 'split');

/** What the predicate of `when` sees: the snapshot that its stage may see, and no more. */
export type PredicateOf<T extends StageType> = (tx: Transaction<T['at'], T['needs'] & Partial<T['uses']>>) => boolean;
export type PredicateUsing<T extends StageType, U extends object> = (
  tx: Transaction<T['at'], T['needs'] & Partial<T['uses']> & Partial<U>>,
) => boolean;

// --- what cannot be put together ---

/** `Keys` of every member's `gives`, one by one: `keyof (A | B)` would be only the common ones. */
type KeysGiven<S> = S extends AnyStage ? keyof TypeOf<S>['gives'] & string : never;

type Swap<S extends AnyStage, Later extends string> = {
  [K in keyof TypeOf<S>['needs'] & Later & string]: SwapThem<TypeOf<S>['name'], K>;
}[keyof TypeOf<S>['needs'] & Later & string];

/** Earlier members' gifts take a need away from the wrong-order check. */
type WrongOrderOf<L, Given extends string = never> = L extends readonly [infer S extends AnyStage, ...infer Rest]
  ? Swap<S, Exclude<KeysGiven<Rest[number]>, Given>> | WrongOrderOf<Rest, Given | KeysGiven<S>>
  : never;

type NotInParallel<L extends readonly AnyStage[]> = {
  [I in keyof L]: MemberProblem<L[I], L>;
}[number];
type MemberProblem<S extends AnyStage, L extends readonly AnyStage[]> =
  | (string extends TypeOf<S>['name']
      ? never
      : [Exclude<TypeOf<S>['edits'], 'reply-per-recipient'>] extends [never]
        ? never
        : EditsInParallel<TypeOf<S>['name'], Exclude<TypeOf<S>['edits'], 'reply-per-recipient'>>)
  | {
      [K in keyof TypeOf<S>['needs'] & KeysGiven<L[number]> & string]: NeedsSibling<TypeOf<S>['name'], K>;
    }[keyof TypeOf<S>['needs'] & KeysGiven<L[number]> & string];

export type CheckSequence<L extends readonly AnyStage[]> = [WrongOrderOf<L>] extends [never] ? L : WrongOrderOf<L>;
export type CheckParallel<L extends readonly AnyStage[]> = [NotInParallel<L>] extends [never] ? L : NotInParallel<L>;
export type CheckEach<S extends AnyStage> = string extends TypeOf<S>['name']
  ? S
  : TypeOf<S>['at'] extends 'message' | 'deliver'
    ? NotPerRecipient<TypeOf<S>['name'], TypeOf<S>['at']>
    : S;
