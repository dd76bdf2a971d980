import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cidrTable } from '../../src/tables/cidr-table.js';
import { parseIp } from '../../src/values/ip.js';
import { networkContains, parseNetwork } from '../../src/values/network.js';
import { problemsOf } from '../stages/facts.js';
import { postfixData, value } from '../values/support.js';

const get = (text: string, key: string): string | undefined => {
  const answer = cidrTable(text, { file: 'f' }).lookup(key);
  return answer.kind === 'found' ? answer.value.value : undefined;
};

describe('cidrTable', () => {
  it.each([
    ['first match, not longest', '10.0.0.0/8 a\n10.1.0.0/16 b', '10.1.2.3', 'a'],
    ['order', '10.1.0.0/16 b\n10.0.0.0/8 a', '10.1.2.3', 'b'],
    ['a bare address', '192.0.2.1 x', '192.0.2.1', 'x'],
    ['IPv6', '[2001:db8::]/32 x y', '2001:DB8::1', 'x y'],
    ['negation', '!10.0.0.0/8 outside', '192.0.2.1', 'outside'],
    ['negation, inside', '!10.0.0.0/8 outside', '10.0.0.1', undefined],
    ['negation says nothing of the other version', '!10.0.0.0/8 outside', '2001:db8::1', undefined],
    ['twice negated', '! ! 10.0.0.0/8 in', '10.0.0.1', 'in'],
    ['a block', 'if 10.0.0.0/8\n10.1.0.0/16 a\nendif\n0.0.0.0/0 b', '10.2.0.0', 'b'],
    ['a negated block', 'IF !10.0.0.0/8\n0.0.0.0/0 a\nENDIF', '192.0.2.1', 'a'],
    ['a nested block', 'if 10.0.0.0/8\nif 10.1.0.0/16\n10.1.1.1 a\nendif\nendif', '10.1.1.1', 'a'],
    ['no address', '0.0.0.0/0 a', 'host.example', undefined],
    ['an IPv4-mapped address is IPv6', '192.0.2.0/24 a\n::/0 b', '::ffff:192.0.2.1', 'b'],
    ['an IPv4-mapped network is IPv6', '::ffff:192.0.2.0/120 a', '192.0.2.1', undefined],
    ['an IPv4-mapped network', '::ffff:192.0.2.0/120 a', '::FFFF:192.0.2.1', 'a'],
    ['brackets around all', '[192.0.2.0/24] a', '192.0.2.1', 'a'],
    ['"!" right behind "if"', 'if!10.0.0.0/8\n0.0.0.0/0 a\nendif', '192.0.2.1', 'a'],
  ])('%s', (_, text, key, expected) => {
    expect(get(text, key)).toBe(expected);
  });

  it('names the line of host bits and says what to write instead', () => {
    const [problem] = problemsOf(() => cidrTable('# x\n172.16.1.3/21 whatever\n', { file: '/etc/nets' }));
    expect(problem).toMatchObject({ code: 'bad-network', source: { file: '/etc/nets', line: 2 } });
    expect(problem?.message).toContain('172.16.0.0/21');
  });

  it('refuses blocks that nest without end, in linear time', () => {
    const text = `${'if 10.0.0.0/8\n'.repeat(20_000)}${'endif\n'.repeat(20_000)}`;
    const codes = new Set(problemsOf(() => cidrTable(text, { file: 'f' })).map((one) => one.code));
    expect([...codes]).toEqual(['nested-too-deep']);
  });

  it("has a problem for every line that Postfix's reference warns of, and answers as it does", (ctx) => {
    const map = postfixData(ctx, 'util/dict_cidr.map');
    const reference = postfixData(ctx, 'util/dict_cidr.ref').split('\n');
    const warned = reference.flatMap((line) => /line (\d+):/.exec(line)?.[1] ?? []).map(Number);
    const problems = problemsOf(() => cidrTable(map, { file: 'f' }));
    expect(problems.map((one) => one.source?.line ?? 0).sort((a, b) => a - b)).toEqual(warned.sort((a, b) => a - b));
    const good = map
      .split('\n')
      .map((line, i) => (warned.includes(i + 1) ? '#' : line))
      .join('\n');
    const table = cidrTable(good, { file: 'f' });
    const asked = reference.flatMap((line, i) => {
      const key = /^> get (.*)/.exec(line)?.[1];
      return key === undefined ? [] : [[key, reference[i + 1] ?? ''] as const];
    });
    expect(asked.length).toBe(23);
    for (const [key, expected] of asked) {
      const answer = table.lookup(key);
      expect(answer.kind === 'found' ? `${key}=${answer.value.value}` : `${key}: not found`).toBe(expected);
    }
  });

  it('equals a linear scan of the rules', () => {
    const octet = fc.integer({ min: 0, max: 3 });
    const address = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'));
    const rule = fc.tuple(fc.boolean(), address, fc.integer({ min: 0, max: 32 })).map(([negated, text, prefix]) => {
      const network = value(parseNetwork(`${text}/${prefix}`, { hostBits: 'mask' }));
      return { negated, network };
    });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 30 }), address, (rules, key) => {
        const text = rules.map((one, i) => `${one.negated ? '!' : ''}${one.network.text} v${i}\n`).join('');
        const ip = value(parseIp(key));
        const first = rules.findIndex((one) => networkContains(one.network, ip) !== one.negated);
        expect(get(text, key)).toBe(first < 0 ? undefined : `v${first}`);
      }),
    );
  });

  it('never throws anything but a configuration error', () => {
    const word = fc.constantFrom('if', 'endif', '!', ' ', '\n', '10.0.0.0/8', '::/0', 'x', '[', ']', '/', '#');
    fc.assert(fc.property(fc.array(word), (words) => void problemsOf(() => cidrTable(words.join(''), { file: 'f' }))));
  });

  it('finds among 10,000 networks', () => {
    const text = Array.from({ length: 10_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24 n${i}\n`).join('');
    const table = cidrTable(text, { file: 'f' });
    const started = performance.now();
    for (let i = 0; i < 20_000; i++) table.lookup(`10.${(i >> 8) & 31}.${i & 255}.9`);
    const us = ((performance.now() - started) / 20_000) * 1000;
    expect(us).toBeLessThan(50);
  });
});
