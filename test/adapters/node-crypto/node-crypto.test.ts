import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { hashBodies } from '../../../src/adapters/node-crypto/body-hash.js';
import { nodeCrypto } from '../../../src/adapters/node-crypto/index.js';
import { Turns } from '../../../src/adapters/node-crypto/turns.js';
import { messageOf } from '../../../src/testing/builders.js';
import type { Body } from '../../../src/values/body.js';
import { encodeLatin1 } from '../../../src/values/bytes.js';
import { replaceBody } from '../../../src/values/message.js';
import { edPem, rsaPem, signed, verify } from '../../stages/dkim-arc/support.js';
import { value } from '../../values/support.js';

const crypto = nodeCrypto();
const plain = messageOf('From: a@example.com\r\n\r\nHello  \r\n\r\n');

function bodyOf(octets: string, size: number): Body {
  const bytes = Buffer.from(octets);
  return {
    kind: 'body',
    size: bytes.length,
    bytes: undefined,
    async *open() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    },
  };
}

class Counted extends Turns {
  taken = 0;
  override next(): Promise<void> {
    this.taken++;
    return super.next();
  }
}

test('the hash of a canonical body, whatever the chunks', async () => {
  const want = new Uint8Array(createHash('sha256').update('Hello\r\n').digest());
  for (const size of [1, 2, 3, 100]) {
    const message = replaceBody(plain, bodyOf('Hello  \r\n\r\n', size)).message;
    expect(await crypto.bodyHash({ message, form: 'relaxed' })).toEqual({ kind: 'found', value: want });
  }
});

test('several lengths of one body, each the hash of so many octets', async () => {
  const text = 'one  two\r\n'.repeat(20_000);
  const canonical = Buffer.from(text.replaceAll('  ', ' '));
  const hashOf = (length: number): Uint8Array =>
    new Uint8Array(createHash('sha256').update(canonical.subarray(0, length)).digest());
  const lengths = [7, 0, 65_536, 16_384, 180_000, 180_001, undefined, 7, 100_000];
  const wanted = lengths.map((limit) => ({ form: 'relaxed' as const, limit }));
  for (const all of [wanted, wanted.slice(0, 4)]) {
    const hashed = await hashBodies(bodyOf(text, 30_000), [undefined, ...all], new Turns(undefined));
    expect(hashed).toEqual([
      undefined,
      ...all.map(({ limit = 180_000 }) => {
        const signed = Math.min(limit, 180_000);
        return { hash: hashOf(signed), signed, total: 180_000 };
      }),
    ]);
  }
});

test.each(['\r\n', ' ', 'a  b \t\r\n', '\r'])('a body in memory leaves others their turn: %j', async (piece) => {
  const bytes = Buffer.from(piece.repeat((16 << 20) / piece.length));
  const turns = new Counted(undefined);
  const body: Body = { kind: 'body', size: bytes.length, bytes, open: () => bodyOf('', 1).open() };
  await hashBodies(body, [{ form: 'relaxed', limit: undefined }], turns);
  expect(turns.taken).toBeGreaterThan(2);
});

test('line ends that waited are hashed in pieces, between which others have their turn', async () => {
  const turns = new Counted(undefined);
  let before = 0;
  const lineEnds = bodyOf('\r\n'.repeat(15 << 20), 65_536);
  const body: Body = {
    ...lineEnds,
    async *open() {
      yield* lineEnds.open();
      before = turns.taken;
      yield encodeLatin1('x');
    },
  };
  const wanted = Array.from({ length: 10 }, (_, i) => ({
    form: i % 2 === 0 ? ('simple' as const) : ('relaxed' as const),
    limit: (30 << 20) - i,
  }));
  await hashBodies(body, wanted, turns);
  expect(turns.taken - before).toBeGreaterThan(2);
});

test('a signature passes in chunks of any size', async () => {
  const message = await signed(plain);
  for (const size of [1, 2, 5, 7]) {
    expect((await verify(replaceBody(message, bodyOf('Hello  \r\n\r\n', size)).message)).result).toBe('pass');
  }
});

describe('keys', () => {
  test('what is one', () => {
    expect(value(crypto.signingKey(rsaPem))).toEqual({ kind: 'signing-key', algorithm: 'rsa-sha256', bits: 1024 });
    expect(value(crypto.signingKey(edPem))).toEqual({ kind: 'signing-key', algorithm: 'ed25519-sha256', bits: 256 });
  });

  test.each([
    '',
    'text',
    '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
    rsaPem.replace(/PRIVATE/g, 'PUBLIC'),
  ])('what is none: %#', (pem) =>
    expect(crypto.signingKey(pem)).toMatchObject({
      kind: 'malformed',
      why: expect.stringContaining('not a private key'),
    }),
  );

  test('an RSA key that would take too long', () => {
    const large = generateKeyPairSync('rsa', { modulusLength: 4104 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    expect(crypto.signingKey(large.toString())).toMatchObject({
      kind: 'malformed',
      why: 'an RSA key of 4104 bits, at most 4096 are taken',
    });
  }, 60_000);

  test('a key of another adapter cannot sign', () => {
    const key = value(nodeCrypto().signingKey(rsaPem));
    expect(crypto.sign({ key, octets: new Uint8Array(1) })).toMatchObject({ kind: 'cannot-tell', temporary: false });
  });
});

test('a large body leaves others their turn, and ends at an abort', async () => {
  const large = replaceBody(plain, bodyOf('a  b \t\r\n'.repeat(1 << 21), 65_536)).message;
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await crypto.bodyHash({ message: large, form: 'relaxed' });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 5);
  const answer = await crypto.bodyHash({ message: large, form: 'relaxed' }, { signal: abort.signal, deadline: 0 });
  expect(answer).toMatchObject({ kind: 'cannot-tell', why: 'DKIM: nobody waits for the answer any more' });
});
