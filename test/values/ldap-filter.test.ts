import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLatin1 } from '../../src/values/bytes.js';
import { type LdapFilter, parseLdapFilter } from '../../src/values/ldap-filter.js';
import { escapeFilterValue } from '../../src/values/ldap-names.js';

/** In one spelling, to compare by: octets as Latin-1. */
function shown(filter: LdapFilter): string {
  const v = (value: Uint8Array): string => decodeLatin1(value);
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `${filter.kind}[${filter.filters.map(shown).join(' ')}]`;
    case 'not':
      return `not ${shown(filter.filter)}`;
    case 'present':
      return `${filter.attribute}?`;
    case 'substrings':
      return `${filter.attribute} ^${v(filter.initial ?? new Uint8Array(0))} ${filter.any.map((one) => `~${v(one)}`).join(' ')} ${v(filter.final ?? new Uint8Array(0))}$`;
    case 'extensible':
      return `${filter.attribute}:${filter.dnAttributes ? 'dn:' : ''}${filter.rule}:=${v(filter.value)}`;
    default:
      return `${filter.attribute} ${filter.kind} ${v(filter.value)}`;
  }
}

const said = (text: string): string => {
  const parsed = parseLdapFilter(text);
  return parsed.kind === 'parsed' ? shown(parsed.value) : `! ${parsed.why} (${parsed.at})`;
};

describe('filters (RFC 4515)', () => {
  it.each([
    // Section 4, the examples.
    ['(cn=Babs Jensen)', 'cn equal Babs Jensen'],
    ['(!(cn=Tim Howes))', 'not cn equal Tim Howes'],
    [
      '(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))',
      'and[objectClass equal Person or[sn equal Jensen cn ^Babs J  $]]',
    ],
    ['(o=univ*of*mich*)', 'o ^univ ~of ~mich $'],
    ['(seeAlso=)', 'seeAlso equal '],
    ['(cn:caseExactMatch:=Fred Flintstone)', 'cn:caseExactMatch:=Fred Flintstone'],
    ['(cn:=Betty Rubble)', 'cn::=Betty Rubble'],
    ['(sn:dn:2.4.6.8.10:=Barney Rubble)', 'sn:dn:2.4.6.8.10:=Barney Rubble'],
    ['(o:dn:=Ace Industry)', 'o:dn::=Ace Industry'],
    ['(:1.2.3:=Wilma Flintstone)', ':1.2.3:=Wilma Flintstone'],
    ['(:DN:2.4.6.8.10:=Dino)', ':dn:2.4.6.8.10:=Dino'],
    [
      '(o=Parens R Us \\28for all your parenthetical needs\\29)',
      'o equal Parens R Us (for all your parenthetical needs)',
    ],
    ['(cn=*\\2A*)', 'cn ^ ~* $'],
    ['(filename=C:\\5cMyFile)', 'filename equal C:\\MyFile'],
    ['(bin=\\00\\00\\00\\04)', 'bin equal \0\0\0\x04'],
    ['(sn=Lu\\c4\\8di\\c4\\87)', 'sn equal Lu\xc4\x8di\xc4\x87'],
    ['(1.3.6.1.4.1.1466.0=\\04\\02\\48\\69)', '1.3.6.1.4.1.1466.0 equal \x04\x02Hi'],
    // RFC 4526.
    ['(&)', 'and[]'],
    ['(|)', 'or[]'],
    // More of ours.
    ['uid=s.miller', 'uid equal s.miller'],
    ['(cn=*)', 'cn?'],
    ['(objectClass;lang-de=*)', 'objectClass;lang-de?'],
    ['(a>=1)', 'a at-least 1'],
    ['(a<=1)', 'a at-most 1'],
    ['(a~=b=c)', 'a approximate b=c'],
    ['(cn=a**b)', 'cn ^a  b$'],
    ['( & (a=b) ( c=d) )', 'and[a equal b c equal d]'],
    ['(a= b )', 'a equal  b '],
    ['(memberOf:1.2.840.113556.1.4.1941:=CN=a\\2cb,DC=x)', 'memberOf:1.2.840.113556.1.4.1941:=CN=a,b,DC=x'],
    ['(cn=Jürgen)', 'cn equal J\xc3\xbcrgen'],
  ])('%s', (text, filter) => {
    expect(said(text)).toBe(filter);
  });

  it.each([
    '',
    '(',
    '()',
    '(a=b',
    '(a=b))',
    '(a=b)(c=d)',
    '(a)',
    '(=b)',
    '(a=(b)',
    '(a=b(c)',
    '(a=\\)',
    '(a=\\2)',
    '(a=\\zz)',
    '(a=b\0)',
    '(a>=b*)',
    '(a b=c)',
    '(&(a=b)x)',
    '(!)',
    '(!(a=b)(c=d))',
    '(!a=b)',
    '(:=a)',
    '(:dn:=a)',
    '(a:b:c:=d)',
    '(a:b;c:=d)',
    '(ä=b)',
    '(a;=b)',
    `${'(!'.repeat(102)}(a=b)${')'.repeat(102)}`,
  ])('%j is none', (text) => {
    expect(said(text)).toMatch(/^! /);
  });

  it('says what is wrong, and where', () => {
    expect(said('(&(a=b)(c=\\2))')).toBe(
      '! a value has a "\\" without two hexadecimal digits, or a NUL or "*" that is not escaped (8)',
    );
  });

  it('never throws, in linear time', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'()&|!=*\\a:2<>~ ;\0ü') }), (text) => {
        expect(parseLdapFilter(text).kind).toMatch(/^(parsed|malformed)$/);
      }),
    );
    const begin = performance.now();
    for (const text of [
      '('.repeat(100_000),
      '(a=*'.repeat(50_000),
      `(&${'(a=b)'.repeat(50_000)})`,
      `(a=${'*a'.repeat(50_000)})`,
    ]) {
      parseLdapFilter(text);
    }
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  it('a name of 64 KiB is one value', () => {
    const name = '*)(uid=*\0'.repeat(7282);
    expect(said(`(uid=${escapeFilterValue(name)})`)).toBe(`uid equal ${name}`);
  });
});
