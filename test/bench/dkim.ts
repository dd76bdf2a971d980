/**
 * Verifying DKIM beside hashing and verifying the same octets with node:crypto, and the longest time that a hostile message holds the
 * event loop. Messages are spooled, as a server does.
 */
import { createHash, createPublicKey, createVerify, generateKeyPairSync } from 'node:crypto';
import { mailauth } from '../../src/adapters/mailauth/index.js';
import { nodeCrypto } from '../../src/adapters/node-crypto/index.js';
import { createSpool } from '../../src/adapters/spool/index.js';
import type { Outcome } from '../../src/core/outcome.js';
import { definePolicy, type Policy } from '../../src/core/policy.js';
import { dkimFinding } from '../../src/findings/dkim.js';
import type { DkimVerifier } from '../../src/ports/dkim-crypto.js';
import { arc, defaultDkimLimits, dkim, dkimSign } from '../../src/stages/dkim-arc/index.js';
import { mailboxOf, messageOf, senderOf, sessionOf } from '../../src/testing/builders.js';
import { zoneResolver } from '../../src/testing/ports/zone-resolver.js';
import { concatBytes } from '../../src/values/bytes.js';
import type { Message } from '../../src/values/message.js';
import { bodyText } from './mail-text.js';
import { longestPause } from './pause.js';
import { type BenchRow, row } from './row.js';

const MIB = 1 << 20;
const ROUNDS = 200;
const PAUSE_MS = 50;

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const spki = keys.publicKey.export({ type: 'spki', format: 'der' });
const jwk = keys.publicKey.export({ format: 'jwk' });
const pem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const resolver = zoneResolver({ 's._domainkey.example.com': { TXT: [`v=DKIM1; p=${spki.toString('base64')}`] } });
const crypto = nodeCrypto();

export async function benchDkim(): Promise<readonly BenchRow[]> {
  const base64 = `${'A1b2'.repeat(19)}\r\n`.repeat(MIB / 78);
  const prose = bodyText(MIB);
  const html = '    <tr>\r\n      <td class="a">Some text of a newsletter, as all are</td>\r\n    </tr>\r\n'.repeat(
    MIB / 85,
  );
  return [
    await beside('1 MiB of Base64, relaxed', base64, 'relaxed', '<= 1.2'),
    await beside('1 MiB of Base64, simple', base64, 'simple', '<= 1.2'),
    await beside('1 MiB of prose, relaxed', prose, 'relaxed', '<= 1.2'),
    await beside('1 MiB of prose, simple', prose, 'simple', '<= 1.2'),
    await beside('1 MiB of indented HTML, relaxed', html, 'relaxed', '<= 1.2'),
    ...(await pauses()),
  ];
}

async function beside(name: string, body: string, form: 'simple' | 'relaxed', goal: string): Promise<BenchRow> {
  const plain = messageOf(Buffer.from(`From: a@example.com\r\nSubject: bench\r\n\r\n${body}`, 'latin1'));
  const signed = await signedBy(plain, form);
  await using spooled = await spool(signed);
  const octets = concatBytes([Buffer.from(body, 'latin1')]);
  const header = concatBytes(signed.slice(0, -1));
  const policy = definePolicy({ message: [dkim({ crypto, resolver })] });
  const conversation = policy.open(sessionOf());
  const ours: number[] = [];
  const rival: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await conversation.mail(senderOf('a@example.com'));
    await conversation.rcpt(mailboxOf('b@school.example'));
    ours.push(await time(() => conversation.message(spooled.message)));
    rival.push(await time(() => bare(octets, header)));
  }
  // The quietest rounds: others use the machine too, and for less than a millisecond that is most of what is measured.
  return row({ name, unit: 'ms', ours: Math.min(...ours), against: 'node:crypto', rival: Math.min(...rival), goal });
}

/** Hash the body, hash the header, verify: what nobody can do without. */
function bare(octets: Uint8Array, header: Uint8Array): void {
  createHash('sha256').update(octets).digest();
  // As JWK: reading DER takes OpenSSL thirty times as long.
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  createVerify('sha256').update(header).verify(key, Buffer.alloc(256, 1));
}

/** The parts of the signed message: fields, empty line, body. */
async function signedBy(message: Message, form: 'simple' | 'relaxed'): Promise<readonly Uint8Array[]> {
  const canonicalization = { header: 'relaxed', body: form } as const;
  const sign = dkimSign({ crypto, domain: 'example.com', selector: 's', key: pem, canonicalization });
  const outcome = await evaluate(definePolicy({ message: [sign] }), message);
  const whole = outcome.message ?? message;
  return [...whole.header.map(({ bytes }) => bytes), whole.separator, whole.body.bytes ?? new Uint8Array(0)];
}

/** In memory: how fast a disk is, is not the question here. */
async function* chunks(parts: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  for (const part of parts) for (let at = 0; at < part.length; at += 65_536) yield part.subarray(at, at + 65_536);
}

