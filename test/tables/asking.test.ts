import { describe, expect, it } from 'vitest';
import type { Table } from '../../src/core/table.js';
import { type Inquiry, inquire } from '../../src/tables/asking.js';
import { failTable, inlineTable } from '../../src/tables/simple-tables.js';

type Name = 'first' | 'second' | 'absent';

function* both(key: string): Inquiry<Name, string> {
  const first = yield { table: 'first', keys: ['none', key] };
  const absent = yield { table: 'absent', keys: [key] };
  const second = yield { table: 'second', keys: [first?.entry.value ?? 'nothing'] };
  return `${first?.index} ${absent?.key} ${second?.entry.value}`;
}

const first = inlineTable({ a: 'b' });
const second = inlineTable({ b: 'c' });
const later: Table = { name: 'later', lookup: async (key) => second.lookup(key) };

describe('inquire', () => {
  const run = (tables: Partial<Record<Name, Table>>, hits: string[] = []) =>
    inquire(both('a'), {
      tables,
      ask: (name, key) => tables[name]?.lookup(key) ?? { kind: 'not-found' },
      hit: (name, { key }) => hits.push(`${name} ${key}`),
    });

  it('answers at once where the tables do, and tells of each hit', () => {
    const hits: string[] = [];
    expect(run({ first, second }, hits)).toBe('1 undefined c');
    expect(hits).toEqual(['first a', 'second b']);
  });

  it('waits for a table that is away', async () => {
    const found = run({ first, second: later });
    expect(found).toBeInstanceOf(Promise);
    expect(await found).toBe('1 undefined c');
  });

  it('ends with the table that could not tell', async () => {
    expect(run({ first: failTable('down'), second })).toMatchObject({ kind: 'cannot-tell', why: 'down' });
    const away: Table = { name: 'away', lookup: async (key) => failTable('gone').lookup(key) };
    expect(await run({ first, second: away })).toMatchObject({ kind: 'cannot-tell', why: 'gone' });
  });
});
