/**
 * The run-time side of assembling a policy: the rules of `check.ts` with the same sentences, all at once, for
 * what the compiler could not see (lists typed `AnyStage[]`, conditional spreads, plain JavaScript, a Postfix
 * configuration).
 */
import { ConfigurationError, type Problem } from '../values/errors.js';
import { canEditIn } from './edit.js';
import { fits, lifeOf, type Phase, phases } from './phase.js';
import {
  cannotEditHere,
  editsInParallel,
  givenSometimes,
  needsSibling,
  neverGiven,
  noSuchPhase,
  notGivenToEach,
  notPerRecipient,
  ofEachRecipient,
  readsTooEarly,
  swapThem,
  wrongPhase,
} from './sentences.js';
import type { AnyStage } from './stage.js';

export type RuntimeLists = Readonly<Record<string, readonly AnyStage[] | undefined>>;

/** Finding key to "always there" or not. */
type Given = ReadonlyMap<string, boolean>;

interface EachFacts {
  readonly needs: readonly string[];
  readonly gives: Given;
}

/** Throws when there are problems; does nothing when there are none. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigurationError('policy', problems);
}

/** All that is wrong with a policy's lists. */
export function checkPolicy(lists: RuntimeLists): readonly Problem[] {
  const unknown = Object.keys(lists).filter((key) => !phases.includes(key as Phase));
  const problems = unknown.map((key) => problem('no-such-phase', noSuchPhase(key)));
  const strangers = phases.flatMap((phase) => (lists[phase] ?? []).filter((stage) => !isStage(stage)).map(() => phase));
  if (strangers.length > 0) {
    return [
      ...problems,
      ...strangers.map((at) => problem('not-a-stage', `the list of "${at}" has a member that is not a stage`)),
    ];
  }
  let session: Given = new Map();
  let each: Given = new Map();
  for (const phase of phases) {
    const list = lists[phase] ?? [];
    const isDelivery = phase === 'deliver';
    problems.push(
      ...checkList(list, phase, isDelivery ? merge(session, each) : session, isDelivery ? new Map() : each),
    );
    const gives = listGives(list, givesOf);
    if (phase === 'rcpt') each = gives;
    else session = merge(session, gives);
    if (phase === 'message')
      each = merge(
        each,
        listGives(list, (stage) => eachFacts(stage).gives),
      );
  }
  return problems;
}

function checkList(list: readonly AnyStage[], phase: Phase, before: Given, eachBefore: Given): Problem[] {
  const problems: Problem[] = [];
  let view = before;
  let each = eachBefore;
  for (const [index, stage] of list.entries()) {
    problems.push(...checkStage(stage, phase, view, each), ...tooEarly(stage, view, list.slice(index + 1)));
    view = merge(view, givesOf(stage));
    each = merge(each, eachFacts(stage).gives);
  }
  return problems;
}

function checkStage(stage: AnyStage, phase: Phase, view: Given, each: Given): Problem[] {
  if (!fits(stage.at, phase)) return [problem('wrong-phase', wrongPhase(stage.name, stage.at, phase))];
  const wrongEdits = stage.edits.filter((edit) => !canEditIn(phase, edit));
  if (wrongEdits.length > 0) {
    return wrongEdits.map((edit) => problem('wrong-edit', cannotEditHere(stage.name, edit, phase)));
  }
  const own = stage.needs.flatMap((key) =>
    unmet(stage.name, key, view, () => (each.has(key) ? ofEachRecipient : neverGiven)),
  );
  const both = merge(view, each);
  return [...own, ...eachFacts(stage).needs.flatMap((key) => unmet(stage.name, key, both, () => notGivenToEach))];
}

function unmet(
  name: string,
  key: string,
  view: Given,
  missing: () => (name: string, key: string) => string,
): readonly Problem[] {
  const state = view.get(key);
  if (state === true) return [];
  return [problem('unmet-need', (state === false ? givenSometimes : missing())(name, key))];
}

