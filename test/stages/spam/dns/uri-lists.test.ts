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

  it('passes over lists that need further questions', async () => {
    const all = `uridnsbl DEEP list.test. A\n${rule('DEEP')}\n${rule('NAMELESS')}`;
    const { hits, asked } = await run({ rules: all, message });
    expect([hits, asked]).toEqual([[], []]);
  });
});
