import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dnKey } from '../../src/directory/dn-key.js';
import { escapeDnValue } from '../../src/values/ldap-names.js';

describe('keys of distinguished names', () => {
  test.each([
    ['CN=Alice,DC=School', 'cn=alice,dc=school'],
    ['cn=alice, dc=school', 'cn=alice,dc=school'],
    ['cn=M\\C3\\BCller\\, J', 'cn=Müller\\2C J'],
    ['cn=M\\c3\\bcller\\2c J', 'cn=MÜLLER\\, j'],
    ['cn=\\61lice', 'cn=alice'],
    ['cn=a\\\\b', 'cn=a\\5Cb'],
    ['cn=a\\=b', 'cn=a\\3db'],
    ['cn= \\ x', 'cn= \\20x'],
    // As slapcat writes the name of an entry, and a value that names it.
    ["uid=\\23O'Neill \\3Co\\2Bn\\3E\\3B a\\3Db \\5C *", "uid=\\#O'Neill \\<o\\+n\\>\\; a=b \\\\ *"],
  ])('%s is %s', (one, other) => expect(dnKey(one)).toBe(dnKey(other)));

  test.each([
    ['cn=a,dc=b', 'cn=a\\,dc=b'],
    ['cn=a\\\\,dc=b', 'cn=a\\,dc=b'],
    ['cn=a+b=c', 'cn=a\\+b=c'],
    ['cn=a', 'cn=b'],
  ])('%s is not %s', (one, other) => expect(dnKey(one)).not.toBe(dnKey(other)));

  test('a value is the same however it is escaped, and no other value', () => {
    const hex = (text: string): string =>
      [...new TextEncoder().encode(text)].map((o) => `\\${o.toString(16).padStart(2, '0')}`).join('');
    const value = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(value, (text) => {
        expect(dnKey(`cn=${escapeDnValue(text)},dc=x`)).toBe(dnKey(`cn=${hex(text)},dc=x`));
      }),
    );
    fc.assert(
      fc.property(value, value, (a, b) => {
        if (a.trim().toLowerCase() === b.trim().toLowerCase()) return;
        expect(dnKey(`cn=${hex(a)}`)).not.toBe(dnKey(`cn=${hex(b)}`));
      }),
    );
  });

  test('takes linear time for any text', () => {
    const started = performance.now();
    for (const text of [' ', ',', '\\', '\\61', ' ,', '\\ ']) dnKey(`cn=${text.repeat(200_000)}`);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
