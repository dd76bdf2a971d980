import { expect, it } from 'vitest';
import { definePolicy } from '../../src/core/policy.js';
import type { Table } from '../../src/core/table.js';
import { route } from '../../src/stages/routing/index.js';
import { isMixedTable, isPatternTable } from '../../src/tables/memory-table.js';
import { reloadableTable } from '../../src/tables/reloadable.js';
import { searchTable } from '../../src/tables/search.js';
import { inlineTable, pipeTable, staticTable, tableList, unionTable } from '../../src/tables/simple-tables.js';
import { runOne } from '../stages/facts.js';

/** A table of patterns that says which keys it was asked for. */
function patterns(record: Record<string, string>): Table & { readonly asked: string[] } {
  const asked: string[] = [];
  const inner = inlineTable(record);
  const lookup: Table['lookup'] = (key) => {
    asked.push(key);
    return inner.lookup(key);
  };
  return { name: 'patterns', patterns: true, asked, lookup };
}

const keys = ['user@a.example', 'user', '@a.example'];
const search = (table: Table): unknown =>
  searchTable(table, keys, (key, method) =>
    method === 'lookupPart' && isMixedTable(table) ? table.lookupPart(key) : table.lookup(key),
  );

it.each<[string, (one: Table) => Table, readonly string[]]>([
  ['patterns alone', (one) => one, ['user@a.example']],
  ['patterns in a list of patterns', (one) => tableList(one, patterns({})), ['user@a.example']],
  ['patterns behind names', (one) => tableList(inlineTable({ x: 'y' }), one), ['user@a.example']],
  ['patterns before names', (one) => tableList(one, inlineTable({ x: 'y' })), ['user@a.example']],
  [
    'a mixed list in a list',
    (one) => tableList(tableList(one, inlineTable({ x: 'y' })), inlineTable({})),
    ['user@a.example'],
  ],
  ['reloaded', (one) => reloadableTable(() => tableList(one, inlineTable({ x: 'y' }))), ['user@a.example']],
  ['a union of patterns', (one) => unionTable(one), ['user@a.example']],
  // As Postfix has it: with one table of names in it, all are asked.
  ['a union with names', (one) => unionTable(inlineTable({ x: 'y' }), one), keys],
  ['a pipe that begins with patterns', (one) => pipeTable(one, staticTable('x')), ['user@a.example']],
])('%s are asked for whole keys as Postfix asks them', (_name, make, asked) => {
  const one = patterns({});
  expect(search(make(one))).toEqual({ kind: 'not-found' });
  expect(one.asked).toEqual(asked);
});

it('parts of a key are found in tables of names', () => {
  const one = patterns({ '@a.example': 'wrong' });
  const table = tableList(one, inlineTable({ user: 'right' }));
  expect(search(table)).toMatchObject({ kind: 'found', value: { key: 'user', entry: { value: 'right' } } });
  expect(isPatternTable(table)).toBe(false);
});

it('is traced', async () => {
  const virtualAliases = tableList(patterns({ '@school.example': 'x@far.example' }), inlineTable({ team: 't01' }));
  const stage = route({ localDomains: ['school.example'], localRecipients: 'all', virtualAliases });
  expect(definePolicy({ rcpt: [stage] }).failures().length).toBe(1);
  const outcome = await runOne(stage, { to: ['team@school.example'] });
  expect(outcome.recipients.map(({ recipient }) => recipient.address.text)).toEqual(['t01@school.example']);
  const asked = outcome.trace.phases.flatMap(({ lines }) => lines.flatMap((line) => line.asked));
  expect(asked.map(({ method, args }) => [method, ...args]).slice(0, 2)).toEqual([
    ['lookup', 'team@school.example'],
    ['lookupPart', 'team'],
  ]);
});
