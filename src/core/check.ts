/**
 * The compiler's side of assembling a policy: types alone. It walks each list once, with what was given so far,
 * and puts a sentence in the place of a stage that cannot stand there; a stage that can stays itself. The same
 * rules for policies built at run time are in `assemble.ts`.
 */
import type { SpecialKind } from './decision.js';
import type { EditKind, EditsIn } from './edit.js';
import type { Fits, Phase } from './phase.js';
import type {
  CannotEditHere,
  GivenSometimes,
  NeverGiven,
  NoSuchPhase,
  NotGivenToEach,
  OfEachRecipient,
  OtherType,
  ReadsTooEarly,
  WrongPhase,
} from './sentences.js';
import type { AnyStage, EachType, StageType } from './stage.js';

/** The lists of a policy by phase. */
export type PhaseLists = { readonly [P in Phase]?: readonly AnyStage[] } & {
  readonly [key: string]: readonly AnyStage[] | undefined;
};

/** `never` stands for "unknown": every need is then taken as met, and construction decides. */
type Unknown = never;

type IsErased<T extends StageType> = string extends T['name'] ? true : false;
type TypeOf<S> = S extends { readonly '~type': infer T extends StageType } ? T : StageType;
type EachOf<T> = T extends { readonly each: infer E extends EachType }
  ? E
  : { needs: object; uses: object; gives: object };

/** What later stages of the same list see after `T`. */
type Then<V, G, T extends StageType> = IsErased<T> extends true ? Unknown : V & G;

/** The sentences for the needs `N` that `V` does not meet; `R` is what each recipient has. */
type NeedProblem<Name extends string, N, V, R> = {
  [K in keyof N & string]: V extends { readonly [P in K]: N[K] }
    ? never
    : K extends keyof V
      ? V extends { readonly [P in K]: unknown }
        ? OtherType<Name, K>
        : GivenSometimes<Name, K>
      : K extends keyof R
        ? OfEachRecipient<Name, K>
        : NeverGiven<Name, K>;
}[keyof N & string];

type EachProblem<Name extends string, N, V> = {
  [K in keyof N & string]: V extends { readonly [P in K]: N[K] }
    ? never
    : K extends keyof V
      ? V extends { readonly [P in K]: unknown }
        ? OtherType<Name, K>
        : GivenSometimes<Name, K>
      : NotGivenToEach<Name, K>;
}[keyof N & string];

type Problem<T extends StageType, P extends Phase, V, R> =
  IsErased<T> extends true
    ? never
    : T['at'] extends Fits[P]
      ? [Exclude<T['edits'], EditsIn[P]>] extends [never]
        ? [V] extends [T['needs']]
          ? UsesProblem<T['name'], T['uses'], V> | EachNeeds<T, V & R>
          : NeedProblem<T['name'], T['needs'], V, R>
        : CannotEditHere<T['name'], Exclude<T['edits'], EditsIn[P]>, P>
      : WrongPhase<T['name'], T['at'], P>;

type EachNeeds<T extends StageType, V> = T extends { readonly each: infer E extends EachType }
  ? [V] extends [E['needs']]
    ? never
    : EachProblem<T['name'], E['needs'], V>
  : never;

/** A finding that is read when it is there must be of the type that is given. */
type UsesProblem<Name extends string, U, V> = keyof U extends never ? never : UsesOtherType<Name, U, V>;
type UsesOtherType<Name extends string, U, V> = {
  [K in keyof U & keyof V & string]: V[K] extends U[K] | undefined ? never : OtherType<Name, K>;
}[keyof U & keyof V & string];

/** Findings that are read where they are there, and never are: only stages behind give them. A session may say HELO again, and
 * the list then sees what it found before. */
type TooEarly<T extends StageType, V, Rest extends readonly unknown[]> = keyof T['uses'] extends never
  ? never
  : IsErased<T> | (T['at'] extends 'connect' | 'helo' ? true : false) extends false
    ? ReadsEarlyIn<T, V, Rest>
    : never;
type ReadsEarlyIn<T extends StageType, V, Rest extends readonly unknown[]> = [V] extends [never]
  ? never
  : ReadsEarly<T['name'], Exclude<keyof T['uses'], keyof V | keyof T['gives']> & KeysGiven<Rest[number]>>;
type ReadsEarly<Name extends string, K> = K extends string ? ReadsTooEarly<Name, K> : never;
type KeysGiven<S> = S extends unknown ? keyof TypeOf<S>['gives'] : never;

/** The stage itself, or the sentence that says why it cannot stand here. */
type Slot<S, Wrong> = [Wrong] extends [never] ? S : Wrong;

