import { describe, expect, it } from 'vitest';
import { isConfigurationError } from '../../../../src/values/errors.js';
import { message, run } from './support.js';

const listed = (...answers: readonly string[]) => ({ A: answers });

describe('check_rbl', () => {
  const rules = [
    "header ANY eval:check_rbl('list', 'list.test.')",
    "header SUB eval:check_rbl_sub('list', '127.0.0.3')",
    "header BITS eval:check_rbl_sub('list', '4')",
    "header FORM eval:check_rbl_sub('list', '^127\\.0\\.0\\.[4567]$')",
  ].join('\n');

  it.each<[readonly string[], readonly string[]]>([
    [['127.0.0.2'], ['ANY']],
    [['127.0.0.3'], ['ANY', 'SUB']],
    [['127.0.0.4'], ['ANY', 'BITS', 'FORM']],
    [
      ['127.0.0.2', '127.0.0.3'],
      ['ANY', 'SUB'],
    ],
    [['10.0.0.4'], []],
    [['127.0.0.1'], []],
    [['127.255.255.252'], []],
    [['127.255.255.255'], []],
  ])('%j: %j', async (answers, hits) => {
    const result = await run({ rules, zone: { '1.2.0.192.list.test': listed(...answers) } });
    expect(result.hits).toEqual(hits);
    expect(result.asked).toEqual(['A 1.2.0.192.list.test']);
  });

  it.each(['SERVFAIL', 'TIMEOUT'] as const)('%s is no listing, and is told', async (fault) => {
    const { hits, finding } = await run({ rules, zone: { '1.2.0.192.list.test': fault } });
    expect(hits).toEqual([]);
    expect(finding?.incomplete.join(' ')).toContain('list.test');
  });

  it.each([
    ['127.255.255.252', 'the name of the list is mistyped'],
    ['127.255.255.254', 'asked through a public resolver'],
    ['127.255.255.255', 'over the limit of questions'],
  ])('%s is no listing, and is told like silence', async (answer, why) => {
    const zone = { '1.2.0.192.list.test': listed(answer) };
    const { hits, finding } = await run({ rules, zone });
    expect(hits).toEqual([]);
    expect(finding?.incomplete).toEqual([`1.2.0.192.list.test: ${why}`]);
    const dear = `${rules}\nscore ANY 10`;
    expect((await run({ rules: dear, zone, cannotTell: 'defer' })).said).toMatch(/^defer /);
    expect((await run({ rules: dear, zone: {}, cannotTell: 'defer' })).said).toBe('continue');
  });

  it('rules about errors see them', async () => {
    const about = `${rules}\nheader BLOCKED eval:check_rbl_sub('list', '^127\\.255\\.255\\.255$')`;
    const zone = { '1.2.0.192.list.test': listed('127.255.255.255') };
    expect((await run({ rules: about, zone })).hits).toEqual(['BLOCKED']);
  });

  it('asks about IPv6 addresses too', async () => {
    const { asked } = await run({ rules, ip: '2001:db8::1' });
    expect(asked).toEqual([`A 1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.list.test`]);
  });

  it('asks nothing about private addresses', async () => {
    expect((await run({ rules, ip: '192.168.1.1' })).asked).toEqual([]);
  });

  it('is off where the files say so', async () => {
    const { asked } = await run({ rules: `skip_rbl_checks 1\n${rules}` });
    expect(asked).toEqual([]);
  });
});

