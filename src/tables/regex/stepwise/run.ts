/**
 * Follows a program through a text, one way after the other, and in the long run never twice from the same place with the same groups.
 * How many steps that takes in all is limited by the size of the text: behind the limit no match is found, and `budget` tells so.
 */
import { beginOf, endOf, type Groups, GroupsStore } from './groups.js';
import type { Step, StepProgram } from './program.js';
import { foldedOctet, holds, repeatedTo, type StepText } from './text.js';

export interface StepBudget {
  /** Steps that are left. */
  left: number;
  /** Places are remembered as soon as fewer are left: most programs end before it pays. */
  readonly remember: number;
}

interface Running {
  readonly text: StepText;
  readonly budget: StepBudget;
  readonly ids: number;
  readonly store: GroupsStore;
}

/** A place in the program and in the text. */
interface Place {
  step: Step;
  at: number;
  groups: Groups;
}

/** Where to go on when a way fails. */
interface Way {
  readonly step: Step;
  at: number;
  readonly groups: Groups;
  /** Of a run that was entered: how far it may be shortened or lengthened, -1 when it is to be entered. */
  readonly until: number;
}

interface Follower {
  readonly running: Running;
  readonly place: Place;
  readonly ways: Way[];
  /** Places from which nothing was found. */
  readonly failed: Set<number>;
}

/** Where the first match from `start` on lies; an empty one may not be at `notEmptyAt`. Undefined: none, or the budget is spent. */
export function stepMatch(
  program: StepProgram,
  text: StepText,
  budget: StepBudget,
  start: number,
  notEmptyAt: number,
): { readonly start: number; readonly end: number } | undefined {
  const last = program.onlyAtStart ? Math.min(start, text.from) : text.to;
  let follower: Follower | undefined;
  for (let from = start; from <= last && budget.left > 0; from++) {
    if (!mayBegin(program, text, from)) continue;
    follower ??= followerOf(program, text, budget);
    enter(follower, program.start, from, follower.running.store.none);
    if (follow(follower, -1, from === notEmptyAt ? from : -1)) return { start: from, end: follower.place.at };
  }
  return undefined;
}

function mayBegin({ beginning }: StepProgram, { octets, to }: StepText, at: number): boolean {
  if (at + beginning.length > to) return false;
  for (let i = 0; i < beginning.length; i++) {
    if ((beginning[i] as Uint8Array)[octets[at + i] as number] === 0) return false;
  }
  return true;
}

function followerOf(program: StepProgram, text: StepText, budget: StepBudget): Follower {
  const store = new GroupsStore(program.slots, text.octets.length + 1);
  const running: Running = { text, budget, ids: program.ids, store };
  return { running, place: { step: program.start, at: 0, groups: store.none }, ways: [], failed: new Set() };
}

function enter({ place, ways }: Follower, step: Step, at: number, groups: Groups): void {
  place.step = step;
  place.at = at;
  place.groups = groups;
  ways.length = 0;
}

/** True: `place` is where the match ends. There it must end, or must not; -1 for neither. */
function follow(follower: Follower, mustEndAt: number, notAt: number): boolean {
  const { place } = follower;
  const { budget } = follower.running;
  for (;;) {
    if (--budget.left < 0) return false;
    if (place.step.kind !== 'match') {
      if (!advance(follower) && !goBack(follower)) return false;
      continue;
    }
    if (place.at !== notAt && (mustEndAt < 0 || place.at === mustEndAt)) return true;
    if (!goBack(follower)) return false;
  }
}

/** False: this way fails. */
function advance(follower: Follower): boolean {
  const { running, place } = follower;
  const { text, store } = running;
  const { step, at, groups } = place;
  switch (step.kind) {
    case 'set':
      if (at >= text.to || step.set[text.octets[at] as number] !== 1) return false;
      place.at++;
      break;
    case 'run':
      return isNew(follower, step.id) && enterRun(follower, step);
    case 'split':
      return isNew(follower, step.id) && enterSplit(follower, step);
    case 'assert':
      if (!holds(step.what, text, at)) return false;
      break;
    case 'look': {
      const inside = look(running, step, at, groups);
      if ((inside !== undefined) === step.negated) return false;
      place.groups = inside ?? groups;
      break;
    }
    case 'atomic': {
      const inside = followed(running, step.body, at, groups, -1);
      if (inside === undefined) return false;
      place.at = inside.at;
      place.groups = inside.groups;
      break;
    }
    case 'open':
      place.groups = store.opened(groups, step.slot, at);
      break;
    case 'close':
      place.groups = store.closed(groups, step.slot, at);
      break;
    case 'reference': {
      const [from, to] = [beginOf(groups, step.slot), endOf(groups, step.slot)];
      // perlre(1): a group that took no part is repeated nowhere.
      const end = to < 0 ? -1 : repeatedTo(text, from, to, at, step.fold);
      if (end < 0) return false;
      running.budget.left -= to - from;
      place.at = end;
      break;
    }
    case 'match':
      return false;
  }
  place.step = step.next;
  return true;
}

