import { Address } from 'address-rfc2821';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddressLiteral, parseMailbox } from '../../src/values/mailbox.js';
import { type PathOptions, parseForwardPath, parseReversePath } from '../../src/values/path.js';
import { anyText, expectLinear, expectSound, value } from './support.js';

const LOCAL_64 = 'a'.repeat(64);

describe('parseReversePath', () => {
  const optional: PathOptions = { angleBrackets: 'optional' };

  it('knows the null path', () => {
    expect(value(parseReversePath('<>'))).toEqual({ kind: 'null-path' });
    expect(value(parseReversePath('<>', optional))).toEqual({ kind: 'null-path' });
    for (const text of ['', ' ', '< >', '<', '>', '<> ', '<>>', '<""@>']) {
      expect([text, parseReversePath(text, optional).kind]).toEqual([text, 'malformed']);
    }
  });

  it.each([
    ['<a@b>', 'a@b'],
    ['<"<>"@b>', '"<>"@b'],
    ['<"a b"@b>', '"a b"@b'],
    ['<@x:a@b>', 'a@b'],
    ['<@x,@y.example:a@b>', 'a@b'],
    ['<@x,@y:"a@b"@c>', '"a@b"@c'],
    ['<a@[192.0.2.1]>', 'a@[192.0.2.1]'],
  ])('%s', (text, canonical) => {
    expect(value(parseReversePath(text))).toEqual(value(parseMailbox(canonical)));
    expect(value(parseForwardPath(text))).toEqual(value(parseMailbox(canonical)));
  });

  it.each([
    ...['a@b', '<a@b', 'a@b>', '<<a@b>>', '< a@b>', '<a@b >', '<a@b>x', '<a@b> ', ' <a@b>', '<a@b,c@d>', '<a@b><c@d>'],
    ...['<@x>', '<@x:>', '<@x:@y:a@b>', '<@x,y:a@b>', '<@x,@y a@b>', '<@x,,@y:a@b>', '<@:a@b>', '<x:a@b>', '<@x:a>'],
    ...['<@[192.0.2.1]:a@b>', '<a>', '<postmaster>', '<a@b\0>', '<a@b>\r\nRCPT TO:<c@d>'],
  ])('refuses %j', (text) => {
    const result = parseReversePath(text);
    expect(result.kind).toBe('malformed');
    expectSound(result, text);
  });

  it('takes a path without brackets where told to', () => {
    expect(value(parseReversePath('a@b', optional))).toEqual(value(parseMailbox('a@b')));
    for (const text of ['a@b>', '@x:a@b', 'a@b c', '<a@b', 'postmaster']) {
      expect([text, parseReversePath(text, optional).kind]).toEqual([text, 'malformed']);
    }
  });

  it('has at most 256 octets with brackets and route', () => {
    const domain = `${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}`;
    const path = (n: number): string => `<${'a'.repeat(n)}@${domain}>`;
    expect(path(64)).toHaveLength(249);
    expect(parseReversePath(path(64)).kind).toBe('parsed');
    expect(parseReversePath(`<@x.yza:${path(64).slice(1)}`).kind).toBe('parsed');
    expect(parseReversePath(`<@x.yzab:${path(64).slice(1)}`).kind).toBe('malformed');
    expect(parseReversePath(`<${'ü'.repeat(32)}@${domain}.${'e'.repeat(7)}>`).kind).toBe('malformed');
  });
});

describe('parseForwardPath', () => {
  it('knows postmaster without a domain', () => {
    for (const text of ['<postmaster>', '<Postmaster>', '<POSTMASTER>']) {
      expect(value(parseForwardPath(text))).toEqual({ kind: 'postmaster' });
    }
    expect(value(parseForwardPath('postmaster', { angleBrackets: 'optional' }))).toEqual({ kind: 'postmaster' });
    expect(value(parseForwardPath('<postmaster@example.com>'))).toMatchObject({ text: 'postmaster@example.com' });
    for (const text of ['postmaster', '<postmaster', '<postmasters>', '<abuse>', '<>', '<"postmaster">']) {
      expect([text, parseForwardPath(text).kind]).toEqual([text, 'malformed']);
    }
  });
});

