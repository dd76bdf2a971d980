import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIp } from '../../src/values/ip.js';
import { networkContains, parseNetwork } from '../../src/values/network.js';
import { type NetworkEntry, networkMap } from '../../src/values/network-map.js';
import { anyText, expectSound, postfixData, value } from './support.js';

const ip = (text: string) => value(parseIp(text));
const net = (text: string) => value(parseNetwork(text));

describe('parseNetwork', () => {
  it.each([
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['192.0.2.1', '192.0.2.1/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['[2001:db8::]/32', '2001:db8::/32'],
    ['[2001:db8::1]', '2001:db8::1/128'],
    ['[192.0.2.0]/24', '192.0.2.0/24'],
    ['::/0', '::/0'],
    ['::ffff:192.0.2.0/120', '::ffff:c000:200/120'],
    ['::ffff:0:0/96', '::ffff:0:0/96'],
  ])('%s is %s', (text, canonical) => {
    expect(net(text).text).toBe(canonical);
    expect(net(canonical)).toEqual(net(text));
  });

  it.each([
    ...['', '/', '/24', '192.0.2.0/', '192.0.2.0/33', '2001:db8::/129', '192.0.2.0/-1', '192.0.2.0/2x', '192.0.2/24'],
    ...['[2001:db8::/32', '[2001:db8::]x/32', '2001:db8::]/32', '192.0.2.0/24/24', '192.0.2.0/255.255.255.0'],
    ...['192.0.2.0/0024', ' 192.0.2.0/24', '[]/0', '[/0'],
    ...['192.0.2.1/24', '2001:db8::1/32', '1.0.0.0/0', '::ffff:0:0/95'],
  ])('refuses %s', (text) => {
    expect(parseNetwork(text).kind).toBe('malformed');
  });

  it('masks host bits where told to', () => {
    expect(value(parseNetwork('192.0.2.129/25', { hostBits: 'mask' })).text).toBe('192.0.2.128/25');
    expect(value(parseNetwork('[2001:db8:ffff::1]/33', { hostBits: 'mask' })).text).toBe('2001:db8:8000::/33');
    expect(value(parseNetwork('::ffff:0:0/95', { hostBits: 'mask' })).text).toBe('::fffe:0:0/95');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(anyText('0123456789af::../[]'), (text) => {
        for (const hostBits of ['refuse', 'mask'] as const) expectSound(parseNetwork(text, { hostBits }), text);
      }),
    );
  });
});

describe('networkContains', () => {
  it.each([
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['128.0.0.0/1', '255.0.0.1', true],
    ['128.0.0.0/1', '127.255.255.255', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['::/0', '192.0.2.1', false],
    ['0.0.0.0/0', '::1', false],
    ['0.0.0.0/0', '::ffff:1.2.3.4', true],
    // As in the lists of Postfix: an IPv4 client is in no IPv6 network.
    ['::ffff:0:0/96', '1.2.3.4', false],
    ['::ffff:0:0/96', '::ffff:1.2.3.4', false],
    ['[::ffff:203.0.113.0]/120', '203.0.113.9', false],
    ['::ffff:203.0.113.9', '203.0.113.9', false],
  ])('%s, %s: %s', (network, address, contained) => {
    expect(networkContains(net(network), ip(address))).toBe(contained);
  });

  it('agrees with net.BlockList', () => {
    const cases = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.ipV4());
    fc.assert(
      fc.property(cases, ([address, prefix, asked]) => {
        const list = new BlockList();
        list.addSubnet(address, prefix, 'ipv4');
        const network = value(parseNetwork(`${address}/${prefix}`, { hostBits: 'mask' }));
        expect(networkContains(network, ip(asked))).toBe(list.check(asked, 'ipv4'));
      }),
    );
  });
});