const unlimited = { headerBytes: 64 << 20, headerFields: 1_000_000, fieldBytes: 64 << 20 };

async function spool(parts: readonly Uint8Array[]): Promise<AsyncDisposable & { readonly message: Message }> {
  const result = await createSpool({ header: unlimited, memoryLimit: 64 * MIB }).receive(chunks(parts));
  if (result.kind !== 'spooled') throw new Error(`the spool refused: ${result.kind}`);
  return result;
}

function evaluate(policy: Policy, message: Message): Promise<Outcome> {
  return policy.evaluate({
    session: sessionOf(),
    sender: senderOf('a@example.com'),
    recipients: [mailboxOf('b@school.example')],
    message,
  });
}

async function time(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const from = 'From: a@example.com\r\n';
const signature = (n: number, form = 'simple'): string =>
  `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/${form}; d=example.com; s=s; l=${n}; h=from;\r\n` +
  ` bh=${'A'.repeat(43)}=; b=${'A'.repeat(342)}==\r\n`;
const seal = (i: number): string =>
  `ARC-Seal: i=${i}; a=rsa-sha256; d=example.com; s=s; cv=${i === 1 ? 'none' : 'pass'}; b=${'A'.repeat(342)}==\r\n` +
  `ARC-Message-Signature: i=${i}; a=rsa-sha256; d=example.com; s=s; h=from;\r\n bh=${'A'.repeat(43)}=; b=${'A'.repeat(342)}==\r\n` +
  `ARC-Authentication-Results: i=${i}; example.com; none\r\n`;

/** Within the limits, and beyond. */
const hostile: readonly (readonly [string, string])[] = [
  ['40,000 folds', `${signature(1)}${from}Subject: x\r\n${' folded\r\n'.repeat(40_000)}\r\nbody\r\n`],
  ['10,000 folds', `${signature(1)}${from}Subject: x\r\n${' folded\r\n'.repeat(9900)}\r\nbody\r\n`],
  [
    '40,000 From addresses',
    `${signature(1)}From: ${'a@example.com,\r\n '.repeat(40_000)}b@example.com\r\n\r\nbody\r\n`,
  ],
  ['5,000 signatures', `${Array.from({ length: 5000 }, (_, n) => signature(n)).join('')}${from}\r\nbody\r\n`],
  [
    '10 signatures of other lengths over 16 MiB',
    `${Array.from({ length: 10 }, (_, n) => signature(16 * MIB - n)).join('')}${from}\r\n${'text  \t\r\n'.repeat(2 * MIB)}`,
  ],
  ['15 MiB of spaces', `${signature(15 * MIB, 'relaxed')}${from}\r\n${' '.repeat(15 * MIB)}`],
  ['15 MiB of spaces in a field', `${signature(1)}${from}Subject: ${' '.repeat(15 * MIB)}\r\n\r\nbody\r\n`],
  ['15 MiB of empty lines', `${signature(15 * MIB)}${from}\r\n${'\r\n'.repeat(7.5 * MIB)}x`],
  [
    '10 signatures of other lengths and both forms over 60 MiB of empty lines',
    `${Array.from({ length: 10 }, (_, n) => signature(60 * MIB - n, n % 2 === 0 ? 'simple' : 'relaxed')).join('')}${from}\r\n${'\r\n'.repeat(30 * MIB - 1)}x`,
  ],
  ['60 MiB of CR', `${signature(60 * MIB, 'relaxed')}${from}\r\n${'\r'.repeat(60 * MIB)}`],
  ['50 ARC sets', `${Array.from({ length: 50 }, (_, n) => seal(n + 1)).join('')}${from}\r\nbody\r\n`],
];

async function pauses(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  await using package7 = mailauth({ timeout: 2000 });
  const adapters: readonly (readonly [string, DkimVerifier])[] = [
    ['node-crypto', crypto],
    ['mailauth', package7],
  ];
  for (const [name, text] of hostile) {
    await using spooled = await spool([Buffer.from(text, 'latin1')]);
    for (const [adapter, verifier] of adapters) {
      const policy = definePolicy({
        message: [
          dkim({ crypto: verifier, resolver, cannotTell: 'continue', limits: defaultDkimLimits }),
          arc({ crypto: verifier, resolver, cannotTell: 'continue' }),
        ],
      });
      const once = () =>
        longestPause(async () => {
          const outcome = await evaluate(policy, spooled.message);
          if (dkimFinding.in(outcome.findings)?.result === 'pass') throw new Error('it passes');
        });
      // The first one too: a server meets it cold.
      const ours = Math.max(await once(), await once(), await once());
      rows.push(
        row({
          name: `${adapter}: ${name}: longest pause`,
          unit: 'ms',
          ours,
          against: 'limit',
          rival: PAUSE_MS,
          goal: '<= 1',
        }),
      );
    }
  }
  return rows;
}
