/**
 * A list with `!` in it as one table: the first element that matches counts, and one with `!` in front means no, as in
 * Postfix's match_list(3). It is asked for a whole domain, and has it or has not.
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import { isThenable } from '../core/stage-context.js';
import type { Table, TableEntry } from '../core/table.js';
import { type Answer, found, notFound } from '../values/answer.js';

/** How a name stands for those below it: not at all, always, or where it begins with a dot. */
export type Below = 'exact' | 'parent' | 'dot';

export interface Member {
  readonly entry: string | Table;
  readonly excludes: boolean;
}

/** An element as a question: whether it has the key. */
interface Element {
  readonly excludes: boolean;
  matches(key: string, call: PortCall | undefined): MaybePromise<Answer<unknown>>;
}

const hit: TableEntry = { value: '' };

export function domainMatches(name: string, members: readonly Member[], below: Below): Table {
  const elements = members.map(({ entry, excludes }): Element => {
    if (typeof entry === 'string') return { excludes, matches: (key) => told(keysOf(key, below).includes(entry)) };
    const keys = (key: string): readonly string[] => (entry.patterns === true ? [key] : keysOf(key, below));
    return { excludes, matches: (key, call) => firstOf(entry, keys(key), call) };
  });
  return matchTable(name, elements);
}

/** Parts of a key are not asked for: what matches them is decided here. */
function matchTable(name: string, elements: readonly Element[]): Table {
  const from = (at: number, key: string, call: PortCall | undefined): MaybePromise<Answer<TableEntry>> => {
    const element = elements[at];
    if (element === undefined) return notFound();
    return then(element.matches(key, call), (answer) => {
      if (answer.kind === 'not-found') return from(at + 1, key, call);
      if (answer.kind !== 'found') return answer;
      return element.excludes ? notFound() : found(hit);
    });
  };
  return { name, patterns: true, lookup: (key, call) => from(0, key, call) };
}

function firstOf(
  table: Table,
  [key, ...others]: readonly string[],
  call: PortCall | undefined,
): MaybePromise<Answer<unknown>> {
  if (key === undefined) return notFound();
  return then(table.lookup(key, call), (answer) =>
    answer.kind === 'not-found' ? firstOf(table, others, call) : answer,
  );
}

function keysOf(domain: string, below: Below): readonly string[] {
  const keys = [domain];
  if (below === 'exact' || domain.startsWith('[')) return keys;
  for (let dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
    keys.push(domain.slice(below === 'parent' ? dot + 1 : dot));
  }
  return keys;
}

function told(matches: boolean): Answer<unknown> {
  return matches ? found(hit) : notFound();
}

function then<A, B>(value: MaybePromise<A>, next: (value: A) => MaybePromise<B>): MaybePromise<B> {
  return isThenable(value) ? value.then(next) : next(value);
}
