import { describe, expect, test } from 'vitest';
import { type ArcFinding, arcFinding } from '../../../src/findings/arc.js';
import { arc } from '../../../src/stages/dkim-arc/arc.js';
import { type ArcSealOptions, arcSeal } from '../../../src/stages/dkim-arc/arc-seal.js';
import { messageOf } from '../../../src/testing/builders.js';
import { zoneResolver } from '../../../src/testing/ports/zone-resolver.js';
import { runStage } from '../../../src/testing/run-stage.js';
import type { HeaderField } from '../../../src/values/header.js';
import { makeField } from '../../../src/values/make-field.js';
import { type Message, prependField, removeField } from '../../../src/values/message.js';
import { problemsOf } from '../../values/support.js';
import { cryptos } from './cryptos.js';
import { crypto, edPem, findingsOf, now, octetsOf, resolver, rsaPem, zone } from './support.js';

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

describe.each(cryptos)('$name', ({ name, crypto: verifier }) => {
  test('a chain of three, with two kinds of keys, passes; and says of whom it is', async () => {
    let message = plain;
    // mailauth 4.13.3 takes the algorithm of the newest seal for that of all.
    const second = name === 'mailauth 4' ? {} : { selector: 'ed', key: edPem };
    for (const over of [{}, second, {}]) message = await seal(message, over);
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
      [2, 'example.com', name === 'mailauth 4' ? 'rsa' : 'ed', 'pass'],
      [3, 'example.com', 'rsa', 'pass'],
    ]);
    expect(finding.sets[0]?.authenticationResults).toContain('spf=pass');
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
