/** A table for tests: answers from a record, remembers what it was asked, and can be told not to know. */
import type { Table, TableEntry } from '../../core/table.js';
import { type Answer, cannotTell, found, notFound } from '../../values/answer.js';

export interface TestTable extends Table {
  /** The keys asked for, in order. */
  readonly asked: readonly string[];
  lookup(key: string): Promise<Answer<TableEntry>>;
  /** From now on every look-up is "could not tell" for this reason; undefined: answers again. */
  fail(why: string | undefined): void;
}

/** Keys are compared in lower case. Answers come asynchronously, as those of a directory do; `source` has no line. */
export function testTable(record: Readonly<Record<string, string>>, name = 'test'): TestTable {
  const entries = new Map(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]));
  const asked: string[] = [];
  let failure: string | undefined;
  return {
    name,
    asked,
    async lookup(key) {
      asked.push(key);
      if (failure !== undefined) return cannotTell(failure);
      const value = entries.get(key.toLowerCase());
      return value === undefined ? notFound() : found({ value, source: { file: name } });
    },
    fail: (why) => {
      failure = why;
    },
  };
}
