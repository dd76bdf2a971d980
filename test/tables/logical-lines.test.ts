import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineAt, logicalLines } from '../../src/tables/logical-lines.js';
import { expectLinear } from '../values/support.js';

describe('logicalLines', () => {
  it.each<[string, string, readonly (readonly [string, number])[]]>([
    ['nothing', '', []],
    ['comments and blank lines', '# a\n\n   \n  # b\n', []],
    ['one line', 'a b\n', [['a b', 1]]],
    [
      'no line end at the end',
      'a\nb',
      [
        ['a', 1],
        ['b', 2],
      ],
    ],
    [
      'CRLF',
      'a\r\n b\r\nc\r\n',
      [
        ['a b', 1],
        ['c', 3],
      ],
    ],
    [
      'a continued line',
      'a\n b\n\tc\nd\n',
      [
        ['a b\tc', 1],
        ['d', 4],
      ],
    ],
    ['comments inside a continued line', 'a\n# no\n b\n   # no\n\n c\n', [['a b c', 1]]],
    ['a hash that is not first', 'a #b\n', [['a #b', 1]]],
    ['white space at the end', 'a \t\n', [['a', 1]]],
    ['white space in front of everything', ' a\n b\n', [[' a b', 1]]],
    ['a no-break space is no white space', 'a\u00a0\n', [['a\u00a0', 1]]],
  ])('%s', (_, text, lines) => {
    expect(logicalLines(text)).toMatchObject(lines.map(([line, number]) => ({ text: line, line: number })));
    expect(logicalLines(text)).toHaveLength(lines.length);
  });

  it('knows the physical line of each part', () => {
    const [line, other] = logicalLines('a = b,\n# c\n  d,\n\te\nf\n');
    const at = (word: string): number => lineAt(line ?? { text: '', line: 0 }, line?.text.indexOf(word) ?? 0);
    expect(['a', 'b', '  d', 'd', '\te', 'e'].map(at)).toEqual([1, 1, 3, 3, 4, 4]);
    expect(other).toEqual({ text: 'f', line: 5 });
  });

  it('keeps every line that neither is a comment nor blank, in order, once', () => {
    const line = fc.constantFrom('', ' ', '#c', ' #c', 'k v', ' more', '\tmore', 'x');
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const joined = logicalLines(lines.join('\n'))
          .map((one) => one.text)
          .join('');
        expect(joined).toBe(lines.filter((one) => /^\s*[^#\s]/.test(one)).join(''));
      }),
    );
  });

  it('is linear in continuation lines', () => {
    expectLinear(50_000, (size) => `a\n${' b\n'.repeat(size)}`, logicalLines);
  });
});
