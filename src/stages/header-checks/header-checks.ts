/**
 * Header checks: each field of the message's header is held against a table of patterns, the first that matches says
 * what to do (header_checks(5)). Folded fields are matched whole, with their line ends. Not here yet: the headers of
 * MIME parts and of attached messages (mime_header_checks, nested_header_checks).
 */
import {
  type InsertHeader,
  insertHeader,
  type RemoveHeader,
  type ReplaceHeader,
  removeHeader,
  replaceHeader,
} from '../../core/edit.js';
import { defineStage, type Stage } from '../../core/stage.js';
import type { MessageFacts } from '../../core/transaction.js';
import type { Action, ActionKind } from '../../tables/checks/action.js';
import { type ActionTable, actionTable } from '../../tables/checks/action-table.js';
import {
  type HeaderChecksFinding,
  type HeaderHit,
  HIT_LIMIT,
  headerChecksFinding,
} from '../../tables/checks/finding.js';
import { clip, type Notes, noteMatch, noteOthers, remark, shown } from '../../tables/checks/notes.js';
import {
  type ChecksDecision,
  checksDecide,
  decisionOf,
  type EnvelopeEdit,
  type EnvelopeEditKind,
  envelopeEdits,
  envelopeEditsOf,
  isLost,
  newOutcome,
  take,
} from '../../tables/checks/outcome.js';
import type { RuleMatcher, RuleSource, RuleTable } from '../../tables/regex/index.js';
import type { HeaderField } from '../../values/header.js';
import { fieldText, headerText, makeFieldFrom } from './field-text.js';

export interface HeaderChecksOptions {
  /** Octets of one field that are looked at. Default 102,400, Postfix's header_size_limit. */
  readonly headerSizeLimit?: number;
}

export type HeaderChecksEdit = 'insert-header' | 'replace-header' | 'remove-header' | EnvelopeEditKind;

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

/**
 * From a table of header_checks(5), or its text: `headerChecks({ pcre: text, file })`. Throws ConfigurationError `table` for
 * results that are no actions; from a text, with everything else that is wrong with it.
 */
export function headerChecks(rules: RuleTable | RuleSource, options: HeaderChecksOptions = {}): HeaderChecksStage {
  const actions = actionTable(rules, 'header');
  const limit = options.headerSizeLimit ?? 102_400;
  return defineStage({
    name: 'headerChecks',
    at: 'message',
    gives: [headerChecksFinding],
    edits: editsFor(actions.kinds),
    decides: checksDecide(actions.kinds),
    run: (tx, ctx) => check(actions, limit, tx, ctx),
  });
}

function editsFor(kinds: ReadonlySet<ActionKind>): readonly HeaderChecksEdit[] {
  const edits: HeaderChecksEdit[] = [];
  if (kinds.has('prepend')) edits.push('insert-header');
  if (kinds.has('replace')) edits.push('replace-header');
  if (kinds.has('ignore') || kinds.has('strip')) edits.push('remove-header');
  return [...edits, ...envelopeEdits(kinds)];
}

type FieldEdit = InsertHeader | ReplaceHeader | RemoveHeader;

interface Checked {
  readonly findings: { readonly headerChecks: HeaderChecksFinding };
  readonly decision?: ChecksDecision;
  readonly edits?: readonly (FieldEdit | EnvelopeEdit)[];
}

const clean: Checked = Object.freeze({ findings: headerChecksFinding.of({ hits: [], passed: false }) });

function check(actions: ActionTable, limit: number, tx: MessageFacts, ctx: Notes): Checked {
  const { table } = actions;
  const rules = rulesFor(table, tx.message.header, limit);
  if (rules === undefined) {
    if (ctx.detail) noteOthers(ctx, table, new Set());
    return clean;
  }
  const hits: HeaderHit[] = [];
  const edits: FieldEdit[] = [];
  const outcome = newOutcome();
  const matched = new Set<number>();
  let why = '';
  for (const field of tx.message.header) {
    const text = fieldText(field, limit);
    const match = rules.match(text);
    if (match === undefined) continue;
    matched.add(match.index);
    // A header may match in every field: the trace has no more of that than the finding.
    const noted = hits.length < HIT_LIMIT;
    if (noted) noteMatch(ctx, match, text, false);
    const read = actions.actionOf(match);
    if (read.kind === 'wrong') {
      remark(ctx, `nothing done for ${field.name}: ${read.why}: ${shown(match.value)}`);
      continue;
    }
    const { action } = read;
    const { source } = match.rule;
    if (noted) {
      hits.push({ source, rule: clip(match.rule.text), action: action.kind, field: field.name });
      report(ctx, action, text);
    }
    take(outcome, action);
    edits.push(...fieldEdits(action, field));
    why = `${table.name}:${source.line ?? 0}: ${shown(text)}`;
    if (outcome.end !== undefined) break;
  }
  if (ctx.detail) noteOthers(ctx, table, matched);
  if (hits.length === 0) return clean;
  const findings = headerChecksFinding.of({ hits, passed: outcome.end?.kind === 'pass' });
  const all = isLost(outcome) ? [] : [...edits, ...envelopeEditsOf(outcome, tx.recipients)];
  const decision = decisionOf(outcome, why);
  return decision === undefined ? { findings, edits: all } : { findings, edits: all, decision };
}

/** One look at the whole header leaves out the rules that can match in none of its fields. */
function rulesFor(table: RuleTable, header: readonly HeaderField[], limit: number): RuleMatcher | undefined {
  const text = headerText(header, limit);
  return text === undefined ? table : table.within(text.toLowerCase());
}

function fieldEdits(action: Action, field: HeaderField): readonly FieldEdit[] {
  switch (action.kind) {
    case 'prepend':
      return [insertHeader(field, makeFieldFrom(action.text))];
    case 'replace':
      return [replaceHeader(field, makeFieldFrom(action.text))];
    case 'ignore':
    case 'strip':
      return [removeHeader(field)];
    default:
      return [];
  }
}

/** The actions that are there to be logged. */
function report(ctx: Notes, action: Action, text: string): void {
  if (action.kind !== 'warn' && action.kind !== 'info' && action.kind !== 'strip') return;
  remark(ctx, `${action.kind}: ${action.text === '' ? 'content matched' : shown(action.text)}: ${shown(text)}`);
}
