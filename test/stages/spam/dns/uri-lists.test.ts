import { describe, expect, it } from 'vitest';
import { run } from './support.js';

const body = (...lines: readonly string[]): string =>
  `From: a@sender.example\r\nSubject: x\r\n\r\n${lines.join('\r\n')}\r\n`;
const rule = (name: string): string => `body ${name} eval:check_uridnsbl('${name}')`;
const listed = (...answers: readonly string[]) => ({ A: answers });

describe('lists of domains in URIs', () => {
  const rules = [
    'urirhsbl ANY list.test. A',
    'urirhssub BITS list.test. A 8',
    'urirhssub ONE list.test. A 127.0.1.2',
    ...['ANY', 'BITS', 'ONE'].map(rule),
  ].join('\n');
  const message = body('see http://www.bad.example/x and http://bad.example/');

  it.each<[readonly string[], readonly string[]]>([
    [['127.0.0.2'], ['ANY']],
    [['127.0.0.8'], ['ANY', 'BITS']],
    [['127.0.1.2'], ['ANY', 'ONE']],
    [['127.0.0.1'], []],
    [['127.255.255.254'], []],
    [['192.0.2.8'], []],
  ])('%j: %j', async (answers, hits) => {
    const result = await run({ rules, message, zone: { 'bad.example.list.test': listed(...answers) } });
    expect(result.hits).toEqual(hits);
    expect(result.asked).toEqual(['A bad.example.list.test']);
  });

  it('that fail are no listing', async () => {
    const { hits, finding } = await run({ rules, message, zone: { 'bad.example.list.test': 'SERVFAIL' } });
    expect(hits).toEqual([]);
    expect(finding?.incomplete).toHaveLength(1);
  });

  it.each<[string, string, readonly string[]]>([
    ['the whole name with notrim', 'tflags ANY net notrim', ['A www.bad.example.list.test']],
    ['addresses reversed', '', ['A 9.2.0.192.list.test', 'A bad.example.list.test']],
    ['domains alone', 'tflags ANY net domains_only', ['A bad.example.list.test']],
    ['addresses alone', 'tflags ANY net ips_only', ['A 9.2.0.192.list.test']],
    ['none that is to be skipped', 'uridnsbl_skip_domain bad.example', ['A 9.2.0.192.list.test']],
    [
      'one that is not skipped any more',
      'uridnsbl_skip_domain bad.example\nclear_uridnsbl_skip_domain bad.example',
      ['A 9.2.0.192.list.test', 'A bad.example.list.test'],
    ],
    ['nothing', 'skip_uribl_checks 1', []],
    [
      'texts',
      'urirhsbl ANY list.test. TXT',
      ['A 9.2.0.192.list.test', 'A bad.example.list.test', 'TXT 9.2.0.192.list.test', 'TXT bad.example.list.test'],
    ],
  ])('asks: %s', async (name, more, asked) => {
    const all = `urirhsbl ANY list.test. A\n${rule('ANY')}\n${more}`;
    const text = name.startsWith('the whole')
      ? 'http://www.bad.example/'
      : 'http://www.bad.example/ http://192.0.2.9/ http://10.0.0.1/';
    expect((await run({ rules: all, message: body(text) })).asked).toEqual(asked);
  });

  it('asks about so many hosts at most', async () => {
    const many = Array.from({ length: 300 }, (_, i) => `http://d${i}.example/`);
    const all = `urirhsbl ANY list.test. A\n${rule('ANY')}`;
    expect((await run({ rules: all, message: body(...many) })).asked).toHaveLength(20);
    expect((await run({ rules: `${all}\nuridnsbl_max_domains 5`, message: body(...many) })).asked).toHaveLength(5);
  });

  it('is without a list where none is named', async () => {
    const { hits, asked } = await run({ rules: rule('NAMELESS'), message });
    expect([hits, asked]).toEqual([[], []]);
  });
});

