import { describe, expect, test } from 'vitest';
import { type ArcFinding, arcFinding } from '../../../src/findings/arc.js';
import type { VerifyQuestion } from '../../../src/ports/dkim-crypto.js';
import { arc } from '../../../src/stages/dkim-arc/arc.js';
import { type ArcSealOptions, arcSeal } from '../../../src/stages/dkim-arc/arc-seal.js';
import { messageOf } from '../../../src/testing/builders.js';
import { zoneResolver } from '../../../src/testing/ports/zone-resolver.js';
import { runStage } from '../../../src/testing/run-stage.js';
import { found } from '../../../src/values/answer.js';
import type { HeaderField } from '../../../src/values/header.js';
import { makeField } from '../../../src/values/make-field.js';
import { type Message, prependField, removeField } from '../../../src/values/message.js';
import { problemsOf } from '../../values/support.js';
import { cryptos } from './cryptos.js';
import { crypto, edPem, findingsOf, now, octetsOf, resolver, rsaPem, signed, verify, zone } from './support.js';

const options: ArcSealOptions = {
  crypto,
  domain: 'example.com',
  selector: 'rsa',
  key: rsaPem,
  authservId: 'mx.example.com',
};
const results = makeField('Authentication-Results', 'mx.example.com; spf=pass smtp.mailfrom=a@example.com');
const plain = prependField(messageOf('From: a@example.com\r\nSubject: Hello\r\n\r\nHello\r\n'), results).message;

async function validate(
  message: Message,
  verifier = crypto as Parameters<typeof arc>[0]['crypto'],
): Promise<ArcFinding> {
  const { result } = await runStage(arc({ crypto: verifier, resolver }), { message }, { now });
  const finding = arcFinding.in(findingsOf(result));
  if (finding === undefined) throw new Error('no finding');
  return finding;
}

async function seal(message: Message, over: Partial<ArcSealOptions> = {}, finding?: ArcFinding): Promise<Message> {
  const findings = { arc: finding ?? (await validate(message)) };
  const { result } = await runStage(arcSeal({ ...options, ...over }), { message, findings }, { now });
  const { edits = [] } = (result ?? {}) as { readonly edits?: readonly { readonly field: HeaderField }[] };
  const sealed = edits.reduce((whole, { field }) => prependField(whole, field).message, message);
  // As the next host gets it.
  return messageOf(octetsOf(sealed));
}

test('a set: seal, message signature, results; the results are those that we added', async () => {
  const forged = messageOf(`Authentication-Results: mx.example.com; dmarc=pass\r\n${Buffer.from(octetsOf(plain))}`);
  const { header } = await seal(prependField(forged, results).message);
  expect(header.slice(0, 3).map(({ name }) => name)).toEqual([
    'ARC-Seal',
    'ARC-Message-Signature',
    'ARC-Authentication-Results',
  ]);
  expect(header[2]?.value).toBe('i=1; mx.example.com; spf=pass smtp.mailfrom=a@example.com');
  expect(header[0]?.value).toContain('cv=none');
  expect((await seal(messageOf('From: a@example.com\r\n\r\n'))).header[2]?.value).toBe('i=1; mx.example.com; none');
});

describe.each(cryptos)('$name', ({ crypto: verifier }) => {
  test('a chain of three, with two kinds of keys, passes; and says of whom it is', async () => {
    let message = plain;
    for (const over of [{}, { selector: 'ed', key: edPem }, {}]) message = await seal(message, over);
    const finding = await validate(message, verifier);
    expect(finding).toMatchObject({ result: 'pass', why: undefined, limit: undefined });
    expect(
      finding.sets.map(({ instance, domain, selector, chainValidation }) => [
        instance,
        domain,
        selector,
        chainValidation,
      ]),
    ).toEqual([
      [1, 'example.com', 'rsa', 'none'],
      [2, 'example.com', 'ed', 'pass'],
      [3, 'example.com', 'rsa', 'pass'],
    ]);
    expect(finding.sets[0]?.authenticationResults).toContain('spf=pass');
  });

  test('a signed message, sealed: the seal covers its DKIM-Signature and passes', async () => {
    const message = await seal(await signed(plain));
    expect(message.header[1]?.value.toLowerCase()).toMatch(/h=[^;]*dkim-signature/);
    expect(await validate(message, verifier)).toMatchObject({ result: 'pass', why: undefined });
    expect((await verify(message, { crypto: verifier })).result).toBe('pass');
    const without = removeField(message, message.header.find(({ name }) => name === 'DKIM-Signature') as HeaderField);
    expect((await validate(without.message, verifier)).result).toBe('fail');
  });

  test('a changed body, a changed result, a set taken out: broken', async () => {
    const message = await seal(await seal(plain));
    const text = Buffer.from(octetsOf(message)).toString();
    expect((await validate(messageOf(text.replace('\r\n\r\nHello', '\r\n\r\nHallo')), verifier)).result).toBe('fail');
    expect(
      (
        await validate(
          messageOf(text.replace('i=1; mx.example.com; spf=pass', 'i=1; mx.example.com; spf=fail')),
          verifier,
        )
      ).result,
    ).toBe('fail');
    const lowest = message.header.findLast(({ name }) => name === 'ARC-Seal') as HeaderField;
    const without = await validate(removeField(message, lowest).message, verifier);
    expect(without).toMatchObject({ result: 'fail', why: 'i=1: no ARC-Seal' });
  });
});

