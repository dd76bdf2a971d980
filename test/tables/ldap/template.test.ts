import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fill,
  isDynamic,
  keyFits,
  needsOf,
  parseTemplate,
  partsOf,
  type Template,
  valueFits,
} from '../../../src/tables/ldap/template.js';
import { value } from '../../values/support.js';

const template = (text: string): Template => value(parseTemplate(text));
const filled = (text: string, key: string, result = key): string =>
  fill(template(text), partsOf(key), partsOf(result), (part) => part);

describe('a template', () => {
  it.each([
    ['%s|%u|%d', 'ann@sub.a.example', 'ann@sub.a.example|ann|sub.a.example'],
    ['%S|%U|%D', 'ann@sub.a.example', 'ann@sub.a.example|ann|sub.a.example'],
    ['%1 %2 %3', 'ann@sub.a.example', 'example a sub'],
    ['%1', 'ann@..a..example.', 'example'],
    ['%u', 'ann', 'ann'],
    ['%u', 'a@b@c', 'a@b'],
    ['100%% of %s%%', 'x', '100% of x%'],
    ['%%s', 'x', '%s'],
    ['', 'x', ''],
  ])('%j of %j is %j', (text, key, expected) => {
    expect(filled(text, key)).toBe(expected);
  });

  it('has small letters for the result and large ones for the key', () => {
    expect(filled('%s %u %d, %S %U %D, %1', 'key@k.example', 'result@r.example')).toBe(
      'result@r.example result r.example, key@k.example key k.example, example',
    );
  });

  it('is filled with quoted parts alone', () => {
    expect(fill(template('(%s)%1'), partsOf('a@b'), partsOf('a@b'), (part) => `<${part}>`)).toBe('(<a@b>)<b>');
  });

  it.each(['%', 'a%', '%x', '%0', '% s', '%é', '%10%'])('refuses %j', (text) => {
    expect(parseTemplate(text).kind).toBe('malformed');
  });

  it('takes any text without %, and gives it back', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseTemplate(text).kind).toMatch(/parsed|malformed/);
        const plain = text.replaceAll('%', '%%');
        expect(isDynamic(template(plain))).toBe(false);
        expect(filled(plain, 'key@domain')).toBe(text);
      }),
    );
  });

  it('puts together what it was made of', () => {
    const part = fc.constantFrom('%s', '%u', '%d', '%1', '%2', '%%', 'text', '(', ' ');
    fc.assert(
      fc.property(fc.array(part), fc.stringMatching(/^[a-z@.]{0,20}$/), (parts, key) => {
        const each = parts.map((one) => filled(one, key));
        expect(filled(parts.join(''), key)).toBe(each.join(''));
      }),
    );
  });
});

describe('what a key must have', () => {
  const fits = (query: string, key: string, format = '%s'): boolean =>
    keyFits(partsOf(key), needsOf([template(query)], template(format)));

  it.each([
    ['%s', '', false],
    ['%s', '@', true],
    ['%u', 'ann', true],
    ['%u', '@a.example', false],
    ['%U', '@a.example', false],
    ['%u', 'ann@', true],
    ['%d', 'ann', false],
    ['%d', 'ann@', false],
    ['%d', '@a.example', true],
    ['%D', 'ann', false],
    ['%2', 'ann@example', false],
    ['%2', 'ann@.example', false],
    ['%2', 'ann@a.example', true],
    ['%1', 'ann@..', false],
    ['fixed', 'anything', true],
  ])('%s and %j: %s', (query, key, expected) => {
    expect(fits(query, key)).toBe(expected);
  });

  it('counts what the result asks of it too', () => {
    expect(fits('%s', 'ann', '%D')).toBe(false);
    expect(fits('%s', 'ann', '%3')).toBe(false);
    expect(fits('%s', 'ann', '%d')).toBe(true);
    expect(fits('%s', '@a', '%U')).toBe(false);
  });

  it.each([
    ['%s', 'x', true],
    ['%s', '', false],
    ['%d', 'x', false],
    ['%d', 'x@', false],
    ['%u', '@x', false],
    ['%u', 'x', true],
  ])('of a result for %s, %j: %s', (format, result, expected) => {
    expect(valueFits(partsOf(result), needsOf([template('%s')], template(format)))).toBe(expected);
  });
});
