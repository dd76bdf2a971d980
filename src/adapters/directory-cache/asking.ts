/**
 * Questions with a memory: an equal question that is under way is not asked again, and whoever waits for it does so
 * within his own time; the question itself has a time of its own. What has been found serves on for a while when the
 * directory cannot tell.
 */
import { setMaxListeners } from 'node:events';
import type { MaybePromise, PortCall } from '../../core/stage.js';
import { type Answer, cannotTell } from '../../values/answer.js';
import { AnswerMemory, frozen, type Remembered } from './memory.js';
import type { DirectoryCacheSettings } from './settings.js';

export type Question<T> = (call: PortCall | undefined) => MaybePromise<Answer<T>>;

const OVER = cannotTell('the evaluation is over');

export class Asking {
  readonly #name: string;
  readonly #settings: DirectoryCacheSettings;
  readonly #memory: AnswerMemory;
  #underWay = new Map<string, Promise<Answer<unknown>>>();
  /** While the last that the directory has said is that it cannot tell: nobody waits for it where an outdated answer
   * serves. */
  #down: { readonly until: number; readonly why: string } | undefined;

  constructor(name: string, settings: DirectoryCacheSettings) {
    this.#name = name;
    this.#settings = settings;
    this.#memory = new AnswerMemory(settings.most, settings.mostMembers);
  }

  get size(): number {
    return this.#memory.size;
  }

  /** Answers under way are not remembered either. */
  clear(): void {
    this.#memory.clear();
    this.#underWay = new Map();
    this.#down = undefined;
  }

  /** At once where the answer is known. `key` says all that the question does. */
  ask<T>(key: string, question: Question<T>, call: PortCall | undefined): MaybePromise<Answer<T>> {
    if (call?.signal.aborted === true) return OVER;
    const known = this.#memory.get(key);
    const age = known === undefined ? Number.POSITIVE_INFINITY : this.#settings.now() - known.since;
    // What is remembered under a key was said to the question of this key.
    if (known !== undefined && age < this.#freshFor(known)) return known.answer as Answer<T>;
    const stale = this.#servesOn(known, age) ? known : undefined;
    const at = this.#settings.now();
    if (stale?.rests !== undefined && at < stale.rests.until) {
      return this.#stale(key, stale, stale.rests.why) as Answer<T>;
    }
    const answer = this.#underWay.get(key) ?? this.#begin(key, question);
    // That one question failed says nothing of this one, which is asked all the same: the next who comes is told
    // what it has become.
    if (stale !== undefined && 'then' in answer && this.#down !== undefined && at < this.#down.until) {
      return this.#stale(key, stale, this.#down.why) as Answer<T>;
    }
    return 'then' in answer
      ? (this.#waitFor(key, answer, stale, call) as Promise<Answer<T>>)
      : this.#last(key, answer, stale);
  }

  #freshFor({ answer }: Remembered): number {
    return (answer.kind === 'found' ? this.#settings.ttl : this.#settings.negativeTtl) * 1000;
  }

  #servesOn(known: Remembered | undefined, age: number): boolean {
    const { ttl, staleFor } = this.#settings;
    return known?.answer.kind === 'found' && staleFor > 0 && age < (ttl + staleFor) * 1000;
  }

  #begin<T>(key: string, question: Question<T>): MaybePromise<Answer<T>> {
    if (this.#underWay.size >= this.#settings.atOnce)
      return cannotTell(`${this.#name}: too many questions are under way`);
    const underWay = this.#underWay;
    const answer = this.#inItsTime(question);
    const keep = (said: Answer<T>): Answer<T> => {
      // Else it was cleared since.
      if (this.#underWay === underWay) this.#remember(key, said);
      underWay.delete(key);
      return said;
    };
    if (!('then' in answer)) return keep(answer);
    const kept = answer.then(keep);
    underWay.set(key, kept);
    return kept;
  }

  /** Never rejects. The time is the question's own: it does not end with who asked first. */
  #inItsTime<T>(question: Question<T>): MaybePromise<Answer<T>> {
    const { timeout } = this.#settings;
    const controller = new AbortController();
    const answer = asked(
      () => question({ signal: controller.signal, deadline: performance.now() + timeout }),
      this.#name,
    );
    if (!('then' in answer)) return answer;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        resolve(cannotTell(`${this.#name}: no answer within ${timeout} ms`));
        controller.abort();
      }, timeout);
      void answer.then((said) => {
        clearTimeout(timer);
        resolve(said);
      });
    });
  }

  #remember(key: string, said: Answer<unknown>): void {
    if (said.kind === 'cannot-tell') {
      if (!said.temporary) return;
      const rests = { until: this.#settings.now() + this.#settings.rest, why: said.why };
      const known = this.#memory.get(key);
      if (known !== undefined) this.#memory.set(key, { ...known, rests });
      this.#down = rests;
      return;
    }
    this.#down = undefined;
    const since = this.#settings.now();
    if (this.#freshFor({ answer: said, since }) > 0) this.#memory.set(key, { answer: frozen(said), since });
    else this.#memory.forget(key);
  }

  /** Within the time of who asks; the question goes on. */
  #waitFor(
    key: string,
    answer: Promise<Answer<unknown>>,
    stale: Remembered | undefined,
    call: PortCall | undefined,
  ): Promise<Answer<unknown>> {
    return new Promise((resolve) => {
      const left = call === undefined ? Number.POSITIVE_INFINITY : call.deadline - performance.now();
      const limit = Math.max(0, Math.min(left, stale === undefined ? left : this.#settings.patience));
      const end = (said: Answer<unknown>): void => {
        clearTimeout(timer);
        call?.signal.removeEventListener('abort', over);
        resolve(said);
      };
      const over = (): void => end(OVER);
      const late = (): void =>
        end(this.#last(key, cannotTell(`${this.#name}: no answer within ${Math.round(limit)} ms`), stale));
      const timer = limit < MOST_MILLISECONDS ? setTimeout(late, limit) : undefined;
      // One evaluation may ask much at once: no reason for Node to warn of a leak.
      if (call?.signal instanceof EventTarget) setMaxListeners(0, call.signal);
      call?.signal.addEventListener('abort', over, { once: true });
      void answer.then((said) => end(this.#last(key, said, stale)));
    });
  }

  /** What was said, or what was said before where that serves on. */
  #last<T>(key: string, said: Answer<T>, stale: Remembered | undefined): Answer<T> {
    if (stale === undefined || said.kind !== 'cannot-tell' || !said.temporary) return said;
    return this.#stale(key, stale, said.why) as Answer<T>;
  }

  #stale(key: string, { answer, since }: Remembered, why: string): Answer<unknown> {
    const age = Math.round((this.#settings.now() - since) / 1000);
    try {
      this.#settings.onStale({ question: key, age, why });
    } catch {
      // A log that fails keeps no mail from its way; nor may a timer throw.
    }
    return answer;
  }
}

/** Node refuses timers beyond this. */
const MOST_MILLISECONDS = 2_147_483_647;

/** What is thrown is "could not tell". */
function asked<T>(question: () => MaybePromise<Answer<T>>, name: string): MaybePromise<Answer<T>> {
  const failed = (error: unknown): Answer<T> =>
    cannotTell(`${name}: it failed: ${error instanceof Error ? error.message : String(error)}`);
  try {
    const answer = question();
    return 'then' in answer ? answer.then((said) => said, failed) : answer;
  } catch (error) {
    return failed(error);
  }
}