/** Findings that are read where they are there, and never are: only stages behind give them. */
function tooEarly(stage: AnyStage, view: Given, behind: readonly AnyStage[]): readonly Problem[] {
  // A session may say HELO again: the list then sees what it found before.
  if (lifeOf[stage.at] === 'session') return [];
  const waiting = stage.uses.filter((key) => !view.has(key) && !stage.gives.includes(key));
  if (waiting.length === 0) return [];
  const later = new Set(behind.flatMap((other) => other.gives));
  return waiting.filter((key) => later.has(key)).map((key) => problem('wrong-order', readsTooEarly(stage.name, key)));
}

/** What is wrong with the order of a sequence. */
export function inSequence(stages: readonly AnyStage[]): readonly Problem[] {
  return stages.flatMap((stage, index) => {
    const earlier = new Set(stages.slice(0, index).flatMap((other) => other.gives));
    const behind = stages.slice(index + 1);
    const later = new Set(behind.flatMap((other) => other.gives));
    const wrong = stage.needs.filter((key) => later.has(key) && !earlier.has(key));
    const given: Given = new Map([...earlier].map((key) => [key, true]));
    return [
      ...wrong.map((key) => problem('wrong-order', swapThem(stage.name, key))),
      ...tooEarly(stage, given, behind),
    ];
  });
}

/** What cannot run in parallel. */
export function inParallel(stages: readonly AnyStage[]): readonly Problem[] {
  return stages.flatMap((stage) => {
    const edits = stage.edits.filter((kind) => kind !== 'reply-per-recipient');
    const siblings = new Set(stages.filter((other) => other !== stage).flatMap((other) => other.gives));
    return [
      ...edits.map((kind) => problem('edits-in-parallel', editsInParallel(stage.name, kind))),
      ...stage.needs
        .filter((key) => siblings.has(key))
        .map((key) => problem('unmet-need', needsSibling(stage.name, key))),
    ];
  });
}

/** What cannot run for each recipient. */
export function perRecipient(stage: AnyStage): readonly Problem[] {
  if (stage.at !== 'data' && stage.at !== 'message' && stage.at !== 'deliver') return [];
  return [problem('wrong-phase', notPerRecipient(stage.name, stage.at))];
}

function givesOf(stage: AnyStage): Given {
  return new Map(stage.gives.map((key) => [key, !stage.sometimes.includes(key)]));
}

/** What a list gives to later phases: behind a stage that accepts, only sometimes. */
function listGives(list: readonly AnyStage[], read: (stage: AnyStage) => Given): Given {
  let all: Given = new Map();
  let certain = true;
  for (const stage of list) {
    all = merge(all, certain ? read(stage) : sometimes(read(stage)));
    certain &&= !stage.accepts;
  }
  return all;
}

function eachFacts(stage: AnyStage): EachFacts {
  const { form } = stage;
  switch (form.kind) {
    case 'leaf':
      return { needs: [], gives: new Map() };
    case 'each-recipient':
      return { needs: form.stage.needs, gives: givesOf(form.stage) };
    case 'when':
    case 'tolerate': {
      const inner = eachFacts(form.stage);
      return { needs: inner.needs, gives: sometimes(inner.gives) };
    }
    case 'sequence':
    case 'parallel':
      return eachOfMembers(form.stages, form.kind === 'sequence');
  }
}

function eachOfMembers(stages: readonly AnyStage[], inOrder: boolean): EachFacts {
  const needs = new Set<string>();
  let has: Given = new Map();
  for (const stage of stages) {
    const member = eachFacts(stage);
    for (const key of member.needs) if (has.get(key) !== true) needs.add(key);
    if (inOrder) has = merge(merge(has, givesOf(stage)), member.gives);
  }
  return { needs: [...needs], gives: listGives(stages, (stage) => eachFacts(stage).gives) };
}

function sometimes(given: Given): Given {
  return new Map([...given.keys()].map((key) => [key, false]));
}

/** Certain where either says so. */
function merge(first: Given, second: Given): Given {
  if (second.size === 0) return first;
  const out = new Map(first);
  for (const [key, certain] of second) out.set(key, certain || out.get(key) === true);
  return out;
}

function isStage(value: unknown): value is AnyStage {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'stage';
}

function problem(code: string, message: string): Problem {
  return { code, message };
}
