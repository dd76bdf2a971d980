import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logicalLines } from '../../../src/tables/logical-lines.js';
import { pcreTable, type RuleTable } from '../../../src/tables/regex/index.js';
import { buildProgram, type Step, type Test } from '../../../src/tables/regex/program.js';
import { re2jsEngine } from '../../../src/tables/regex/re2js-engine.js';
import { readSource } from '../../../src/tables/regex/rule-table.js';
import { encodeLatin1 } from '../../../src/values/bytes.js';
import { pieces, tableText } from './arbitraries.js';
import { engines, subject } from './support.js';

/** The meaning of a table: statement after statement, and no literals. */
function meaning(steps: readonly Step[], text: string): number | undefined {
  const holds = ({ matcher, negated }: Test): boolean =>
    matcher.kind === 'compiled' && matcher.test(subject(text)) !== negated;
  for (let at = 0; at < steps.length; ) {
    const step = steps[at] as Step;
    at++;
    if (step.kind === 'if') at = holds(step.test) ? at : step.skipTo;
    else if (step.tests.every(holds)) return step.rule;
  }
  return undefined;
}

interface Extent {
  readonly start: number;
  readonly end: number;
}

/** The pieces one behind the other, with `separator` between them, behind a filling that is no piece. */
function textOf(parts: readonly string[], separator: string, filling: string): { text: string; extents: Extent[] } {
  let text = filling;
  const extents: Extent[] = [];
  for (const part of parts) {
    extents.push({ start: text.length, end: text.length + part.length });
    text += part + separator;
  }
  return { text, extents };
}

/** As a caller does: on to where something may be, and never a look at what ends before it. */
function answers(table: RuleTable, octets: Uint8Array, extents: readonly Extent[]): readonly (number | undefined)[] {
  const scan = table.scan(octets);
  let next = 0;
  return extents.map(({ start, end }) => {
    if (scan === undefined) return undefined;
    if (next < start) next = scan.next(start);
    return end < next ? undefined : scan.match(start, end)?.index;
  });
}

describe.each(engines)('a text of many pieces: $name', (engine) => {
  test('each piece has the answer that the rules give it, one after the other', () => {
    fc.assert(
      fc.property(
        tableText,
        pieces,
        fc.constantFrom('\n', '\r\n', ''),
        fc.constantFrom('', 'a\n', `${'filling xyz\n'.repeat(400)}`, `\xe9${'b\n'.repeat(3000)}`),
        (source, parts, separator, filling) => {
          const { steps } = buildProgram(logicalLines(source), 'pcre', 'map', { engine: re2jsEngine });
          const { table } = readSource({ pcre: encodeLatin1(source), engine });
          const { text, extents } = textOf(parts, separator, filling);
          const expected = parts.map((part) => meaning(steps, part));
          expect(answers(table, encodeLatin1(text), extents)).toEqual(expected);
          expect(parts.map((part) => table.match(part)?.index)).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('literals that begin in one piece and end in the next do not count', () => {
    const table = pcreTable('/viagra/ A\n/^http:/ B', { engine });
    const octets = encodeLatin1('via\ngra\nhttp:\n');
    const scan = table.scan(octets);
    expect(scan?.match(0, 3)).toBeUndefined();
    expect(scan?.match(0, 7)).toBeUndefined();
    expect(scan?.next(0)).toBe(8);
    expect(scan?.match(8, 13)?.value).toBe('B');
    expect(table.scan(encodeLatin1('viagr http'))).toBeUndefined();
    const joined = table.scan(encodeLatin1('via\0gra viagra'));
    expect(joined?.match(0, 13)).toBeUndefined();
    expect(joined?.match(8, 15)?.value).toBe('A');
  });

  test('a part of a larger array, at any offset', () => {
    const table = pcreTable('/needle/ N', { engine });
    for (let offset = 0; offset < 9; offset++) {
      const octets = encodeLatin1(`needle${'-'.repeat(offset)}NeedLe needl`).subarray(6);
      const scan = table.scan(octets);
      expect(scan?.next(0)).toBe(offset);
      expect(scan?.next(offset + 1)).toBe(octets.length);
      expect(scan?.match(offset, offset + 6)?.value).toBe('N');
    }
  });

  test('empty texts and empty pieces', () => {
    const table = pcreTable('/^$/ empty', { engine });
    expect(table.scan(new Uint8Array(0))?.match(0, 0)?.value).toBe('empty');
    expect(table.match('')?.value).toBe('empty');
    expect(table.match('a')).toBeUndefined();
    expect(pcreTable('', { engine }).scan(encodeLatin1('abc'))).toBeUndefined();
    expect(pcreTable('/abc/ x', { engine }).scan(new Uint8Array(0))).toBeUndefined();
    expect(pcreTable('!/abc/ x', { engine }).scan(new Uint8Array(0))?.match(0, 0)?.value).toBe('x');
  });

  test('8-bit text: each octet is a character, in long texts too', () => {
    const table = pcreTable(encodeLatin1('/^[\xe4\xf6\xfc]{2}$/ umlauts\n/^.\xe9.$/ e\n/^[0-9]+ [A-Z]{3}$/ n'), {
      engine,
    });
    const octets = encodeLatin1(`${'\xe4\n'.repeat(4000)}\xe4\xfc\nx\xe9\xff\n12 abc\n`);
    const scan = table.scan(octets);
    expect(scan?.match(8000, 8002)?.value).toBe('umlauts');
    expect(scan?.match(8003, 8006)?.value).toBe('e');
    expect(scan?.match(8007, 8013)?.value).toBe('n');
  });
});
