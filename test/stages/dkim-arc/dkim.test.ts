import { describe, expect, test } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import type { DkimVerifier } from '../../../src/ports/dkim-crypto.js';
import type { Resolver } from '../../../src/ports/resolver.js';
import { dkim } from '../../../src/stages/dkim-arc/dkim.js';
import { dmarc } from '../../../src/stages/dmarc/index.js';
import { spf } from '../../../src/stages/spf/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../../src/testing/builders.js';
import { zoneResolver } from '../../../src/testing/ports/zone-resolver.js';
import { runStage } from '../../../src/testing/run-stage.js';
import { cannotTell } from '../../../src/values/answer.js';
import { decodeLatin1 } from '../../../src/values/bytes.js';
import { problemsOf } from '../../values/support.js';
import { cryptos } from './cryptos.js';
import { crypto, edPem, now, octetsOf, recordOf, resolver, rsaPrivate, signed, verify, zone } from './support.js';

const plain = 'From: A <a@example.com>\r\nTo: b@example.org\r\nSubject: Hello\r\n\r\nHello\r\n';
const valid = await signed(messageOf(plain));
const octets = decodeLatin1(octetsOf(valid));
const hash = `${'A'.repeat(43)}=`;
const field = (tags: string): string =>
  `DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; bh=${hash}; b=AAAA;${tags}\r\n`;

test('no signature', async () => {
  expect(await verify(messageOf(plain))).toEqual({ result: 'none', signatures: [], limit: undefined });
});

test('what the finding says of a signature', async () => {
  const [one] = (await verify(valid)).signatures;
  expect(one).toMatchObject({
    result: 'pass',
    why: undefined,
    domain: 'example.com',
    identity: '@example.com',
    selector: 'rsa',
    algorithm: 'rsa-sha256',
    testing: false,
    unsignedBody: undefined,
  });
  expect(one?.signatureStart).toHaveLength(8);
  expect(octets.replace(/\s/g, '')).toContain(`b=${one?.signatureStart}`);
});

test.each([
  ['body', octets.replace('\r\n\r\nHello', '\r\n\r\nHallo'), 'fail', 'the body hash did not verify'],
  ['header', octets.replace('Subject: Hello', 'Subject: Hallo'), 'fail', 'the signature did not verify'],
  ['syntax', field('; c=x') + plain, 'neutral', 'an empty tag: a semicolon too many; an unknown c=: "x"'],
  ['expired', field('x=1') + plain, 'policy', 'expired: x=1'],
  ['future', field('t=1900000000') + plain, 'policy', 'signed in the future: t=1900000000'],
  ['too long', field(` z=${'x'.repeat(17_000)}`) + plain, 'policy', 'signatureOctets: 17126, at most 16384'],
  [
    'no key',
    field('').replace('s=rsa', 's=none') + plain,
    'permerror',
    'no key at none._domainkey.example.com: no-such-name',
  ],
])('%s', async (_name, text, result, why) => {
  const finding = await verify(messageOf(text));
  expect(finding.signatures.map((one) => [one.result, one.why])).toEqual([[result, why]]);
  expect(finding.result).toBe(result);
});

test('a signature in the future within the clock skew, and one second more', async () => {
  const message = await signed(messageOf(plain));
  const at = async (seconds: number, clockSkew?: number): Promise<string> => {
    const stage = dkim({ crypto, resolver, ...(clockSkew === undefined ? {} : { clockSkew }) });
    const { result } = await runStage(stage, { message }, { now: new Date(now.getTime() - seconds * 1000) });
    return (result as { findings: { dkim: { result: string } } }).findings.dkim.result;
  };
  expect([await at(300), await at(301), await at(301, 400)]).toEqual(['pass', 'policy', 'pass']);
});

