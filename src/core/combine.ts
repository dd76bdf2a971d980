/**
 * Combinators: stages made of stages. Each returns data (`form`) that the pipeline interprets; none of them
 * runs anything itself. `sequence` groups, `parallel` runs independent members at once, `when` makes one
 * conditional, `eachRecipient` brings a stage that reads one recipient to the message, `tolerate` lets a crash pass.
 */

import { inParallel, inSequence, perRecipient, refuse } from './assemble.js';
import type { MayAccept } from './check.js';
import type {
  AcceptsOf,
  All,
  AtOf,
  CheckEach,
  CheckParallel,
  CheckSequence,
  DecidesOf,
  DecidesOfAll,
  EachEdits,
  EachOfParallel,
  EachOfSequence,
  EditsOfAll,
  GivesOf,
  NameOf,
  PredicateOf,
  PredicateUsing,
  SometimesEach,
  TypeOf,
  Unmet,
} from './combine-types.js';
import type { EditKind } from './edit.js';
import type { AnyFindingKey, FindingsOf } from './finding.js';
import { fits, type Phase, phases } from './phase.js';
import { runAlone } from './run.js';
import type { AnyStage, Stage, StageForm, StageInfo, StageType } from './stage.js';

/** Runs its members in order, as one stage with a name; the trace nests. It needs what its members do not give one
 * another and stands where its latest member may stand. */
export function sequence<const N extends string, const L extends readonly AnyStage[]>(
  name: N,
  ...stages: L & CheckSequence<L>
): Stage<{
  readonly name: NameOf<N, L>;
  readonly at: AtOf<L>;
  readonly needs: Unmet<L, 'needs'>;
  readonly uses: Unmet<L, 'uses'>;
  readonly gives: GivesOf<L>;
  readonly edits: EditsOfAll<L>;
  readonly accepts: AcceptsOf<L>;
  readonly decides: DecidesOfAll<L>;
  readonly each: EachOfSequence<L>;
}> {
  refuse(inSequence(stages));
  return stageOf(together(name, stages, { kind: 'sequence', stages }));
}

/** Runs its members at once. They may not edit or need each other; decisions and findings count in list order, so
 * that outcome and trace are the same each time. */
export function parallel<const L extends readonly AnyStage[]>(
  ...stages: L & CheckParallel<L>
): Stage<{
  readonly name: NameOf<'parallel', L>;
  readonly at: AtOf<L>;
  readonly needs: All<L, 'needs'>;
  readonly uses: All<L, 'uses'>;
  readonly gives: GivesOf<L>;
  readonly edits: EditsOfAll<L>;
  readonly accepts: AcceptsOf<L>;
  readonly decides: DecidesOfAll<L>;
  readonly each: EachOfParallel<L>;
}> {
  refuse(inParallel(stages));
  return stageOf(together('parallel', stages, { kind: 'parallel', stages }));
}

/** Runs the stage when the test holds; what it gives is given sometimes. The predicate sees what its stage sees; with
 * `when({ uses: [key] }, test, stage)` it sees those findings too. A predicate is pure. */
export function when<S extends AnyStage>(
  test: boolean | PredicateOf<TypeOf<S>>,
  stage: S,
): Stage<{
  readonly name: TypeOf<S>['name'];
  readonly at: TypeOf<S>['at'];
  readonly needs: TypeOf<S>['needs'];
  readonly uses: TypeOf<S>['uses'];
  readonly gives: Partial<TypeOf<S>['gives']>;
  readonly edits: TypeOf<S>['edits'];
  readonly accepts: MayAccept<TypeOf<S>>;
  readonly decides: DecidesOf<TypeOf<S>>;
  readonly each: SometimesEach<TypeOf<S>>;
}>;
export function when<const U extends readonly AnyFindingKey[], S extends AnyStage>(
  also: { readonly uses: U },
  test: PredicateUsing<TypeOf<S>, FindingsOf<U>>,
  stage: S,
): Stage<{
  readonly name: TypeOf<S>['name'];
  readonly at: TypeOf<S>['at'];
  readonly needs: TypeOf<S>['needs'];
  readonly uses: TypeOf<S>['uses'] & FindingsOf<U>;
  readonly gives: Partial<TypeOf<S>['gives']>;
  readonly edits: TypeOf<S>['edits'];
  readonly accepts: MayAccept<TypeOf<S>>;
  readonly decides: DecidesOf<TypeOf<S>>;
  readonly each: SometimesEach<TypeOf<S>>;
}>;
export function when(...args: readonly unknown[]): AnyStage {
  const [also, test, stage] = (args.length === 3 ? args : [undefined, ...args]) as [
    { readonly uses: readonly AnyFindingKey[] } | undefined,
    boolean | ((tx: never) => boolean),
    AnyStage,
  ];
  const uses = union([stage.uses, (also?.uses ?? []).map((key) => key.key)]);
  return stageOf({ ...infoOf(stage), uses, sometimes: stage.gives, form: { kind: 'when', test, stage } });
}