test('a broken chain is sealed as such, and then no more', async () => {
  const broken = messageOf(
    Buffer.from(octetsOf(await seal(plain)))
      .toString()
      .replace('\r\n\r\nHello', '\r\n\r\nHallo'),
  );
  const sealed = await seal(broken);
  expect(sealed.header[0]?.value).toContain('cv=fail');
  expect(sealed.header[0]?.value).toContain('i=2');
  expect((await validate(sealed)).result).toBe('fail');
  expect((await seal(sealed)).header).toHaveLength(sealed.header.length);
});

test('not sealed: a chain that could not be validated, fifty sets, no From', async () => {
  const temperror: ArcFinding = { result: 'temperror', why: 'time-out', sets: [], limit: undefined };
  expect((await seal(plain, {}, temperror)).header).toHaveLength(plain.header.length);
  const set = {
    instance: 50,
    domain: undefined,
    selector: undefined,
    chainValidation: 'pass',
    authenticationResults: undefined,
  };
  expect(
    (await seal(plain, {}, { result: 'pass', why: undefined, sets: [set], limit: undefined })).header,
  ).toHaveLength(3);
  expect((await seal(messageOf('To: a@example.com\r\n\r\n'))).header).toHaveLength(1);
});

test('a message signature in the future within the clock skew, and one second more', async () => {
  const message = await seal(plain);
  const at = async (seconds: number, clockSkew?: number): Promise<unknown> => {
    const stage = arc({ crypto, resolver, ...(clockSkew === undefined ? {} : { clockSkew }) });
    const { result } = await runStage(stage, { message }, { now: new Date(now.getTime() - seconds * 1000) });
    return arcFinding.in(findingsOf(result))?.why;
  };
  const future = `i=1: ARC-Message-Signature: signed in the future: t=${now.getTime() / 1000}`;
  expect([await at(300), await at(301), await at(301, 400)]).toEqual([undefined, future, undefined]);
  expect(problemsOf(() => arc({ crypto, resolver, clockSkew: 0.5 }))).toHaveLength(1);
});

test.each([
  [7, undefined],
  [6, 'i=1: ARC-Message-Signature: l= leaves a part of the body unsigned'],
  [600, 'i=1: ARC-Message-Signature: l=600, the body has 7 octets'],
])('l=%i of a body of 7 octets', async (length, why) => {
  const message = messageOf(
    Buffer.from(octetsOf(await seal(plain)))
      .toString()
      .replace('c=relaxed/relaxed;', `c=relaxed/relaxed; l=${length};`),
  );
  // As if its signer had written it.
  const body = { signed: Math.min(length, 7), total: 7 };
  const verify = ({ signatures }: VerifyQuestion) =>
    found(signatures.map(() => ({ kind: 'valid', why: undefined, body }) as const));
  expect(await validate(message, { verify })).toMatchObject({ result: why === undefined ? 'pass' : 'fail', why });
});

test('a DNS that times out', async () => {
  const message = await seal(plain);
  const slow = zoneResolver({ ...zone, 'rsa._domainkey.example.com': 'TIMEOUT' });
  const { result, unanswered } = await runStage(arc({ crypto, resolver: slow }), { message }, { now });
  expect(arcFinding.in(findingsOf(result))?.result).toBe('temperror');
  expect(unanswered).toBe('resolver');
});

test('too many ARC fields: a limit, and no question', async () => {
  const text = Array.from({ length: 151 }, (_, n) => `ARC-Seal: i=${n}; cv=none\r\n`).join('');
  const { result, asked } = await runStage(arc({ crypto, resolver }), {
    message: messageOf(`${text}From: a@example.com\r\n\r\n`),
  });
  expect(arcFinding.in(findingsOf(result))).toMatchObject({ result: 'fail', limit: 'ARC fields: 151, at most 150' });
  expect(asked).toEqual([]);
});

test('all that is wrong with the options, at once', () => {
  const wrong = {
    domain: '',
    selector: '',
    key: '',
    authservId: 'a b',
    fields: ['To', 'ARC-Seal', 'Authentication-Results'],
  };
  expect(problemsOf(() => arcSeal({ ...options, ...wrong })).map(({ code }) => code)).toEqual([
    'bad-domain',
    'bad-selector',
    'bad-key',
    'bad-field',
    'bad-field',
    'bad-field',
    'bad-field',
  ]);
});
