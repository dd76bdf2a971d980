/**
 * Content checks with trusted tables, whose patterns must be asked of an engine elsewhere. Each window of the message is gone
 * through twice: a scout finds the texts that may matter, their answers are asked for, and then the checks themselves go on
 * with all answers at hand, as if each text had been asked for in its turn.
 */
import type { Ask, Context } from '../../core/stage.js';
import type { BacktrackingRegex } from '../../ports/backtracking-regex.js';
import { type Notes, remark } from '../../tables/checks/notes.js';
import { Answers, type AskEngine } from '../../tables/regex/index.js';
import type { Message } from '../../values/message.js';
import type { ContentLimits } from './content-checks.js';
import type { Plan } from './plan.js';
import { Run } from './run.js';

interface EngineAsk extends Ask {
  readonly port: BacktrackingRegex;
}

/** `backtracking`, `backtracking2` ...: one for each engine. */
export type EngineAsks = Readonly<Record<string, EngineAsk>>;
export type Asking = Notes & Pick<Context<EngineAsks>, 'ask'>;

export function asksFor({ trusted }: Plan, { cannotTell = 'defer' }: Pick<ContentLimits, 'cannotTell'>): EngineAsks {
  return Object.fromEntries(trusted.map((port, at) => [nameOf(at), { port, cannotTell }]));
}

function nameOf(index: number): string {
  return index === 0 ? 'backtracking' : `backtracking${index + 1}`;
}

const silent: Notes = { detail: false, note() {} };

/** A run and its scout. */
export class AskedRun {
  readonly run: Run;
  readonly #scout: Run;
  readonly #answers = new Answers();
  readonly #ctx: Notes;
  readonly #ask: AskEngine;
  #failed = false;

  constructor(plan: Plan, message: Message, ctx: Asking) {
    this.run = new Run(plan, message, ctx, this.#answers);
    this.#scout = new Run(plan, message, silent, this.#answers);
    this.#ctx = ctx;
    this.#ask = (engine, question) => ctx.ask(nameOf(plan.trusted.indexOf(engine)), 'search', question);
  }

  /** Nothing that follows is looked at: nothing matters any more, or an engine could not tell. */
  get done(): boolean {
    return this.#failed || this.run.done;
  }

  async header(): Promise<void> {
    this.#answers.clear();
    this.#scout.header();
    if (await this.#settled()) this.run.header();
  }

  /** See `Run`. */
  async window(bytes: Uint8Array, final: boolean): Promise<number> {
    this.#answers.clear();
    this.#scout.window(bytes, final);
    return (await this.#settled()) ? this.run.window(bytes, final) : 0;
  }

  async #settled(): Promise<boolean> {
    const failed = await this.#answers.settle(this.#ask);
    if (failed === undefined) return true;
    this.#failed = true;
    remark(this.#ctx, `nothing more was checked: ${failed.why}`);
    return false;
  }
}
