/**
 * Runs content checks over one message, whose body may be in memory or elsewhere, and says what they come to.
 */
import { type FinalOf, reject } from '../../core/decision.js';
import { type ReplaceBody, replaceBody } from '../../core/edit.js';
import type { MessageFacts } from '../../core/transaction.js';
import {
  type BodyChecksFinding,
  bodyChecksFinding,
  type HeaderChecksFinding,
  headerChecksFinding,
} from '../../tables/checks/finding.js';
import { type Notes, noteOthers } from '../../tables/checks/notes.js';
import {
  type ChecksDecision,
  decisionOf,
  type EnvelopeEdit,
  envelopeEditsOf,
  isLost,
} from '../../tables/checks/outcome.js';
import { BODY_CHUNK_BYTES, type Body } from '../../values/body.js';
import { concatBytes } from '../../values/bytes.js';
import type { Reply } from '../../values/reply.js';
import { AskedRun, type Asking } from './asking.js';
import { changedBody } from './changed-body.js';
import type { FieldEdit } from './effects.js';
import { type Plan, tablesOf } from './plan.js';
import { Run } from './run.js';

export interface Checked {
  readonly findings: { readonly headerChecks: HeaderChecksFinding; readonly bodyChecks: BodyChecksFinding };
  readonly decision?: ChecksDecision;
  readonly edits?: readonly (FieldEdit | ReplaceBody | EnvelopeEdit)[];
}

/** Nothing was looked at, or nothing was found. */
export const clean: Checked = Object.freeze({
  findings: Object.freeze({
    ...headerChecksFinding.of(Object.freeze({ hits: Object.freeze([]), passed: false })),
    ...bodyChecksFinding.of(Object.freeze({ hits: Object.freeze([]), passed: false })),
  }),
});

/** A promise only where the body is not in memory and has to be read, or a trusted table has to ask. */
export function check(plan: Plan, tx: MessageFacts, ctx: Asking): Checked | Promise<Checked> {
  if (plan.trusted.length > 0) return asked(plan, tx, ctx);
  const run = new Run(plan, tx.message, ctx);
  run.header();
  const { body } = tx.message;
  if (run.done || body.size === 0) return conclude(plan, run, tx, ctx);
  if (body.bytes === undefined) return readBody(run, body).then(() => conclude(plan, run, tx, ctx));
  run.window(body.bytes, true);
  return conclude(plan, run, tx, ctx);
}

async function asked(plan: Plan, tx: MessageFacts, ctx: Asking): Promise<Checked> {
  const run = new AskedRun(plan, tx.message, ctx);
  await run.header();
  if (!run.done && tx.message.body.size > 0) await readBody(run, tx.message.body);
  return conclude(plan, run.run, tx, ctx);
}

/** Reads no further than is looked at, and holds one chunk and the line that it ends in. */
async function readBody(run: Run | AskedRun, body: Body): Promise<void> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body.open()) {
    held.push(chunk);
    size += chunk.length;
    if (size < BODY_CHUNK_BYTES) continue;
    const bytes = concatBytes(held);
    const used = await run.window(bytes, false);
    if (run.done) return;
    held = [bytes.subarray(used)];
    size -= used;
  }
  await run.window(concatBytes(held), true);
}

function conclude(plan: Plan, run: Run, tx: MessageFacts, ctx: Notes): Checked {
  const { outcome, headerHits, bodyHits, splices, why } = run;
  if (ctx.detail) for (const table of tablesOf(plan)) noteOthers(ctx, table.table, run.matched(table));
  const ended = outcome.end?.kind;
  const tooDeep = run.tooDeep && ended !== 'reject' ? refuseTooDeep() : undefined;
  if (headerHits.length + bodyHits.length === 0 && tooDeep === undefined) return clean;
  const passed = ended === 'pass';
  const findings = {
    ...headerChecksFinding.of({ hits: headerHits, passed: passed && !run.passedInBody }),
    ...bodyChecksFinding.of({ hits: bodyHits, passed: run.passedInBody }),
  };
  if (tooDeep !== undefined) return { findings, decision: tooDeep };
  const edits: (FieldEdit | ReplaceBody | EnvelopeEdit)[] = [];
  if (!isLost(outcome)) {
    edits.push(...run.edits);
    const { lastLineEnd: last } = run;
    const all = last === undefined ? splices : [...splices, last];
    if (all.length > 0) edits.push(replaceBody(changedBody(tx.message.body, all)));
    edits.push(...envelopeEditsOf(outcome, tx.recipients));
  }
  const decision = decisionOf(outcome, why);
  return decision === undefined ? { findings, edits } : { findings, edits, decision };
}

const nesting: Reply = Object.freeze({
  kind: 'reply',
  code: 550,
  enhanced: '5.6.0',
  lines: ['MIME nesting exceeds safety limit'],
});

/** What cannot be looked into is not let through, as in Postfix when there are checks. */
function refuseTooDeep(): FinalOf<'reject'> {
  return reject('malformed-message', nesting, 'multiparts are nested too deeply');
}