describe('all of them', () => {
  const parsers = [parseMailbox, parseReversePath, parseForwardPath];
  const specials = 'ab.@<>"\\ :,[]1IPv6ü\0\r';

  it('never throw, and what they read is read back', () => {
    const pieces = fc.array(fc.constantFrom('a', '.', '@', '"', '\\', 'b.c', '<', '>', '@x:', '[192.0.2.1]', 'ü', ' '));
    const options = fc.record({
      angleBrackets: fc.constantFrom('required' as const, 'optional' as const),
      underscores: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          anyText(specials),
          pieces.map((p) => p.join('')),
        ),
        options,
        (text, given) => {
          for (const parse of parsers) {
            const result = parse(text, given);
            expectSound(result, text);
            if (result.kind === 'malformed' || result.value.kind !== 'mailbox') continue;
            expect(value(parseMailbox(result.value.text, given))).toEqual(result.value);
            expect(value(parseReversePath(`<${result.value.text}>`, given))).toEqual(result.value);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('take no more than linear time', () => {
    const hostile = ['a', '"', '"\\"', '@', '@a,', '@a:', 'a.', '<', 'a@', '[', 'ü', ' ', 'postmaster'];
    for (const piece of hostile) {
      for (const front of ['<', '"', 'a@']) {
        const make = (n: number): string => front + piece.repeat(n);
        expectLinear(10_000, make, (text) => parsers.map((parse) => parse(text, { angleBrackets: 'optional' })));
      }
    }
  });
});

describe('beside address-rfc2821', () => {
  /** Where we differ, and why we do. Each of these is met by the corpus below (the test would say so else). */
  function knownDifference(text: string): string | undefined {
    if (/\[[A-Za-z0-9-]*[A-Za-z0-9]:/.test(text) && !/\[ipv6:/i.test(text))
      return 'general address literals name no host';
    if (/@(?:[^\]>]*\.)?(?:\d+|0x[\da-f]*)(?:>?$|[:,])/i.test(text)) return 'a domain does not end in a number';
    if (/[\u0080-\u009f]/.test(text)) return 'C1 controls are controls';
    if (/[-@.]-|-[.:,>]|-$/.test(text)) return 'their labels may end in a hyphen by way of U-labels';
    if (/[^\0-\x7f]/.test(text.slice(text.lastIndexOf('@')))) return 'they do not check U-labels';
    if (/^postmaster$/i.test(text) || text === '')
      return 'their one parser takes reverse and forward paths, or nothing';
    return undefined;
  }

  const ours = (text: string): string | undefined => {
    for (const parse of [parseReversePath, parseForwardPath]) {
      const result = parse(text, { angleBrackets: 'optional' });
      if (result.kind === 'malformed') continue;
      if (result.value.kind !== 'mailbox') return result.value.kind === 'postmaster' ? 'postmaster' : '<>';
      const { domain } = result.value;
      return `${result.value.localPart}@${domain.kind === 'domain' ? domain.ascii : domain.text.toLowerCase()}`;
    }
    return undefined;
  };

  const theirs = (text: string): string | undefined => {
    try {
      const { user, host } = new Address(text);
      if (user === '' && host === '') return '<>';
      if (host === '') return user;
      // They keep quotes and escapes.
      const local = user.startsWith('"') ? user.slice(1, -1).replace(/\\(.)/g, '$1') : user;
      const literal = parseAddressLiteral(host.slice(1, -1));
      return `${local}@${literal.kind === 'parsed' ? literal.value.text.toLowerCase() : host}`;
    } catch {
      return undefined;
    }
  };

  it.each([
    ...['<>', '<postmaster>', '<PostMaster>', '<a@b>', 'a@b', '<"a b"@c>', '<"a\\"b"@c>', '<""@c>', '<@x:a@b>'],
    ...['<@x,@y:a@b>', '<a@[192.0.2.1]>', '<a@[IPv6:::1]>', '<a@[IPv6:1:2:3:4:5:6:7:8]>', '<a..b@c>', '<a@b', '<a@>'],
    ...[
      '<用户@example.com>',
      '<a@bücher.example>',
      '<a@EXAMPLE.com>',
      '<a@[300.1.1.1]>',
      `<${LOCAL_64}@b>`,
      `<${LOCAL_64}a@b>`,
    ],
  ])('%s', (text) => {
    expect(ours(text)).toBe(theirs(text));
  });

  it.each([
    ['<a@[X-tag:data]>', undefined, 'a@[x-tag:data]'],
    ['<a@b.1>', undefined, 'a@b.1'],
    ['<a\u0085@b>', undefined, 'a\u0085@b'],
    ['<a@\u2603.net>', undefined, 'a@xn--n3h.net'],
    ['', undefined, '<>'],
  ])('differs for %j', (text, our, their) => {
    expect([ours(text), theirs(text)]).toEqual([our, their]);
    expect(knownDifference(text)).toBeDefined();
  });

  it('agrees on arbitrary paths', () => {
    const atoms = fc.constantFrom(
      'a',
      'B',
      '1',
      '-',
      '.',
      '@',
      '"',
      '\\',
      ' ',
      '[192.0.2.1]',
      '[IPv6:::1]',
      ':',
      ',',
      '@x:',
      'ü',
      '>',
    );
    const text = fc.array(atoms, { maxLength: 12 }).map((parts) => parts.join(''));
    const shapes = fc.oneof(
      text,
      text.map((t) => `<${t}>`),
      text.map((t) => `<${t}@example.com>`),
      fc.tuple(fc.emailAddress(), fc.boolean()).map(([address, angle]) => (angle ? `<${address}>` : address)),
    );
    let compared = 0;
    fc.assert(
      fc.property(shapes, (path) => {
        if (knownDifference(path) !== undefined) return;
        compared++;
        expect([path, ours(path)]).toEqual([path, theirs(path)]);
      }),
      { numRuns: 4000 },
    );
    expect(compared).toBeGreaterThan(1500);
  });
});
