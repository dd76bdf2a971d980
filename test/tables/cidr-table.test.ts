import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cidrTable } from '../../src/tables/cidr-table.js';
import { type IpAddress, type Network, parseIp } from '../../src/values/ip.js';
import { networkContains, parseNetwork } from '../../src/values/network.js';
import { postfixData, problemsOf, value } from '../values/support.js';

const get = (text: string, key: string): string | undefined => {
  const answer = cidrTable(text, { file: 'f' }).lookup(key);
  return answer.kind === 'found' ? answer.value.value : undefined;
};

type Rule = { negated: boolean; network: Network; line?: number; rules?: readonly Rule[] };

// Few distinct bits, so that networks overlap and end where others begin or end.
const octet = fc.constantFrom(0, 1, 3, 128, 254, 255);
const group = fc.constantFrom('0', '1', '8000', 'fffe', 'ffff');
const address = fc.oneof(
  fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.')),
  fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':')),
);
const match = fc.tuple(fc.boolean(), address, fc.nat(128)).map(([negated, text, bits]) => {
  const prefix = text.includes(':') ? bits : bits % 33;
  return { negated, network: value(parseNetwork(`${text}/${prefix}`, { hostBits: 'mask' })) };
});
const { ruleOrBlock } = fc.letrec<{ ruleOrBlock: Rule }>((tie) => ({
  ruleOrBlock: fc.oneof(
    { maxDepth: 4 },
    match,
    fc.tuple(match, fc.array(tie('ruleOrBlock'), { maxLength: 5 })).map(([one, rules]) => ({ ...one, rules })),
  ),
}));

/** The rules as text; each learns its line. */
function write(rules: readonly Rule[], lines: string[]): void {
  for (const rule of rules) {
    const pattern = `${rule.negated ? '!' : ''}${rule.network.text}`;
    rule.line = lines.push(rule.rules === undefined ? `${pattern} v` : `if ${pattern}`);
    if (rule.rules === undefined) continue;
    write(rule.rules, lines);
    lines.push('endif');
  }
}

function walk(rules: readonly Rule[], ip: IpAddress): unknown {
  for (const { network, negated, rules: inner, line } of rules) {
    if (network.address.version !== ip.version || networkContains(network, ip) === negated) continue;
    const found = inner === undefined ? { value: 'v', source: { file: 'f', line } } : walk(inner, ip);
    if (found !== undefined) return found;
  }
  return undefined;
}

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

  it('equals a walk through rules and blocks, negated ones too', () => {
    fc.assert(
      fc.property(
        fc.array(ruleOrBlock, { maxLength: 12 }),
        fc.array(address, { minLength: 1, maxLength: 8 }),
        (rules, keys) => {
          const lines: string[] = [];
          write(rules, lines);
          const table = cidrTable(lines.join('\n'), { file: 'f' });
          for (const key of keys)
            expect([key, table.find(value(parseIp(key)))]).toEqual([key, walk(rules, value(parseIp(key)))]);
        },
      ),
    );
  });

  it('never throws anything but a configuration error', () => {
    const word = fc.constantFrom('if', 'endif', '!', ' ', '\n', '10.0.0.0/8', '::/0', 'x', '[', ']', '/', '#');
    fc.assert(fc.property(fc.array(word), (words) => void problemsOf(() => cidrTable(words.join(''), { file: 'f' }))));
  });

  const among = (line: (i: number, network: string) => string): string =>
    Array.from({ length: 10_000 }, (_, i) => line(i, `10.${i >> 8}.${i & 255}.0/24`)).join('');

  it.each([
    ['networks', among((i, network) => `${network} n${i}\n`)],
    ['networks that are negated', among((i) => `!0.0.0.0/1 n${i}\n`)],
    ['blocks', among((i, network) => `if ${network}\n${network.replace('0/24', '9')} n${i}\nendif\n`)],
    ['negated blocks', among((i, network) => `if !${network}\n${network} n${i}\nendif\n`)],
    [
      'rules in blocks that are all negated',
      `${'if !192.0.2.0/24\n'.repeat(99)}${among((i, n) => `${n} n${i}\n`)}${'endif\n'.repeat(99)}`,
    ],
  ])('finds among 10,000 %s', (_, text) => {
    const table = cidrTable(text, { file: 'f' });
    const started = performance.now();
    for (let i = 0; i < 20_000; i++) table.lookup(`10.${(i >> 8) & 31}.${i & 255}.9`);
    const us = ((performance.now() - started) / 20_000) * 1000;
    expect(us).toBeLessThan(50);
  });
});
