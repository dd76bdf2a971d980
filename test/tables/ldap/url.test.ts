import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonAttributes, isLdapUrl, readLdapUrl } from '../../../src/tables/ldap/url.js';

const all = '(objectClass=*)';

describe('an LDAP URL', () => {
  it.each([
    ['ldap:///dc=x', { base: 'dc=x', scope: 'base', filter: all, attributes: [] }],
    ['ldap://host:99/dc=x?mail', { base: 'dc=x', scope: 'base', filter: all, attributes: ['mail'] }],
    [
      'LDAPS:///dc=x?mail,cn?SUB?(uid=a)',
      { base: 'dc=x', scope: 'sub', filter: '(uid=a)', attributes: ['mail', 'cn'] },
    ],
    ['ldap:///dc=x??one?uid=a', { base: 'dc=x', scope: 'one', filter: '(uid=a)', attributes: [] }],
    ['<URL:ldap:///dc=x>', { base: 'dc=x', scope: 'base', filter: all, attributes: [] }],
    ['<ldap:///dc=x>', { base: 'dc=x', scope: 'base', filter: all, attributes: [] }],
    ['ldap:///cn=%C3%BC%2C%20x,dc=x', { base: 'cn=ü, x,dc=x', scope: 'base', filter: all, attributes: [] }],
    ['ldap:///dc=x????!ext=y,z', { base: 'dc=x', scope: 'base', filter: all, attributes: [] }],
    ['ldap://host', { base: '', scope: 'base', filter: all, attributes: [] }],
    ['ldap:///', { base: '', scope: 'base', filter: all, attributes: [] }],
  ])('%s', (text, expected) => {
    expect(isLdapUrl(text)).toBe(true);
    expect(readLdapUrl(text)).toEqual(expected);
  });

  it.each([
    'ldap:///dc=x??weird',
    'ldap:///dc=x??children',
    'ldap:///dc=x??sub?(uid=a',
    'ldap:///%',
    'ldap:///%ff',
    '<ldap:///dc=x',
    'ldap:///a?b?sub?(a=b)?e?more',
  ])('%s is wrong', (text) => {
    expect(typeof readLdapUrl(text)).toBe('string');
  });

  it.each(['dc=x', 'ldap:/dc=x', 'http://ldap://', ' ldap:///x', ''])('%j is none', (text) => {
    expect(isLdapUrl(text)).toBe(false);
  });

  it('never throws', () => {
    const piece = fc.constantFrom('ldap://', '<', '>', 'URL:', '/', '?', '%', '41', ',', 'sub', '(a=b)', 'ü', 'x');
    fc.assert(fc.property(fc.array(piece), (pieces) => void readLdapUrl(`ldap://${pieces.join('')}`)));
  });
});

describe('attributes of URL and table', () => {
  it.each([
    [[], ['mail', 'cn'], ['mail', 'cn']],
    [['MAIL', 'x'], ['mail', 'cn'], ['mail']],
    [['mail;lang-de'], ['mail'], ['mail;lang-de']],
    [['mail'], ['mail;lang-de'], ['mail;lang-de']],
    [['mail;a'], ['mail;b'], []],
    [['*'], ['mail'], []],
    [['mail', 'mail'], ['mail'], ['mail']],
  ])('%j and %j: %j', (ofUrl, ofTable, common) => {
    expect(commonAttributes(ofUrl, ofTable)).toEqual(common);
  });
});
