import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../../src/adapters/node-crypto/index.js';
import { vectorNeedsChange } from '../../../src/adapters/node-crypto/scan.js';
import { messageOf } from '../../../src/testing/builders.js';
import type { Body } from '../../../src/values/body.js';
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

test('the hash of a canonical body, whatever the chunks', async () => {
  const want = new Uint8Array(createHash('sha256').update('Hello\r\n').digest());
  for (const size of [1, 2, 3, 100]) {
    const message = replaceBody(plain, bodyOf('Hello  \r\n\r\n', size)).message;
    expect(await crypto.bodyHash({ message, form: 'relaxed' })).toEqual({ kind: 'found', value: want });
  }
});

test('a spooled body without bare LF is looked at less, and comes to the same', async () => {
  for (const text of [
    'Hello\r\n',
    'Hel lo\r\n',
    'Hel\tlo\r\n',
    'Hello \r\n',
    'Hel  lo\r\n',
    '\r\n\r\n',
    'a\r\n\r\n\r\n',
  ]) {
    const known = { ...bodyOf(text, 100), lineEnds: { crlf: 1, bareLf: 0 } };
    for (const form of ['simple', 'relaxed'] as const) {
      const [one, other] = [known, bodyOf(text, 100)].map((body) => replaceBody(plain, body).message);
      expect(await crypto.bodyHash({ message: one ?? plain, form })).toEqual(
        await crypto.bodyHash({ message: other ?? plain, form }),
      );
    }
  }
  expect(vectorNeedsChange()?.(new Uint8Array(70_000), 'simple')).toBe(true);
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