describe('l= with octets appended', () => {
  test.each(cryptos)('$name', async ({ crypto: verifier }) => {
    const { sign, createHash } = await import('node:crypto');
    const bh = createHash('sha256').update('Hello\r\n').digest('base64');
    const own = `DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=rsa; c=simple/simple; h=from; l=7; bh=${bh}; b=`;
    const from = 'From: A <a@example.com>\r\n';
    const b = sign('sha256', Buffer.from(from + own), rsaPrivate).toString('base64');
    const text = `${own}${b}\r\n${plain}`;
    const result = async (body: string, acceptUnsignedBody = false): Promise<object | undefined> =>
      (await verify(messageOf(`${text}${body}`), { crypto: verifier, acceptUnsignedBody })).signatures[0];
    expect(await result('')).toMatchObject({ result: 'pass', unsignedBody: undefined });
    const unsignedBody = { signed: 7, total: 13 };
    expect(await result('More\r\n')).toMatchObject({
      result: 'policy',
      why: 'l= leaves 6 octets of the body unsigned',
      unsignedBody,
    });
    expect(await result('More\r\n', true)).toMatchObject({ result: 'pass', unsignedBody });
    const short = await verify(messageOf(text.replace('\r\n\r\nHello', '\r\n\r\nHel')), { crypto: verifier });
    expect(short.signatures[0]).toMatchObject({ result: 'permerror', why: 'l=7, the body has 5 octets' });
  });
});

test('t=y of the key is told, and changes no result', async () => {
  const testing = zoneResolver({ 'rsa._domainkey.example.com': { TXT: [recordOf(rsaPrivate, '; t=y')] } });
  expect((await verify(valid, { resolver: testing })).signatures[0]).toMatchObject({ result: 'pass', testing: true });
});

test('equal keys are asked for once, and all at the same time', async () => {
  const message = messageOf(`${field('')}${field('t=1')}${field('').replace('s=rsa', 's=none')}${octets}`);
  const { asked } = await runStage(dkim({ crypto, resolver }), { message }, { now });
  expect(asked.filter(({ port }) => port === 'resolver').map(({ args }) => args[0])).toEqual([
    'rsa._domainkey.example.com',
    'none._domainkey.example.com',
  ]);
});

test('the best result is that of the message', async () => {
  const finding = await verify(messageOf(`${field('')}${octets}`));
  expect(finding.signatures.map(({ result }) => result)).toEqual(['fail', 'pass']);
  expect(finding.result).toBe('pass');
});

describe('limits', () => {
  test.each([
    ['signatures', `${field('').repeat(3000)}${plain}`, 'signatures: 3000, at most 10', 10],
    [
      'signatures',
      `${field('').repeat(5000)}${plain}`,
      'signatures: 5000, at most 10; headerOctets: 615060, at most 524288',
      0,
    ],
    [
      'foldedLines',
      octets.replace('Subject: Hello', `Subject: Hello${'\r\n x'.repeat(40_000)}`),
      'foldedLines: 40006, at most 10000',
      0,
    ],
    ['fromAddresses', octets.replace('From: ', `From: ${'a@example.com, '.repeat(40_000)}`), 'headerOctets', 0],
    ['fromAddresses', octets.replace('From: ', `From: ${'a@b,'.repeat(300)}`), 'fromAddresses: 301, at most 100', 0],
    ['headerOctets', `X: ${' '.repeat(600_000)}\r\n${octets}`, 'headerOctets', 0],
  ])('%s: %#', async (_name, text, limit, looked) => {
    const { parseMessage } = await import('../../../src/values/message.js');
    const parsed = parseMessage(Buffer.from(text, 'latin1'), { fieldBytes: 1 << 24, headerBytes: 1 << 24 });
    if (parsed.kind !== 'parsed') throw new Error(parsed.limit);
    const finding = await verify(parsed.value);
    expect(finding.limit).toContain(limit);
    expect(finding.signatures).toHaveLength(looked);
    expect(finding.result).not.toBe('pass');
  });

  test('a body', async () => {
    const finding = await verify(messageOf(`${octets}${' '.repeat(100)}`), { limits: { bodyOctets: 50 } });
    expect(finding).toMatchObject({ result: 'policy', limit: 'bodyOctets: 107, at most 50' });
  });

  test('those that are none', () => {
    const limits = { signatures: 0, bodyOctets: 1.5, other: 1 } as never;
    expect(problemsOf(() => dkim({ crypto, resolver, limits })).map(({ construct }) => construct)).toEqual([
      'signatures: 0',
      'bodyOctets: 1.5',
      'other: 1',
    ]);
    expect(problemsOf(() => dkim({ crypto, resolver, clockSkew: -1 }))).toHaveLength(1);
  });
});

