import { describe, expect, it } from 'vitest';
import { mailboxOf, writtenAddress } from '../../src/values/address.js';
import { parseDomain } from '../../src/values/domain.js';
import { parseAddressLiteral, parseMailbox } from '../../src/values/mailbox.js';
import { expectSound, postfixData, value } from './support.js';

const LOCAL_64 = 'a'.repeat(64);

describe('the spelling of the client', () => {
  it.each([
    ['user@example.com', 'user@example.com'],
    ['User@Example.COM.', 'User@Example.COM.'],
    ['"a \\"b"@example.com', 'a "b@example.com'],
    ['"simple"@example.com', 'simple@example.com'],
    ['ü@BÜcher.example', 'ü@BÜcher.example'],
    ['user@[IPv6:2001:DB8::1]', 'user@[IPv6:2001:DB8::1]'],
  ])('%s', (text, written) => {
    const plain = value(parseMailbox(text));
    const kept = value(parseMailbox(text, { keepWritten: true }));
    expect(writtenAddress(kept)).toBe(written);
    expect('written' in kept).toBe(written !== plain.text);
    const { written: _, ...rest } = kept;
    expect(rest).toEqual(plain);
    expect(writtenAddress(plain)).toBe(plain.text);
  });
});

describe('parseMailbox', () => {
  it.each([
    ['user@example.com', 'user', 'user@example.com'],
    ['User.Name+tag@EXAMPLE.COM', 'User.Name+tag', 'User.Name+tag@example.com'],
    ['user@example.com.', 'user', 'user@example.com'],
    ['user@localhost', 'user', 'user@localhost'],
    ["o'brien!#$%&*/=?^_`{|}~-@example.com", "o'brien!#$%&*/=?^_`{|}~-", "o'brien!#$%&*/=?^_`{|}~-@example.com"],
    ['"simple"@example.com', 'simple', 'simple@example.com'],
    ['"a\\b"@example.com', 'ab', 'ab@example.com'],
    ['"a b"@example.com', 'a b', '"a b"@example.com'],
    ['"a@good.com"@evil.com', 'a@good.com', '"a@good.com"@evil.com'],
    ['"a\\"b\\\\c"@example.com', 'a"b\\c', '"a\\"b\\\\c"@example.com'],
    ['"a>b, <c>"@example.com', 'a>b, <c>', '"a>b, <c>"@example.com'],
    ['""@example.com', '', '""@example.com'],
    ['"a..b"@example.com', 'a..b', '"a..b"@example.com'],
    [`${LOCAL_64}@example.com`, LOCAL_64, `${LOCAL_64}@example.com`],
    // RFC 6531.
    ['用户@例え.jp', '用户', '用户@xn--r8jz45g.jp'],
    ['"ü ü"@bücher.example', 'ü ü', '"ü ü"@xn--bcher-kva.example'],
    ['😀@example.com', '😀', '😀@example.com'],
    // RFC 5321 section 4.1.3.
    ['user@[192.0.2.1]', 'user', 'user@[192.0.2.1]'],
    ['user@[IPv6:2001:DB8:0::1]', 'user', 'user@[IPv6:2001:db8::1]'],
    ['user@[ipv6:::1]', 'user', 'user@[IPv6:::1]'],
    ['user@[IPv6:::ffff:192.0.2.1]', 'user', 'user@[192.0.2.1]'],
  ])('%s', (text, localPart, canonical) => {
    const mailbox = value(parseMailbox(text));
    expect([mailbox.localPart, mailbox.text]).toEqual([localPart, canonical]);
    expect(value(parseMailbox(canonical))).toEqual(mailbox);
  });

  it.each([
    ...['', 'user', '@', 'user@', '@example.com', 'a@b@c', 'user@@b', '.a@b', 'a.@b', 'a..b@c', 'a b@c', 'a@b c'],
    ...[' a@b', 'a@b ', '<a@b>', 'a@b>', 'a,b@c', 'a(c)@b', 'a@(c)b', 'a\\b@c', 'a:b@c', 'a;b@c', '"a"b@c', 'a"b"@c'],
    ...['"a@b', '"a"', '"a" @b', '"a\\', '"a\\"@b', '""a"@b', 'a@-b', 'a@b_c.d', 'a@1.2.3.4', 'a@b..c'],
    ...[
      'a\0@b',
      '"a\0"@b',
      '"a\\\0"@b',
      '"a\r\nb"@c',
      'a\u0085@b',
      'a\ud800@b',
      'a@b\0',
      'a@b\r\n',
      '"\t"@b',
      '"\\ü"@b',
    ],
    ...['a@[192.0.2.1', 'a@192.0.2.1]', 'a@[]', 'a@[1.2.3]', 'a@[2001:db8::1]', 'a@[IPv6:192.0.2.1]', 'a@[IPv6:]'],
    ...['a@[IPv6:::1%eth0]', 'a@[X-tag:data]', 'a@[192.0.2.1]x', 'a@[01.2.3.4]', `${LOCAL_64}a@b.c`],
  ])('refuses %j', (text) => {
    const result = parseMailbox(text);
    expect(result.kind).toBe('malformed');
    expectSound(result, text);
  });

  it('says why', () => {
    expect(parseMailbox('a@[X-tag:data]')).toMatchObject({ why: 'no address literals of kind "X-tag" are known' });
    expect(parseMailbox('a@[2001:db8::1]')).toMatchObject({ why: 'an IPv6 address literal begins with "IPv6:"' });
    expect(parseMailbox('abc@exa%mple')).toMatchObject({ at: 7 });
    expect(parseMailbox('"ab\0"@c')).toMatchObject({ at: 3 });
  });

  it('takes a longer local part where told to', () => {
    expect(parseMailbox(`${LOCAL_64}aaaa@example.com`, { maxLocalPart: 128 }).kind).toBe('parsed');
  });

  it('reads address literals without brackets too', () => {
    expect(value(parseAddressLiteral('IPv6:2001:DB8::1')).text).toBe('[IPv6:2001:db8::1]');
  });

  it('quotes and unquotes like quote_822_local of Postfix', (ctx) => {
    const lines = postfixData(ctx, 'global/quote_822_local.ref').split('\n');
    let compared = 0;
    for (const line of lines) {
      const [, from = '', how, to = ''] = /^'(.*)' (quoted|unquoted) '(.*)'$/.exec(line) ?? [];
      const at = from.lastIndexOf('@');
      if (how === 'quoted' && at > 0) {
        expect(value(mailboxOf(from.slice(0, at), value(parseDomain(from.slice(at + 1))))).text).toBe(to);
        compared++;
      } else if (how === 'unquoted' && from.indexOf('@', from.lastIndexOf('"')) === from.lastIndexOf('@') && at > 0) {
        const mailbox = parseMailbox(from);
        // Their tool takes a local part alone, and a domain with an "@" in it; a Mailbox is neither.
        if (mailbox.kind === 'parsed') expect(`${mailbox.value.localPart}@${from.slice(at + 1)}`).toBe(to);
        compared += mailbox.kind === 'parsed' ? 1 : 0;
      }
    }
    expect(compared).toBe(2);
  });
});