describe('lists of what the DNS says about domains', () => {
  const message = body('see http://www.bad.example/x and http://192.0.2.9/');
  const zone = {
    'bad.example': { NS: ['ns1.other.example', 'ns2.other.example'] },
    'www.bad.example': { A: ['192.0.2.80'] },
    'ns1.other.example': { A: ['192.0.2.51', '192.0.2.52'] },
    'ns2.other.example': { A: ['192.0.2.53'] },
    '80.2.0.192.list.test': listed('127.0.0.2'),
    '53.2.0.192.list.test': listed('127.0.0.4'),
    'other.example.list.test': listed('127.0.0.8'),
    'ns1.other.example.list.test': listed('127.0.0.9'),
  };
  const servers = ['NS bad.example'];
  const serverAddresses = ['A ns1.other.example', 'A ns2.other.example'];
  const byServer = ['51', '52', '53'].map((last) => `A ${last}.2.0.192.list.test`);
  const byHost = ['A 80.2.0.192.list.test', 'A www.bad.example'];

  it.each<[string, string, readonly string[], boolean]>([
    ['uridnsbl R list.test. A', 'net', [...servers, ...serverAddresses, ...byServer], true],
    ['uridnssub R list.test. A 127.0.0.4', 'net ns', [...servers, ...serverAddresses, ...byServer], true],
    ['uridnssub R list.test. A 127.0.0.2', 'net ns', [...servers, ...serverAddresses, ...byServer], false],
    ['uridnssub R list.test. A 127.0.0.2', 'net a', byHost, true],
    ['uridnssub R list.test. A 127.0.0.4', 'net a', byHost, false],
    ['uridnssub R list.test. A 6', 'net a ns', [...servers, ...serverAddresses, ...byServer, ...byHost], true],
    ['urinsrhsbl R list.test. A', 'net', [...servers, 'A other.example.list.test'], true],
    ['urinsrhssub R list.test. A 127.0.0.9', 'net', [...servers, 'A other.example.list.test'], false],
    [
      'urifullnsrhssub R list.test. A 127.0.0.9',
      'net',
      [...servers, 'A ns1.other.example.list.test', 'A ns2.other.example.list.test'],
      true,
    ],
    ['urirhsbl R list.test. A', 'net', ['A 9.2.0.192.list.test', 'A bad.example.list.test'], false],
  ])('%s, %s', async (line, tflags, asked, hit) => {
    const result = await run({ rules: `${line}\n${rule('R')}\ntflags R ${tflags}`, message, zone });
    expect(result.asked).toEqual([...asked].sort());
    expect(result.hits).toEqual(hit ? ['R'] : []);
    expect(result.finding?.incomplete).toEqual([]);
  });

  const rules = `required_score 5\nuridnsbl R list.test. A\n${rule('R')}\nscore R 6`;

  it.each<[string, string, boolean]>([
    ['a list that fails may have listed it', '53.2.0.192.list.test', true],
    // Anybody may write a link to a domain whose servers are silent.
    ['a domain whose servers fail does not', 'bad.example', false],
    ['a name server without answer does not', 'ns2.other.example', false],
  ])('%s', async (_, name, waits) => {
    const { said, hits, finding } = await run({
      rules,
      message,
      zone: { ...zone, [name]: 'SERVFAIL' },
      cannotTell: 'defer',
    });
    expect(hits).toEqual([]);
    expect(said.includes('defer')).toBe(waits);
    expect(finding?.incomplete.join(' ')).toContain(name);
  });

  it('asks no more than 500 questions, and tells so', async () => {
    const many = Array.from({ length: 100 }, (_, i) => `d${i}.example`);
    const ns = Array.from({ length: 20 }, (_, i) => `ns${i}.other.example`);
    const answers = Object.fromEntries([
      ...many.map((name) => [name, { NS: ns }]),
      ...ns.map((name, i) => [name, { A: Array.from({ length: 20 }, (_, j) => `198.51.${i}.${j}`) }]),
    ]);
    const lists = Array.from({ length: 10 }, (_, i) => `uridnsbl L${i} l${i}.test. A\n${rule(`L${i}`)}`).join('\n');
    const result = await run({
      rules: `uridnsbl_max_domains 100\n${lists}`,
      message: body(...many.map((name) => `http://${name}/`)),
      zone: answers,
    });
    expect(result.asked).toHaveLength(500);
    expect(result.asked.filter((one) => one.startsWith('A ns'))).toHaveLength(8);
    expect(result.finding?.incomplete.join(' ')).toContain('more than 500 questions');
  });
});
