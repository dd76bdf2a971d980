import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseKey, parseKeyRecord } from '../../../src/stages/dkim-arc/key-record.js';
import { keyFor } from '../../../src/stages/dkim-arc/keys.js';
import { readRsaKey } from '../../../src/stages/dkim-arc/rsa-key.js';
import { found, notFound } from '../../../src/values/answer.js';
import { anyText } from '../../values/support.js';
import { edPrivate, recordOf, rsaPrivate } from './support.js';

const runs = Number(process.env.POSTERN_FUZZ_RUNS ?? 2000);
const rsa = recordOf(rsaPrivate);
const p = rsa.slice(rsa.indexOf('p='));
const spki = createPublicKey(rsaPrivate).export({ type: 'spki', format: 'der' });

test('a key', () => {
  expect(parseKeyRecord(`${rsa}; h=sha1 : sha256; s=email; t=y:s; n=a note; zz=1`)).toMatchObject({
    kind: 'key',
    bits: 1024,
    hashes: ['sha1', 'sha256'],
    forMail: true,
    testing: true,
    strict: true,
    key: { type: 'rsa' },
  });
  expect(parseKeyRecord(p)).toMatchObject({
    kind: 'key',
    hashes: undefined,
    forMail: true,
    testing: false,
    strict: false,
  });
  expect(parseKeyRecord(recordOf(edPrivate))).toMatchObject({ kind: 'key', bits: 256, key: { type: 'ed25519' } });
});

test('an RSA key in either form comes to the same', () => {
  const bare = createPublicKey(rsaPrivate).export({ type: 'pkcs1', format: 'der' });
  expect(readRsaKey(bare)).toEqual(readRsaKey(spki));
  expect(Buffer.from(readRsaKey(bare)?.spki ?? [])).toEqual(spki);
});

const small = generateKeyPairSync('rsa', { modulusLength: 768 }).publicKey.export({ type: 'spki', format: 'der' });
const odd = generateKeyPairSync('rsa', { modulusLength: 1023 }).publicKey.export({ type: 'spki', format: 'der' });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' });
const b64 = (octets: Uint8Array): string => Buffer.from(octets).toString('base64');
/** SEQUENCE { modulus, exponent } */
const bareKey = (modulus: number, exponent: number): string =>
  b64(
    Buffer.concat([
      Buffer.from([0x30, 0x82, (modulus + exponent + 8) >> 8, (modulus + exponent + 8) & 255]),
      Buffer.from([2, 0x82, modulus >> 8, modulus & 255]),
      Buffer.alloc(modulus, 0x55),
      Buffer.from([2, 0x82, exponent >> 8, exponent & 255]),
      Buffer.alloc(exponent, 0x55),
    ]),
  );

test.each([
  ['', 'permerror', 'key record: an empty tag: a semicolon too many'],
  ['v=spf1 -all', 'permerror', 'key record: not "v=DKIM1" at its start: "spf1 -all"'],
  [`k=rsa; v=DKIM1; ${p}`, 'permerror', 'key record: not "v=DKIM1" at its start: "DKIM1"'],
  ['v=DKIM1; k=rsa', 'permerror', 'key record: p= is absent'],
  ['v=DKIM1; p=', 'permerror', 'the key was revoked (an empty p=)'],
  ['p=!', 'permerror', 'key record: p= is not Base64'],
  ['p=AAAA', 'permerror', 'key record: p= is no RSA key'],
  [`p=${b64(spki.subarray(0, -1))}`, 'permerror', 'key record: p= is no RSA key'],
  [`p=${b64(Buffer.concat([spki, Buffer.alloc(1)]))}`, 'permerror', 'key record: p= is no RSA key'],
  [`p=${b64(ec)}`, 'permerror', 'key record: p= is no RSA key'],
  [`k=dsa; ${p}`, 'permerror', 'key record: unknown k=: "dsa"'],
  [`k=ed25519; ${p}`, 'permerror', 'an Ed25519 key of 162 octets, not 32'],
  [`p=${b64(small)}`, 'policy', 'an RSA key of 768 bits, at least 1024 are wanted'],
  [`p=${b64(odd)}`, 'policy', 'an RSA key of 1023 bits, at least 1024 are wanted'],
  [`p=${bareKey(2048, 3)}`, 'policy', 'an RSA key of 16383 bits, at most 8192 are taken'],
  [`p=${bareKey(256, 256)}`, 'policy', 'an RSA key with a huge exponent'],
  [`p=${'A'.repeat(9000)}`, 'permerror', 'a key record of 9002 octets'],
])('%s', (record, result, why) => expect(parseKeyRecord(record)).toEqual({ kind: 'no-key', result, why }));

