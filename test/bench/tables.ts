/** Large tables: what a look-up in 10,000 networks costs, and loading 100,000 keys. */
import { cidrTable } from '../../src/tables/cidr-table.js';
import { hashTable } from '../../src/tables/hash-table.js';
import { randomFrom } from './mail-text.js';
import { type BenchRow, median, row } from './row.js';

const NETWORKS = 10_000;
const KEYS = 100_000;
const LOOKUPS = 20_000;

export async function benchTables(): Promise<readonly BenchRow[]> {
  return [...cidr(), ...hash()];
}

/** Networks alone, and what cannot be looked up by a network's own address: negated networks, blocks. */
function cidr(): readonly BenchRow[] {
  const random = randomFrom(99);
  const four = (): string => `${1 + random(220)}.${random(256)}.${random(256)}.${random(256)}`;
  const six = (): string => `2001:db8:${random(65536).toString(16)}::`;
  const network = (i: number): string => (i % 4 === 0 ? `${six()}/48` : `${four()}/32`);
  // Inside of all that is negated, so that no rule can be told early.
  const outside = (i: number): string => (i % 4 === 0 ? `4000::/${2 + random(100)}` : `224.0.0.0/${3 + random(20)}`);
  const kinds: readonly (readonly [string, (i: number) => string])[] = [
    ['networks', (i) => `${network(i)} REJECT ${i}`],
    [
      'negated networks',
      (i) => (i % 2 === 0 ? `!! ${network(i)} REJECT ${i}` : `!${i % 8 === 1 ? '2000::/3' : '0.0.0.0/0'} OK`),
    ],
    ['blocks', (i) => `if ${network(i)}\n${network(i)} REJECT ${i}\nendif`],
    ['negated blocks', (i) => `if !${outside(i)}\n${network(i)} REJECT ${i}\nendif`],
  ];
  const keys = Array.from({ length: LOOKUPS }, (_, i) => (i % 4 === 0 ? `${six()}1` : four()));
  return kinds.map(([kind, line]) => {
    const text = Array.from({ length: NETWORKS }, (_, i) => line(i)).join('\n');
    const table = cidrTable(text, { file: 'networks' });
    const figures = rounds(() => {
      for (const key of keys) void table.lookup(key);
    });
    const ours = (median(figures) * 1000) / LOOKUPS;
    const name = `cidr: a look-up in 10,000 ${kind}`;
    return row({ name, unit: 'us', ours, against: 'limit', rival: 5, goal: '<= 1' });
  });
}

function hash(): readonly BenchRow[] {
  const text = Array.from(
    { length: KEYS },
    (_, i) => `user${i}@school${i % 97}.example  box${i}, other${i}@example.net`,
  ).join('\n');
  const load = median(rounds(() => hashTable(text, { file: 'keys' })));
  const table = hashTable(text, { file: 'keys' });
  const figures = rounds(() => {
    for (let i = 0; i < LOOKUPS; i++) void table.lookup(`user${i * 5}@school${(i * 5) % 97}.example`);
  });
  const each = (median(figures) * 1000) / LOOKUPS;
  return [
    row({ name: 'hash: load 100,000 keys', unit: 'ms', ours: load, against: 'limit', rival: 1000, goal: '<= 1' }),
    row({ name: 'hash: a look-up in 100,000 keys', unit: 'us', ours: each, against: 'limit', rival: 5, goal: '' }),
  ];
}

/** Milliseconds of each of some rounds. */
function rounds(run: () => unknown): readonly number[] {
  return Array.from({ length: 7 }, () => {
    const started = performance.now();
    run();
    return performance.now() - started;
  });
}
