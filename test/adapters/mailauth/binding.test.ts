/** A pass is for what was asked: who signed, what is signed, and by which key. */
import type { KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { verdictOf } from '../../../src/adapters/mailauth/question.js';
import type { MailauthResult } from '../../../src/adapters/mailauth/worker-code.js';
import type { MessageSignatureQuestion, VerifyQuestion } from '../../../src/ports/dkim-crypto.js';
import { messageOf } from '../../../src/testing/builders.js';
import type { Body } from '../../../src/values/body.js';
import { encodeLatin1 } from '../../../src/values/bytes.js';
import { replaceBody } from '../../../src/values/message.js';
import {
  arcOf,
  BODY,
  common,
  dkimOf,
  evil,
  evilEd,
  FIELDS,
  hashOf,
  messageWith,
  reference,
  relaxed,
  signatureOver,
  signedField,
  versions,
  victim,
} from './raw.js';

const dkimField = (tags: string, key: KeyObject = evil, last = 'b=', first = common()): string =>
  signedField(`DKIM-Signature: ${first}; ${tags}; ${last}`, FIELDS, key);
const plainEvil = dkimField('d=evil.example; s=s; h=from:subject');

/** Signed by evil's key; mailauth lets the last tag count, whatever its letter case. */
const folded: readonly (readonly [name: string, tags: string, first?: string])[] = [
  ['D=', 'd=victim.example; D=evil.example; s=s; h=from:subject'],
  ['D= first', 'D=victim.example; d=evil.example; s=s; h=from:subject'],
  ['S=', 'd=evil.example; s=s; S=t; h=from:subject'],
  ['H=', 'd=evil.example; s=s; h=from:subject:to; H=from:subject'],
  ['L=', 'd=evil.example; s=s; h=from:subject; L=3', common(BODY.slice(0, 3))],
  [
    'C=',
    'd=evil.example; s=s; h=from:subject; C=relaxed/relaxed',
    common().replace('relaxed/relaxed', 'simple/simple'),
  ],
  ['d= twice', 'd=victim.example; d=evil.example; s=s; h=from:subject'],
];

function sealed(seal: string, message = ''): string {
  const results = 'ARC-Authentication-Results: i=1; victim.example; dmarc=pass header.from=victim.example';
  const ams = signedField(
    `ARC-Message-Signature: i=1; a=rsa-sha256; ${message}; s=s; h=from:subject; bh=${hashOf(BODY)}; b=`,
    FIELDS,
    evil,
  );
  const as = signedField(`ARC-Seal: i=1; a=rsa-sha256; cv=none; ${seal}; s=s; b=`, [results, ams], evil);
  return [as, ams, results].join('\r\n');
}
const forms = 'c=relaxed/relaxed; d=evil.example';

describe.each(versions)('mailauth $name', ({ name, crypto }) => {
  test.each(folded)('DKIM: a second meaning by %s is never asked about', async (_, tags = '', start) => {
    const forged = dkimField(tags, evil, 'b=', start);
    const [first, second] = await dkimOf(messageWith([forged, plainEvil]), crypto);
    expect(first).not.toMatch(/^pass/);
    expect(second).toBe('pass evil.example');
  });

  test('DKIM: one signature, two fields that carry it', async () => {
    const own = `DKIM-Signature: ${common()}; d=evil.example; s=s; h=from:subject; b=AAAA; B=`;
    const value = signatureOver(FIELDS.map((field) => `${relaxed(field)}\r\n`).join('') + relaxed(own), evil);
    const stolen = `DKIM-Signature: ${common()}; d=victim.example; s=s; h=from:subject; b=${value}`;
    expect(await dkimOf(messageWith([own + value, stolen]), crypto)).toEqual([
      'permerror evil.example',
      'fail victim.example',
    ]);
  });

  test('ARC: sealed by evil, in the name of another', async () => {
    expect(await arcOf(messageWith([sealed('d=evil.example', forms)]), crypto)).toBe('pass');
    expect(await arcOf(messageWith([sealed('d=victim.example', forms)]), crypto)).toBe('fail');
    expect(await arcOf(messageWith([sealed('d=victim.example; D=evil.example', forms)]), crypto)).toBe('fail');
    const twofold = 'c=relaxed/relaxed; d=victim.example; D=evil.example';
    expect(await arcOf(messageWith([sealed('d=evil.example', twofold)]), crypto)).toBe('fail');
  });

  test('ARC: without c= the form is simple/simple', async () => {
    const uneven = 'FROM:   ceo@victim.example';
    const text = (ams: string): string => [ams, uneven, 'Subject: pay'].join('\r\n');
    const own = `ARC-Message-Signature: i=1; a=rsa-sha256; d=evil.example; s=s; h=from:subject; bh=${hashOf(BODY)}; b=`;
    const results = 'ARC-Authentication-Results: i=1; x; none';
    for (const [covered, want] of [
      [`${uneven}\r\nSubject: pay\r\n${own}`, 'pass'],
      [`${[uneven, 'Subject: pay', own].map(relaxed).join('\r\n')}`, 'fail'],
    ] as const) {
      const ams = own + signatureOver(covered, evil);
      const as = signedField('ARC-Seal: i=1; a=rsa-sha256; cv=none; d=evil.example; s=s; b=', [results, ams], evil);
      expect(await arcOf(messageOf(`${as}\r\n${results}\r\n${text(ams)}\r\n\r\n${BODY}`), crypto)).toBe(want);
    }
  });

  test('two kinds of keys at one selector, one signature twice, one that covers another', async () => {
    const rsa = dkimField('d=evil.example; s=both; h=from:subject');
    const ed = signedField(
      `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; bh=${hashOf(BODY)}; d=evil.example; s=both; h=from; b=`,
      FIELDS.slice(0, 1),
      evilEd,
    );
    expect(await dkimOf(messageWith([ed, rsa, rsa]), crypto)).toEqual(Array(3).fill('pass evil.example'));
    const over = signedField(
      `DKIM-Signature: ${common()}; d=evil.example; s=s; h=from:dkim-signature:dkim-signature; b=`,
      [FIELDS[0] as string, rsa],
      evil,
    );
    expect(await dkimOf(messageWith([over, rsa]), crypto)).toEqual(Array(2).fill('pass evil.example'));
  });

  test('what 4.13.3 reads otherwise is unusable there, and nothing else', async () => {
    const empty = common('').replace('relaxed/relaxed', 'relaxed/simple');
    const none = signedField(`DKIM-Signature: ${empty}; l=0; d=evil.example; s=s; h=from:subject; b=`, FIELDS, evil);
    const blank = dkimField('d=evil.example; s=s; h=from:subject', evil, 'b =');
    const nbsp = signedField(
      `DKIM-Signature: ${common()}; d=evil.example; s=s; h=from:subject; z=a b; b=`,
      FIELDS,
      evil,
    ).replace('z=a b', 'z=a\xa0b');
    const old = name === '4.13.3';
    expect(await dkimOf(messageWith([none, blank, nbsp]), crypto)).toEqual([
      `${old ? 'permerror' : 'policy'} evil.example`,
      `${old ? 'permerror' : 'pass'} evil.example`,
      `${old ? 'permerror' : 'fail'} evil.example`,
    ]);
  });

  test.each(['relaxed', 'simple'])('l=: what is behind it counts, however the body is divided: %s', async (form) => {
    const text = 'send money';
    const first = common(text).replace('relaxed/relaxed', `relaxed/${form}`);
    const limited = dkimField(`l=${text.length}; d=evil.example; s=s; h=from:subject`, evil, 'b=', first);
    for (const more of [' and to me', '\r\nand to me\r\n', '\r\n\r\nx']) {
      async function* chunks(): AsyncIterable<Uint8Array> {
        yield encodeLatin1(text);
        yield encodeLatin1(more);
      }
      const body: Body = { kind: 'body', size: text.length + more.length, bytes: undefined, open: chunks };
      const message = replaceBody(messageWith([limited]), body).message;
      expect(await dkimOf(message, crypto)).toEqual(['policy evil.example']);
    }
  });
});

test('a victim is not a victim of its own: its signature passes', async () => {
  const own = dkimField('d=victim.example; s=s; h=from:subject', victim);
  for (const { crypto } of [...versions, { crypto: reference }]) {
    expect(await dkimOf(messageWith([own, plainEvil]), crypto)).toEqual(['pass victim.example', 'pass evil.example']);
  }
});

/** The question about `field` of evil, and what mailauth says of it. */
async function saidOf(field: string): Promise<readonly [MessageSignatureQuestion, MailauthResult]> {
  let asked: VerifyQuestion | undefined;
  await dkimOf(messageWith([field]), {
    verify: (question) => {
      asked = question;
      return { kind: 'not-found' };
    },
  });
  const one = asked?.signatures[0] as MessageSignatureQuestion;
  const { createHash } = await import('node:crypto');
  const signed = [...FIELDS, field.replace(/b=[^;=]*=*$/, 'b=')].map(relaxed).join('\r\n');
  const said: MailauthResult = {
    domain: 'evil.example',
    selector: 's',
    algorithm: 'rsa-sha256',
    format: 'relaxed/relaxed',
    signature: Buffer.from(one.signature).toString('base64'),
    bodyHash: hashOf(BODY),
    limit: null,
    octets: createHash('sha256').update(signed).digest('hex'),
    result: 'pass',
    comment: '',
    signed: BODY.length,
    total: BODY.length,
  };
  return [one, said];
}

test('every difference between what mailauth reports and the question makes it unusable', async () => {
  const [one, said] = await saidOf(plainEvil);
  expect(verdictOf(one, said)).toEqual({ kind: 'valid', why: undefined, body: { signed: 12, total: 12 } });
  const others: readonly Partial<MailauthResult>[] = [
    { domain: 'victim.example' },
    { domain: '' },
    { selector: 't' },
    { algorithm: 'ed25519-sha256' },
    { format: 'relaxed/simple' },
    { format: '' },
    { signature: 'AAAA' },
    { bodyHash: hashOf('') },
    { limit: 0 },
    { limit: 12 },
    { octets: '' },
    { result: 'neutral' },
    { result: 'policy', comment: 'weak-key' },
  ];
  for (const other of others) {
    for (const result of other.result === undefined ? ['pass', 'fail'] : [other.result]) {
      expect(verdictOf(one, { ...said, result, ...other }).kind, JSON.stringify(other)).toBe('unusable');
    }
  }
  expect(verdictOf(one, undefined).kind).toBe('unusable');
});