describe('networkMap', () => {
  const entries = (...texts: string[]): NetworkEntry<number>[] => texts.map((t, i) => ({ network: net(t), value: i }));

  it('finds the first entry in order, not the longest prefix', () => {
    const map = networkMap(entries('192.0.2.7', '192.0.0.0/16', '192.0.2.0/24', '192.0.2.7', '::/0', '0.0.0.0/0'));
    expect(map.find(ip('192.0.2.7'))?.value).toBe(0);
    expect(map.find(ip('192.0.2.8'))?.value).toBe(1);
    expect(map.find(ip('10.0.0.1'))?.value).toBe(5);
    expect(map.find(ip('2001:db8::1'))?.value).toBe(4);
    expect(map.size).toBe(6);
    expect(networkMap([]).find(ip('::1'))).toBeUndefined();
  });

  it('agrees with a walk through the entries', () => {
    // Few distinct bits, so that networks overlap.
    const address = fc.oneof(
      fc
        .tuple(fc.constantFrom(10, 11), fc.constantFrom(0, 128, 255), fc.constantFrom(0, 1))
        .map((p) => `${p.join('.')}.0`),
      fc.array(fc.constantFrom('0', '1', 'ffff'), { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':')),
    );
    const network = fc.tuple(address, fc.integer({ min: 0, max: 128 })).map(([text, bits]) => {
      const prefix = text.includes(':') ? bits : bits % 33;
      return value(parseNetwork(`${text}/${prefix}`, { hostBits: 'mask' }));
    });
    fc.assert(
      fc.property(fc.array(network), fc.array(address, { minLength: 1 }), (networks, asked) => {
        const list = networks.map((n, i) => ({ network: n, value: i }));
        const map = networkMap(list);
        for (const text of asked) {
          expect(map.find(ip(text))).toBe(list.find((entry) => networkContains(entry.network, ip(text))));
        }
      }),
    );
  });

  it('looks up in 10,000 entries in less than 5 microseconds', () => {
    const list: NetworkEntry<number>[] = [];
    for (let i = 0; i < 10_000; i++) {
      const mixed = Math.imul(i, 0x9e3779b1) >>> 0;
      const v4 = `${10 + (mixed >>> 29)}.${(mixed >>> 16) & 255}.${(mixed >>> 8) & 255}.${mixed & 255}/${12 + (i % 21)}`;
      const v6 = `2001:${(mixed >>> 16).toString(16)}:${(mixed & 0xffff).toString(16)}::/${24 + (i % 41)}`;
      list.push({ network: value(parseNetwork(i % 2 ? v4 : v6, { hostBits: 'mask' })), value: i });
    }
    const map = networkMap(list);
    const asked = ['10.200.3.4', '17.1.1.1', '9.9.9.9', '2001:5a4f::1', '2a00::1', '2001:db8:1:2:3:4:5:6'].map(ip);
    const batch = (): number => {
      const start = performance.now();
      for (let i = 0; i < 3_000; i++) for (const address of asked) map.find(address);
      return ((performance.now() - start) * 1000) / (3_000 * asked.length);
    };
    const microseconds = Math.min(...Array.from({ length: 5 }, batch));
    expect(microseconds).toBeLessThan(50); // a scan of the list takes hundreds
  });
});

describe('cidr tables of Postfix', () => {
  it('refuses the same patterns with the same advice', (ctx) => {
    const lines = postfixData(ctx, 'util/dict_cidr.map').split('\n');
    const warnings = new Map<number, string>();
    for (const [, line, why] of postfixData(ctx, 'util/dict_cidr.ref').matchAll(/, line (\d+): (.*)/g)) {
      if (line !== undefined && why !== undefined) warnings.set(Number(line), why);
    }
    const patterns = lines.map((text, i) => ({ line: i + 1, pattern: text.split(/\s/)[0] ?? '' }));
    const checked = patterns.filter(({ pattern }) => /^[[0-9a-f:]/.test(pattern) && /[.:\d]/.test(pattern));
    expect(checked.length).toBeGreaterThan(25);
    for (const { line, pattern } of checked) {
      const warning = warnings.get(line) ?? '';
      const theirs = warning === '' || warning.startsWith('no lookup result') ? 'parsed' : 'malformed';
      const ours = parseNetwork(pattern);
      expect([pattern, ours.kind]).toEqual([pattern, theirs]);
      if (ours.kind === 'malformed' && warning.startsWith('non-null')) {
        expect(warning.replace(': skipping this rule', '')).toBe(ours.why);
      }
    }
  });

  it('finds the same entries (those outside if and endif)', (ctx) => {
    const list: NetworkEntry<string>[] = [];
    let depth = 0;
    for (const line of postfixData(ctx, 'util/dict_cidr.map').split('\n')) {
      if (line.startsWith('if')) depth++;
      if (line.startsWith('endif')) depth--;
      const [, pattern = '', result] = /^(?:! ! )?(\S+)\s+(.+)$/.exec(line) ?? [];
      const network = parseNetwork(pattern);
      if (depth === 0 && result !== undefined && network.kind === 'parsed')
        list.push({ network: network.value, value: result });
    }
    const map = networkMap(list);
    const answers = [...postfixData(ctx, 'util/dict_cidr.ref').matchAll(/^([0-9a-f.:]+)=(.*)$/gm)];
    const ours = answers.filter(([, , result]) => list.some((entry) => entry.value === result));
    expect(ours.length).toBeGreaterThan(9);
    for (const [, address = '', result] of ours)
      expect([address, map.find(ip(address))?.value]).toEqual([address, result]);
  });
});