/** Lists whose members the compiler cannot count are left to construction. */
type CheckList<L, P extends Phase, V, R> = L extends readonly unknown[]
  ? number extends L['length']
    ? L
    : CheckTuple<L, P, V, R>
  : L;

type CheckTuple<L, P extends Phase, V, R, Out extends readonly unknown[] = []> = L extends readonly [
  infer S,
  ...infer Rest,
]
  ? CheckTuple<
      Rest,
      P,
      Then<V, TypeOf<S>['gives'], TypeOf<S>>,
      Then<R, EachOf<TypeOf<S>>['gives'], TypeOf<S>>,
      [...Out, Slot<S, Problem<TypeOf<S>, P, V, R> | TooEarly<TypeOf<S>, V, Rest>>]
    >
  : Readonly<Out>;

/** What a whole list gives to later phases: what stands behind a stage that accepts, only sometimes. */
export type ListGives<L, Field extends 'gives' | 'each', G = object> = L extends readonly [infer S, ...infer Rest]
  ? IsErased<TypeOf<S>> extends true
    ? Unknown
    : MayAccept<TypeOf<S>> extends true
      ? G & GivesIn<TypeOf<S>, Field> & Partial<ListGives<Rest, Field>>
      : ListGives<Rest, Field, G & GivesIn<TypeOf<S>, Field>>
  : L extends readonly []
    ? G
    : L extends undefined
      ? G
      : Unknown;

/** Also where it is not known: a flag of type boolean, one stage or another. */
export type MayAccept<T> = true extends (T extends { readonly accepts: infer A } ? A : false) ? true : false;

type GivesIn<T extends StageType, Field extends 'gives' | 'each'> = Field extends 'each'
  ? EachOf<T>['gives']
  : T['gives'];

type ListOf<T, P extends Phase> = P extends keyof T ? T[P] : readonly [];

/** What each phase's list gives. */
type GivesAt<T, P extends Phase> = ListGives<ListOf<T, P>, 'gives'>;

type SessionOf<T> = GivesAt<T, 'connect'> & GivesAt<T, 'helo'>;
type AtMail<T> = SessionOf<T> & GivesAt<T, 'mail'>;
type AtData<T> = AtMail<T> & GivesAt<T, 'data'>;
type EachAtMessage<T> = ListGives<ListOf<T, 'message'>, 'each'>;

/** The type that `definePolicy` intersects with its argument. */
export type Checks<T> = {
  readonly [K in keyof T]: K extends Phase ? CheckPhase<T, K> : string extends K ? T[K] : NoSuchPhase<K & string>;
};
type CheckPhase<T, P extends Phase> = P extends 'connect'
  ? CheckList<T[P & keyof T], P, object, object>
  : P extends 'helo'
    ? CheckList<T[P & keyof T], P, GivesAt<T, 'connect'>, object>
    : P extends 'mail'
      ? CheckList<T[P & keyof T], P, SessionOf<T>, object>
      : P extends 'rcpt'
        ? CheckList<T[P & keyof T], P, AtMail<T>, object>
        : P extends 'data'
          ? CheckList<T[P & keyof T], P, AtMail<T>, GivesAt<T, 'rcpt'>>
          : P extends 'message'
            ? CheckList<T[P & keyof T], P, AtData<T>, GivesAt<T, 'rcpt'>>
            : CheckList<
                T[P & keyof T],
                P,
                AtData<T> & GivesAt<T, 'rcpt'> & GivesAt<T, 'message'> & EachAtMessage<T>,
                object
              >;

type Flat<T> = [T] extends [never] ? object : { readonly [K in keyof T]: T[K] };

type StageTypesOf<T> = { [P in keyof T]: T[P] extends readonly (infer S)[] ? TypeOf<S> : never }[keyof T];
type DecidesOf<T> = T extends { readonly decides: infer D } ? D : never;

/** What a policy is, as far as the compiler can tell. */
export type SessionFindings<T> = Flat<SessionOf<T>>;
export type TransactionFindings<T> = Flat<GivesAt<T, 'mail'> & GivesAt<T, 'data'> & GivesAt<T, 'message'>>;
export type RecipientFindings<T> = Flat<GivesAt<T, 'rcpt'> & EachAtMessage<T> & GivesAt<T, 'deliver'>>;
/** Stages whose edits the compiler does not know count for none here: construction names them. */
export type EditsOf<T> = Extract<Known<StageTypesOf<T>>['edits'], EditKind>;
export type DecidesIn<T> = Extract<DecidesOf<Known<StageTypesOf<T>>>, SpecialKind>;
export type PhasesOf<T> = { [P in keyof T]: T[P] extends readonly [] ? never : P }[keyof T] & Phase;
type Known<T extends StageType> = T extends StageType ? (IsErased<T> extends true ? never : T) : never;
