/** Texts and tables made to be slow: each line has the literals of many rules, grams repeat, and still it is linear. */
import { describe, expect, test } from 'vitest';
import { pcreTable } from '../../../src/tables/regex/index.js';
import { encodeLatin1 } from '../../../src/values/bytes.js';
import { engines } from './support.js';

function milliseconds(run: () => void): number {
  const started = performance.now();
  run();
  return performance.now() - started;
}

describe.each(engines)('$name', (engine) => {
  test('literals that are all alike, in a text of nothing but them', () => {
    const table = pcreTable(
      Array.from({ length: 500 }, (_, i) => `/abcabcabc${'abc'.repeat(i % 7)}x${i}y/ R${i}`).join('\n'),
      { engine },
    );
    const octets = encodeLatin1('abc'.repeat(100_000));
    expect(milliseconds(() => expect(table.scan(octets)).toBeUndefined())).toBeLessThan(3000);
  });

  test('a line with the literals of many rules costs those rules, and other lines nothing', () => {
    const rules = Array.from({ length: 300 }, (_, i) => `/word${i}x[0-9]$/ R${i}`).join('\n');
    const table = pcreTable(rules, { engine });
    const dense = Array.from({ length: 300 }, (_, i) => `word${i}x`).join(' ');
    const octets = encodeLatin1(`${'nothing here\n'.repeat(5000)}${dense}\n${'nothing here\n'.repeat(5000)}word77x\n`);
    const scan = table.scan(octets);
    expect(scan?.next(0)).toBe(65_000);
    expect(scan?.match(65_000, 65_000 + dense.length)).toBeUndefined();
    expect(scan?.next(65_000 + dense.length)).toBe(octets.length - 8);
    // Of rules whose literals are both there, the pattern decides.
    expect(table.match('word1x word77x')?.value).toBeUndefined();
    expect(table.match('word1x word77x7')?.value).toBe('R77');
  });

  test.each(['(a+)+$', '(a|aa)+$', '(.*a){20}$', '(x+x+)+y', '(?=(a+)+$)'])('/^%s/ in a body is linear', (pattern) => {
    const table = pcreTable(`/^${pattern.replace('(?=(', '(?=(?:')}/ R`, { engine });
    const line = `${'a'.repeat(1000)}${'x'.repeat(1000)}!`;
    const octets = encodeLatin1(`${line}\n`.repeat(20));
    const time = milliseconds(() => {
      const scan = table.scan(octets);
      for (let n = 0; n < 20; n++) expect(scan?.match(n * 2002, n * 2002 + 2001)).toBeUndefined();
    });
    expect(time).toBeLessThan(3000);
  });
});
