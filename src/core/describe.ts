/**
 * A policy as plain data: what it is made of, and what happens when something does not answer.
 */
import type { CannotTellRule, SpecialKind } from './decision.js';
import type { EditKind } from './edit.js';
import { type Phase, phases } from './phase.js';
import type { AnyStage } from './stage.js';

type Lists = Readonly<Record<Phase, readonly AnyStage[]>>;

export interface StageDescription {
  readonly name: string;
  /** `leaf`, `sequence`, `parallel`, `when`, `each-recipient`, `tolerate`. */
  readonly form: string;
  readonly at: Phase;
  readonly needs: readonly string[];
  readonly uses: readonly string[];
  readonly gives: readonly string[];
  readonly edits: readonly EditKind[];
  readonly decides: readonly SpecialKind[];
  readonly accepts: boolean;
  /** Port name to what happens when it cannot tell. */
  readonly asks: Readonly<Record<string, CannotTellRule>>;
  readonly members: readonly StageDescription[];
}

export interface PolicyDescription {
  readonly phases: readonly { readonly phase: Phase; readonly stages: readonly StageDescription[] }[];
}

/** One port of one stage, or (with `port` undefined) a stage that may crash without stopping the mail. */
export interface FailureRow {
  readonly phase: Phase;
  /** The stage, after the combinators that it stands in: `auth > dmarc`. */
  readonly stage: string;
  readonly port: string | undefined;
  /** What happens when the port cannot tell. */
  readonly cannotTell: CannotTellRule | undefined;
  /** When the stage goes on without an answer all the same, in words; undefined for never. */
  readonly unless: string | undefined;
  /** What happens when the stage crashes or runs out of time. */
  readonly crash: 'defer' | 'continue';
}

export function describePolicy(lists: Lists): PolicyDescription {
  const used = phases.filter((phase) => lists[phase].length > 0);
  return { phases: used.map((phase) => ({ phase, stages: lists[phase].map(describeStage) })) };
}

function describeStage(stage: AnyStage): StageDescription {
  const { name, form, at, needs, uses, gives, edits, decides, accepts } = stage;
  const asks = Object.fromEntries(Object.entries(stage.asks).map(([port, ask]) => [port, ask.cannotTell]));
  const members = membersOf(stage).map(describeStage);
  return {
    name,
    form: form.kind,
    at,
    needs: [...needs],
    uses: [...uses],
    gives: [...gives],
    edits: [...edits],
    decides: [...decides],
    accepts,
    asks,
    members,
  };
}

export function failuresOf(lists: Lists): readonly FailureRow[] {
  return phases.flatMap((phase) => lists[phase].flatMap((stage) => rows(phase, stage, '', 'defer')));
}

function rows(phase: Phase, stage: AnyStage, path: string, outer: FailureRow['crash']): readonly FailureRow[] {
  const crash = stage.form.kind === 'tolerate' ? 'continue' : outer;
  const name = `${path}${stage.name}`;
  const own = Object.entries(stage.asks).map(([port, { cannotTell, mayOverlook }]) => ({
    phase,
    stage: name,
    port,
    cannotTell,
    unless: mayOverlook,
    crash,
  }));
  if (stage.form.kind === 'leaf') {
    const tolerated = own.length === 0 && crash === 'continue';
    return tolerated ? [{ phase, stage: name, port: undefined, cannotTell: undefined, unless: undefined, crash }] : own;
  }
  const named = stage.form.kind === 'sequence' || stage.form.kind === 'parallel';
  return membersOf(stage).flatMap((member) => rows(phase, member, named ? `${name} > ` : path, crash));
}

/** The stages that are no combinators. */
export function leavesOf(stage: AnyStage): readonly AnyStage[] {
  return stage.form.kind === 'leaf' ? [stage] : membersOf(stage).flatMap(leavesOf);
}

/** The stages that a combinator is made of. */
export function membersOf({ form }: AnyStage): readonly AnyStage[] {
  switch (form.kind) {
    case 'leaf':
      return [];
    case 'sequence':
    case 'parallel':
      return form.stages;
    case 'when':
    case 'each-recipient':
    case 'tolerate':
      return [form.stage];
  }
}
