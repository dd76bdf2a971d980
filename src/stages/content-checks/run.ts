/**
 * One message held against the tables, in one pass and in the order of its octets, after Postfix's cleanup(8): fields of the
 * header, then the body with the headers of its parts. What ends the checks ends them for all that follows.
 */

import type { Action } from '../../tables/checks/action.js';
import type { ActionTable } from '../../tables/checks/action-table.js';
import {
  type BodyHit,
  type CheckHit,
  type HeaderHit,
  type HeaderKind,
  HIT_LIMIT,
} from '../../tables/checks/finding.js';
import { clip, type Notes, noteMatch, remark, shown } from '../../tables/checks/notes.js';
import { newOutcome, type Outcome, take } from '../../tables/checks/outcome.js';
import type { Answers, RuleMatch } from '../../tables/regex/index.js';
import { encodeLatin1, LF } from '../../values/bytes.js';
import type { HeaderField } from '../../values/header.js';
import type { Message } from '../../values/message.js';
import { type BodyPiece, type LineRecord, type MimePiece, MimeWalker } from '../../values/mime/index.js';
import { BodyText, PartCount } from './body-text.js';
import type { Splice } from './changed-body.js';
import { type Change, type FieldEdit, fieldSplice, lineEndBefore, lineSplice, ownFieldEdits } from './effects.js';
import { ownFieldText } from './field-text.js';
import { ownMatches } from './own-fields.js';
import { headerKind, type Plan } from './plan.js';

const empty: Uint8Array = new Uint8Array(0);
const none: ReadonlySet<number> = new Set();

export class Run {
  readonly outcome: Outcome = newOutcome();
  readonly headerHits: HeaderHit[] = [];
  readonly bodyHits: BodyHit[] = [];
  readonly edits: FieldEdit[] = [];
  readonly splices: Splice[] = [];
  /** Taken away last; `begins`: from the beginning of a line. */
  #removed: { readonly to: number; readonly begins: boolean; readonly lineEnd: string } | undefined = undefined;
  /** For the log: the rule that ended the checks, or the last that matched. */
  why = '';
  /** PASS was said by a body line. */
  passedInBody = false;
  readonly #plan: Plan;
  readonly #ctx: Notes;
  readonly #answers: Answers | undefined;
  readonly #message: Message;
  readonly #walker: MimeWalker;
  readonly #count: PartCount;
  #matched: Map<ActionTable, Set<number>> | undefined = undefined;
  /** Octets before the window, and lines that end before `#linesTo` in it. */
  #base = 0;
  #lines = 0;
  #linesTo = 0;
  #bytes: Uint8Array = empty;
  #text: BodyText | undefined;

  /** `answers`: for the patterns of trusted tables. */
  constructor(plan: Plan, message: Message, ctx: Notes, answers?: Answers) {
    this.#plan = plan;
    this.#answers = answers;
    this.#ctx = ctx;
    this.#message = message;
    this.#walker = new MimeWalker(plan.mime);
    this.#count = new PartCount(plan.bodySizeLimit, plan.mime.line);
  }

  get tooDeep(): boolean {
    return this.#walker.tooDeep;
  }

  /** Indexes of the rules that matched. */
  matched(table: ActionTable): ReadonlySet<number> {
    return this.#matched?.get(table) ?? none;
  }

  /** Nothing that follows is looked at. */
  get done(): boolean {
    if (this.outcome.end !== undefined) return true;
    return this.#walker.plain && (this.#plan.body === undefined || this.#count.full);
  }

  // --- the message's own header ---

