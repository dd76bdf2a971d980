/**
 * An outcome for people: first one paragraph a recipient that says what became of it and why, then the whole trace as a
 * tree. Pure. Every text from outside is made printable: a message cannot colour, move or hide what stands here.
 */
import type { Decision, Final } from '../core/decision.js';
import type { Note } from '../core/note.js';
import type { Outcome } from '../core/outcome.js';
import type { TableEntry } from '../core/table.js';
import type { AskLine, PhaseTrace, TracedEdit, TraceLine } from '../core/trace.js';
import type { SourcePosition } from '../values/errors.js';
import { replyText } from '../values/reply.js';
import { decidedBy } from './decided-by.js';
import { toPlain } from './plain.js';
import { type Painter, painter, printable, wrap } from './printable.js';

export interface RenderOptions {
  /** Columns at which lines are broken; longer words stand out. Default 100. */
  readonly width?: number;
  /** ANSI colours. Default false. */
  readonly color?: boolean;
  /** Milliseconds behind phases and stages. Default true; false makes the text the same for each run. */
  readonly durations?: boolean;
  /** A folder, with "/" at its end: files below it are named from there. Default: names as they are. */
  readonly base?: string;
}

/** Ends in a line end. */
export function renderTrace(outcome: Outcome, options: RenderOptions = {}): string {
  return new Renderer(options).outcome(outcome);
}

class Renderer {
  readonly #paint: Painter;
  readonly #width: number;
  readonly #durations: boolean;
  readonly #base: string;
  #lines: string[] = [];

  constructor({ width = 100, color = false, durations = true, base = '' }: RenderOptions) {
    this.#paint = painter(color);
    this.#width = Math.max(width, 40);
    this.#durations = durations;
    this.#base = base;
  }

  outcome(outcome: Outcome): string {
    for (const one of outcome.recipients) this.#summary(outcome, one);
    if (outcome.recipients.length === 0) this.#put(0, `no recipient: ${this.#decision(outcome.decision)}`);
    for (const phase of outcome.trace.phases) this.#phase(phase);
    return `${this.#lines.join('\n')}\n`;
  }