/** False where the step was entered before with the same groups: it failed then. */
function isNew({ running, place, failed }: Follower, id: number): boolean {
  const { text, budget, store, ids } = running;
  if (budget.left > budget.remember) return true;
  const key = (store.idOf(place.groups) * ids + id) * (text.to - text.from + 1) + place.at - text.from;
  if (failed.has(key)) return false;
  failed.add(key);
  return true;
}

/** False: the octet, or what a group holds, shows that the step leads nowhere. */
function mayEnter(step: Step, { octets, to }: StepText, at: number, groups: Groups): boolean {
  switch (step.kind) {
    case 'set':
      return at < to && step.set[octets[at] as number] === 1;
    case 'run':
      return step.min === 0 || (at < to && step.set[octets[at] as number] === 1);
    case 'reference': {
      const [from, end] = [beginOf(groups, step.slot), endOf(groups, step.slot)];
      return from === end || (end > 0 && at < to && foldedOctet(octets, at) === foldedOctet(octets, from));
    }
    default:
      return true;
  }
}

function enterSplit({ running, place, ways }: Follower, { first, second }: Extract<Step, { kind: 'split' }>): boolean {
  const { at, groups } = place;
  if (!mayEnter(first, running.text, at, groups)) {
    place.step = second;
    return true;
  }
  if (mayEnter(second, running.text, at, groups)) ways.push({ step: second, at, groups, until: -1 });
  place.step = first;
  return true;
}

function enterRun(follower: Follower, step: Extract<Step, { kind: 'run' }>): boolean {
  const { running, place, ways } = follower;
  const { octets, to } = running.text;
  const { at, groups } = place;
  const most = Math.min(to, at + step.max);
  const least = at + step.min;
  let end = at;
  while (end < most && step.set[octets[end] as number] === 1) end++;
  running.budget.left -= end - at;
  if (end < least) return false;
  if (step.whole) {
    place.at = end;
    place.step = step.next;
    return true;
  }
  ways.push({ step, at: step.lazy ? least : end, groups, until: step.lazy ? end : least });
  return goBack(follower);
}

/** To the best way that is left; false when there is none. */
function goBack({ running, ways, place }: Follower): boolean {
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    const { step, groups, until } = way;
    place.groups = groups;
    if (step.kind !== 'run' || until < 0) {
      place.step = step;
      place.at = way.at;
      return true;
    }
    const by = step.lazy ? 1 : -1;
    const from = way.at;
    let { at } = way;
    while (at !== until && !mayEnter(step.next, running.text, at, groups)) at += by;
    running.budget.left -= Math.abs(at - from);
    place.at = at;
    place.step = step.next;
    if (at === until) {
      if (mayEnter(step.next, running.text, at, groups)) return true;
      continue;
    }
    way.at = at + by;
    ways.push(way);
    return true;
  }
  return false;
}

/** What stands in a look-around or an atomic group, by itself. */
function followed(running: Running, step: Step, at: number, groups: Groups, mustEndAt: number): Place | undefined {
  const inside: Follower = { running, place: { step, at, groups }, ways: [], failed: new Set() };
  return follow(inside, mustEndAt, -1) ? inside.place : undefined;
}

/** The groups as they are when what stands in the look-around has matched. */
function look(
  running: Running,
  { ahead, lengths, body }: Extract<Step, { kind: 'look' }>,
  at: number,
  groups: Groups,
): Groups | undefined {
  if (ahead) return followed(running, body, at, groups, -1)?.groups;
  for (const length of lengths) {
    if (at - length < running.text.from) continue;
    const found = followed(running, body, at - length, groups, at);
    if (found !== undefined) return found.groups;
  }
  return undefined;
}
