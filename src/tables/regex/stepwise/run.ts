/**
 * Follows a program through a text, one way after the other, and never twice from the same place with the same groups. How many
 * steps that takes in all is limited by the size of the text: behind the limit no match is found, and `budget` tells so.
 */
import { type Groups, GroupsStore } from './groups.js';
import type { Step, StepProgram } from './program.js';
import { holds, repeatedTo, type StepText } from './text.js';

export interface StepBudget {
  /** Steps that are left. */
  left: number;
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
interface Way extends Readonly<Place> {
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
  const store = new GroupsStore(program.slots, text.octets.length + 1);
  const running: Running = { text, budget, ids: program.ids, store };
  const failed = new Set<number>();
  const last = program.onlyAtStart ? Math.min(start, text.from) : text.to;
  const { first } = program;
  for (let from = start; from <= last && budget.left > 0; from++) {
    if (first !== undefined && (from === text.to || first[text.octets[from] as number] === 0)) continue;
    const found = follow(running, { step: program.start, at: from, groups: store.none }, failed, (at) => {
      return at !== from || at !== notEmptyAt;
    });
    if (found !== undefined) return { start: from, end: found.at };
  }
  return undefined;
}

/** `accepts`: whether the match may end there. */
function follow(
  running: Running,
  place: Place,
  failed: Set<number>,
  accepts: (at: number) => boolean,
): Readonly<Place> | undefined {
  const follower: Follower = { running, place, ways: [], failed };
  const { budget } = running;
  for (;;) {
    if (--budget.left < 0) return undefined;
    if (place.step.kind === 'match' ? accepts(place.at) : advance(follower)) {
      if (place.step.kind === 'match' && accepts(place.at)) return place;
    } else if (!goBack(follower)) return undefined;
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
      if (!isNew(follower, step.id)) return false;
      follower.ways.push({ step: step.second, at, groups, until: -1 });
      place.step = step.first;
      return true;
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
      const inside = follow(running, { step: step.body, at, groups }, new Set(), anywhere);
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
      const { from, to } = store.spanOf(groups, step.slot);
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

const anywhere = (): boolean => true;

/** False where the step was entered before with the same groups: it failed then. */
function isNew({ running, place, failed }: Follower, id: number): boolean {
  const { from, to } = running.text;
  const key = (place.groups.id * running.ids + id) * (to - from + 1) + place.at - from;
  if (failed.has(key)) return false;
  failed.add(key);
  return true;
}

function enterRun({ running, place, ways }: Follower, step: Extract<Step, { kind: 'run' }>): boolean {
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
  place.at = step.lazy ? least : end;
  place.step = step.next;
  const until = step.lazy ? end : least;
  if (place.at !== until) ways.push({ step, at: place.at + (step.lazy ? 1 : -1), groups, until });
  return true;
}

/** To the best way that is left; false when there is none. */
function goBack({ ways, place }: Follower): boolean {
  const way = ways.pop();
  if (way === undefined) return false;
  const { step, at, groups, until } = way;
  place.at = at;
  place.groups = groups;
  place.step = step;
  if (step.kind !== 'run' || until < 0) return true;
  if (at !== until) ways.push({ step, at: at + (step.lazy ? 1 : -1), groups, until });
  place.step = step.next;
  return true;
}

/** The groups as they are when what stands in the look-around has matched. */
function look(
  running: Running,
  { ahead, lengths, body }: Extract<Step, { kind: 'look' }>,
  at: number,
  groups: Groups,
): Groups | undefined {
  if (ahead) return follow(running, { step: body, at, groups }, new Set(), anywhere)?.groups;
  for (const length of lengths) {
    if (at - length < running.text.from) continue;
    const found = follow(running, { step: body, at: at - length, groups }, new Set(), (end) => end === at);
    if (found !== undefined) return found.groups;
  }
  return undefined;
}
