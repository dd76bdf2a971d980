// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of templates
/** One reference as places in its text; what it comes to is tested with its two users, main.cf and the templates of replies. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareValues } from '../../src/values/macro-compare.js';
import { readReference, type Span } from '../../src/values/macro-syntax.js';
import { anyText, expectLinear, value } from './support.js';

const part = (text: string, span: Span | undefined): string | undefined =>
  span === undefined ? undefined : text.slice(span.from, span.to);

/** `test|when true|when false|rest` */
function shown(text: string, dollar: number): string {
  const read = value(readReference(text, dollar));
  const rest = text.slice(read.end);
  if (read.kind === 'dollar') return `$|${rest}`;
  const { test, whenTrue, whenFalse } = read;
  const name = test.kind === 'name' ? test.name : `${part(text, test.left)} ${test.operator} ${part(text, test.right)}`;
  return [name, part(text, whenTrue) ?? '-', part(text, whenFalse) ?? '-', rest].join('|');
}

describe('readReference', () => {
  it.each([
    ['a$b_1-c', 'b_1|-|-|-c'],
    ['$$b', '$|b'],
    ['$( b )c', 'b|-|-|c'],
    ['${b?c:d}', 'b|c:d|-|'],
    ['${b? {c} : {d} }', 'b|c|d|'],
    ['${b?{c}:d }', 'b|c|d |'],
    ['${b:${c}}', 'b|-|${c}|'],
    ['${{a}<=level{${b}}}', 'a <=level ${b}|-|-|'],
    ['${{a} != {} ? {x{y}z}}', 'a != |x{y}z|-|'],
  ])('%s', (text, expected) => {
    expect(shown(text, text.indexOf('$'))).toBe(expected);
  });

  it('looks at nothing from the end on', () => {
    expect(readReference('${a}', 0, 3)).toMatchObject({ kind: 'malformed', at: 1 });
    expect(value(readReference('$ab', 0, 2))).toMatchObject({ test: { name: 'a' }, end: 2 });
    expect(readReference('$$', 0, 1)).toMatchObject({ kind: 'malformed', at: 0 });
  });

  it('never throws and keeps to its text, in linear time', () => {
    fc.assert(
      fc.property(anyText('${}()?:=<> levna'), (rest) => {
        const text = `$${rest}`;
        const read = readReference(text, 0);
        const at = read.kind === 'parsed' ? read.value.end : read.at;
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThanOrEqual(text.length);
      }),
    );
    expectLinear(
      20_000,
      (size) => `\${a?{${'{'.repeat(size / 2)}${'}'.repeat(size / 2)}}}`,
      (text) => readReference(text, 0),
    );
  });
});

describe('compareValues', () => {
  it.each([
    ['10', '>', '9', true],
    ['10', '>', '9x', false],
    ['007', '==', '7', true],
    ['', '<', 'a', true],
    ['3.10', '>level', '3.9', true],
    ['3', '==level', '3.0.0', true],
    ['b', '!=', 'b', false],
    ['9223372036854775807', '>=', '9223372036854775806', true],
  ])('%s %s %s is %s', (left, operator, right, expected) => {
    expect(compareValues(left, operator, right)).toBe(expected);
  });

  it.each([
    ['9223372036854775808', '==', '1'],
    ['9'.repeat(100_000), '<', '1'],
    ['3.x', '<level', '3'],
    ['3', '<level', ''],
  ])('cannot compare %#', (left, operator, right) => {
    expect(compareValues(left, operator, right)).toMatchObject({ why: expect.any(String) });
  });
});
