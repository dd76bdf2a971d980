/**
 * Content checks whose HOLD and REDIRECT wait, as a finding, for a stage behind: cleanup(8) rewrites the addresses of such mail too,
 * and it is held where an access table says so, wherever the checks redirect it. REJECT and DISCARD are decided at once.
 */
import type { FinalOf, Redirect } from '../../core/decision.js';
import { type FindingKey, finding } from '../../core/finding.js';
import { defineStage, type Stage } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import {
  type BodyChecksFinding,
  bodyChecksFinding,
  type HeaderChecksFinding,
  headerChecksFinding,
} from '../../tables/checks/finding.js';
import { asksFor } from './asking.js';
import { type Checked, check } from './check.js';
import { type ContentChecksOptions, planOf } from './content-checks.js';
import { type ContentChecksEdit, decidesFor, editsFor } from './plan.js';

export interface ContentVerdict {
  /** Undefined where the checks came to neither. */
  readonly decision: FinalOf<'hold'> | Redirect | undefined;
}

export const contentVerdictFinding: FindingKey<'contentVerdict', ContentVerdict> = finding('contentVerdict');

export interface LateContentChecksStage
  extends Stage<{
    readonly name: 'contentChecks';
    readonly at: 'message';
    readonly needs: object;
    readonly uses: object;
    readonly gives: {
      readonly headerChecks: HeaderChecksFinding;
      readonly bodyChecks: BodyChecksFinding;
      readonly contentVerdict: ContentVerdict;
    };
    readonly edits: ContentChecksEdit;
    readonly accepts: false;
    readonly decides: never;
  }> {}

/** `verdicts`: what the tables can come to that waits. Throws ConfigurationError `table`, as `contentChecks` does. */
export function lateContentChecks(options: ContentChecksOptions): {
  readonly stage: LateContentChecksStage;
  readonly verdicts: readonly ('hold' | 'redirect')[];
} {
  const plan = planOf(options);
  const stage = defineStage({
    name: 'contentChecks',
    at: 'message',
    gives: [headerChecksFinding, bodyChecksFinding, contentVerdictFinding],
    edits: editsFor(plan),
    asks: asksFor(plan, options),
    run: (tx, ctx) => andThen(check(plan, tx, ctx), late),
  });
  return { stage, verdicts: decidesFor(plan) };
}

type Late = Omit<Checked, 'findings' | 'decision'> & {
  readonly findings: Checked['findings'] & { readonly contentVerdict: ContentVerdict };
  readonly decision?: Exclude<NonNullable<Checked['decision']>, FinalOf<'hold'> | Redirect>;
};

function late({ findings, decision, ...result }: Checked): Late {
  const waits = decision?.kind === 'hold' || decision?.kind === 'redirect' ? decision : undefined;
  const all = { ...findings, ...contentVerdictFinding.of({ decision: waits }) };
  if (decision === undefined || decision.kind === 'hold' || decision.kind === 'redirect') {
    return { ...result, findings: all };
  }
  return { ...result, findings: all, decision };
}
