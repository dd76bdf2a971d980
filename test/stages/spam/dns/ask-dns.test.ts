import { describe, expect, it } from 'vitest';
import type { DkimSignature } from '../../../../src/findings/dkim.js';
import { isConfigurationError } from '../../../../src/values/errors.js';
import { type Run, run } from './support.js';

const mail = (head: string): string =>
  `From: A <a@www.author.example>\r\n${head}Subject: x\r\n\r\nhttp://www.uri.example/\r\n`;
const ask = async (line: string, more: Partial<Run> = {}) =>
  run({ rules: `askdns R ${line}`, sender: 'a@sender.example', message: mail(''), ...more });

const signature = (domain: string, result: DkimSignature['result']): DkimSignature => ({
  result,
  why: undefined,
  domain,
  identity: `i@${domain}`,
  selector: 'sel',
  algorithm: 'rsa-sha256',
  signatureStart: undefined,
  signedFields: ['from'],
  oversigned: [],
  testing: false,
  unsignedBody: undefined,
});

describe('what askdns asks', () => {
  it.each<[string, readonly string[]]>([
    ['plain.list.test', ['A plain.list.test']],
    ['_SENDERDOMAIN_.list.test. TXT', ['TXT sender.example.list.test']],
    ['_AUTHORDOMAIN_.list.test A', ['A www.author.example.list.test']],
    ['_SENDERDOMAIN_ MX', ['MX sender.example']],
    ['_LASTEXTERNALREVIP_.list.test', ['A 1.2.0.192.list.test']],
    ['_LASTEXTERNALIP_.list.test', ['A 192.0.2.1.list.test']],
    ['_RELAYSUNTRUSTEDREVIP_.list.test', ['A 1.2.0.192.list.test']],
    ['_LASTEXTERNALHELO_ A', ['A helo.example']],
    ['_HEADER(From:addr:domain)_.list.test', ['A author.example.list.test']],
    ['_HEADER(X-None)_.list.test', []],
    ['_URIDOMAINS_.list.test', ['A uri.example.list.test']],
    ['_URIHOSTS_.list.test', ['A www.uri.example.list.test']],
    ['_AUTHORDOMAIN_._SENDERDOMAIN_.list.test', ['A www.author.example.sender.example.list.test']],
    ['_DKIMDOMAIN_.list.test', ['A one.example.list.test', 'A two.example.list.test']],
    ['_DKIMSELECTOR_.list.test', ['A sel.list.test']],
    // No names that the DNS can have.
    ['_DKIMIDENTITY_.list.test', []],
  ])('%s: %j', async (line, asked) => {
    const dkim = {
      result: 'pass' as const,
      limit: undefined,
      signatures: [
        signature('one.example', 'pass'),
        signature('bad.example', 'fail'),
        signature('two.example', 'pass'),
      ],
    };
    expect((await ask(line, { findings: { dkim }, helo: 'helo.example' })).asked).toEqual(asked);
  });

  it('what rules capture', async () => {
    const rules = 'header __T To:addr =~ /(?<WHO>[^@]+)@/\naskdns R _WHO_.list.test';
    const to = mail('To: Joe <joe@example.com>\r\n');
    expect((await run({ rules, message: to })).asked).toEqual(['A joe.list.test']);
    expect((await run({ rules, message: mail('To: nobody\r\n') })).asked).toEqual([]);
  });

  it('each question once, whatever the rules, and not for rules of no points', async () => {
    const rules =
      'askdns A _SENDERDOMAIN_.list.test A 1\naskdns B _SENDERDOMAIN_.list.test A 2\naskdns C other.test\nscore C 0';
    expect((await run({ rules, sender: 'a@sender.example' })).asked).toEqual(['A sender.example.list.test']);
  });

  it('nothing about a null path, and no more than 20 names', async () => {
    expect((await ask('_SENDERDOMAIN_.list.test', { sender: '' })).asked).toEqual([]);
    const many = Array.from({ length: 60 }, (_, i) => `a@d${i}.example`).join(', ');
    const { asked } = await ask('_AUTHORDOMAIN_.list.test', { message: `From: ${many}\r\n\r\nx\r\n` });
    expect(asked).toHaveLength(20);
  });
});

