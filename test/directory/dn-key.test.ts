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
    ['cn=K+uid=a,dc=x', 'uid=a+cn=K,dc=x'],
    ['cn = K + uid = a , dc = x', 'uid=a+cn=K,dc=x'],
    ['cn=a   b', 'cn=A b'],
    ['cn=a\\20 \\20b', 'cn=a b'],
    ['cn=a#b', 'cn=a\\#b'],
    // As slapcat writes the name of an entry, and a value that names it.
    ["uid=\\23O'Neill \\3Co\\2Bn\\3E\\3B a\\3Db \\5C *", "uid=\\#O'Neill \\<o\\+n\\>\\; a=b \\\\ *"],
  ])('%s is %s', (one, other) => expect(dnKey(one)).toBe(dnKey(other)));

  test.each([
    ['cn=a,dc=b', 'cn=a\\,dc=b'],
    ['cn=a\\\\,dc=b', 'cn=a\\,dc=b'],
    ['cn=a+b=c', 'cn=a\\+b=c'],
    ['cn=a', 'cn=b'],
    ['cn=a+uid=b', 'cn=b+uid=a'],
    ['cn=a,uid=b', 'uid=b,cn=a'],
    ['cn=#04', 'cn=\\#04'],
    // No-break space, ideographic space, tab: they are not trimmed, nor squeezed.
    ['cn=a\u00a0', 'cn=a'],
    ['cn=\u3000a', 'cn=a'],
    ['cn=a\tb', 'cn=a b'],
    // The sign for Kelvin, a full-width letter: other characters.
    ['cn=\u212a', 'cn=k'],
    ['cn=\uff21', 'cn=a'],
    ['cn=\u0130', 'cn=i\u0307'],
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
        const plain = (text: string): string => text.replace(/ +/g, ' ').replace(/^ | $/g, '').toLowerCase();
        if (plain(a) === plain(b)) return;
        expect(dnKey(`cn=${hex(a)}`)).not.toBe(dnKey(`cn=${hex(b)}`));
      }),
    );
  });

  test('takes linear time for any text', () => {
    const started = performance.now();
    for (const text of [' ', ',', '\\', '\\61', ' ,', '\\ ']) dnKey(`cn=${text.repeat(100_000)}`);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
