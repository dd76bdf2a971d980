/** Answers by question, bounded in number and in the members of their lists: the one that was used longest ago goes
 * first. No timer. */
import type { Answer } from '../../values/answer.js';

export interface Remembered {
  readonly answer: Answer<unknown>;
  /** Milliseconds on the cache's clock. */
  readonly since: number;
  /** It could not be renewed, and is not asked for again until then. */
  readonly rests?: { readonly until: number; readonly why: string };
}

export class AnswerMemory {
  readonly #most: number;
  readonly #mostMembers: number;
  // A Map keeps the order of insertion; what is used is inserted anew.
  readonly #all = new Map<string, Remembered>();
  #members = 0;

  constructor(most: number, mostMembers: number) {
    this.#most = most;
    this.#mostMembers = mostMembers;
  }

  get size(): number {
    return this.#all.size;
  }

  get(key: string): Remembered | undefined {
    const one = this.#all.get(key);
    if (one === undefined) return undefined;
    this.#all.delete(key);
    this.#all.set(key, one);
    return one;
  }

  set(key: string, one: Remembered): void {
    this.forget(key);
    const members = membersIn(one);
    if (members > this.#mostMembers || this.#most === 0) return;
    this.#all.set(key, one);
    this.#members += members;
    for (const oldest of this.#all.keys()) {
      if (this.#all.size <= this.#most && this.#members <= this.#mostMembers) return;
      this.forget(oldest);
    }
  }

  forget(key: string): void {
    const one = this.#all.get(key);
    if (one === undefined) return;
    this.#all.delete(key);
    this.#members -= membersIn(one);
  }

  clear(): void {
    this.#all.clear();
    this.#members = 0;
  }
}

function membersIn({ answer }: Remembered): number {
  return answer.kind === 'found' && Array.isArray(answer.value) ? answer.value.length : 0;
}

/** Plain data, which from now on belongs to all who ask. */
export function frozen<T>(data: T): T {
  if (typeof data !== 'object' || data === null || Object.isFrozen(data) || ArrayBuffer.isView(data)) return data;
  for (const one of Object.values(data)) frozen(one);
  return Object.freeze(data);
}
