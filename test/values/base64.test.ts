import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../src/values/base64.js';
import { encodeLatin1 } from '../../src/values/bytes.js';

test.each([
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
])('RFC 4648 section 10: %j', (text, encoded) => {
  expect(encodeBase64(encodeLatin1(text))).toBe(encoded);
  expect(decodeBase64(encoded)).toEqual(encodeLatin1(text));
});

test.each(['Z', 'Zg=', 'Zg===', 'Z===', '=', '====', 'Zm9v=', 'Zm 9', 'Zm9-', 'Zg==Zg==', 'Zm9\u0101', 'Zm9\xff'])(
  'not Base64: %j',
  (text) => expect(decodeBase64(text)).toBeUndefined(),
);

test('padding may be absent, bits that pad may be set', () => {
  expect(decodeBase64('Zg')).toEqual(encodeLatin1('f'));
  expect(decodeBase64('Zh==')).toEqual(encodeLatin1('f'));
});

test('round trip, as the platform encodes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (octets) => {
      expect(encodeBase64(octets)).toBe(Buffer.from(octets).toString('base64'));
      expect(decodeBase64(encodeBase64(octets))).toEqual(octets);
    }),
  );
});

test('any text has an answer', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void decodeBase64(text)));
});
