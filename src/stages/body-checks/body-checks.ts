/**
 * Body checks: the lines of the message's body, as they are transmitted, are held against a table of patterns; the
 * first that matches says what to do (body_checks in header_checks(5)). Looked at are the first 51,200 octets, in lines
 * of at most 2,048. Not here yet: that limit for each MIME part, and the headers in the body going to header checks.
 */
import { type ReplaceBody, replaceBody } from '../../core/edit.js';
import { defineStage, type Stage } from '../../core/stage.js';
import type { MessageFacts } from '../../core/transaction.js';
import type { Action, ActionKind } from '../../tables/checks/action.js';
import { type ActionTable, actionTable } from '../../tables/checks/action-table.js';
import {
  type BodyChecksFinding,
  type BodyHit,
  bodyChecksFinding,
  type HeaderChecksFinding,
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
import { decodeLatin1, encodeLatin1 } from '../../values/bytes.js';
import type { Message } from '../../values/message.js';
import { changedBody, readBeginning, type Splice } from './changed-body.js';
import { type LineLimits, type Piece, pieces, windowSize } from './lines.js';

export interface BodyChecksOptions {
  /** Octets from the beginning of the body that are looked at. Default 51,200, Postfix's body_checks_size_limit. */
  readonly sizeLimit?: number;
  /** Octets at which a long line is cut. Default 2,048, Postfix's line_length_limit. */
  readonly lineLimit?: number;
}

export type BodyChecksEdit = 'replace-body' | EnvelopeEditKind;

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
 * From a table in the manner of header_checks(5), or its text: `bodyChecks({ pcre: text, file })`. Throws ConfigurationError
 * `table` for results that are no actions; from a text, with everything else that is wrong with it.
 */
export function bodyChecks(rules: RuleTable | RuleSource, options: BodyChecksOptions = {}): BodyChecksStage {
  const actions = actionTable(rules, 'body');
  const limits: LineLimits = { sizeLimit: options.sizeLimit ?? 51_200, lineLimit: options.lineLimit ?? 2048 };
  return defineStage({
    name: 'bodyChecks',
    at: 'message',
    uses: [headerChecksFinding],
    gives: [bodyChecksFinding],
    edits: editsFor(actions.kinds),
    decides: checksDecide(actions.kinds),
    run(tx, ctx) {
      if (tx.findings.headerChecks?.passed === true) return clean;
      const { body } = tx.message;
      const size = windowSize(limits);
      if (body.bytes !== undefined) return check(actions, limits, tx, ctx, body.bytes.subarray(0, size));
      return readBeginning(body, size).then((window) => check(actions, limits, tx, ctx, window));
    },
  });
}

const changing: readonly ActionKind[] = ['prepend', 'replace', 'ignore', 'strip'];

function editsFor(kinds: ReadonlySet<ActionKind>): readonly BodyChecksEdit[] {
  const body: readonly BodyChecksEdit[] = changing.some((kind) => kinds.has(kind)) ? ['replace-body'] : [];
  return [...body, ...envelopeEdits(kinds)];
}

interface Checked {
  readonly findings: { readonly bodyChecks: BodyChecksFinding };
  readonly decision?: ChecksDecision;
  readonly edits?: readonly (ReplaceBody | EnvelopeEdit)[];
}

const clean: Checked = Object.freeze({ findings: bodyChecksFinding.of({ hits: [], passed: false }) });

function check(actions: ActionTable, limits: LineLimits, tx: MessageFacts, ctx: Notes, window: Uint8Array): Checked {
  const text = decodeLatin1(window);
  const folded = text.toLowerCase();
  const rules = actions.table.within(folded);
  if (rules === undefined) {
    if (ctx.detail) noteOthers(ctx, actions.table, new Set());
    return clean;
  }
  return checkLines(actions, rules, tx, ctx, { window, text, folded, limits });
}

interface Beginning {
  readonly window: Uint8Array;
  readonly text: string;
  readonly folded: string;
  readonly limits: LineLimits;
}

function checkLines(actions: ActionTable, rules: RuleMatcher, tx: MessageFacts, ctx: Notes, body: Beginning): Checked {
  const hits: BodyHit[] = [];
  const splices: Splice[] = [];
  const outcome = newOutcome();
  const matched = new Set<number>();
  let why = '';
  for (const piece of pieces(body.window, body.limits)) {
    const { line, start, end } = piece;
    const match = rules.match(body.text.slice(start, end), body.folded.slice(start, end));
    if (match === undefined) continue;
    const read = actions.actionOf(match);
    const { source } = match.rule;
    matched.add(match.index);
    // A body may match on every line: the trace has no more of that than the finding.
    if (hits.length < HIT_LIMIT) noteMatch(ctx, match, `line ${line}`, true);
    if (read.kind === 'wrong') {
      remark(ctx, `nothing done for line ${line}: ${read.why}`);
      continue;
    }
    const { action } = read;
    if (hits.length < HIT_LIMIT) {
      hits.push({ source, rule: clip(match.rule.text), action: action.kind, line });
      report(ctx, action, match.rule.result, line);
    }
    take(outcome, action);
    splices.push(...spliceFor(action, piece, body.window, tx.message));
    why = `${actions.table.name}:${source.line ?? 0}: line ${line} of the body`;
    if (outcome.end !== undefined) break;
  }
  if (ctx.detail) noteOthers(ctx, actions.table, matched);
  if (hits.length === 0) return clean;
  const findings = bodyChecksFinding.of({ hits, passed: outcome.end?.kind === 'pass' });
  const edits: (ReplaceBody | EnvelopeEdit)[] = [];
  if (!isLost(outcome)) {
    if (splices.length > 0) edits.push(replaceBody(changedBody(tx.message.body, body.window, splices)));
    edits.push(...envelopeEditsOf(outcome, tx.recipients));
  }
  const decision = decisionOf(outcome, why);
  return decision === undefined ? { findings, edits } : { findings, edits, decision };
}

/** Lines that are added end as the line that they stand for, or as the message's lines do. */
function spliceFor(action: Action, piece: Piece, window: Uint8Array, message: Message): readonly Splice[] {
  const { start, end, next } = piece;
  switch (action.kind) {
    case 'prepend': {
      const lineEnd =
        next > end ? window.subarray(end, next) : encodeLatin1(message.lineEnding === 'lf' ? '\n' : '\r\n');
      const line = encodeLatin1(oneLine(action.text));
      const by = new Uint8Array(line.length + lineEnd.length);
      by.set(line);
      by.set(lineEnd, line.length);
      return [{ from: start, to: start, by }];
    }
    case 'replace':
      return [{ from: start, to: end, by: encodeLatin1(oneLine(action.text)) }];
    case 'ignore':
    case 'strip':
      return [{ from: start, to: isWholeLine(piece, window) ? next : end, by: new Uint8Array(0) }];
    default:
      return [];
  }
}

/** The last piece of a long line leaves the line end to the pieces before it. */
function isWholeLine({ start }: Piece, window: Uint8Array): boolean {
  return start === 0 || window[start - 1] === 10;
}

/** A lone CR of the message, captured and written again, must not become a line end. */
function oneLine(text: string): string {
  return /[\r\n\0]/.test(text) ? text.replace(/[\r\n\0]/g, '?') : text;
}

/** The actions that are there to be logged; with the rule's own text, never that of the body. */
function report(ctx: Notes, action: Action, result: string, line: number): void {
  if (action.kind === 'warn' || action.kind === 'info' || action.kind === 'strip') {
    remark(ctx, `${action.kind}: line ${line} of the body: ${shown(result)}`);
  }
}