/** Runs a stage made for rcpt (or earlier) at the message, once for each recipient that is left. Its decision is
 * for that recipient alone, so that a server must be able to answer each (`reply-per-recipient`). */
export function eachRecipient<S extends AnyStage>(
  stage: S & CheckEach<S>,
): Stage<{
  readonly name: TypeOf<S>['name'];
  readonly at: 'message';
  readonly needs: Record<never, never>;
  readonly uses: Record<never, never>;
  readonly gives: Record<never, never>;
  readonly edits: EachEdits<TypeOf<S>['edits']>;
  readonly accepts: MayAccept<TypeOf<S>>;
  readonly decides: DecidesOf<TypeOf<S>>;
  readonly each: {
    readonly needs: TypeOf<S>['needs'];
    readonly uses: TypeOf<S>['uses'];
    readonly gives: TypeOf<S>['gives'];
  };
}> {
  refuse(perRecipient(stage));
  const edits = union<EditKind>([
    stage.edits,
    ['reply-per-recipient'],
    stage.edits.some(changesMessage) ? ['split'] : [],
  ]);
  const form: StageForm = { kind: 'each-recipient', stage };
  return stageOf({
    ...infoOf(stage),
    at: 'message',
    needs: [],
    uses: [],
    gives: [],
    sometimes: [],
    edits,
    form,
  });
}

/** Lets the mail go on when the stage crashes; the trace says so, with `why`. What the stage gives is given sometimes. A port
 * that could not tell is not a crash: say `cannotTell` for that. Nor is the time limit, which ends the whole list. */
export function tolerate<S extends AnyStage>(
  stage: S,
  why: string,
): Stage<{
  readonly name: TypeOf<S>['name'];
  readonly at: TypeOf<S>['at'];
  readonly needs: TypeOf<S>['needs'];
  readonly uses: TypeOf<S>['uses'];
  readonly gives: Partial<TypeOf<S>['gives']>;
  readonly edits: TypeOf<S>['edits'];
  readonly accepts: MayAccept<TypeOf<S>>;
  readonly decides: DecidesOf<TypeOf<S>>;
  readonly each: SometimesEach<TypeOf<S>>;
}> {
  return stageOf({ ...infoOf(stage), sometimes: stage.gives, form: { kind: 'tolerate', stage, why } });
}

// --- the run-time half of the facts ---

function stageOf<T extends StageType>(info: StageInfo): Stage<T> {
  const stage: AnyStage = { ...info, '~type': undefined as never, run: (tx, ctx) => runAlone(stage, tx, ctx) };
  return Object.freeze(stage) as Stage<T>;
}

function infoOf(stage: AnyStage): StageInfo {
  const { run: _run, '~type': _type, ...info } = stage;
  return info;
}

function together(name: string, stages: readonly AnyStage[], form: StageForm): StageInfo {
  const certain = certainGifts(stages);
  const gives = union(stages.map((stage) => stage.gives));
  return {
    kind: 'stage',
    name,
    at: latest(stages.map((stage) => stage.at)),
    needs: unmet(stages, form.kind, (stage) => stage.needs),
    uses: unmet(stages, form.kind, (stage) => stage.uses),
    gives,
    sometimes: gives.filter((key) => !certain.has(key)),
    edits: union(stages.map((stage) => stage.edits)),
    decides: union(stages.map((stage) => stage.decides)),
    accepts: stages.some((stage) => stage.accepts),
    asks: {},
    form,
  };
}

/** What members need beyond what earlier members give; members of a parallel() get nothing from one another. */
function unmet(
  stages: readonly AnyStage[],
  kind: StageForm['kind'],
  read: (stage: AnyStage) => readonly string[],
): readonly string[] {
  const has = new Set<string>();
  const out = new Set<string>();
  for (const stage of stages) {
    for (const key of read(stage)) if (!has.has(key)) out.add(key);
    if (kind === 'sequence') for (const key of stage.gives) if (!stage.sometimes.includes(key)) has.add(key);
  }
  return [...out];
}

/** Gifts of members up to the first that accepts: the others are given only sometimes. */
function certainGifts(stages: readonly AnyStage[]): ReadonlySet<string> {
  const certain = new Set<string>();
  for (const stage of stages) {
    for (const key of stage.gives) if (!stage.sometimes.includes(key)) certain.add(key);
    if (stage.accepts) break;
  }
  return certain;
}

function latest(all: readonly Phase[]): Phase {
  return phases.find((phase) => all.every((at) => fits(at, phase))) ?? 'deliver';
}

function union<T>(lists: readonly (readonly T[])[]): readonly T[] {
  return [...new Set(lists.flat())];
}

const recipientEdits: readonly EditKind[] = [
  'add-recipient',
  'remove-recipient',
  'rewrite-recipient',
  'expand-recipient',
  'set-next-hop',
  'reply-per-recipient',
];
function changesMessage(edit: EditKind): boolean {
  return edit !== 'split' && !recipientEdits.includes(edit);
}
