import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mailboxOf } from '../../src/values/address.js';
import {
  type AddressListEntry,
  type HeaderMailbox,
  parseAddressList,
  renderAddressList,
} from '../../src/values/address-list.js';
import { parseDomain } from '../../src/values/domain.js';
import { addresses, flat } from './address-lists.js';
import { anyText, expectLinear, value } from './support.js';

describe('parseAddressList', () => {
  it.each([
    ['', []],
    [' , ,, (nobody)', []],
    ['a@example.com', ['|a@example.com']],
    ['<a@example.com>', ['|a@example.com']],
    ['A B <a@Example.COM>', ['A B|a@example.com']],
    ['"B, A" <a@b>', ['B, A|a@b']],
    ['"a \\"b\\" c" <a@b>', ['a "b" c|a@b']],
    ['"" <a@b>', ['|a@b']],
    ['a@b,c@d , e@f,', ['|a@b', '|c@d', '|e@f']],
    ['=?utf-8?Q?J=C3=B6rg?= M <j@b>', ['=?utf-8?Q?J=C3=B6rg?= M|j@b']],
    ['Jörg <jörg@bücher.example>', ['Jörg|jörg@xn--bcher-kva.example']],
    ['a@[192.0.2.1], b@[IPv6:::1]', ['|a@[192.0.2.1]', '|b@[IPv6:::1]']],
    ['mail.to@_spf.example.com', ['|mail.to@_spf.example.com']],
    // Quoted local parts stay quoted.
    ['"a@good.com"@evil.com', ['|"a@good.com"@evil.com']],
    ['X <"a@good.com>, "@evil.com>', ['X|"a@good.com>, "@evil.com']],
    ['"a b"@c, "d"@e', ['|"a b"@c', '|d@e']],
    // RFC 5322 appendix A.1.2, A.1.3, A.5.
    ['"Joe Q. Public" <john.q.public@example.com>', ['Joe Q. Public|john.q.public@example.com']],
    [
      'Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>',
      ['Mary Smith|mary@x.test', '|jdoe@example.org', 'Who?|one@y.test'],
    ],
    [
      '<boss@nil.test>, "Giant; \\"Big\\" Box" <sysservices@example.net>',
      ['|boss@nil.test', 'Giant; "Big" Box|sysservices@example.net'],
    ],
    [
      'A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;',
      ['Ed Jones|c@a.test', '|joe@where.test', 'John|jdoe@one.test'],
    ],
    ['Undisclosed recipients:;', []],
    ['Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>', ['Pete|pete@silly.test']],
    [
      "A Group(Some people)\t :Chris Jones <c@(Chris's host.)public.example>, joe@example.org;",
      ['Chris Jones|c@public.example', '|joe@example.org'],
    ],
    ['(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;', []],
    // Appendix A.6.1, obsolete forms.
    ['Joe Q. Public <john.q.public@example.com>', ['Joe Q. Public|john.q.public@example.com']],
    [
      'Mary Smith <@node.test:mary@example.net>, , jdoe@test   . example',
      ['Mary Smith|mary@example.net', '|jdoe@test.example'],
    ],
    ['<@a,@b:c@d>', ['|c@d']],
    ['"a".b."c d"@e', ['|"a.b.c d"@e']],
    ['g: a@b; , c@d', ['|a@b', '|c@d']],
  ])('%s', (text, expected) => {
    expect(flat(text)).toEqual(expected);
  });

  it('keeps groups', () => {
    const { entries } = addresses('Staff: a@b, C <c@d>;, "x: y":;, e@f');
    expect(
      entries.map((entry) => (entry.kind === 'group' ? [entry.name, entry.members.length] : entry.mailbox.text)),
    ).toEqual([['Staff', 2], ['x: y', 0], 'e@f']);
  });

  it.each([
    ['a@good.com <b@evil.com>', ['display-name-looks-like-address']],
    ['"a@good.com" <b@evil.com>', ['display-name-looks-like-address']],
    ['a@b: c@d;', ['display-name-looks-like-address']],
    ['<@x:a@b>', ['source-route']],
    ['a.@b, c..d@e, .f@g', ['dots-in-local-part', 'dots-in-local-part', 'dots-in-local-part']],
    ['a@b; c@d', ['semicolon-as-comma']],
    ['undisclosed-recipients:', ['group-not-closed']],
    ['A B <a@b>', []],
  ])('notes what is odd in %s', (text, codes) => {
    const { notes } = addresses(text);
    expect(notes.map((note) => note.code)).toEqual(codes);
    for (const { at } of notes) expect(at).toBeLessThan(text.length);
  });

  it.each([
    ['<a@b> <c@d>', 6],
    ['a <a@b> c <c@d>', 8],
    ['<a@b> c@d', 6],
    ['a@b c@d', 5],
    ['a@b@c', 3],
    ['<a@b@c>', 4],
    ['<a@b c@d>', 6],
    ['<a@b, c@d>', 7],
    ['ok@x, <a@b><c@d>', 11],
    ['g: <a@b> <c@d>;', 9],
    ['a@b."c@d"@e', 9],
  ])('does not choose in %s', (text, at) => {
    expect(parseAddressList(text)).toMatchObject({ kind: 'ambiguous', at });
  });

  it.each([
    ...['a', 'a b', '<a>', '@', 'a@', '@b', '<>', '<@b>', '<a@>', 'a b@c', 'a@b c', '"a" b@c', '"a"b@c', 'a@.b'],
    ...['<a@b', 'a@b>', '>', '<<a@b>>', 'X <Y <a@b>>', '<a@b> x', '<@x a@b>', '<@x:>', 'X [1] <a@b>'],
    ...[
      '"a@b',
      '"',
      '"a\\',
      'a@[b',
      'a@[b]',
      'a@[1.2.3.4]x',
      'a@[2001:db8::1]',
      '(a@b',
      '(a(b)',
      'a@b)',
      'a\\ b@c',
      ']',
    ],
    ...[':', ': a@b;', 'g: h: a@b;;', 'mailto:a@b', 'g: a@b', 'g, h: a@b;', '<g>: a@b;', 'Doe, John <j@b>'],
    ...['a@1.2.3.4', 'a@b_-.c', 'a@b..c', 'a@%41.com', 'a\0@b', '"a\0" <a@b>', 'a@b\r\n', '"a\rb" <a@b>', '(\0) a@b'],
    ...['a\u0085@b', '"a\tb"@c', 'a\ud800@b'],
  ])('refuses %j', (text) => {
    const list = parseAddressList(text);
    expect(list.kind).toBe('malformed');
    if (list.kind === 'malformed') expect(list.at).toBeLessThanOrEqual(text.length);
  });

  it('has limits', () => {
    const nested = (n: number): string => `${'('.repeat(n)}${')'.repeat(n)} a@b`;
    expect(parseAddressList(nested(32)).kind).toBe('addresses');
    expect(parseAddressList(nested(33)).kind).toBe('malformed');
    expect(addresses('a@b,'.repeat(10_000)).entries).toHaveLength(10_000);
    expect(parseAddressList('a@b,'.repeat(10_001))).toEqual({ kind: 'too-many', limit: 10_000 });
    expect(parseAddressList('g:;'.repeat(10_001))).toEqual({ kind: 'too-many', limit: 10_000 });
    expect(parseAddressList(`g:${'a@b,'.repeat(10_001)};`)).toEqual({ kind: 'too-many', limit: 10_000 });
    expect(parseAddressList('a@b, c@d', { limit: 2 }).kind).toBe('addresses');
    // What follows is not looked at.
    expect(parseAddressList('a@b, c@d, e@f, "', { limit: 2 })).toEqual({ kind: 'too-many', limit: 2 });
    expect(flat(`${'a '.repeat(990)}<a@b>`)).toHaveLength(1);
    expect(parseAddressList(`${'a '.repeat(1_000)}<a@b>`).kind).toBe('malformed');
    expect(flat(`${'a'.repeat(200)}@example.com`)).toHaveLength(1);
    expect(parseAddressList(`${'a'.repeat(300)}@example.com`).kind).toBe('malformed');
  });

  it('never throws, and what it reads is read back', () => {
    const pieces = fc.array(
      fc.constantFrom(
        'a',
        ' ',
        '.',
        '@',
        'a@b',
        '<',
        '>',
        '<a@b>',
        '"x y"',
        '"',
        ',',
        ';',
        ':',
        '(c)',
        '[1.2.3.4]',
        '@x:',
        'ü',
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          anyText('ab@.,;:<>()[]"\\ \t\0ü'),
          pieces.map((p) => p.join('')),
        ),
        (text) => {
          const list = parseAddressList(text);
          if (list.kind === 'addresses')
            expect(addresses(renderAddressList(list.entries)).entries).toEqual(list.entries);
          else if (list.kind !== 'too-many') expect(list.at).toBeLessThanOrEqual(text.length);
        },
      ),
      { numRuns: 4000 },
    );
  });

  it('reads back what it renders', () => {
    const domain = value(parseDomain('example.com'));
    const localPart = fc.string({ unit: fc.constantFrom(...'ab.@", <>ü\\'), maxLength: 8 });
    const name = fc.string({ unit: fc.constantFrom(...'ab.@", <>ü\\:;()\t=?'), maxLength: 10 });
    const mailbox: fc.Arbitrary<HeaderMailbox> = fc
      .tuple(fc.option(name, { nil: undefined }), localPart)
      .map(([displayName, local]) => {
        return { kind: 'header-mailbox', displayName, mailbox: value(mailboxOf(local, domain)) };
      });
    const group: fc.Arbitrary<AddressListEntry> = fc
      .tuple(name, fc.array(mailbox, { maxLength: 3 }))
      .map(([text, members]) => {
        return { kind: 'group', name: text, members };
      });
    fc.assert(
      fc.property(fc.array(fc.oneof(mailbox, group), { maxLength: 5 }), (entries) => {
        expect(addresses(renderAddressList(entries)).entries).toEqual(entries);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes no more than linear time', () => {
    const hostile = [
      'a',
      'a ',
      '(',
      '()',
      '(\\',
      '"',
      '"" ',
      '\\',
      '<',
      '<a',
      '<a@b>',
      '<a@b> ',
      '@',
      '@a',
      'a@',
      'a@b,',
      '@a,',
    ];
    for (const piece of [
      ...hostile,
      '.',
      'a.',
      ':',
      'g:',
      ';',
      ':;',
      ',',
      '[',
      '[]',
      ' ',
      'a@b c@d ',
      '>',
      'ü',
      '<@a:',
    ]) {
      for (const front of ['', '<', '"', 'a@', 'g:']) {
        expectLinear(10_000, (n) => front + piece.repeat(n), parseAddressList);
      }
    }
    // 10,000 addresses, each with all there is.
    expectLinear(2_500, (n) => '(c) "x \\" y" . z <@r:"a b".c@d.example (d)>, '.repeat(n), addresses);
  }, 20_000);
});
