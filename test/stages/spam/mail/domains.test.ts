import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostOfUri, hostToAscii, isHostName, readDomainRules } from '../../../../src/stages/spam/mail/index.js';
import type { Setting, Settings } from '../../../../src/stages/spam/rules/settings.js';
import { domains } from './support.js';

describe('hostOfUri', () => {
  it.each([
    ['http://www.example.com/x', 'www.example.com', 'example.com'],
    ['http://WWW.Example.COM:80', 'www.example.com', 'example.com'],
    ['http://a.b.example.co.uk/', 'a.b.example.co.uk', 'example.co.uk'],
    ['http://co.uk/', 'co.uk', 'co.uk'],
    ['http://x.docs.google.com/', 'x.docs.google.com', 'x.docs.google.com'],
    ['http://docs.google.com', 'docs.google.com', 'docs.google.com'],
    ['http://192.0.2.1/', '192.0.2.1', '192.0.2.1'],
    ['http://user:p@foo.com/?x=@bar.com', 'foo.com', 'foo.com'],
    ['mailto:joe@a.foo.com?subject=x', 'a.foo.com', 'foo.com'],
    ['http://school.k12.ca.us/', 'school.k12.ca.us', 'school.k12.ca.us'],
    ['http://a.pvt.k12.ma.us', 'a.pvt.k12.ma.us', 'a.pvt.k12.ma.us'],
    ['http://fire.ci.la.ca.us', 'fire.ci.la.ca.us', 'fire.ci.la.ca.us'],
    ['http://a_b.foo.com', 'a_b.foo.com', 'foo.com'],
    ['foo.com', 'foo.com', 'foo.com'],
    ['ftp://f.foo.com', 'f.foo.com', 'foo.com'],
    ['http:foo.com', 'foo.com', 'foo.com'],
  ])('of %s is %s of %s', (uri, host, domain) => {
    expect(hostOfUri(uri, domains)).toEqual({ host, domain });
  });

  it.each([
    ...[
      'mailto:a@b@foo.com',
      'mailto:foo',
      'http://foo.notatld',
      'http://foo_bar.com',
      'http://-a.com',
      'http://foo..com/',
    ],
    ...[
      'http://foo.com./',
      'javascript:foo.com',
      'cid:x@foo.com',
      'http://foo%2ecom/',
      'http://a%20b.com',
      'http://[2001:db8::1]/',
      '',
    ],
  ])('of %j there is none', (uri) => {
    expect(hostOfUri(uri, domains)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (uri) => void hostOfUri(`http://${uri}`, domains)));
  });
});

describe('hostToAscii', () => {
  it.each([
    ['WWW.Example.COM', 'www.example.com'],
    ['b\xc3\xbccher.de', 'xn--bcher-kva.de'],
    ['b\xfccher.de', 'xn--bcher-kva.de'],
    ['foo\xe3\x80\x82com', 'foo.com'],
    ['[2001:DB8::1]', '[2001:db8::1]'],
    ['a b', 'a b'],
    ['\xff\xc0A', '\xff\xc0a'],
  ])('of %j is %j', (host, expected) => {
    expect(hostToAscii(host)).toBe(expected);
  });
});

describe('isHostName', () => {
  it.each([
    ['example.com', true],
    ['a-b.example.com', true],
    ['_dmarc.example.com', true],
    ['example', false],
    ['_a.com', false],
    ['a.b_c', false],
    ['-a.com', false],
    ['a..com', false],
    [`${'a'.repeat(64)}.com`, false],
    [`${'a.'.repeat(126)}com`, false],
  ])('%s: %s', (host, expected) => {
    expect(isHostName(host)).toBe(expected);
  });
});

describe('readDomainRules', () => {
  it('reads the lines in order, and forgets what was before a clear_util_rb', () => {
    const lines = [
      ['util_rb_tld', 'old'],
      ['util_rb_2tld', 'old.uk'],
      ['clear_util_rb', ''],
      ['util_rb_tld', 'COM  net'],
      ['util_rb_tld', 'xn--p1ai'],
      ['util_rb_2tld', 'co.uk'],
      ['util_rb_3tld', 'docs.google.com'],
    ];
    const rules = readDomainRules(settingsOf(lines));
    expect([[...rules.topLevel], [...rules.twoLevel], [...rules.threeLevel]]).toEqual([
      ['com', 'net', 'xn--p1ai'],
      ['co.uk'],
      ['docs.google.com'],
    ]);
  });
});

function settingsOf(lines: readonly (readonly string[])[]): Settings {
  const all = lines.map(
    ([keyword = '', value = '']): Setting => ({ keyword, value, source: { file: 'a.cf', line: 1 } }),
  );
  return {
    of: (...keywords) => all.filter(({ keyword }) => keywords.includes(keyword)),
    last: (keyword) => all.findLast((line) => line.keyword === keyword),
  };
}
