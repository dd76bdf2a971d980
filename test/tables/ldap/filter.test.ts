import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strictFilter } from '../../../src/tables/ldap/filter.js';
import { parseLdapFilter } from '../../../src/values/ldap-filter.js';
import { escapeFilterValue } from '../../../src/values/ldap-names.js';
import { value } from '../../values/support.js';

describe('a filter', () => {
  it.each([
    ['uid=%s', '(uid=%s)'],
    ['  uid=%s', '(uid=%s)'],
    ['(uid=%s)', '(uid=%s)'],
    [' ( uid=%s ) ', '(uid=%s )'],
    ['(&(a=b)(c=d))', '(&(a=b)(c=d))'],
    ['( & (a=b) ( | (c=d) (e=*) ) ( ! (f=g*h) ) )', '(&(a=b)(|(c=d)(e=*))(!(f=g*h)))'],
    ['(&)', '(&)'],
    ['(a>=1)', '(a>=1)'],
    ['(a<=1)', '(a<=1)'],
    ['(a~=b)', '(a~=b)'],
    ['(a:dn:caseIgnoreMatch:=b)', '(a:dn:caseIgnoreMatch:=b)'],
    ['(:1.2.3:=b)', '(:1.2.3:=b)'],
    ['(mail;lang-de=x)', '(mail;lang-de=x)'],
    ['(2.5.4.3=x)', '(2.5.4.3=x)'],
    ['(a=\\28x\\29)', '(a=\\28x\\29)'],
    ['(a=\\(x\\)\\*\\\\)', '(a=\\28x\\29\\2a\\5c)'],
    ['(a=b=c)', '(a=b=c)'],
    ['(a=)', '(a=)'],
    ['(a=smtp:%s, "x")', '(a=smtp:%s, "x")'],
    ['(mail=ü)', '(mail=ü)'],
  ])('%j is %j', (text, strict) => {
    expect(value(strictFilter(text))).toBe(strict);
  });

  it.each([
    '',
    '()',
    '(a)',
    'a',
    '(=b)',
    '(a=b',
    'a=b)',
    '(a=b))',
    '(a=b)(c=d)',
    '&(a=b)(c=d)',
    '(&(a=b)',
    '(&a=b)',
    '(!(a=b)(c=d))',
    '(!)',
    '(a=(b))',
    '(a=\\)',
    '(a=\\x)',
    '(a=\\%s)',
    '(a b=c)',
    '(a_b=c)',
    `${'(!'.repeat(60)}(a=b)${')'.repeat(60)}`,
    `(a=${'x'.repeat(70_000)})`,
  ])('refuses %j', (text) => {
    expect(strictFilter(text).kind).toBe('malformed');
  });

  it('never throws, and what it takes is strict: it stays as it is, and other readers take it', () => {
    const piece = fc.constantFrom('(', ')', '&', '|', '!', 'a', '=', '*', '\\', '2a', ' ', '>', ':', '%s', 'ü', ';x');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const read = strictFilter(pieces.join(''));
        if (read.kind === 'malformed') return;
        expect(value(strictFilter(read.value))).toBe(read.value);
        if (!read.value.includes('%'))
          expect([read.value, parseLdapFilter(read.value).kind]).toEqual([read.value, 'parsed']);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same filter whatever the key is', () => {
    const kinds = (text: string): string =>
      JSON.stringify(value(parseLdapFilter(text)), (name, part: unknown) => (name === 'value' ? undefined : part));
    const strict = value(strictFilter('( & (mail=%s) (!(uid=%s)) )'));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        expect(kinds(strict.replaceAll('%s', () => escapeFilterValue(key)))).toBe(kinds(strict.replaceAll('%s', 'x')));
      }),
    );
  });

  it('is read in linear time', () => {
    const start = performance.now();
    for (const text of ['('.repeat(65_000), '(!'.repeat(32_000), `(&${'(a=b)'.repeat(13_000)}`, '\\'.repeat(65_000)])
      strictFilter(text);
    expect(performance.now() - start).toBeLessThan(500);
  });
});
