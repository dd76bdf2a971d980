import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBad, readSignature } from '../../../src/stages/dkim-arc/signature.js';
import { anyText } from '../../values/support.js';

const runs = Number(process.env.POSTERN_FUZZ_RUNS ?? 2000);
const hash = `${'A'.repeat(43)}=`;
const right: Readonly<Record<string, string>> = {
  v: '1',
  a: 'rsa-sha256',
  d: 'Example.COM',
  s: 'sel_1',
  h: 'From:To : subject',
  bh: hash,
  b: 'AAAA',
};
const written = (tags: Readonly<Record<string, string | undefined>>): string =>
  Object.entries({ ...right, ...tags })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');

test('a signature, read', () => {
  const { signature } = readSignature(
    written({ c: 'relaxed', l: '12', t: '5', x: '6', i: 'a=20b@Mail.example.com', q: 'other:dns/txt' }),
    'dkim',
  );
  expect(signature).toMatchObject({
    algorithm: 'rsa-sha256',
    selector: 'sel_1',
    keyName: 'sel_1._domainkey.example.com',
    identity: 'a b@mail.example.com',
    ownIdentity: false,
    header: 'relaxed',
    body: 'simple',
    signedFields: ['from', 'to', 'subject'],
    bodyLength: 12,
    signedAt: 5,
    expiresAt: 6,
  });
});

test('defaults', () => {
  expect(readSignature(written({}), 'dkim').signature).toMatchObject({
    identity: '@example.com',
    ownIdentity: true,
    header: 'simple',
    body: 'simple',
    bodyLength: undefined,
    signedAt: undefined,
    expiresAt: undefined,
  });
  expect(isBad(readSignature(written({ d: 'm\xfcller.example' }), 'dkim').signature)).toBe(false);
  expect(isBad(readSignature(written({ h: 'from:to:' }), 'dkim').signature)).toBe(false);
  expect(isBad(readSignature(written({ zz: 'unknown' }), 'dkim').signature)).toBe(false);
});

test.each([
  [{ v: undefined }, 'permerror', 'the tag v= is absent'],
  [{ v: '2' }, 'permerror', 'v= is "2", not 1'],
  [{ a: undefined }, 'permerror', 'the tag a= is absent'],
  [{ a: 'rsa-sha1' }, 'policy', 'rsa-sha1 is not taken (RFC 8301)'],
  [{ a: 'rsa-sha512' }, 'neutral', 'an unknown algorithm: "rsa-sha512"'],
  [{ b: '' }, 'neutral', 'the tag b= is empty'],
  [{ b: '!' }, 'neutral', 'b= is not Base64'],
  [{ bh: 'AAAA' }, 'neutral', 'bh= has 3 octets, a SHA-256 hash 32'],
  [{ c: 'loose' }, 'neutral', 'an unknown c=: "loose"'],
  [{ c: 'simple/simple/simple' }, 'neutral', 'an unknown c=: "simple/simple/simple"'],
  [{ d: 'a b' }, 'neutral', 'd= is no domain name: "a b"'],
  [{ d: 'example.com.' }, 'neutral', 'd= is no domain name: "example.com."'],
  [{ s: 'a..b' }, 'neutral', 's= is no selector: "a..b"'],
  [{ h: '' }, 'neutral', 'the tag h= is empty'],
  [{ h: 'to' }, 'permerror', 'h= does not name From'],
  [{ h: 'from:a b' }, 'neutral', 'h= has what is no field name'],
  [{ i: 'a@example.net' }, 'permerror', 'the domain of i= is not within d=: "a@example.net"'],
  [{ i: 'a@badexample.com' }, 'permerror', 'the domain of i= is not within d=: "a@badexample.com"'],
  [{ i: 'example.com' }, 'neutral', 'i= is no identity: "example.com"'],
  [{ i: 'a=zz@example.com' }, 'neutral', 'i= is no identity: "a=zz@example.com"'],
  [{ i: 'a=0A@example.com' }, 'neutral', 'i= is no identity: "a=0A@example.com"'],
  [{ l: '-1' }, 'neutral', 'l= is no number of that kind: "-1"'],
  [{ t: '1e9' }, 'neutral', 't= is no number of that kind: "1e9"'],
  [{ t: '9', x: '9' }, 'permerror', 'x= is not after t='],
  [{ q: 'http' }, 'permerror', 'q= has no method that is known: "http"'],
] as const)('%j', (tags, result, why) => {
  expect(readSignature(written(tags), 'dkim').signature).toEqual({ result, why });
});

test('all errors at once', () => {
  const { signature } = readSignature('v=1; a=x; a=y; c=z', 'dkim');
  expect(isBad(signature) && signature.why.split('; ')).toEqual([
    'the tag a= stands twice',
    'an unknown algorithm: "x"',
    'the tag b= is absent',
    'the tag bh= is absent',
    'an unknown c=: "z"',
    'the tag d= is absent',
    'the tag s= is absent',
    'the tag h= is absent',
  ]);
});

test('an ARC-Message-Signature has no v=, no identity, and never covers a seal', () => {
  expect(isBad(readSignature(written({ v: undefined, i: '1' }), 'arc').signature)).toBe(false);
  expect(readSignature(written({ h: 'from:arc-seal' }), 'arc').signature).toMatchObject({ why: 'h= names ARC-Seal' });
});

test('any text has an answer', () => {
  const tag = fc.tuple(
    fc.constantFrom(...'vabcdhilqstxz', 'bh', ''),
    fc.oneof(anyText('a@.=;:/ \t09'), fc.constantFrom(...Object.values(right))),
  );
  const list = fc.array(tag).map((tags) => tags.map(([name, text]) => `${name}=${text}`).join(';'));
  fc.assert(
    fc.property(
      fc.oneof(anyText('vabdhs=;:@.1'), list),
      fc.constantFrom('dkim' as const, 'arc' as const),
      (text, role) => {
        const { signature } = readSignature(text, role);
        if (isBad(signature)) expect(signature.why).not.toBe('');
        else expect(signature.signedFields).toContain('from');
      },
    ),
    { numRuns: runs },
  );
});
