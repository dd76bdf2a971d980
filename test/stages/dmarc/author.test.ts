import { describe, expect, it } from 'vitest';
import type { DmarcAuthor } from '../../../src/findings/dmarc.js';
import { authorDomain, authorOf } from '../../../src/stages/dmarc/author.js';
import { type Message, parseMessage } from '../../../src/values/message.js';
import { expectLinear } from '../../values/support.js';

function message(header: string): Message {
  const limits = { headerBytes: 20_000_000, fieldBytes: 20_000_000, headerFields: 100_000 };
  const parsed = parseMessage(new TextEncoder().encode(`${header}\r\n\r\nbody\r\n`), limits);
  if (parsed.kind !== 'parsed') throw new Error('the message of this test is over the limits');
  return parsed.value;
}
const author = (header: string): DmarcAuthor => authorOf(message(header));

describe('one author', () => {
  it.each<[string, string]>([
    ['From: a@example.com', 'example.com'],
    ['from: a@EXAMPLE.com', 'example.com'],
    ['From : a@example.com', 'example.com'],
    ['From: A <a@example.com>', 'example.com'],
    ['From: "ceo@bank.example" <a@evil.example>', 'evil.example'],
    ['From: =?utf-8?q?ceo=40bank.example?= <a@evil.example>', 'evil.example'],
    ['From: (ceo@bank.example) a@evil.example', 'evil.example'],
    ['From: A\r\n <a@\r\n example.com>', 'example.com'],
    ['From: a@example.com.', 'example.com'],
    ['From: a@müller.example', 'xn--mller-kva.example'],
    ['From: a@MÜLLER.example', 'xn--mller-kva.example'],
    ['From: a@xn--mller-kva.example', 'xn--mller-kva.example'],
    ['From: "a@bank.example"@evil.example', 'evil.example'],
    ['From: <@bank.example:a@evil.example>', 'evil.example'],
    ['Sender: b@other.example\r\nFrom: a@example.com\r\nReply-To: c@third.example', 'example.com'],
    ['From: a@example.com,', 'example.com'],
    ['From: a@sub_domain.example', 'sub_domain.example'],
  ])('%s', (header, domain) => {
    expect(author(header)).toMatchObject({ kind: 'one', domain });
  });
});

describe('no clear author', () => {
  it.each<[string, DmarcAuthor['kind'], readonly string[]]>([
    ['Subject: x', 'none', []],
    ['Sender: a@example.com', 'none', []],
    ['Resent-From: a@example.com', 'none', []],
    ['From: a@example.com\r\nFrom: b@bank.example', 'several-fields', ['example.com', 'bank.example']],
    ['From: a@example.com\r\nfrom: a@example.com', 'several-fields', ['example.com']],
    ['From:\r\nFrom: a@example.com', 'several-fields', ['example.com']],
    ['From: a@example.com\r\nSubject: x\r\nFROM : b@bank.example', 'several-fields', ['example.com', 'bank.example']],
    ['From: a@example.com, b@bank.example', 'several-addresses', ['example.com', 'bank.example']],
    ['From: a@example.com, b@example.com', 'several-addresses', ['example.com']],
    ['From: a@example.com; b@bank.example', 'several-addresses', ['example.com', 'bank.example']],
    ['From: team: a@example.com;', 'group', ['example.com']],
    ['From: undisclosed-recipients:;', 'group', []],
    ['From: team: a@example.com, b@bank.example;', 'group', ['example.com', 'bank.example']],
    ['From: x:;, a@example.com', 'group', ['example.com']],
    ['From:', 'malformed', []],
    ['From: ,', 'malformed', []],
    ['From: nobody', 'malformed', []],
    ['From: <>', 'malformed', []],
    ['From: a@', 'malformed', []],
    ['From: @example.com', 'malformed', []],
    ['From: a@[192.0.2.1]', 'malformed', []],
    ['From: a@192.0.2.1', 'malformed', []],
    ['From: a@example.com@bank.example', 'malformed', []],
    ['From: <a@example.com> <b@bank.example>', 'malformed', []],
    ['From: a@example.com b@bank.example', 'malformed', []],
    ['From: =?utf-8?q?a=40bank.example?=', 'malformed', []],
    ['From: a@bank\u200b.example', 'malformed', []],
    ['From: a@bank\0.example', 'malformed', []],
    ['From: "a@example.com', 'malformed', []],
    ['From: (a@example.com', 'malformed', []],
    [`From: a@${'a'.repeat(64)}.example`, 'malformed', []],
  ])('%s', (header, kind, domains) => {
    const read = author(header);
    expect(read.kind).toBe(kind);
    expect(read.kind !== 'one' && read.domains).toEqual(domains);
    expect(authorDomain(read, false)).toBeUndefined();
  });

  it.each<[string, DmarcAuthor['kind'], readonly string[]]>([
    ['X: y\rFrom: a@bank.example\r\nFrom: b@evil.example', 'several-fields', ['evil.example', 'bank.example']],
    ['From: b@evil.example\r\nX: y\r from\t: a@bank.example', 'several-fields', ['evil.example', 'bank.example']],
    [
      'From: b@evil.example\r\nX: y\rZ:\r\r\rFROM:a@bank.example\rQ: z',
      'several-fields',
      ['evil.example', 'bank.example'],
    ],
    ['From: b@evil.example\r\nX: y\r\r\n From: a@bank.example', 'several-fields', ['evil.example', 'bank.example']],
    ['From: b@evil.example\rFrom: a@bank.example', 'several-fields', ['bank.example']],
    ['From: b@evil.example\rX: y', 'malformed', []],
    ['X: y\rFrom: a@bank.example', 'none', ['bank.example']],
  ])('a From field behind a bare CR: %j', (header, kind, domains) => {
    const read = author(header);
    expect([read.kind, read.kind !== 'one' && read.domains]).toEqual([kind, domains]);
  });

  it.each([
    'X: y\rFromage: a@bank.example',
    'X: y\rFrom a@bank.example',
    'X: y\r\n From: a@bank.example',
    'X: y\rX-From: From: a@bank.example',
    'X: y\r',
  ])('is not made of other text: %j', (text) => {
    expect(author(`${text}\r\nFrom: b@example.com`)).toMatchObject({ kind: 'one', domain: 'example.com' });
  });

  it('lists ten domains and no more', () => {
    const many = Array.from({ length: 50 }, (_, i) => `a@d${i}.example`).join(', ');
    const read = author(`From: ${many}`);
    expect(read.kind === 'several-addresses' && read.domains).toHaveLength(10);
  });

  it.each<[string, string | undefined]>([
    ['From: a@example.com, b@EXAMPLE.com', 'example.com'],
    ['From: a@example.com, b@bank.example', undefined],
    ['From: a@[192.0.2.1], b@[192.0.2.1]', undefined],
    ['From: team: a@example.com, b@example.com;', undefined],
    ['From: a@example.com\r\nFrom: a@example.com', undefined],
  ])('where several addresses of one domain are one author: %s', (header, domain) => {
    expect(authorDomain(author(header), true)).toBe(domain);
  });
});

