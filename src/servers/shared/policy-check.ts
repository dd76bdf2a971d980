/**
 * Which stages of a policy may come to hold or quarantine a message: a server without a place for such messages refuses
 * the policy when it is made, and names them.
 */
import { leavesOf } from '../../core/describe.js';
import { type Phase, phases } from '../../core/phase.js';
import type { Policy } from '../../core/policy.js';
import type { AnyStage } from '../../core/stage.js';
import type { Problem } from '../../values/errors.js';

export type KeepKind = 'hold' | 'quarantine';

/** One problem for each kind that may be decided and has no store. */
export function missingStores(policy: Policy, has: Readonly<Record<KeepKind, boolean>>): readonly Problem[] {
  const leaves = phases.flatMap((phase: Phase) => policy.lists[phase].flatMap(leavesOf));
  return (['hold', 'quarantine'] as const).flatMap((kind) => {
    const names = [...new Set(leaves.filter((stage) => mayDecide(stage, kind)).map((stage) => stage.name))];
    if (has[kind] || names.length === 0) return [];
    const stages = names.map((name) => `"${name}"`).join(', ');
    const message = `the policy may ${kind} messages (stages ${stages}): the option "${kind}" with a mail store is needed`;
    return [{ code: 'missing-store', message, construct: kind }];
  });
}

/** By itself, or because a port could not tell. */
function mayDecide(stage: AnyStage, kind: KeepKind): boolean {
  return stage.decides.includes(kind) || Object.values(stage.asks).some((ask) => ask.cannotTell === kind);
}
