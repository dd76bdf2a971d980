/** Patterns of answers, names of lists, what is asked of them, and which answers count. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressQuery,
  askList,
  type BlockList,
  domainQuery,
  judgeAnswer,
  parseBlockList,
} from '../../../../src/stages/restrictions/dns/index.js';
import { zoneResolver } from '../../../../src/testing/resolver/index.js';
import { joinReasons } from '../../../../src/values/dns-list.js';
import { type IpAddress, ipFromWords, parseIp } from '../../../../src/values/ip.js';
import { matchesFilter, parseReplyFilter } from '../../../../src/values/reply-filter.js';
import { anyText, expectLinear, expectSound, value } from '../../../values/support.js';

const ip = (text: string): IpAddress => value(parseIp(text));
const list = (text: string): BlockList => value(parseBlockList(text));

describe('parseReplyFilter', () => {
  it.each([
    ['127.0.0.2', ['127.0.0.2'], ['127.0.0.3', '127.0.2.2', '2.0.0.127']],
    ['127.0.0.[2..11]', ['127.0.0.2', '127.0.0.11', '127.0.0.7'], ['127.0.0.1', '127.0.0.12']],
    ['127.0.0.[2..11;20]', ['127.0.0.20', '127.0.0.5'], ['127.0.0.19', '127.0.0.21']],
    ['127.[0..255].[1;3].0', ['127.255.3.0', '127.0.1.0'], ['127.0.2.0', '127.0.1.1']],
    ['[127.0.0.2]', ['127.0.0.2'], ['127.0.0.1']],
    ['[127.0.0.[2;4]]', ['127.0.0.4'], ['127.0.0.3']],
    ['[127].0.0.[1]', ['127.0.0.1'], ['127.0.0.2']],
    ['[127].0.0.2', ['127.0.0.2'], ['127.0.0.1']],
    ['127.0.0.007', ['127.0.0.7'], ['127.0.0.70']],
    ['127.0.0.[3..3]', ['127.0.0.3'], ['127.0.0.2', '127.0.0.4']],
  ])('%s', (text, yes, no) => {
    const filter = value(parseReplyFilter(text));
    expect(yes.filter((one) => !matchesFilter(filter, ip(one)))).toEqual([]);
    expect(no.filter((one) => matchesFilter(filter, ip(one)))).toEqual([]);
    expect(matchesFilter(filter, ip('2001:db8::1'))).toBe(false);
  });

  it.each([
    ['', 0],
    ['[]', 1],
    ['127.0.0', 7],
    ['127.0.0.', 8],
    ['127.0.0.2.3', 9],
    ['127.0.0.256', 8],
    ['127.0.0.[', 9],
    ['127.0.0.[]', 9],
    ['127.0.0.[2', 10],
    ['127.0.0.[2..1]', 12],
    ['127.0.0.[2..]', 12],
    ['127.0.0.[2.3]', 10],
    ['127.0.0.[2,3]', 10],
    ['127.0.0.[2;]', 11],
    ['127.0.0.[2;300]', 11],
    ['127.0.0.2[3]', 9],
    ['127.0.[0.2]', 8],
    ['127.0.0.*', 8],
    ['127.0.0.2 ', 9],
    ['127.0.0.-1', 8],
    ['1271111111111111111111111.0.0.1', 0],
  ])('malformed: "%s"', (text, at) => {
    expect(parseReplyFilter(text)).toMatchObject({ kind: 'malformed', at });
  });

  it('never throws, in linear time', () => {
    fc.assert(fc.property(anyText('0123456789.;[]'), (text) => expectSound(parseReplyFilter(text), text)));
    expectLinear(1000, (size) => `127.0.0.[${'1;'.repeat(size / 2)}2]`, parseReplyFilter);
  });

  it('matches what it says, for all numbers', () => {
    const octets = fc.nat(255);
    const ranges = fc.array(
      fc.tuple(octets, octets).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(ranges, octets, (all, octet) => {
        const text = `127.0.0.[${all.map(([from, to]) => (from === to ? from : `${from}..${to}`)).join(';')}]`;
        const expected = all.some(([from, to]) => octet >= from && octet <= to);
        expect(matchesFilter(value(parseReplyFilter(text)), ipFromWords([0x7f000000 + octet]))).toBe(expected);
      }),
    );
  });
});

describe('parseBlockList', () => {
  it('keeps what was written', () => {
    expect(list('Zen.Example')).toMatchObject({ text: 'Zen.Example', domain: 'Zen.Example', zone: 'zen.example' });
    expect(list('zen.example=127.0.0.2')).toMatchObject({ domain: 'zen.example', filter: { text: '127.0.0.2' } });
  });

  it.each([
    ['', 0],
    ['=127.0.0.2', 0],
    ['a..b', 2],
    ['zen.example=', 12],
    ['zen.example=127.0.0.[2', 22],
    ['zen.example=10.0.0.1', 12],
    ['zen.example=127.255.255.[1..255]', 12],
    ['192.0.2.1', 8],
  ])('malformed: "%s"', (text, at) => {
    expect(parseBlockList(text)).toMatchObject({ kind: 'malformed', at });
  });

  it('asks for addresses backwards, and for domains', () => {
    expect(addressQuery(list('zen.example=127.0.0.2'), ip('192.0.2.99'))).toBe('99.2.0.192.zen.example');
    expect(addressQuery(list('zen.example'), ip('2001:db8::1'))).toBe(
      '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.zen.example',
    );
    const asked = (what: string): string | undefined => domainQuery(list('rhs.example'), what);
    expect(asked('user@Example.COM')).toBe('example.com.rhs.example');
    expect(asked('"a@b"@c.example')).toBe('c.example.rhs.example');
    expect(asked('j\u00fcrgen@b\u00fccher.example')).toBe('xn--bcher-kva.example.rhs.example');
    expect(asked('under_score.example')).toBe('under_score.example.rhs.example');
    for (const what of ['user@[192.0.2.1]', '192.0.2.1', 'user@', '', 'a..b', 'example.25', '[192.0.2.1]', 'a b']) {
      expect(asked(what)).toBeUndefined();
    }
  });
});

describe('judgeAnswer', () => {
  const judged = (text: string, answers: readonly string[]): unknown => {
    const { listed, addresses, notes } = judgeAnswer(list(text), 'q.zen.example', answers.map(ip));
    return [listed, addresses, notes.length];
  };

  it('counts what is in 127.0.0.0/8 and matches', () => {
    expect(judged('zen.example', ['127.0.0.2', '127.0.0.10'])).toEqual([true, ['127.0.0.2', '127.0.0.10'], 0]);
    expect(judged('zen.example=127.0.0.10', ['127.0.0.2', '127.0.0.10'])).toEqual([true, ['127.0.0.10'], 0]);
    expect(judged('zen.example=127.0.0.11', ['127.0.0.2', '127.0.0.10'])).toEqual([false, [], 0]);
  });

  it('never counts error answers, with or without filter', () => {
    for (const answer of ['127.255.255.254', '127.255.255.252', '127.255.255.1', '192.0.2.1', '0.0.0.0', '128.0.0.2']) {
      expect(judged('zen.example', [answer])).toEqual([false, [], 1]);
    }
    expect(judged('zen.example=[100..200].[0..255].[0..255].[0..255]', ['127.255.255.255', '192.0.2.1'])).toEqual([
      false,
      [],
      2,
    ]);
    expect(judged('zen.example', ['127.255.255.254', '127.0.0.4'])).toEqual([true, ['127.0.0.4'], 1]);
    expect(judgeAnswer(list('zen.example'), 'q.zen.example', [ip('127.255.255.254')]).notes).toEqual([
      'error answer, no listing: 127.255.255.254 for "q.zen.example" (asked through a public resolver)',
    ]);
  });
});

describe('askList', () => {
  const zone = {
    'a.zen.example': { A: ['127.0.0.2'], TXT: ['first', 'second'] },
    'b.zen.example': { A: ['127.0.0.4'] },
    'c.zen.example': { A: ['127.255.255.254'], TXT: ['over the limit'] },
    'd.zen.example': 'TIMEOUT',
    'e.zen.example': { A: ['127.0.0.2'], TXT: 'SERVFAIL' },
  } as const;
  const ask = async (text: string, query: string): Promise<unknown> => {
    const resolver = zoneResolver(zone);
    return [await askList(resolver, list(text), query), resolver.asked.length];
  };

  it('tells the reason, and asks for it only when listed', async () => {
    expect(await ask('zen.example', 'a.zen.example')).toEqual([
      { kind: 'listed', addresses: ['127.0.0.2'], reason: 'first / second', notes: [] },
      2,
    ]);
    expect(await ask('zen.example=127.0.0.3', 'a.zen.example')).toEqual([{ kind: 'not-listed', notes: [] }, 1]);
    expect(await ask('zen.example', 'x.zen.example')).toEqual([{ kind: 'not-listed', notes: [] }, 1]);
  });

  it('stands without a reason', async () => {
    expect(await ask('zen.example', 'b.zen.example')).toMatchObject([{ kind: 'listed', reason: '' }, 2]);
    expect(await ask('zen.example', 'e.zen.example')).toMatchObject([{ kind: 'listed', reason: '' }, 2]);
  });

  it('does not take errors for listings', async () => {
    expect(await ask('zen.example', 'c.zen.example')).toMatchObject([{ kind: 'not-listed' }, 1]);
    expect(await ask('zen.example', 'd.zen.example')).toMatchObject([{ kind: 'cannot-tell', temporary: true }, 1]);
  });

  it('bounds the reason', () => {
    expect(joinReasons(['a\nb\u00e9', 'c'])).toBe('a b  / c');
    expect(joinReasons(['x'.repeat(700), 'y'])).toBe('x'.repeat(500));
    expect(joinReasons(['x'.repeat(495), 'yyyyy'])).toBe(`${'x'.repeat(495)} / yy`);
    expect(joinReasons(['x'.repeat(497), 'yyyyy'])).toBe(`${'x'.repeat(497)}yyy`);
    expect(joinReasons([])).toBe('');
  });
});