describe('which hosts are asked about', () => {
  const received = [
    'from two.example (two.example [203.0.113.2]) by one.example with ESMTP id 1; Sun, 22 Nov 2026 10:00:00 +0000',
    'from three.example (three.example [203.0.113.3]) by two.example with ESMTP id 2; Sun, 22 Nov 2026 10:00:00 +0000',
  ];
  const asked = async (set: string, more = '', ip = '203.0.113.1'): Promise<readonly string[]> => {
    const rules = `${more}\nheader ANY eval:check_rbl('${set}', 'list.test.')`;
    const result = await run({ rules, ip, message: message(...received) });
    return result.asked.map((one) => one.replace(/^A (\d+)\..*$/, '$1'));
  };

  it.each([
    ['any', ['1', '2', '3']],
    ['x-lastexternal', ['1']],
    ['x-notfirsthop', ['1', '2']],
    ['x-firsttrusted', ['1']],
    ['x-untrusted', ['2', '3']],
  ])('%s: %j', async (set, hosts) => {
    expect(await asked(set)).toEqual(hosts);
  });

  const trusted = 'trusted_networks 203.0.113.1 203.0.113.9\ninternal_networks 203.0.113.9';
  it.each([
    ['any', ['2', '3']],
    // A trusted host is only asked about by rules for good ones.
    ['x-lastexternal', []],
    ['x-notfirsthop', ['2']],
    ['x-firsttrusted', ['2']],
  ])('behind a trusted host, %s: %j', async (set, hosts) => {
    expect(await asked(set, trusted)).toEqual(hosts);
  });

  it('nice rules ask about trusted ones too', async () => {
    expect(await asked('x-lastexternal', `${trusted}\ntflags ANY net nice`)).toEqual(['1']);
  });

  it('nine at most, the oldest ones', async () => {
    const many = Array.from(
      { length: 14 },
      (_, i) =>
        `from h${i}.example (h${i}.example [203.0.113.${i + 2}]) by x.example with ESMTP id ${i}; Sun, 22 Nov 2026 10:00:00 +0000`,
    );
    const rules = "header ANY eval:check_rbl('any', 'list.test.')";
    const { asked: names } = await run({ rules, ip: '203.0.113.1', message: message(...many) });
    const hosts = names.map((one) => Number(one.replace(/^A (\d+)\..*$/, '$1'))).sort((a, b) => a - b);
    expect(hosts).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });
});

describe('the other functions', () => {
  const mail = 'From: A <a@www.sender.example>\r\nReply-To: b@other.example\r\n\r\nbody\r\n';
  it.each<[string, readonly string[]]>([
    ["check_rbl_txt('s', 'list.test.')", ['A 1.2.0.192.list.test', 'TXT 1.2.0.192.list.test']],
    ["check_rbl_from_host('s', 'list.test.')", ['A env.example.list.test', 'A www.sender.example.list.test']],
    ["check_rbl_from_domain('s', 'list.test.')", ['A env.example.list.test', 'A sender.example.list.test']],
    ["check_rbl_envfrom('s', 'list.test.')", ['A env.example.list.test']],
    ["check_rbl_headers('s', 'list.test.', '127.0.0.2', 'Reply-To')", ['A other.example.list.test']],
    ['check_dns_sender()', ['A env.example', 'MX env.example']],
  ])('%s', async (call, asked) => {
    const result = await run({ rules: `header R eval:${call}`, sender: 'a@env.example', message: mail });
    expect(result.asked).toEqual(asked);
  });

  it('texts count only where there is a listing that is no error', async () => {
    const rules = "header R eval:check_rbl_txt('s', 'list.test.', '(?i:bad)')";
    const zone = (A: readonly string[], TXT: readonly string[]) => ({ '1.2.0.192.list.test': { A, TXT } });
    expect((await run({ rules, zone: zone(['127.0.0.2'], ['a Bad one']) })).hits).toEqual(['R']);
    expect((await run({ rules, zone: zone(['127.0.0.2'], ['a good one']) })).hits).toEqual([]);
    expect((await run({ rules, zone: zone(['127.255.255.254'], ['bad question']) })).hits).toEqual([]);
    expect((await run({ rules, zone: zone([], ['bad']) })).hits).toEqual([]);
  });

  it('check_dns_sender: neither address nor mail exchanger', async () => {
    const rules = 'header R eval:check_dns_sender()';
    const hits = async (zone: Parameters<typeof run>[0]['zone']) =>
      (await run({ rules, sender: 'a@env.example', ...(zone && { zone }) })).hits;
    expect(await hits({})).toEqual(['R']);
    expect(await hits({ 'env.example': { A: ['192.0.2.1'] } })).toEqual([]);
    expect(await hits({ 'env.example': { MX: [{ preference: 1, exchange: 'mx.example' }] } })).toEqual([]);
    expect(await hits({ 'env.example': { MX: 'SERVFAIL' } })).toEqual([]);
    expect(await hits({ 'env.example': 'TIMEOUT' })).toEqual([]);
  });
});

it('tells wrong rules, all at once', async () => {
  const rules = "header A eval:check_rbl('s')\nheader B eval:check_rbl_sub('s', '(')\nheader C eval:check_rbl_sub('s')";
  const error = await run({ rules }).catch((thrown: unknown) => thrown);
  expect(isConfigurationError(error) && error.problems.map(({ construct }) => construct)).toEqual(['A', 'B', 'C']);
});
