/** Rule files that are small and would take long, or that name what every object has. */
import { describe, expect, it } from 'vitest';
import { readExpression } from '../../../../src/stages/spam/rules/expression.js';
import { evaluatorOf } from '../../../../src/stages/spam/rules/expression-value.js';
import { checkSpamRules, readSpamRules } from '../../../../src/stages/spam/rules/read-rules.js';
import { compileSpamRules } from '../../../../src/stages/spam/score/compile.js';
import { isConfigurationError } from '../../../../src/values/errors.js';

const fileOf = (text: string) => ({ files: [{ name: 'rules.cf', text }] });

describe('rule files', () => {
  it.each(['constructor', '__proto__', 'valueof'])('%s is no keyword', (keyword) => {
    const { problems } = checkSpamRules(
      fileOf(`${keyword} x\nifplugin ${keyword}\nendif\nif can(${keyword}::${keyword})\nendif`),
    );
    expect(problems).toMatchObject([{ code: 'unknown-keyword', construct: keyword }]);
  });

  it('includes that double at each level end at a number of files', () => {
    let read = 0;
    const include = (path: string) => {
      read++;
      const next = Number(path) + 1;
      return { name: path, text: `include ${next}\ninclude ${next}\n` };
    };
    const { problems } = checkSpamRules({ ...fileOf('include 1'), include });
    expect(read).toBeLessThanOrEqual(1000);
    expect(problems.map(({ code }) => code)).toContain('include');
  });

  it('nothing is included any more behind the limit of size', () => {
    let read = 0;
    const text = '#'.repeat(12_000_000);
    const include = (path: string) => {
      read++;
      return { name: path, text };
    };
    const { problems } = checkSpamRules({
      ...fileOf(Array.from({ length: 50 }, (_, i) => `include ${i}`).join('\n')),
      include,
    });
    expect(read).toBe(3);
    expect(problems.map(({ code }) => code)).toEqual(['too-large']);
  });

  it('rules_matching of all rules, in all rules, is wrong configuration', () => {
    const lines = Array.from(
      { length: 3000 },
      (_, i) => `meta X${i} rules_matching(Y*) > 1\nheader Y${i} Subject =~ /y/`,
    );
    const rules = readSpamRules(fileOf(lines.join('\n')));
    let thrown: unknown;
    try {
      compileSpamRules(rules);
    } catch (error) {
      thrown = error;
    }
    expect(isConfigurationError(thrown) && thrown.problems).toMatchObject([{ code: 'too-large' }]);
  });

  it('20,000 `full` rules that metas ask for do not take room by their square', () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `full __F${i} /f${i}/`);
    const rules = readSpamRules(fileOf(`${lines.join('\n')}\nmeta M __F1 || __F19999`));
    const before = performance.now();
    expect(compileSpamRules(rules).deferred.size).toBe(20_000);
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});

describe('a division by zero', () => {
  it.each([
    ['(B/0)+5 > 1', 0],
    ['!(B/0)', 0],
    ['(B/0) != 1', 0],
    ['B || (B/0)', 1],
    ['(B/1)+5 > 1', 1],
  ])('%s is %i', (text, expected) => {
    const read = readExpression(text, new Set());
    if (read.kind !== 'expression') throw new Error(read.why);
    const names = { name: () => () => 1, call: () => () => 0 };
    expect(evaluatorOf(read.expression, names)(undefined)).toBe(expected);
  });
});