  header(): void {
    const { header } = this.#message;
    const { mime } = this.#plan;
    for (const field of header) {
      if (shapesBody(field)) this.#walker.field(field.lowerName, ownFieldText(field, mime));
    }
    this.#walker.body(endsInBlank(this.#message));
    const matchOf = ownMatches(this.#message, this.#plan, this.#answers);
    if (matchOf === undefined) return;
    for (const [index, field] of header.entries()) {
      const found = matchOf(index);
      if (found === undefined) continue;
      const kind = headerKind('primary', field.lowerName);
      const action = this.#fieldAction(found.table, found.match, kind, field.name, ownFieldText(field, mime));
      if (action !== undefined) this.edits.push(...ownFieldEdits(action, field));
      if (this.outcome.end !== undefined) return;
    }
  }

  #fieldAction(table: ActionTable, match: RuleMatch, kind: HeaderKind, name: string, text: string): Action | undefined {
    this.#mark(table, match);
    const noted = this.headerHits.length < HIT_LIMIT;
    if (noted) noteMatch(this.#ctx, match, text, false);
    const read = table.actionOf(match);
    if (read.kind === 'wrong') {
      remark(this.#ctx, `nothing done for ${clip(name)}: ${read.why}: ${shown(match.value)}`);
      return undefined;
    }
    const { action } = read;
    if (noted) {
      this.headerHits.push({ ...hitOf(match, action), field: name, kind });
      if (isReport(action)) {
        const said = action.text === '' ? 'content matched' : shown(action.text);
        remark(this.#ctx, `${action.kind}: ${said}: ${shown(text)}`, levelOf(action));
      }
    }
    take(this.outcome, action);
    this.why = `${table.table.name}:${match.rule.source.line ?? 0}: ${shown(text)}`;
    return action;
  }

  #mark(table: ActionTable, { index }: RuleMatch): void {
    this.#matched ??= new Map();
    const known = this.#matched.get(table);
    if (known === undefined) this.#matched.set(table, new Set([index]));
    else known.add(index);
  }

  // --- the body ---

  /** The next octets of the body, which begin where what this gives back ended; `final`: there will be no more. */
  window(bytes: Uint8Array, final: boolean): number {
    const { body } = this.#plan;
    this.#bytes = bytes;
    this.#text = body === undefined ? undefined : new BodyText(bytes, body.table, this.#plan.mime.line, this.#answers);
    this.#walker.window(bytes, final);
    while (!this.done) {
      const piece = this.#walker.next();
      if (piece === undefined) break;
      if (piece.kind === 'field') this.#partField(piece);
      else this.#bodyText(piece);
    }
    const { used } = this.#walker;
    if (!final && !this.done) this.#lineOf(used);
    this.#base += used;
    this.#linesTo -= used;
    return used;
  }

  #partField({ of, name, lowerName, text, start, end }: Extract<MimePiece, { kind: 'field' }>): void {
    const kind = headerKind(of, lowerName);
    const table = this.#plan.fields[kind];
    const match = table?.table.match(text, this.#answers);
    if (table === undefined || match === undefined) return;
    const action = this.#fieldAction(table, match, kind, name, text);
    if (action === undefined) return;
    const whole = { size: end - start, lineEnd: lineEndBefore(this.#bytes, end) };
    this.#splice(start, fieldSplice(action, whole, this.#message));
  }

  #splice(at: number, change: Change | undefined): void {
    if (change === undefined) return;
    const from = this.#base + at;
    this.splices.push({ from, to: from + change.size, by: change.by });
    if (change.size === 0 || change.by.length > 0) return;
    const begins = at === 0 || this.#bytes[at - 1] === LF || (this.#removed?.to === from && this.#removed.begins);
    this.#removed = { to: from + change.size, begins, lineEnd: lineEndBefore(this.#bytes, at + change.size) };
  }

  /** Where the last piece of a long line was taken away at the end of the message, what is left of the line gets an end. */
  get lastLineEnd(): Splice | undefined {
    const { size } = this.#message.body;
    if (this.#removed === undefined || this.#removed.begins || this.#removed.to !== size) return undefined;
    return { from: size, to: size, by: encodeLatin1(this.#removed.lineEnd) };
  }

  #bodyText({ start, end, counted }: BodyPiece): void {
    const table = this.#plan.body;
    if (table === undefined || this.#text === undefined) return;
    const until = this.#count.upTo(this.#bytes, start, end, counted);
    if (until <= start) return;
    for (const { record, match } of this.#text.hits(start, until)) {
      this.#line(table, record, match);
      if (this.outcome.end !== undefined) return;
    }
  }

  #line(table: ActionTable, record: LineRecord, match: RuleMatch): void {
    this.#mark(table, match);
    const noted = this.bodyHits.length < HIT_LIMIT;
    const line = this.#lineOf(record.start);
    if (noted) noteMatch(this.#ctx, match, `line ${line}`, true);
    const read = table.actionOf(match);
    if (read.kind === 'wrong') {
      remark(this.#ctx, `nothing done for line ${line}: ${read.why}`);
      return;
    }
    const { action } = read;
    if (noted) {
      this.bodyHits.push({ ...hitOf(match, action), line });
      // With the rule's own text, never that of the body.
      if (isReport(action)) {
        const said = `${action.kind}: line ${line} of the body: ${shown(match.rule.result)}`;
        remark(this.#ctx, said, levelOf(action));
      }
    }
    take(this.outcome, action);
    this.passedInBody = action.kind === 'pass';
    const { start, end, next, goesOn } = record;
    const lineEnd = goesOn ? '' : lineEndBefore(this.#bytes, next);
    this.#splice(start, lineSplice(action, { size: end - start, whole: next - start, lineEnd }, this.#message));
    this.why = `${table.table.name}:${match.rule.source.line ?? 0}: line ${line} of the body`;
  }

  /** The line of the body, from 1, that the offset is in; asked for growing offsets. */
  #lineOf(offset: number): number {
    for (
      let lf = this.#bytes.indexOf(LF, this.#linesTo);
      lf !== -1 && lf < offset;
      lf = this.#bytes.indexOf(LF, lf + 1)
    ) {
      this.#lines++;
    }
    this.#linesTo = Math.max(this.#linesTo, offset);
    return this.#lines + 1;
  }
}

function hitOf({ rule }: RuleMatch, action: Action): CheckHit {
  return { source: rule.source, rule: clip(rule.text), action: action.kind };
}

/** An empty line that was put where the header broke off (`changed` of values/message.ts) is none of the message's own. */
function endsInBlank({ separator, defects = [] }: Message): boolean {
  return separator.length > 0 && !defects.some(({ kind }) => kind === 'not-a-field' || kind === 'leading-continuation');
}

/** What the body is made of hangs on these fields alone. */
function shapesBody({ lowerName }: HeaderField): boolean {
  return lowerName === 'content-type' || lowerName === 'content-transfer-encoding';
}

function levelOf({ kind }: Action): 'info' | 'warn' {
  return kind === 'warn' ? 'warn' : 'info';
}

/** The actions that are there to be logged. */
function isReport(action: Action): action is Extract<Action, { readonly text: string }> {
  return action.kind === 'warn' || action.kind === 'info' || action.kind === 'strip';
}
