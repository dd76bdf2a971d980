import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readParameters } from '../../../src/tables/ldap/parameters.js';
import { anyText, expectLinear } from '../../values/support.js';

const read = (text: string | Uint8Array) => readParameters(text, 'f.cf');
const values = (text: string): Record<string, string> =>
  Object.fromEntries([...read(text).parameters].map(([name, { value }]) => [name, value]));

describe('the file of a table', () => {
  it('has the form of main.cf', () => {
    const text =
      '# comment\n\nserver_host = a, b\n\t# another\n  c\nbind_pw=pass = word # no comment\n  \nquery_filter =\n  (uid=%s)\nempty =\n';
    expect(values(text)).toEqual({
      server_host: 'a, b  c',
      bind_pw: 'pass = word # no comment',
      query_filter: '(uid=%s)',
      empty: '',
    });
    expect(read(text).parameters.get('query_filter')?.source).toEqual({ file: 'f.cf', line: 8 });
    expect(read(text).problems).toEqual([]);
  });

  it('leaves $ alone, also in a password', () => {
    expect(values('bind_pw = $ecret$$\n')).toEqual({ bind_pw: '$ecret$$' });
  });

  it('lets the last one count, and says so', () => {
    const { parameters, warnings } = read('a = 1\nb = 2\na = 3\n');
    expect(parameters.get('a')).toEqual({ value: '3', source: { file: 'f.cf', line: 3 } });
    expect(warnings).toEqual([
      {
        code: 'duplicate-parameter',
        message: 'set again behind line 1, the last one counts',
        source: { file: 'f.cf', line: 3 },
        construct: 'a',
      },
    ]);
  });

  it.each([
    ['nonsense', 'no-equals', 1],
    ['a = b\nx y = z', 'bad-name', 2],
    ['= z', 'bad-name', 1],
    ['  indented = 1', 'leading-space', 1],
    ['a = b\0c', 'nul', 1],
  ])('refuses %j: %s', (text, code, line) => {
    expect(read(text).problems.map((one) => [one.code, one.source?.line])).toEqual([[code, line]]);
  });

  it('repeats nothing of a line that is wrong: it may be a password', () => {
    expect(JSON.stringify(read('bind_pw secret\nbind pw = secret\n').problems)).not.toContain('secret');
  });

  it('reads a line that is not UTF-8 as Latin-1, with a warning', () => {
    const { parameters, warnings } = read(Uint8Array.of(0x61, 0x3d, 0xfc, 0x0a));
    expect(parameters.get('a')?.value).toBe('ü');
    expect(warnings.map(({ code }) => code)).toEqual(['not-utf8']);
  });

  it('never throws', () => {
    fc.assert(fc.property(anyText('=#\n \t\\$%'), (text) => void read(text)));
    fc.assert(fc.property(fc.uint8Array(), (octets) => void read(octets)));
  });

  it('is read in linear time', () => {
    expectLinear(20_000, (size) => 'a = b\n c\n'.repeat(size), read);
    expectLinear(100_000, (size) => `a = ${' '.repeat(size)}x`, read);
  });
});