describe('what an answer must be', () => {
  const zone = {
    'found.test': {
      A: ['127.0.0.20', '192.0.2.7'],
      TXT: ['one two'],
      MX: [{ preference: 10, exchange: 'mx.test' }],
    },
    'empty.test': {},
    'fault.test': 'SERVFAIL' as const,
  };
  it.each<[string, boolean]>([
    ['found.test', true],
    ['found.test A', true],
    ['found.test A "192.0.2.7"', true],
    ["found.test A '192.0.2.8'", false],
    ['found.test A 127.0.0.20', true],
    ['found.test A 127.0.0.10-127.0.0.20', true],
    ['found.test A 127.0.0.10-127.0.0.19', false],
    ['found.test A 127.0.0.20/255.255.255.255', true],
    ['found.test A 16', true],
    ['found.test A 0x4', true],
    ['found.test A 8', false],
    // Bits count in 127.0.0.0/8 alone.
    ['found.test A 2', false],
    ['found.test A /^192\\./', true],
    ['found.test A m{^10\\.}', false],
    ['found.test TXT "one two"', true],
    ['found.test TXT /^ONE\\b/i', true],
    ['found.test TXT /^ONE\\b/', false],
    ['found.test MX /^10 mx\\.test\\.$/', true],
    ['found.test AAAA', false],
    ['found.test A [NOERROR]', true],
    ['found.test AAAA [0]', true],
    ['found.test A [NXDOMAIN]', false],
    ['none.test A [NXDomain]', true],
    ['none.test A [3, NOERROR]', true],
    ['none.test A', false],
    ['fault.test A [NXDOMAIN,NOERROR]', false],
    ['fault.test A', false],
  ])('%s: %s', async (line, expected) => {
    const { hits } = await ask(line, { zone });
    expect(hits).toEqual(expected ? ['R'] : []);
  });

  it('failures are told, and leave open what a list might have said', async () => {
    const rules = 'required_score 5\naskdns R _SENDERDOMAIN_.list.test A 127.2.0.2\nscore R 6';
    const zone = { 'sender.example.list.test': 'SERVFAIL' as const };
    const list = await run({ rules, zone, sender: 'a@sender.example', cannotTell: 'defer' });
    expect(list.said).toContain('defer');
    expect(list.finding?.incomplete.join(' ')).toContain('sender.example.list.test');
  });

  it('a name of the sender that nobody answers for does not make the message wait', async () => {
    const rules = 'required_score 5\naskdns R _SENDERDOMAIN_ A [NXDOMAIN]\nscore R 6';
    const zone = { 'sender.example': 'SERVFAIL' as const };
    const { said, finding } = await run({ rules, zone, sender: 'a@sender.example', cannotTell: 'defer' });
    expect(said).not.toContain('defer');
    expect(finding?.incomplete.join(' ')).toContain('sender.example');
  });
});

describe('lines', () => {
  it.each([
    'R',
    'R x.test BOGUS',
    'R x.test A [',
    'R x.test A what',
    'R x.test A 1-',
    'R x.test A /(/',
    `R ${'x'.repeat(1001)} A`,
  ])('askdns %s is wrong or not run', async (line) => {
    const outcome = await run({ rules: `askdns ${line}` }).catch((thrown: unknown) => thrown);
    if (!isConfigurationError(outcome)) expect(line).toBe('R x.test A /(/');
  });

  it.each(['x.test ANY', 'x.test A,TXT', 'x.test PTR', '_NOSUCH_.test A', 'x.test A [SERVFAIL]'])(
    '%s is not asked',
    async (line) => {
      expect(await ask(line)).toMatchObject({ hits: [], asked: [] });
    },
  );
});
