/**
 * What the combinators' results are, for the compiler: types alone. See `combine.ts`.
 */
import type { ListGives, MayAccept } from './check.js';
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
export type DecidesOf<T> = T extends { readonly decides: infer D extends SpecialKind } ? D : never;
export type AcceptsOf<L extends readonly AnyStage[]> = true extends {
  [I in keyof L]: MayAccept<TypeOf<L[I]>>;
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
    : 'data' extends A
      ? 'rcpt' extends A
        ? 'deliver'
        : 'data'
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
export type Unmet<L, Which extends 'needs' | 'uses', Given = unknown, Out = unknown> = L extends readonly [
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
type AllEach<L, Which extends 'needs' | 'uses', Out = unknown> = L extends readonly [
  infer S extends AnyStage,
  ...infer Rest,
]
  ? AllEach<Rest, Which, Out & EachOf<TypeOf<S>>[Which]>
  : Flat<Out>;
export type All<L extends readonly AnyStage[], Which extends 'needs' | 'uses', Out = unknown> = L extends readonly [
  infer S extends AnyStage,
  ...infer Rest extends readonly AnyStage[],
]
  ? All<Rest, Which, Out & TypeOf<S>[Which]>
  : Flat<Out>;

/** The name; `string`, which means "unknown", when the compiler knows nothing of some member. */
export type NameOf<N extends string, L extends readonly AnyStage[]> = true extends {
  [I in keyof L]: string extends TypeOf<L[I]>['name'] ? true : false;
}[number]
  ? string
  : N;
export type AtOf<L extends readonly AnyStage[]> = Latest<TypeOf<L[number]>['at']>;
export type GivesOf<L extends readonly AnyStage[]> = Flat<ListGives<L, 'gives', unknown>>;
export type EditsOfAll<L extends readonly AnyStage[]> = TypeOf<L[number]>['edits'];
export type DecidesOfAll<L extends readonly AnyStage[]> = DecidesOf<TypeOf<L[number]>>;
export type EachOfSequence<L extends readonly AnyStage[]> = {
  readonly needs: UnmetEach<L, 'needs'>;
  readonly uses: UnmetEach<L, 'uses'>;
  readonly gives: Flat<ListGives<L, 'each', unknown>>;
};
export type EachOfParallel<L extends readonly AnyStage[]> = {
  readonly needs: AllEach<L, 'needs'>;
  readonly uses: AllEach<L, 'uses'>;
  readonly gives: Flat<ListGives<L, 'each', unknown>>;
};
/** All of it, but given only sometimes. */
export type SometimesEach<T> = {
  readonly needs: EachOf<T>['needs'];
  readonly uses: EachOf<T>['uses'];
  readonly gives: Partial<EachOf<T>['gives']>;
};

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
export type EachEdits<E extends EditKind> =
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
  [I in keyof L]: MemberProblem<L[I], GivenByOthers<L, I>>;
}[number];
type MemberProblem<S extends AnyStage, Others extends string> =
  | (string extends TypeOf<S>['name']
      ? never
      : [Exclude<TypeOf<S>['edits'], 'reply-per-recipient'>] extends [never]
        ? never
        : EditsInParallel<TypeOf<S>['name'], Exclude<TypeOf<S>['edits'], 'reply-per-recipient'>>)
  | {
      [K in keyof TypeOf<S>['needs'] & Others & string]: NeedsSibling<TypeOf<S>['name'], K>;
    }[keyof TypeOf<S>['needs'] & Others & string];

/** What the members but the one at `I` give. */
type GivenByOthers<L extends readonly AnyStage[], I> = {
  [J in keyof L]: J extends I ? never : KeysGiven<L[J]>;
}[number];

export type CheckSequence<L extends readonly AnyStage[]> = [WrongOrderOf<L>] extends [never] ? L : WrongOrderOf<L>;
export type CheckParallel<L extends readonly AnyStage[]> = [NotInParallel<L>] extends [never] ? L : NotInParallel<L>;
export type CheckEach<S extends AnyStage> = string extends TypeOf<S>['name']
  ? S
  : TypeOf<S>['at'] extends 'data' | 'message' | 'deliver'
    ? NotPerRecipient<TypeOf<S>['name'], TypeOf<S>['at']>
    : S;
