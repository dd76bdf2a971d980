import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IpAddress, ipFromBytes, parseIp, reverseLabels, reverseName, sameIp } from '../../src/values/ip.js';
import { anyText, expectSound, postfixData, value } from './support.js';

const ip = (text: string): IpAddress => value(parseIp(text));

describe('parseIp', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    // RFC 4291 section 2.2.
    ['ABCD:EF01:2345:6789:ABCD:EF01:2345:6789', 'abcd:ef01:2345:6789:abcd:ef01:2345:6789'],
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['FF01:0:0:0:0:0:0:101', 'ff01::101'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::', '::'],
    ['1::', '1::'],
    ['0:0:0:0:0:0:13.1.68.3', '::d01:4403'],
    // RFC 5952 section 4: one zero group is not compressed, the longest run is, the first of two equal ones.
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    // IPv4-mapped (RFC 4291 section 2.5.5.2), in all of its spellings.
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
  ])('%s is %s', (text, canonical) => {
    expect(ip(text).text).toBe(canonical);
    expect(ip(text).version).toBe(canonical.includes(':') ? 6 : 4);
  });

  it.each([
    ...['', '1', '127.1', '127.0.1', '1.2.3.4.5', '999.1.1.1', '256.1.1.1', '1.2.3', '1.2.3.', '.1.2.3', '1..2.3'],
    ...['0177.0.0.1', '0x7f.0.0.1', '0x7f000001', '2130706433', '01.2.3.4', '1.2.3.04', '1.2.3.-4', '1.2.3.+4'],
    ...[' 1.2.3.4', '1.2.3.4 ', '1.2.3.4\n', '1.2.3.4\0', '１.2.3.4', '1.2.3.4/32', '1e1.0.0.1'],
    ...[':', ':::', '1:::2', '::1::', '1::2::3', ':1', '1:', ':1:2:3:4:5:6:7', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9'],
    ...['1:2:3:4::5:6:7:8', '12345::', 'g::', '::1%eth0', 'fe80::1%1', '[::1]', 'IPv6:::1', '::1/128'],
    ...['::1.2.3', '::01.2.3.4', '1.2.3.4::', '::1.2.3.4:5', '1:2:3:4:5:6:7:1.2.3.4', '::ffff:999.1.1.1'],
  ])('refuses %s', (text) => {
    const result = parseIp(text);
    expect(result.kind).toBe('malformed');
    expectSound(result, text);
  });

  it('refuses long text at once', () => {
    expect(parseIp('1.'.repeat(1_000_000)).kind).toBe('malformed');
    expect(parseIp(':'.repeat(1_000_000)).kind).toBe('malformed');
  });

  it('agrees with net.isIP on any text but zones, and with URL on the canonical text', () => {
    const texts = fc.oneof(anyText('0123456789abcdefF:::..%'), fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(texts, (text) => {
        const result = parseIp(text);
        expectSound(result, text);
        expect(result.kind === 'parsed').toBe(isIP(text) !== 0 && !text.includes('%'));
        if (result.kind === 'malformed') return;
        const { text: canonical, version, words } = result.value;
        expect(ip(canonical)).toEqual(result.value);
        expect(words).toHaveLength(version === 4 ? 1 : 4);
        if (version === 6) expect(new URL(`http://[${text}]/`).hostname).toBe(`[${canonical}]`);
      }),
      { numRuns: 2000 },
    );
  });

  it('decides like valid_hostaddr of Postfix but for what is listed', (ctx) => {
    const known = new Map([
      ['0.255.255.255', 'parsed'], // Postfix refuses a first octet of 0 (but 0.0.0.0).
      ['a:a:a:a:a:1.2.3.4', 'malformed'], // seven groups: Postfix does not count them.
    ]);
    const cases = postfixData(ctx, 'util/valid_hostname.ref').split('./valid_hostname: testing: ').slice(1);
    expect(cases.length).toBeGreaterThan(50);
    for (const section of cases) {
      const text = section.slice(1, section.indexOf('"', 1));
      if (text.includes('*')) continue; // Their run asks only about host names here.
      const theirs = /warning: valid_(?:ipv[46]_)?hostaddr:/.test(section) ? 'malformed' : 'parsed';
      expect([text, parseIp(text).kind]).toEqual([text, known.get(text) ?? theirs]);
    }
  });
});

describe('other functions of addresses', () => {
  it('reads bytes in network order', () => {
    expect(value(ipFromBytes(Uint8Array.of(192, 0, 2, 255)))).toEqual(ip('192.0.2.255'));
    const backing = Uint8Array.of(9, 9, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe);
    expect(value(ipFromBytes(backing.subarray(2))).text).toBe('2001:db8::fffe');
    const mapped = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1);
    expect(value(ipFromBytes(mapped)).text).toBe('192.0.2.1');
    for (const length of [0, 3, 5, 15, 17]) expect(ipFromBytes(new Uint8Array(length)).kind).toBe('malformed');
  });

  it('names the reverse zone', () => {
    expect(reverseName(ip('192.0.2.1'))).toBe('1.2.0.192.in-addr.arpa');
    expect(reverseLabels(ip('127.0.0.2'))).toBe('2.0.0.127');
    // RFC 3596 section 2.5.
    expect(reverseName(ip('4321:0:1:2:3:4:567:89ab'))).toBe(
      'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa',
    );
  });

  it('compares values, not spellings', () => {
    expect(sameIp(ip('2001:DB8::1'), ip('2001:db8:0:0::1'))).toBe(true);
    expect(sameIp(ip('::ffff:1.2.3.4'), ip('1.2.3.4'))).toBe(true);
    expect(sameIp(ip('::102:304'), ip('1.2.3.4'))).toBe(false);
  });
});