test('of several records the first that suits', () => {
  const ed = recordOf(edPrivate);
  expect(chooseKey(['v=spf1 -all', rsa, ed], 'ed25519')).toMatchObject({ key: { type: 'ed25519' } });
  expect(chooseKey(['v=spf1 -all', rsa], 'ed25519')).toMatchObject({ key: { type: 'rsa' } });
  expect(chooseKey(['v=DKIM1; p='], 'rsa')).toMatchObject({ why: 'the key was revoked (an empty p=)' });
});

test.each([
  ['; h=sha1', 'permerror', 'h= of the key does not allow sha256: sha1'],
  ['; s=other', 'permerror', 's= of the key does not allow mail'],
  ['; t=s', 'permerror', 't=s of the key: i= is a subdomain of d='],
  ['; h=sha256; s=*; t=y', 'key', undefined],
])('what a key allows: %s', (rest, result, why) => {
  const use = { keyName: 'k', algorithm: 'rsa-sha256', ownIdentity: false } as const;
  const key = keyFor(found([`${rsa}${rest}`]), use);
  if (result === 'key') expect(key).toMatchObject({ kind: 'key', testing: true });
  else expect(key).toMatchObject({ result, why: `k: ${why}` });
});

test('no key, and the key of another algorithm', () => {
  const use = { keyName: 'k', algorithm: 'ed25519-sha256', ownIdentity: true } as const;
  expect(keyFor(found([rsa]), use)).toMatchObject({
    result: 'permerror',
    why: 'k: the key is rsa, the signature ed25519-sha256',
  });
  expect(keyFor(notFound('no-such-name'), use)).toMatchObject({
    result: 'permerror',
    why: 'no key at k: no-such-name',
  });
  expect(keyFor({ kind: 'cannot-tell', temporary: true, why: 'time-out' }, use)).toMatchObject({ result: 'temperror' });
});

test.each([
  ['exponent 1', 'AQAB', 'AQ'],
  ['exponent 2', 'AQAB', 'Ag'],
  ['exponent 65536', 'AQAB', 'AQAA'],
])('an RSA key whose numbers are none of RSA: %s', (_name, _usual, exponent) => {
  const { n } = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({ format: 'jwk' });
  const integer = (value: Buffer): Buffer => {
    const octets = ((value[0] ?? 0) & 0x80) === 0 ? value : Buffer.concat([Buffer.of(0), value]);
    const head =
      octets.length < 128
        ? [2, octets.length]
        : octets.length < 256
          ? [2, 0x81, octets.length]
          : [2, 0x82, octets.length >> 8, octets.length & 255];
    return Buffer.concat([Buffer.from(head), octets]);
  };
  const record = (modulus: Buffer): object => {
    const numbers = Buffer.concat([integer(modulus), integer(Buffer.from(exponent, 'base64url'))]);
    const head =
      numbers.length < 256 ? [0x30, 0x81, numbers.length] : [0x30, 0x82, numbers.length >> 8, numbers.length & 255];
    return parseKeyRecord(`p=${Buffer.concat([Buffer.from(head), numbers]).toString('base64')}`);
  };
  expect(record(Buffer.from(n ?? '', 'base64url'))).toEqual({
    kind: 'no-key',
    result: 'permerror',
    why: 'an RSA key whose modulus is even, or whose exponent is even or below 3',
  });
});

test('any record has an answer', () => {
  const list = fc
    .array(fc.tuple(fc.constantFrom('v', 'k', 'p', 'h', 's', 't', 'n'), anyText('DKIM1rsa=;:')))
    .map((tags) => tags.map(([name, text]) => `${name}=${text}`).join(';'));
  fc.assert(
    fc.property(fc.oneof(anyText('vkp=;DKIM1'), list), (text) => {
      const record = parseKeyRecord(text);
      if (record.kind === 'no-key') expect(record.why.length).toBeLessThan(2000);
    }),
    { numRuns: runs },
  );
});

test('any DER has an answer, and what is read is written the same', () => {
  const changed = fc.tuple(fc.nat(spki.length - 1), fc.nat(255)).map(([at, octet]) => {
    const octets = Uint8Array.from(spki);
    octets[at] = octet;
    return octets;
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), changed), (der) => {
      const key = readRsaKey(der);
      if (key !== undefined) expect(readRsaKey(key.spki)).toEqual(key);
    }),
    { numRuns: runs },
  );
}, 120_000);
