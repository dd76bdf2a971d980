/**
 * What backtracking engines said of texts. Matching is done twice: the first time finds out which texts could reach a
 * trusted pattern, whatever the answers are; these are asked for in bounded questions, all together; the second time
 * comes to the result in the order of the rules, as if each had been asked when it was reached.
 */
import type { MaybePromise } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type {
  BacktrackingMatches,
  BacktrackingQuestion,
  BacktrackingRegex,
  BacktrackingText,
} from '../../ports/backtracking-regex.js';
import type { Answer, CannotTell } from '../../values/answer.js';
import { forJavaScript, fromJavaScript } from './render-javascript.js';
import type { TrustedPattern } from './trusted-pattern.js';

/** By group number; empty where no groups were asked for. */
export type Groups = readonly (string | undefined)[];

/** Asks, through a stage's `ctx.ask` or with a look-up's own call. */
export type AskEngine = (
  engine: BacktrackingRegex,
  question: BacktrackingQuestion,
) => MaybePromise<Answer<BacktrackingMatches>>;

/** Of one question, which has one deadline: many quick texts together must not miss it. */
const TEXTS_LIMIT = 1000;
const OCTETS_LIMIT = 1 << 18;

type ByText = Map<string, Set<TrustedPattern>>;

export class Answers {
  readonly #known = new Map<TrustedPattern, Map<string, Groups | undefined>>();
  readonly #open = new Map<BacktrackingRegex, ByText>();
  #pending = 0;
  #settled = false;

  /** Grows with each answer that is missing: while it did, "no match" means "not yet known". */
  get pending(): number {
    return this.#pending;
  }

  /** `none`: no match. `unknown`: it is noted to be asked for. `text`: octets in Latin-1. */
  of(pattern: TrustedPattern, text: string): Groups | 'none' | 'unknown' {
    const known = this.#known.get(pattern);
    if (known?.has(text) === true) return known.get(text) ?? 'none';
    if (this.#settled) throw new Error('a trusted pattern was reached that nobody had asked for');
    this.#pending++;
    const texts = this.#open.get(pattern.engine) ?? new Map<string, Set<TrustedPattern>>();
    this.#open.set(pattern.engine, texts);
    const patterns = texts.get(text);
    if (patterns === undefined) texts.set(text, new Set([pattern]));
    else patterns.add(pattern);
    return 'unknown';
  }

  /** Asks for what is missing; the answer of an engine that could not tell, or undefined when all is known. */
  settle(ask: AskEngine): MaybePromise<CannotTell | undefined> {
    const questions = [...this.#open].flatMap(([engine, texts]) =>
      [...batches(texts)].map((batch) => questionOf(engine, batch)),
    );
    this.#open.clear();
    this.#settled = true;
    return this.#askFrom(questions, 0, ask);
  }

  /** Forgets all, for the next texts. */
  clear(): void {
    this.#known.clear();
    this.#open.clear();
    this.#settled = false;
  }

  #askFrom(questions: readonly Question[], from: number, ask: AskEngine): MaybePromise<CannotTell | undefined> {
    const next = questions[from];
    if (next === undefined) return undefined;
    return andThen(ask(next.engine, next.question), (answer): MaybePromise<CannotTell | undefined> => {
      if (answer.kind === 'cannot-tell') return answer;
      if (answer.kind === 'not-found') throw new Error('a backtracking engine answered "not found"');
      this.#take(next, answer.value.matches);
      return this.#askFrom(questions, from + 1, ask);
    });
  }

  #take({ pairs }: Question, matches: BacktrackingMatches['matches']): void {
    if (matches.length !== pairs.length) throw new Error('a backtracking engine gave another number of answers');
    for (const [at, { pattern, text }] of pairs.entries()) {
      const known = this.#known.get(pattern) ?? new Map<string, Groups | undefined>();
      this.#known.set(pattern, known);
      const groups = matches[at];
      known.set(text, groups === null || groups === undefined ? undefined : groupsOf(pattern, groups));
    }
  }
}

interface Question {
  readonly engine: BacktrackingRegex;
  readonly question: BacktrackingQuestion;
  readonly pairs: readonly { readonly pattern: TrustedPattern; readonly text: string }[];
}

type Batch = (readonly [text: string, patterns: ReadonlySet<TrustedPattern>])[];

function* batches(texts: ByText): Generator<Batch> {
  let batch: Batch = [];
  let octets = 0;
  for (const entry of texts) {
    const { length } = entry[0];
    if (batch.length === TEXTS_LIMIT || (batch.length > 0 && octets + length > OCTETS_LIMIT)) {
      yield batch;
      batch = [];
      octets = 0;
    }
    batch.push(entry);
    octets += length;
  }
  if (batch.length > 0) yield batch;
}

function questionOf(engine: BacktrackingRegex, batch: Batch): Question {
  const indices = new Map<TrustedPattern, number>();
  const pairs: { readonly pattern: TrustedPattern; readonly text: string }[] = [];
  let size = 0;
  const items = batch.map(([text, patterns]): BacktrackingText => {
    size += text.length;
    const asked = [...patterns].map((pattern) => {
      pairs.push({ pattern, text });
      const index = indices.get(pattern) ?? indices.size;
      indices.set(pattern, index);
      return index;
    });
    return { text: forJavaScript(text), patterns: asked };
  });
  const patterns = [...indices.keys()].map(({ pattern }) => pattern);
  return { engine, pairs, question: { patterns, texts: { kind: 'body', size, items } } };
}

function groupsOf({ wanted }: TrustedPattern, found: readonly (string | null)[]): Groups {
  const groups: (string | undefined)[] = [];
  for (const [at, group] of wanted.entries()) {
    const text = found[at];
    groups[group] = text === null || text === undefined ? undefined : fromJavaScript(text);
  }
  return groups;
}