  #summary(outcome: Outcome, { recipient, decision }: Outcome['recipients'][number]): void {
    const { address, original, nextHop } = recipient;
    const via = original.text === address.text ? '' : ` (given as ${printable(original.text)})`;
    const name = `${this.#paint.bold(printable(address.text))}${via}`;
    if (decision.kind === 'continue') {
      const hop = nextHop === undefined ? 'no next hop set' : `to ${nextHop.transport}:${nextHop.destination}`;
      this.#put(0, `${name}: ${this.#paint.good('goes on')}, ${printable(hop)}`);
      return;
    }
    this.#put(0, `${name}: ${this.#decision(decision)}`);
    const by = decidedBy(outcome.trace, decision);
    if (by === undefined) return;
    const enforced = by.enforced === undefined ? '' : `, because "${printable(by.enforced)}" could not tell`;
    this.#put(1, `decided by ${printable(by.stage)} at ${by.phase}${enforced}`);
    if (by.rule !== undefined) this.#put(1, `rule ${this.#where(by.rule.source)}: ${oneLine(by.rule.text)}`);
    if (decision.detail !== undefined) this.#put(1, `detail: ${printable(decision.detail)}`);
  }

  #phase({ phase, recipient, lines, ms }: PhaseTrace): void {
    const who = recipient === undefined ? '' : ` ${printable(recipient)}`;
    this.#lines.push('');
    this.#put(0, `${this.#paint.bold(phase)}${who}${this.#time(ms)}`);
    if (lines.length === 0) this.#put(1, this.#paint.dim('no stages'));
    for (const line of lines) this.#line(line, 1);
  }

  #line(line: TraceLine, depth: number): void {
    const form = line.form === 'leaf' ? '' : ` (${line.form})`;
    const who = line.recipient === undefined ? '' : ` for ${printable(line.recipient)}`;
    const what = line.ended === 'skipped' ? this.#paint.dim('skipped') : this.#ended(line);
    this.#put(depth, `${printable(line.stage)}${form}${who}: ${what}${this.#time(line.ms)}`);
    if (line.enforced !== undefined) {
      const why = `"${printable(line.enforced)}" could not tell, and the stage would have let the mail go on`;
      this.#put(depth + 1, this.#paint.warn(why));
    }
    if (line.error !== undefined) this.#put(depth + 1, `error: ${printable(firstLine(line.error))}`);
    for (const note of line.notes) this.#put(depth + 1, this.#note(note));
    for (const ask of line.asked) this.#put(depth + 1, this.#ask(ask));
    for (const [key, value] of Object.entries(line.findings ?? {})) {
      this.#put(depth + 1, `finding ${printable(key)}: ${data(value)}`);
    }
    for (const edit of line.edits) this.#put(depth + 1, this.#edit(edit));
    if (line.form === 'leaf') this.#decided(line.decision, depth + 1);
    for (const member of line.lines) this.#line(member, depth + 1);
  }

  #ended({ ended, decision }: TraceLine): string {
    if (ended === 'crashed') return this.#paint.bad('crashed');
    if (ended === 'timed-out') return this.#paint.bad('ran out of time');
    if (decision.kind === 'continue') return this.#paint.dim('continue');
    return decision.kind === 'for-some' ? 'decides for some' : this.#kind(decision);
  }

  #decided(decision: Decision, depth: number): void {
    if (decision.kind === 'continue') return;
    if (decision.kind !== 'for-some') {
      this.#final(decision, depth);
      return;
    }
    for (const group of decision.groups) {
      const names = group.recipients.map((one) => printable(one.address.text)).join(', ');
      this.#put(depth, `for ${names}:`);
      this.#final(group.decision, depth + 1);
    }
  }

  #final(decision: Final, depth: number): void {
    this.#put(depth, `decision: ${this.#decision(decision)}, reason ${decision.reason}`);
    if (decision.detail !== undefined) this.#put(depth, `detail: ${printable(decision.detail)}`);
  }

  #decision(decision: Decision): string {
    if (decision.kind === 'continue' || decision.kind === 'for-some') return decision.kind;
    const to = decision.kind === 'redirect' ? ` to ${printable(decision.to.text)}` : '';
    return `${this.#kind(decision)}${to}, ${printable(replyText(decision.reply))}`;
  }

  #kind({ kind }: Final): string {
    if (kind === 'accept') return this.#paint.good(kind);
    return kind === 'reject' || kind === 'defer' || kind === 'discard' ? this.#paint.bad(kind) : this.#paint.warn(kind);
  }

  #note(note: Note): string {
    if (note.kind === 'remark') return `note: ${printable(note.text)}`;
    const on = note.on === undefined ? '' : ` on ${JSON.stringify(printable(note.on))}`;
    const trusted = note.trusted === true ? ' (trusted, by the backtracking engine)' : '';
    const text = `rule ${this.#where(note.source)}: ${oneLine(note.text)}${trusted}`;
    if (!note.matched) return this.#paint.dim(`${text}: no match${on}`);
    const result = note.result === undefined ? '' : ` -> ${oneLine(note.result)}`;
    return `${text}: ${this.#paint.bold('matched')}${on}${result}`;
  }

  #ask({ port, method, args, answer, ms }: AskLine): string {
    const given = args.map(data).join(', ');
    return `asked ${printable(port)}.${printable(method)}(${given}) -> ${this.#answer(answer)}${this.#time(ms)}`;
  }

  /** An Answer in words, with the place of a table's entry; anything else as data. */
  #answer(answer: unknown): string {
    if (typeof answer !== 'object' || answer === null) return answer === undefined ? 'no answer' : data(answer);
    const { kind, why, value } = answer as {
      readonly kind?: unknown;
      readonly why?: unknown;
      readonly value?: unknown;
    };
    if (kind === 'not-found') return typeof why === 'string' ? `not found: ${printable(why)}` : 'not found';
    if (kind === 'cannot-tell') return this.#paint.warn(`could not tell: ${printable(String(why))}`);
    if (kind !== 'found') return data(answer);
    const entry = value as Partial<TableEntry> | null | undefined;
    if (typeof entry?.value !== 'string') return `found ${data(value)}`;
    return `found ${data(entry.value)}${entry.source === undefined ? '' : ` (${this.#where(entry.source)})`}`;
  }

  #edit({ edit, applied }: TracedEdit): string {
    const { kind, ...rest } = edit;
    return `edit ${kind} ${data(rest)}${applied ? '' : this.#paint.warn(' (not applied: its target is gone)')}`;
  }

  #time(ms: number): string {
    return this.#durations ? this.#paint.dim(` [${ms.toFixed(2)} ms]`) : '';
  }

  #where({ file, line }: SourcePosition): string {
    const name = printable(this.#base !== '' && file.startsWith(this.#base) ? file.slice(this.#base.length) : file);
    return line === undefined ? name : `${name}:${line}`;
  }

  #put(depth: number, text: string): void {
    // Colour escapes have no width: a coloured line may be broken a little early, never in the middle of one.
    this.#lines.push(wrap(text, this.#width, '  '.repeat(depth)));
  }
}

/** Rules are written with tabs between their parts. */
function oneLine(text: string): string {
  return printable(text.replaceAll('\t', ' '));
}

/** Any value on one line, cut at 400 characters. */
function data(value: unknown): string {
  const text = JSON.stringify(toPlain(value)) ?? 'undefined';
  return printable(text.length > 400 ? `${text.slice(0, 397)}...` : text);
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}
