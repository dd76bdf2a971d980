/**
 * What a stage returned: normalised, held against what the stage declared, and with "could not tell" enforced. What is
 * undeclared, or no result at all, is a bug of the stage: it throws, and the runner makes a crash of it.
 */
import { type Decision, decisionFor, type Final, type FinalKind, type ForSome } from './decision.js';
import type { Edit } from './edit.js';
import type { AnyStage } from './stage.js';
import type { Line, Unanswered } from './stage-context.js';

/** What a stage's `run` may return, normalised. */
export interface Settled {
  readonly findings?: object;
  readonly decision?: Final | ForSome;
  readonly edits?: readonly Edit[];
}

/** The result of `stage`, which it declared. */
export function resultOf(stage: AnyStage, returned: unknown): Settled {
  const settled = normalise(returned);
  keepTo(stage, settled);
  return settled;
}

/** Throws for what is no result. */
function normalise(returned: unknown): Settled {
  if (returned === undefined || returned === null) return {};
  if (typeof returned !== 'object') throw new TypeError(`returned a ${typeof returned}, which is no result of a stage`);
  return 'kind' in returned ? { decision: returned as Final | ForSome } : (returned as Settled);
}

/** What a stage did not declare it cannot do, also where no compiler has seen it. */
function keepTo(stage: AnyStage, { findings, decision, edits }: Settled): void {
  if (findings !== undefined) for (const key in findings) if (!stage.gives.includes(key)) undeclared(key);
  if (edits !== undefined) for (const { kind } of edits) if (!stage.edits.includes(kind)) undeclared(kind);
  if (decision === undefined) return;
  const decisions = decision.kind === 'for-some' ? decision.groups.map((group) => group.decision) : [decision];
  for (const { kind } of decisions) if (!mayDecide(stage, kind)) undeclared(kind);
}

function undeclared(what: string): never {
  throw new Error(`gives, edits or decides what it does not declare: ${what}`);
}

function mayDecide(stage: AnyStage, kind: FinalKind): boolean {
  if (kind === 'accept') return stage.accepts;
  return (kind !== 'hold' && kind !== 'quarantine' && kind !== 'redirect') || stage.decides.includes(kind);
}

/** A stage that would let the mail go on although a port could not tell gets the decision that it declared. */
export function enforce(decision: Decision, unanswered: Unanswered | undefined, line: Line): Decision {
  if (unanswered === undefined) return decision;
  const letsGo = ['continue', 'accept', 'redirect', 'for-some'].includes(decision.kind);
  if (!letsGo) return decision;
  line.enforced = unanswered.port;
  if (decision.kind !== 'for-some') return ruleOf(unanswered);
  // Those whom the stage refused stay refused; all others get the declared decision (see `settle`).
  return {
    kind: 'for-some',
    groups: decision.groups.filter(({ decision: { kind } }) => kind !== 'accept' && kind !== 'redirect'),
  };
}

/** What the stage declared for a port that could not tell. */
export function ruleOf({ rule, port, why }: Unanswered): Final {
  return decisionFor(rule, `${port} could not tell: ${why}`);
}
