import { describe, expect, it } from 'vitest';
import type { Table } from '../../src/core/table.js';
import { knownEntries } from '../../src/tables/memory-table.js';
import {
  failTable,
  inlineTable,
  pipeTable,
  randomTable,
  staticTable,
  tableList,
  unionTable,
} from '../../src/tables/simple-tables.js';
import { problemsOf } from '../values/support.js';

const slow = (record: Record<string, string>): Table => {
  const inner = inlineTable(record);
  return { name: 'slow', lookup: async (key) => inner.lookup(key) };
};
const ask = async (table: Table, key: string): Promise<string> => {
  const answer = await table.lookup(key);
  return answer.kind === 'found' ? answer.value.value : answer.kind;
};

describe('small tables', () => {
  it.each<[string, Table, string, string]>([
    ['inline', inlineTable({ Foo: 'XX' }), 'fOO', 'XX'],
    ['inline, no key', inlineTable({ foo: 'XX' }), 'baz', 'not-found'],
    ['inline, exact', inlineTable({ Foo: 'XX' }, { foldKeys: false }), 'foo', 'not-found'],
    ['static', staticTable('foo xx'), 'bar', 'foo xx'],
    ['fail', failTable('down'), 'bar', 'cannot-tell'],
    ['union', unionTable(inlineTable({ a: '1' }), staticTable('2'), inlineTable({})), 'a', '1,2'],
    ['union of promises', unionTable(slow({ a: '1' }), slow({ a: '2' })), 'a', '1,2'],
    ['union, nothing', unionTable(inlineTable({}), slow({})), 'a', 'not-found'],
    ['union, one fails', unionTable(staticTable('1'), failTable('down')), 'a', 'cannot-tell'],
    ['pipe', pipeTable(inlineTable({ a: 'B' }), slow({ b: '2' })), 'a', '2'],
    ['pipe, nothing', pipeTable(slow({}), failTable('not asked')), 'a', 'not-found'],
    ['pipe, one fails', pipeTable(staticTable('1'), failTable('down')), 'a', 'cannot-tell'],
    ['random', randomTable(['a', 'b'], () => 0.7), 'x', 'b'],
    ['random, a bad source', randomTable(['a', 'b'], () => 1), 'x', 'a'],
    ['list', tableList(inlineTable({}), staticTable('2'), failTable('not asked')), 'a', '2'],
    ['list of promises', tableList(slow({}), slow({ a: '2' })), 'a', '2'],
    ['list, one fails before', tableList(failTable('down'), staticTable('2')), 'a', 'cannot-tell'],
  ])('%s', async (_, table, key, expected) => {
    expect(await ask(table, key)).toBe(expected);
  });

  it('answers at once where all members do', () => {
    const all = unionTable(staticTable('1'), tableList(inlineTable({}), staticTable('2')));
    expect(all.lookup('x')).toMatchObject({ kind: 'found', value: { value: '1,2' } });
  });

  it('refuses keys that differ in letter case alone', () => {
    expect(problemsOf(() => inlineTable({ a: '1', A: '2' })).map((one) => one.code)).toEqual(['duplicate-key']);
  });

  it('lists what it holds where it can', () => {
    const values = (table: Table) => knownEntries(table)?.map((entry) => entry.value);
    expect(values(tableList(inlineTable({ a: '1' }), staticTable('2')))).toEqual(['1', '2']);
    expect(values(tableList(staticTable('2'), failTable('x')))).toBeUndefined();
    expect(values(slow({}))).toBeUndefined();
  });
});
