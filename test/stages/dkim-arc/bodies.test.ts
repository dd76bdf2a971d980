/** Bodies at the edge of the canonical forms, through every cryptography: what is signed here verifies there. */
import { expect, test } from 'vitest';
import { messageOf } from '../../../src/testing/builders.js';
import { cryptos } from './cryptos.js';
import { signed, verify } from './support.js';

const bodies = [
  '',
  '\r\n',
  '\r\n\r\n',
  ' ',
  ' \r\n',
  'a',
  'a\r\n\r\n',
  'a\rb',
  'a \rb',
  'a\r',
  'a \r',
  'a\r\r\n',
  '\r',
  'a\nb\n',
  'a\t\n\n',
];

/** By cryptography: forms and bodies for which it says otherwise. RFC 6376 section 3.4.3 and 3.4.4 take a lone CR for content; 4.13.3 is not asked. */
const otherwise: Readonly<Record<string, readonly string[]>> = {
  'node-crypto': [],
  'mailauth 7': [],
  'mailauth 4': [
    'simple "a\\rb": permerror',
    'simple "a \\rb": permerror',
    'simple "a\\r": permerror',
    'simple "a \\r": permerror',
    'simple "a\\r\\r\\n": permerror',
    'simple "\\r": permerror',
    'relaxed " ": fail',
    'relaxed "a\\rb": permerror',
    'relaxed "a \\rb": permerror',
    'relaxed "a\\r": permerror',
    'relaxed "a \\r": permerror',
    'relaxed "a\\r\\r\\n": permerror',
    'relaxed "\\r": permerror',
  ],
};

test.each(cryptos)('$name', async ({ name, crypto }) => {
  const wrong: string[] = [];
  for (const form of ['simple', 'relaxed'] as const) {
    for (const body of bodies) {
      const plain = messageOf(`From: a@example.com\r\n\r\n${body}`);
      const message = await signed(plain, { canonicalization: { header: form, body: form } });
      const { result } = await verify(message, { crypto });
      if (result !== 'pass') wrong.push(`${form} ${JSON.stringify(body)}: ${result}`);
    }
  }
  expect(wrong).toEqual(otherwise[name]);
});