describe('who cannot tell', () => {
  const mail = (message = valid) => ({
    session: sessionOf(),
    sender: senderOf('a@example.com'),
    recipients: [mailboxOf('b@example.org')],
    message,
  });

  test('a DNS that times out: temperror, and the mail is deferred unless the policy says otherwise', async () => {
    const slow = zoneResolver({ ...zone, 'rsa._domainkey.example.com': 'TIMEOUT' });
    expect((await verify(valid, { resolver: slow })).result).toBe('temperror');
    const outcome = await definePolicy({ message: [dkim({ crypto, resolver: slow })] }).evaluate(mail());
    expect(outcome.recipients[0]?.decision).toMatchObject({ kind: 'defer', reason: 'cannot-tell' });
    const lenient = definePolicy({ message: [dkim({ crypto, resolver: slow, cannotTell: 'continue' })] });
    expect((await lenient.evaluate(mail())).recipients[0]?.decision).toMatchObject({ kind: 'continue' });
  });

  test('a key that nobody can fetch, beside a signature that passes: the mail goes on', async () => {
    const slow = zoneResolver({ ...zone, 'slow._domainkey.example.com': 'TIMEOUT' });
    const message = messageOf(`${field('').replace('s=rsa', 's=slow')}${octets}`);
    const stage = dkim({ crypto, resolver: slow });
    const outcome = await definePolicy({ message: [stage] }).evaluate(mail(message), { now });
    expect(outcome.findings.dkim?.signatures.map(({ result }) => result)).toEqual(['temperror', 'pass']);
    expect(outcome.recipients[0]?.decision).toMatchObject({ kind: 'continue' });
    const { 'rsa._domainkey.example.com': _, ...rest } = zone;
    const other = zoneResolver({ ...rest, 'slow._domainkey.example.com': 'TIMEOUT' });
    const without = await definePolicy({ message: [dkim({ crypto, resolver: other })] }).evaluate(mail(message), {
      now,
    });
    expect(without.recipients[0]?.decision).toMatchObject({ kind: 'defer', reason: 'cannot-tell' });
  });

  test.each([
    ['example.com', 'example.com', 'TIMEOUT', 'continue'],
    ['list.example', 'example.com', 'TIMEOUT', 'defer'],
  ] as const)(
    'a signature of %s passes, the key of %s cannot be fetched: dmarc judges',
    async (passing, _other, answer, kind) => {
      const theirs = { 'rsa._domainkey.list.example': { TXT: [recordOf(rsaPrivate)] } };
      const slow = zoneResolver({
        ...zone,
        ...theirs,
        'slow._domainkey.example.com': answer,
        '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
      });
      const own = decodeLatin1(octetsOf(await signed(messageOf(plain), { domain: passing })));
      const message = messageOf(`${field('').replace('s=rsa', 's=slow')}${own}`);
      const policy = definePolicy({
        mail: [spf({ resolver: slow })],
        message: [dkim({ crypto, resolver: slow }), dmarc({ resolver: slow })],
      });
      const outcome = await policy.evaluate(mail(message), { now });
      expect(outcome.findings.dkim?.result).toBe('pass');
      expect(outcome.recipients[0]?.decision.kind).toBe(kind);
    },
  );

  test('the adapter', async () => {
    const broken: DkimVerifier = { verify: () => cannotTell('no thread') };
    expect((await verify(valid, { crypto: broken })).signatures[0]).toMatchObject({
      result: 'temperror',
      why: 'no thread',
    });
  });

  test('a resolver that fails', async () => {
    const failing: Resolver = { ...resolver, texts: () => Promise.reject(new Error('gone')) };
    const outcome = await definePolicy({ message: [dkim({ crypto, resolver: failing })] }).evaluate(mail());
    expect(outcome.recipients[0]?.decision).toMatchObject({ kind: 'defer', reason: 'stage-crashed' });
  });
});

test('two keys, and one of them in the DNS', async () => {
  const message = await signed(messageOf(plain), { also: [{ selector: 'ed', key: edPem }] });
  const { 'rsa._domainkey.example.com': _, ...rest } = zone;
  const finding = await verify(message, { resolver: zoneResolver(rest) });
  expect(finding.signatures.map(({ result }) => result)).toEqual(['permerror', 'pass']);
});
