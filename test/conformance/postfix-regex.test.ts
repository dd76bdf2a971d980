/** Postfix's own cases for regular expression tables, read from a folder beside the project where they are there. */
import { describe, expect, type TestContext, test } from 'vitest';
import { logicalLines } from '../../src/tables/logical-lines.js';
import { buildProgram } from '../../src/tables/regex/program.js';
import { re2jsEngine } from '../../src/tables/regex/re2js-engine.js';
import { readSource } from '../../src/tables/regex/rule-table.js';
import { postfixData } from '../values/support.js';

const read = (ctx: TestContext, name: string): string => postfixData(ctx, `util/${name}`);

/**
 * Warnings of Postfix that are problems here, or the other way, and why.
 * - "no replacement text: using empty string" is no problem of a table; header and body checks call it an unknown action.
 * - "ignoring extra text" leaves the statement out here (the table is refused as a whole): the same line is a problem.
 */
const noProblemHere = 'no replacement text';

describe('Postfix', () => {
  describe.each(['pcre', 'regexp'] as const)('dict_%s', (dialect) => {
    const program = (ctx: TestContext) =>
      buildProgram(logicalLines(read(ctx, `dict_${dialect}.map`)), dialect, 'map', { engine: re2jsEngine });

    test('the same lines are wrong', (ctx) => {
      const warned = read(ctx, `dict_${dialect}.ref`)
        .split('\n')
        .filter((line) => line.includes('warning') && !line.includes(noProblemHere))
        .map((line) => Number(/line ([0-9]+)/.exec(line)?.[1]));
      const ours = program(ctx).problems.map(({ source }) => source?.line);
      expect([...new Set(ours)].sort()).toEqual([...new Set(warned)].sort());
    });

    test('the same answers', (ctx) => {
      // The extra texts behind IF and ENDIF are taken out first: Postfix reads past them, here they are refused.
      const text = read(ctx, `dict_${dialect}.map`).replace('\tfodder', '').replace('\t\tfodder', '');
      const { table } = readSource({ [dialect]: text, file: 'map' });
      const answers = read(ctx, `dict_${dialect}.in`)
        .split('\n')
        .filter((line) => line.startsWith('get '))
        .map((line) => line.slice(4))
        .map((key) => {
          const match = table.match(key);
          return match === undefined ? `${key}: not found` : `${key}=${match.value}`;
        });
      const expected = read(ctx, `dict_${dialect}.ref`)
        .split('\n')
        .filter(
          (line) => /^[^>].*(=|: not found)/.test(line) && !line.includes('warning') && !line.startsWith('owner'),
        );
      expect(expected.length).toBeGreaterThan(10);
      expect(answers).toEqual(expected);
    });
  });
});