describe('hostile From fields', () => {
  it('of 40,000 addresses', () => {
    const header = message(`From: ${'a@example.com, '.repeat(39_999)}a@bank.example`);
    const before = performance.now();
    expect(authorOf(header)).toMatchObject({ kind: 'several-addresses', domains: [] });
    expect(performance.now() - before).toBeLessThan(2000);
  });

  it('of 40,000 groups, comments and folds', () => {
    expect(author(`From: ${'x:;, '.repeat(40_000)}a@example.com`).kind).toBe('several-addresses');
    expect(author(`From: ${'('.repeat(40_000)}a@example.com`).kind).toBe('malformed');
    expect(author(`From: ${'(x) '.repeat(40_000)}a@example.com`).kind).toBe('one');
    expect(author(`From: a@example.com${'\r\n '.repeat(40_000)}`).kind).toBe('one');
  });

  it.each<[string, (size: number) => string]>([
    ['addresses', (size) => 'a@b.example,'.repeat(size)],
    ['comments', (size) => `${'('.repeat(size)}a@b.example`],
    ['quotes', (size) => `"${'\\"'.repeat(size)}" <a@b.example>`],
    ['spaces', (size) => `${' '.repeat(size)}a@b.example`],
  ])('in linear time: %s', (_, make) => {
    expectLinear(4000, (size) => `From: ${make(size)}`, author);
  });

  const idn = (size: number): string => Array.from({ length: size }, (_, i) => `a@\u00fc${i}.ex`).join(',');
  const fields = (count: number, value: string): string =>
    Array.from({ length: count }, () => `From: ${value}`).join('\r\n');

  it.each<[string, string, DmarcAuthor['kind']]>([
    ['one field of IDNs', fields(1, idn(7000)), 'several-addresses'],
    ['ten fields of IDNs', fields(10, idn(7000)), 'several-fields'],
    ['ten fields of addresses', fields(10, 'a@d.example,'.repeat(8000)), 'several-fields'],
    ['commas', fields(1, ','.repeat(100_000)), 'malformed'],
    ['semicolons', fields(1, ';'.repeat(100_000)), 'malformed'],
    ['words', fields(1, `${'a '.repeat(990)}<a@d.example>,`.repeat(40)), 'several-addresses'],
    ['comments', fields(1, `${'(x)'.repeat(30_000)}a@d.example`), 'one'],
    ['groups', fields(1, 'x:;,'.repeat(25_000)), 'several-addresses'],
    ['bare CRs', Array.from({ length: 10 }, () => `X: ${'\r'.repeat(100_000)}`).join('\r\n'), 'none'],
    ['names behind bare CRs', Array.from({ length: 10 }, () => `X: ${'\rX:'.repeat(33_000)}`).join('\r\n'), 'none'],
    ['From behind bare CRs', `X: ${'\rFrom:a'.repeat(14_000)}`, 'none'],
  ])('within the limits of a header take no time: %s', (_, header, kind) => {
    // Each run has a message of its own, for fields keep their decoded values.
    const times = Array.from({ length: 5 }, () => {
      const read = message(header);
      const before = process.cpuUsage();
      expect(authorOf(read).kind).toBe(kind);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    expect(Math.min(...times)).toBeLessThan(50);
  });

  it('more than 1,000 fields behind bare CRs are not read, and the author is not clear', () => {
    const hiding = (count: number) => author(`From: a@example.com\r\nX: y${'\rX: y'.repeat(count)}`).kind;
    expect([hiding(1000), hiding(1001)]).toEqual(['one', 'several-fields']);
  });

  it('many From fields: four are read', () => {
    const read = author(Array.from({ length: 900 }, (_, i) => `From: a@d${i}.example`).join('\r\n'));
    expect(read).toMatchObject({ kind: 'several-fields', why: '900 From fields' });
    expect(read.kind === 'several-fields' && read.domains).toHaveLength(4);
  });
});
