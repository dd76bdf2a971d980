/** Postfix's own cases of `$name`, read from a folder beside the project where they are there. */
import { describe, expect, type TestContext, test } from 'vitest';
import { expander } from '../../src/postfix/expand.js';
import { postfixData } from '../values/support.js';

interface Case {
  readonly settings: Readonly<Record<string, string>>;
  readonly text: string;
  readonly status: number;
  readonly result: string;
}

/** `<< line` echoes the input: settings up to an empty line, then expressions, each with its status and result. */
function readCases(ctx: TestContext): readonly Case[] {
  const cases: Case[] = [];
  let settings: Record<string, string> = {};
  let inSettings = true;
  let text = '';
  for (const line of postfixData(ctx, 'util/mac_expand.ref').split('\n')) {
    const input = /^<< ?(.*)$/.exec(line)?.[1];
    const answer = /^stat=(\d) result=(.*)$/.exec(line);
    if (answer !== null) cases.push({ settings, text, status: Number(answer[1]), result: answer[2] ?? '' });
    else if (input === '') {
      inSettings = !inSettings;
      if (inSettings) settings = {};
    } else if (input !== undefined && inSettings) {
      const [name = '', value = ''] = input.split(' = ');
      settings = { ...settings, [name]: value };
    } else if (input !== undefined) text = input;
  }
  return cases;
}

/** Operators that compare lengths, and functions, came after Postfix 3.7, which refuses them. */
const isLater = ({ text }: Case): boolean => /[<>=!]=?length|test_named_fn\s*\{/.test(text);

const BAD = 1;
const UNDEFINED = 2;

describe('$name as in Postfix', () => {
  test('every case has the same result, or is a problem where Postfix sees one', (ctx) => {
    const cases = readCases(ctx).filter((one) => !isLater(one));
    expect(cases.length).toBeGreaterThan(80);
    for (const { settings, text, status, result } of cases) {
      const values = expander(new Map(), settings);
      const expanded = values.expand(text, { file: 'case' });
      expect({ text, bad: values.problems.length > 0 }).toEqual({ text, bad: (status & BAD) !== 0 });
      if ((status & BAD) !== 0) continue;
      expect({ text, result: expanded, undefined: values.warnings.length > 0 }).toEqual({
        text,
        result,
        undefined: (status & UNDEFINED) !== 0,
      });
    }
  });

  test('what came after Postfix 3.7 is refused', (ctx) => {
    const later = readCases(ctx).filter((one) => isLater(one) && !/^\$bogus/.test(one.text));
    expect(later.length).toBeGreaterThan(5);
    for (const { settings, text } of later) {
      const values = expander(new Map(), settings);
      values.expand(text, { file: 'case' });
      expect({ text, problems: values.problems.length }).toEqual({ text, problems: 1 });
    }
  });
});
