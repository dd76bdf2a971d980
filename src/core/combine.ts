/**
 * Combinators: stages made of stages. Each returns data (`form`) that the pipeline interprets; none of them
 * runs anything itself. `sequence` groups, `parallel` runs independent members at once, `when` makes one
 * conditional, `eachRecipient` brings a stage that reads one recipient to the message, `tolerate` lets a crash pass.
 */

import { inParallel, inSequence, perRecipient, refuse } from './assemble.js';
import type {
  CheckEach,
  CheckParallel,
  CheckSequence,
  EachRecipientType,
  ParallelOf,
  PredicateOf,
  PredicateUsing,
  SequenceOf,
  Sometimes,
  SometimesUsing,
  TypeOf,
} from './combine-types.js';
import type { EditKind } from './edit.js';
import type { AnyFindingKey, FindingsOf } from './finding.js';
import { fits, type Phase } from './phase.js';
import { runAlone } from './run.js';
import type { AnyStage, Stage, StageForm, StageInfo, StageType } from './stage.js';

/** Runs its members in order, as one stage with a name; the trace nests. It needs what its members do not give one
 * another and stands where its latest member may stand. */
export function sequence<const N extends string, const L extends readonly AnyStage[]>(
  name: N,
  ...stages: L & CheckSequence<L>
): Stage<SequenceOf<N, L>> {
  refuse(inSequence(stages));
  return stageOf<SequenceOf<N, L>>(together(name, stages, { kind: 'sequence', stages }));
}

/** Runs its members at once. They may not edit or need each other; decisions and findings count in list order, so
 * that outcome and trace are the same each time. */
export function parallel<const L extends readonly AnyStage[]>(...stages: L & CheckParallel<L>): Stage<ParallelOf<L>> {
  refuse(inParallel(stages));
  return stageOf<ParallelOf<L>>(together('parallel', stages, { kind: 'parallel', stages }));
}

/** Runs the stage when the test holds; what it gives is given sometimes. The predicate sees what its stage sees; with
 * `when({ uses: [key] }, test, stage)` it sees those findings too. A predicate is pure. */
export function when<S extends AnyStage>(test: boolean | PredicateOf<TypeOf<S>>, stage: S): Stage<Sometimes<TypeOf<S>>>;
export function when<const U extends readonly AnyFindingKey[], S extends AnyStage>(
  also: { readonly uses: U },
  test: PredicateUsing<TypeOf<S>, FindingsOf<U>>,
  stage: S,
): Stage<SometimesUsing<TypeOf<S>, FindingsOf<U>>>;
export function when(...args: readonly unknown[]): AnyStage {
  const [also, test, stage] = (args.length === 3 ? args : [undefined, ...args]) as [
    { readonly uses: readonly AnyFindingKey[] } | undefined,
    boolean | ((tx: never) => boolean),
    AnyStage,
  ];
  const uses = union([stage.uses, (also?.uses ?? []).map((key) => key.key)]);
  return stageOf({ ...infoOf(stage), uses, sometimes: given(stage), form: { kind: 'when', test, stage } });
}

/** Runs a stage made for rcpt (or earlier) at the message, once for each recipient that is left. Its decision is
 * for that recipient alone, so that a server must be able to answer each (`reply-per-recipient`). */
export function eachRecipient<S extends AnyStage>(stage: S & CheckEach<S>): Stage<EachRecipientType<TypeOf<S>>> {
  refuse(perRecipient(stage));
  const edits = union<EditKind>([
    stage.edits,
    ['reply-per-recipient'],
    stage.edits.some(changesMessage) ? ['split'] : [],
  ]);
  const form: StageForm = { kind: 'each-recipient', stage };
  return stageOf<EachRecipientType<TypeOf<S>>>({
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

/** Lets the mail go on when the stage crashes or runs out of time; the trace says so, with `why`. What the stage gives
 * is given sometimes. A port that could not tell is not a crash: say `cannotTell` for that. */
export function tolerate<S extends AnyStage>(stage: S, why: string): Stage<Sometimes<TypeOf<S>>> {
  return stageOf({ ...infoOf(stage), sometimes: given(stage), form: { kind: 'tolerate', stage, why } });
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

function given(stage: AnyStage): readonly string[] {
  return stage.gives;
}

function latest(all: readonly Phase[]): Phase {
  const candidates: readonly Phase[] = ['connect', 'helo', 'mail', 'rcpt', 'message', 'deliver'];
  return candidates.find((phase) => all.every((at) => fits(at, phase))) ?? 'deliver';
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
