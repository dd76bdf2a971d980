/** Who decided: the stage whose decision a recipient ended with, and the rule that made it. Reads the trace alone. */
import type { Decision, Final, Verdict } from '../core/decision.js';
import type { RuleNote } from '../core/note.js';
import type { Phase } from '../core/phase.js';
import type { PhaseTrace, Trace, TraceLine } from '../core/trace.js';
import { replyText } from '../values/reply.js';

export interface DecidedBy {
  readonly phase: Phase;
  readonly stage: string;
  /** The port whose missing answer brought the decision about. */
  readonly enforced: string | undefined;
  /** The last rule of that stage that matched. */
  readonly rule: RuleNote | undefined;
}

/** Undefined for `continue`, and when no line of the trace made the decision. */
export function decidedBy(trace: Trace, decision: Verdict): DecidedBy | undefined {
  if (decision.kind === 'continue') return undefined;
  return first(trace, (made) => made === decision) ?? first(trace, (made) => alike(made, decision));
}

function first(trace: Trace, test: (made: Final) => boolean): DecidedBy | undefined {
  for (const phase of trace.phases) {
    const found = inLines(phase, phase.lines, test);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Members before their combinator: the combinator repeats what a member decided. */
function inLines(
  phase: PhaseTrace,
  lines: readonly TraceLine[],
  test: (made: Final) => boolean,
): DecidedBy | undefined {
  for (const line of lines) {
    const inside = inLines(phase, line.lines, test);
    if (inside !== undefined) return inside;
    if (!finals(line.decision).some(test)) continue;
    const rules = line.notes.filter((note): note is RuleNote => note.kind === 'rule' && note.matched);
    return { phase: phase.phase, stage: line.stage, enforced: line.enforced, rule: rules[rules.length - 1] };
  }
  return undefined;
}

function finals(decision: Decision): readonly Final[] {
  if (decision.kind === 'continue') return [];
  return decision.kind === 'for-some' ? decision.groups.map((group) => group.decision) : [decision];
}

/** For outcomes that were copied on their way here. */
function alike(a: Final, b: Final): boolean {
  return (
    a.kind === b.kind && a.reason === b.reason && a.detail === b.detail && replyText(a.reply) === replyText(b.reply)
  );
}
