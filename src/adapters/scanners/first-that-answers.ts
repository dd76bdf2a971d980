/**
 * A scanner and its stand-in: the second is asked only when the first cannot tell. A verdict of the first, `unscannable` too, is
 * final. A first that keeps failing is passed over for a while (a circuit breaker): then one scan tries it, and the others go by the
 * second until that one was answered.
 */
import type { PortCall } from '../../core/stage.js';
import type { Scanner } from '../../ports/scanner.js';
import { cannotTell } from '../../values/answer.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { givenOptions, nameProblems } from '../../values/given-options.js';
import type { Message } from '../../values/message.js';
import { asked, noneTells, partOf, type Said } from './asked.js';
import { scannerProblems } from './checked.js';

const OF = 'firstThatAnswers';

export interface FallbackOptions {
  /** Failures of the first, one after the other, after which it is passed over. Default 3. */
  readonly failures?: number;
  /** Milliseconds for which it is passed over. Default 30,000. */
  readonly rest?: number;
  /** Milliseconds that the first may take of a scan's time, its wait for a connection included. Default: half of what is left and
   * at most 10,000, as a program that loads all signatures first (`clamscan`) needs the rest. */
  readonly firstTimeout?: number;
  /** Milliseconds on a monotonic clock; for tests. */
  readonly now?: () => number;
  /** Default: `clamd, else clamscan`. */
  readonly name?: string;
}

/** Throws ConfigurationError (code `options`) for wrong options. Closes neither scanner: who made them does. */
export function firstThatAnswers(first: Scanner, second: Scanner, options: FallbackOptions = {}): Scanner {
  const breaker = new Breaker(checked(first, second, options));
  const { name = `${first.name}, else ${second.name}`, firstTimeout } = options;
  return {
    name,
    async scan(message, call) {
      const chance = breaker.chance();
      const said =
        chance === undefined ? undefined : await within(first, message, call, firstTimeout ?? firstPart(call));
      // Whether it would have answered nobody knows when the client went away, or we are closing.
      const cut = call.signal.aborted && timeLeft(call) > 0;
      if (said !== undefined)
        breaker.learn(chance, cut ? 'nothing' : said.kind === 'found' ? 'answered' : 'failed', whyOf(said));
      if (said !== undefined && (said.kind === 'found' || call.signal.aborted)) return said;
      const silent = said ?? cannotTell(`${first.name}: passed over, ${breaker.why}`);
      const instead = await within(second, message, call);
      if (instead.kind !== 'found') return noneTells([silent, instead]);
      return { kind: 'found', value: { ...instead.value, instead: silent.why } };
    },
  };
}

async function within(scanner: Scanner, message: Message, call: PortCall, ms?: number): Promise<Said> {
  const part = partOf(call, ms);
  try {
    return await asked(scanner, message, part);
  } finally {
    part.end();
  }
}

/** Milliseconds for a first that says nothing: a daemon that works has long answered. */
const FIRST_LIMIT = 10_000;

function firstPart(call: PortCall): number {
  return Math.min(timeLeft(call) / 2, FIRST_LIMIT);
}

function whyOf(said: Said): string {
  return said.kind === 'found' ? '' : said.why;
}

function timeLeft(call: PortCall): number {
  return call.deadline - performance.now();
}

interface Limits {
  readonly failures: number;
  readonly rest: number;
  readonly now: () => number;
}

class Breaker {
  readonly #limits: Limits;
  #failures = 0;
  /** While it is passed over: until when. */
  #until: number | undefined = undefined;
  #probing = false;
  /** Of its last failure. */
  why = '';

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Undefined when the first is passed over. `probe`: the one scan that finds out whether it answers again. */
  chance(): 'try' | 'probe' | undefined {
    if (this.#until === undefined) return 'try';
    if (this.#probing || this.#limits.now() < this.#until) return undefined;
    this.#probing = true;
    return 'probe';
  }

  learn(chance: 'try' | 'probe' | undefined, what: 'answered' | 'failed' | 'nothing', why: string): void {
    if (what === 'failed') this.why = why;
    if (chance === 'probe') this.#probing = false;
    if (what === 'answered') {
      this.#failures = 0;
      this.#until = undefined;
    } else if (what === 'failed') {
      this.#failures++;
      const stillPassedOver = this.#until !== undefined && chance !== 'probe';
      if (this.#failures >= this.#limits.failures && !stillPassedOver) {
        this.#until = this.#limits.now() + this.#limits.rest;
      }
    }
  }
}

const names: readonly string[] = ['failures', 'rest', 'firstTimeout', 'now', 'name'];

function checked(first: Scanner, second: Scanner, options: FallbackOptions): Limits {
  const problems: Problem[] = [...scannerProblems(OF, 'first', first), ...scannerProblems(OF, 'second', second)];
  const given = givenOptions(OF, options, names, problems);
  const { failures = 3, rest = 30_000, firstTimeout, now = () => performance.now(), name } = given;
  if (name !== undefined) problems.push(...nameProblems(OF, name));
  if (typeof now !== 'function') {
    problems.push({ code: 'bad-option', message: `${OF}: now is a function`, construct: 'now' });
  }
  const check = (name: string, value: number, least: number): void => {
    if (Number.isInteger(value) && value >= least && value <= 2_147_483_647) return;
    const message = `${OF}: ${name} is a whole number from ${least}`;
    problems.push({ code: 'bad-option', message, construct: name });
  };
  check('failures', failures, 1);
  check('rest', rest, 0);
  if (firstTimeout !== undefined) check('firstTimeout', firstTimeout, 1);
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return { failures, rest, now };
}
