/**
 * What a server can do, and whether it can run a policy: known to the compiler where the policy is typed, and
 * checked again when the server is assembled, naming every stage that asks for more.
 */
import type { Problem } from '../values/errors.js';
import type { SpecialKind } from './decision.js';
import { membersOf } from './describe.js';
import type { EditKind } from './edit.js';
import { type Phase, phases } from './phase.js';
import type { Policy } from './policy.js';
import {
  type CannotExpress,
  type CannotPerform,
  cannotExpress,
  cannotPerform,
  type NeverReaches,
  neverReaches,
} from './sentences.js';
import type { AnyStage } from './stage.js';

export interface Abilities {
  /** The phases that the server reaches; policy delegation never sees the message. */
  readonly phases: readonly Phase[];
  readonly edits: readonly EditKind[];
  /** Those decisions beyond accept, reject, defer and discard that it can carry out. */
  readonly decides: readonly SpecialKind[];
}

/** `policy: P & CanRun<P, A>`: the policy itself, or the sentence that says why the server cannot run it. A wide `Policy`
 * passes here and is judged at construction. */
export type CanRun<P extends Policy, A extends Abilities> = EditKind extends P['~type']['edits']
  ? P
  : [Exclude<P['~type']['phases'], A['phases'][number]>] extends [never]
    ? [Exclude<P['~type']['edits'], A['edits'][number]>] extends [never]
      ? [Exclude<P['~type']['decides'], A['decides'][number]>] extends [never]
        ? P
        : CannotExpress<Exclude<P['~type']['decides'], A['decides'][number]>>
      : CannotPerform<Exclude<P['~type']['edits'], A['edits'][number]>>
    : NeverReaches<Exclude<P['~type']['phases'], A['phases'][number]>>;

/** All that the policy asks beyond the abilities, with the stages that ask. */
export function beyond(policy: Policy, abilities: Abilities): readonly Problem[] {
  const unreached = phases.filter((phase) => policy.lists[phase].length > 0 && !abilities.phases.includes(phase));
  const leaves = phases.flatMap((phase) => policy.lists[phase].flatMap(leavesOf));
  const edits = asked(leaves, (stage) => stage.edits, abilities.edits);
  const kinds = asked(leaves, (stage) => stage.decides, abilities.decides);
  return [
    ...unreached.map((phase) =>
      problem(
        'phase',
        neverReaches(
          phase,
          policy.lists[phase].map((stage) => stage.name),
        ),
      ),
    ),
    ...edits.map(([kind, stages]) => problem('edit', cannotPerform(kind, stages))),
    ...kinds.map(([kind, stages]) => problem('decision', cannotExpress(kind, stages))),
  ];
}

function asked<K extends string>(
  stages: readonly AnyStage[],
  read: (stage: AnyStage) => readonly K[],
  can: readonly K[],
): readonly (readonly [K, readonly string[]])[] {
  const lacking = new Set(stages.flatMap(read).filter((kind) => !can.includes(kind)));
  return [...lacking].map((kind) => [
    kind,
    [...new Set(stages.filter((stage) => read(stage).includes(kind)).map((stage) => stage.name))],
  ]);
}

/** `eachRecipient` counts as a leaf: the abilities it needs are its own. */
function leavesOf(stage: AnyStage): readonly AnyStage[] {
  const { kind } = stage.form;
  return kind === 'leaf' || kind === 'each-recipient' ? [stage] : membersOf(stage).flatMap(leavesOf);
}

function problem(code: string, message: string): Problem {
  return { code: `server-lacks-${code}`, message };
}
