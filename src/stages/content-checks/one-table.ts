/**
 * Content checks with one table: for the headers alone, or for the body alone. They find what `contentChecks` finds with that
 * table, but two stages are two passes: a HOLD of the first ends the list before the second. Use `contentChecks` for both.
 */

import type { ReplaceBody } from '../../core/edit.js';
import { defineStage, type Stage } from '../../core/stage.js';
import {
  type BodyChecksFinding,
  bodyChecksFinding,
  type HeaderChecksFinding,
  headerChecksFinding,
} from '../../tables/checks/finding.js';
import type { ChecksDecision, EnvelopeEdit, EnvelopeEditKind } from '../../tables/checks/outcome.js';
import { asksFor } from './asking.js';
import { type Checked, check, clean } from './check.js';
import { type ChecksTable, type ContentLimits, planOf } from './content-checks.js';
import type { FieldEdit } from './effects.js';
import { type ContentChecksEdit, decidesFor, editsFor } from './plan.js';

export type HeaderChecksOptions = Omit<ContentLimits, 'bodySizeLimit'>;
export type BodyChecksOptions = ContentLimits;
export type HeaderChecksEdit = ContentChecksEdit;
export type BodyChecksEdit = 'replace-body' | EnvelopeEditKind;

/** Its type names what any table may need; `edits` and `decides` name what this table needs. */
export interface HeaderChecksStage
  extends Stage<{
    readonly name: 'headerChecks';
    readonly at: 'message';
    readonly needs: object;
    readonly uses: object;
    readonly gives: { readonly headerChecks: HeaderChecksFinding };
    readonly edits: HeaderChecksEdit;
    readonly accepts: false;
    readonly decides: 'hold' | 'redirect';
  }> {}

/** Its type names what any table may need; `edits` and `decides` name what this table needs. */
export interface BodyChecksStage
  extends Stage<{
    readonly name: 'bodyChecks';
    readonly at: 'message';
    readonly needs: object;
    /** PASS in the header ends the checks of the body too. */
    readonly uses: { readonly headerChecks: HeaderChecksFinding };
    readonly gives: { readonly bodyChecks: BodyChecksFinding };
    readonly edits: BodyChecksEdit;
    readonly accepts: false;
    readonly decides: 'hold' | 'redirect';
  }> {}

/**
 * The message's own header, those of its MIME parts and of attached messages against one table, as Postfix's header_checks
 * does where no other table is set. Throws ConfigurationError `table` for results that are no actions; from a text, with
 * everything else that is wrong with it.
 */
export function headerChecks(rules: ChecksTable, options: HeaderChecksOptions = {}): HeaderChecksStage {
  const plan = planOf({ ...options, header: rules });
  return defineStage({
    name: 'headerChecks',
    at: 'message',
    gives: [headerChecksFinding],
    edits: editsFor(plan),
    decides: decidesFor(plan),
    asks: asksFor(plan, options),
    run: (tx, ctx) => after(check(plan, tx, ctx), withHeader),
  });
}

/**
 * The lines of the body against one table; headers of MIME parts and of attached messages are no lines of the body. Throws
 * ConfigurationError `table` for results that are no actions; from a text, with everything else that is wrong with it.
 */
export function bodyChecks(rules: ChecksTable, options: BodyChecksOptions = {}): BodyChecksStage {
  const plan = planOf({ ...options, body: rules });
  return defineStage({
    name: 'bodyChecks',
    at: 'message',
    uses: [headerChecksFinding],
    gives: [bodyChecksFinding],
    // A table for the body alone changes no field.
    edits: editsFor(plan) as readonly BodyChecksEdit[],
    decides: decidesFor(plan),
    asks: asksFor(plan, options),
    run(tx, ctx) {
      const skip = tx.findings.headerChecks?.passed === true;
      return after(skip ? clean : check(plan, tx, ctx), withBody);
    },
  });
}

function after<R>(checked: Checked | Promise<Checked>, then: (checked: Checked) => R): R | Promise<R> {
  return 'then' in checked ? checked.then(then) : then(checked);
}

interface HeaderChecked {
  readonly findings: { readonly headerChecks: HeaderChecksFinding };
  readonly decision?: ChecksDecision;
  readonly edits?: readonly (FieldEdit | ReplaceBody | EnvelopeEdit)[];
}

interface BodyChecked {
  readonly findings: { readonly bodyChecks: BodyChecksFinding };
  readonly decision?: ChecksDecision;
  readonly edits?: readonly (ReplaceBody | EnvelopeEdit)[];
}

function withHeader({ findings, ...result }: Checked): HeaderChecked {
  return { ...result, findings: headerChecksFinding.of(findings.headerChecks) };
}

function withBody({ findings, ...result }: Checked): BodyChecked {
  // A table for the body alone changes no field.
  return {
    ...(result as Pick<BodyChecked, 'decision' | 'edits'>),
    findings: bodyChecksFinding.of(findings.bodyChecks),
  };
}
