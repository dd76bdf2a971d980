/** Expressions: Perl's precedence and worth, whatever they are put together of. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesIn, readExpression } from '../../../../src/stages/spam/rules/expression.js';
import { evaluatorOf } from '../../../../src/stages/spam/rules/expression-value.js';

const values: Readonly<Record<string, number>> = { A: 1, B: 0, C: 3, D: 2 };
const calls = new Set(['f']);

function worth(text: string): number | string {
  const read = readExpression(text, calls);
  if (read.kind === 'malformed') return read.why;
  return evaluatorOf<undefined>(read.expression, {
    name: (name) => () => values[name] ?? 0,
    call: (_, argument) => () => argument.length,
  })(undefined);
}

describe('an expression', () => {
  it.each([
    ['A', 1],
    ['A && C', 3],
    ['C && A', 1],
    ['B || C', 3],
    ['!C', 0],
    ['!B', 1],
    ['!B && !NOBODY', 1],
    ['A + C > 3', 1],
    ['A + C * D', 7],
    ['(A + C) * D', 8],
    ['C - D - A', 0],
    ['A+1', 2],
    ['-A + 2', 1],
    ['C / D', 1.5],
    ['C / B', 0],
    ['A == 1 || B', 1],
    ['A && B || C', 3],
    ['A || B && B', 1],
    ['A ^ A', 0],
    ['A | D', 3],
    ['A ? C : D', 3],
    ['B ? C : D ? 7 : 8', 7],
    ['C >= 3 && D <= 2 && C != D && D < C', 1],
    ['f(ABC)', 3],
    ['0.5 + .5', 1],
    ['', expect.stringContaining('at the end')],
    ['A B', expect.stringContaining('before B')],
    ['A $ B', expect.stringContaining('unexpected')],
    ['f()', expect.stringContaining('expects a name')],
  ])('%s', (text, expected) => {
    expect(worth(text)).toEqual(expected);
  });

  it('may be as long as rule files have it', () => {
    const many = Array.from({ length: 2400 }, (_, i) => `N${i}`);
    expect(worth(many.join(' || '))).toBe(0);
    expect(worth(`${many.join(' + ')} + A`)).toBe(1);
    expect(
      worth(
        many
          .map((name, i) => (i % 2 === 0 ? `${name} +` : `${name} -`))
          .join(' ')
          .concat(' A'),
      ),
    ).toBe(-1);
    const read = readExpression(many.join(' && '), calls);
    expect(read.kind === 'expression' && namesIn(read.expression).size).toBe(2400);
  });

  it('is worth what JavaScript makes of it, where both agree', () => {
    const leaf = fc.constantFrom('A', 'B', 'C', 'D', '0', '1', '5');
    const tree = fc.letrec<{ e: string }>((tie) => ({
      e: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc
          .tuple(fc.constantFrom('&&', '||', '+', '-', '*', '==', '>', '<='), tie('e'), tie('e'))
          .map(([o, a, b]) => `(${a} ${o} ${b})`),
        tie('e').map((a) => `!(${a})`),
      ),
    })).e;
    fc.assert(
      fc.property(tree, (text) => {
        const named = text.replace(/[A-D]/g, (name) => String(values[name]));
        // Only arithmetic that was made above.
        // Both without the sign of a zero.
        expect(Number(worth(text)) + 0).toBe(Number(new Function(`return ${named}`)()) + 0);
      }),
    );
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      'A',
      '(',
      ')',
      '!',
      '&&',
      '||',
      '-',
      '+',
      '?',
      ':',
      '3',
      '.',
      '*',
      'f',
      'f(A)',
      '=',
      '==',
      ' ',
      '\xff',
      "'",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(['number', 'string']).toContain(typeof worth(pieces.join('')));
      }),
    );
  });
});
