/**
 * What a policy put together wrongly is told: each sentence once as a type, for the compiler, and once as a
 * function, for policies built at run time. The tests hold the two texts equal.
 */
import type { EditKind } from './edit.js';
import type { Phase } from './phase.js';

/** What a stage of each phase reads first, in words. */
export interface Reads {
  readonly connect: 'the session';
  readonly helo: 'the HELO name';
  readonly mail: 'the sender';
  readonly rcpt: 'one recipient';
  readonly data: 'all recipients';
  readonly message: 'the message';
  readonly deliver: 'one recipient of a message';
}

export const reads: Reads = {
  connect: 'the session',
  helo: 'the HELO name',
  mail: 'the sender',
  rcpt: 'one recipient',
  data: 'all recipients',
  message: 'the message',
  deliver: 'one recipient of a message',
};

export type WrongPhase<N extends string, At extends Phase, P extends Phase> = At extends 'rcpt'
  ? P extends 'message'
    ? `stage "${N}" reads one recipient, which "message" does not have: wrap it: eachRecipient(${N}(...))`
    : MoveIt<N, At, P>
  : MoveIt<N, At, P>;
type MoveIt<
  N extends string,
  At extends Phase,
  P extends Phase,
> = `stage "${N}" reads ${Reads[At]}, which "${P}" does not have: move it to "${At}" or later`;

export function wrongPhase(name: string, at: Phase, list: Phase): string {
  return at === 'rcpt' && list === 'message'
    ? `stage "${name}" reads one recipient, which "message" does not have: wrap it: eachRecipient(${name}(...))`
    : `stage "${name}" reads ${reads[at]}, which "${list}" does not have: move it to "${at}" or later`;
}

export type NeverGiven<
  N extends string,
  K extends string,
> = `stage "${N}" needs the finding "${K}": no stage before it gives it`;
export function neverGiven(name: string, key: string): string {
  return `stage "${name}" needs the finding "${key}": no stage before it gives it`;
}

export type GivenSometimes<
  N extends string,
  K extends string,
> = `stage "${N}" needs the finding "${K}": it is only given sometimes (inside when or tolerate, or behind a stage that accepts)`;
export function givenSometimes(name: string, key: string): string {
  return `stage "${name}" needs the finding "${key}": it is only given sometimes (inside when or tolerate, or behind a stage that accepts)`;
}

export type OfEachRecipient<
  N extends string,
  K extends string,
> = `stage "${N}" needs the finding "${K}", which belongs to each recipient: read it in a stage at "rcpt", wrapped: eachRecipient(...)`;
export function ofEachRecipient(name: string, key: string): string {
  return `stage "${name}" needs the finding "${key}", which belongs to each recipient: read it in a stage at "rcpt", wrapped: eachRecipient(...)`;
}

export type NotGivenToEach<
  N extends string,
  K extends string,
> = `stage "${N}" needs the finding "${K}" of each recipient: nothing at "rcpt" and no stage before it gives it`;
export function notGivenToEach(name: string, key: string): string {
  return `stage "${name}" needs the finding "${key}" of each recipient: nothing at "rcpt" and no stage before it gives it`;
}

export type CannotEditHere<
  N extends string,
  E extends string,
  P extends Phase,
> = `stage "${N}" makes edits that cannot be carried out at "${P}": ${E}`;
export function cannotEditHere(name: string, edit: string, list: Phase): string {
  return `stage "${name}" makes edits that cannot be carried out at "${list}": ${edit}`;
}

/** Two findings of one name and different types; only the compiler can see it. */
export type OtherType<
  N extends string,
  K extends string,
> = `stage "${N}" needs the finding "${K}" of another type than the stage before it gives`;

export type NoSuchPhase<K extends string> = `"${K}" is not a phase: connect, helo, mail, rcpt, data, message, deliver`;
export function noSuchPhase(key: string): string {
  return `"${key}" is not a phase: connect, helo, mail, rcpt, data, message, deliver`;
}

export type EditsInParallel<
  N extends string,
  E extends EditKind,
> = `stage "${N}" cannot run in parallel(): it makes edits (${E})`;
export function editsInParallel(name: string, edit: string): string {
  return `stage "${name}" cannot run in parallel(): it makes edits (${edit})`;
}

export type NeedsSibling<
  N extends string,
  K extends string,
> = `stage "${N}" needs the finding "${K}", which another member of this parallel() gives: put it behind`;
export function needsSibling(name: string, key: string): string {
  return `stage "${name}" needs the finding "${key}", which another member of this parallel() gives: put it behind`;
}

export type SwapThem<
  N extends string,
  K extends string,
> = `stage "${N}" needs the finding "${K}", which a later stage of this sequence gives: swap them`;
export function swapThem(name: string, key: string): string {
  return `stage "${name}" needs the finding "${key}", which a later stage of this sequence gives: swap them`;
}

export type ReadsTooEarly<
  N extends string,
  K extends string,
> = `stage "${N}" reads the finding "${K}", which only a stage behind it gives: swap them`;
export function readsTooEarly(name: string, key: string): string {
  return `stage "${name}" reads the finding "${key}", which only a stage behind it gives: swap them`;
}

export type NotPerRecipient<
  N extends string,
  At extends Phase,
> = `stage "${N}" cannot run for each recipient: it reads ${Reads[At]}, eachRecipient() takes a stage at "rcpt" or earlier`;
export function notPerRecipient(name: string, at: Phase): string {
  return `stage "${name}" cannot run for each recipient: it reads ${reads[at]}, eachRecipient() takes a stage at "rcpt" or earlier`;
}

export type CannotPerform<E extends string> = `this policy makes edits that the server cannot perform: ${E}`;
export type CannotExpress<D extends string> = `this policy makes decisions that the server cannot carry out: ${D}`;
export type NeverReaches<P extends string> = `this policy has stages at "${P}", which the server never reaches`;

export function cannotPerform(edit: string, stages: readonly string[]): string {
  return `this policy makes edits that the server cannot perform: ${edit} (${stages.join(', ')})`;
}
export function cannotExpress(kind: string, stages: readonly string[]): string {
  return `this policy makes decisions that the server cannot carry out: ${kind} (${stages.join(', ')})`;
}
export function neverReaches(phase: string, stages: readonly string[]): string {
  return `this policy has stages at "${phase}", which the server never reaches (${stages.join(', ')})`;
}
