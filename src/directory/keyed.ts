/** Lists as maps, by names without regard to letter case and by ids; names that are none and those that are there twice
 * are problems. */
import { excerpt } from '../values/characters.js';
import { ConfigurationError, type Problem } from '../values/errors.js';
import { foldName, LONGEST_NAME } from './fold.js';

export class Problems {
  readonly #all: Problem[] = [];

  add(code: string, message: string, text: string, source: Problem['source']): void {
    const construct = excerpt(text).slice(1, -1);
    this.#all.push({ code, message, construct, ...(source === undefined ? {} : { source }) });
  }

  throwIfAny(): void {
    if (this.#all.length > 0) throw new ConfigurationError('directory', this.#all);
  }
}

/** By folded name; of two with one name the first. */
export function byName<T extends { readonly source?: Problem['source'] }>(
  kind: string,
  all: readonly T[],
  nameOf: (one: T) => string,
  problems: Problems,
): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const one of all) {
    const name = nameOf(one);
    const key = keyOf(kind, name, one.source, problems);
    if (key === undefined) continue;
    if (map.has(key)) {
      problems.add('duplicate-name', `another ${kind} has this name, of whatever letter case`, name, one.source);
    } else map.set(key, one);
  }
  return map;
}

export function keyOf(kind: string, name: string, source: Problem['source'], problems: Problems): string | undefined {
  const key = foldName(name);
  const expected = `a ${kind} has a name of 1 to ${LONGEST_NAME} characters without control characters`;
  if (key === undefined) problems.add('bad-name', expected, name, source);
  return key;
}

export function mapped<T, U>(map: ReadonlyMap<string, T>, make: (one: T) => U): ReadonlyMap<string, U> {
  return new Map([...map].map(([key, one]) => [key, make(one)]));
}

export function grouped<T, K>(all: Iterable<T>, keysOf: (one: T) => readonly K[]): ReadonlyMap<K, readonly T[]> {
  const map = new Map<K, T[]>();
  for (const one of all) {
    for (const key of keysOf(one)) {
      const there = map.get(key);
      if (there === undefined) map.set(key, [one]);
      else there.push(one);
    }
  }
  return map;
}

export function byId<T>(
  kind: string,
  all: readonly T[],
  idOf: (one: T) => string,
  sourceOf: (one: T) => Problem['source'],
  problems: Problems,
): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const one of all) {
    if (map.has(idOf(one))) problems.add('duplicate-id', `another ${kind} has this id`, idOf(one), sourceOf(one));
    map.set(idOf(one), one);
  }
  return map;
}
