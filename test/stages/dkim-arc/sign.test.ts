import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { dkimFinding } from '../../../src/findings/dkim.js';
import { dkim } from '../../../src/stages/dkim-arc/dkim.js';
import { dkimSign } from '../../../src/stages/dkim-arc/dkim-sign.js';
import { messageOf } from '../../../src/testing/builders.js';
import { runStage } from '../../../src/testing/run-stage.js';
import type { Body } from '../../../src/values/body.js';
import { decodeLatin1, encodeLatin1 } from '../../../src/values/bytes.js';
import { replaceBody } from '../../../src/values/message.js';
import { problemsOf } from '../../values/support.js';
import { cryptos } from './cryptos.js';
import { edPem, findingsOf, octetsOf, resolver, rsaPem, signaturesOf, signed, signOptions, verify } from './support.js';

vi.setConfig({ testTimeout: 60_000 });
const runs = Number(process.env.POSTERN_FUZZ_RUNS ?? 200);
const both = { also: [{ selector: 'ed', key: edPem }] };
const plain = 'From: A <a@example.com>\r\nTo: b@example.org\r\nSubject: Hello\r\n\r\nHello\r\n';

describe('a signature of ours', () => {
  test('reads as it should', async () => {
    const [field] = await signaturesOf(messageOf(plain), { expiresIn: 86_400, identity: 'a@mail.example.com' });
    const text = decodeLatin1(field?.bytes ?? new Uint8Array(0));
    expect(text.split('\r\n').every((line) => line.length <= 78)).toBe(true);
    expect(text.replace(/b=[A-Za-z0-9+/=\r\n ]+$/, 'b=...')).toBe(
      [
        'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=rsa;',
        ' t=1795176000; x=1795262400; i=a@mail.example.com; h=from:from:reply-to:',
        ' subject:subject:date:message-id:to:to:cc:mime-version:content-type:',
        ' content-transfer-encoding; bh=Ba3gj8+xBPQLJTahTfzW6RbWQ/XPgESxkCi2B66PSQg=;',
        ' b=...',
      ].join('\r\n'),
    );
  });

  test('two keys make two fields, the first topmost; names of what is oversigned are told', async () => {
    const finding = await verify(await signed(messageOf(plain), both));
    expect(finding.signatures.map(({ result, algorithm, selector }) => [result, algorithm, selector])).toEqual([
      ['pass', 'rsa-sha256', 'rsa'],
      ['pass', 'ed25519-sha256', 'ed'],
    ]);
    expect(finding.result).toBe('pass');
    expect(finding.signatures[0]?.oversigned).toContain('from');
    expect(finding.signatures[0]?.identity).toBe('@example.com');
  });

  test.each(cryptos)('passes by $name', async ({ crypto }) => {
    const message = await signed(messageOf(plain), both);
    const { result } = await runStage(dkim({ crypto, resolver }), { message });
    expect(dkimFinding.in(findingsOf(result))?.signatures.map((one) => one.result)).toEqual(['pass', 'pass']);
  });

  test('a second From, or Subject, breaks it', async () => {
    const octets = decodeLatin1(octetsOf(await signed(messageOf(plain))));
    for (const field of ['From: evil@example.net', 'Subject: Other', 'Reply-To: evil@example.net']) {
      expect((await verify(messageOf(`${field}\r\n${octets}`))).result).toBe('fail');
    }
    expect((await verify(messageOf(`X-Other: 1\r\n${octets}`))).result).toBe('pass');
  });

  test('no From, or several: not signed', async () => {
    expect(await signaturesOf(messageOf('To: b@example.org\r\n\r\n'))).toEqual([]);
    expect(await signaturesOf(messageOf(`From: c@example.com\r\n${plain}`))).toEqual([]);
    expect(await signaturesOf(messageOf(`${'To: b@example.org\r\n'.repeat(600)}${plain}`))).toEqual([]);
  });

  test('the key is never in the trace', async () => {
    const { asked, notes } = await runStage(dkimSign({ ...signOptions, ...both }), { message: messageOf(plain) });
    expect(asked.map(({ method }) => method)).toEqual(['bodyHash', 'sign', 'sign']);
    const inside = rsaPem.split('\n')[5] ?? 'none';
    expect(JSON.stringify([asked, notes])).not.toContain(inside);
    expect(JSON.stringify([asked, notes])).toContain('signing-key');
  });

  test('a body that cannot be read: not signed, and the port could not tell', async () => {
    const body: Body = {
      kind: 'body',
      size: 5,
      bytes: undefined,
      async *open() {
        yield new Uint8Array(1);
        throw new Error('the disk is gone');
      },
    };
    const message = replaceBody(messageOf(plain), body).message;
    const run = await runStage(dkimSign(signOptions), { message });
    expect(run.unanswered).toBe('crypto');
    expect(
      (await verify(await signed(messageOf(plain)).then((one) => replaceBody(one, body).message))).signatures[0],
    ).toMatchObject({ result: 'temperror', why: expect.stringContaining('the disk is gone') });
  });

  test('all that is wrong with the options, at once', () => {
    const problems = problemsOf(() =>
      dkimSign({
        ...signOptions,
        domain: 'no domain',
        selector: 'a..b',
        key: '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----',
        fields: ['To', 'bad name'],
        oversign: ['Subject'],
        identity: 'a@example.net',
        expiresIn: 0,
        canonicalization: { header: 'foo', body: 'nofws' } as never,
      }),
    );
    expect(problems.map(({ code }) => code)).toEqual([
      'bad-domain',
      'bad-selector',
      'bad-key',
      'bad-field',
      'bad-field',
      'bad-field',
      'bad-identity',
      'bad-option',
      'bad-option',
      'bad-option',
    ]);
    expect(JSON.stringify(problems)).not.toContain('c2VjcmV0');
  });
});

const forms = fc.constantFrom('simple' as const, 'relaxed' as const);
const text = fc.string({ unit: fc.constantFrom(...'ab:; \t\xe9=<>@,"'), maxLength: 30 });
const fieldText = fc.array(text, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\r\n '));
const header = fc.array(fc.tuple(fc.constantFrom('To', 'Subject', 'X-Any', 'Cc', 'Date'), fieldText), { maxLength: 6 });
const bodyText = fc
  .array(fc.constantFrom('a', ' ', '\t', '\r\n', '\r', 'text', '  ', '\r\n\r\n', '\xe9'), { maxLength: 40 })
  .map((parts) => parts.join(''));

function written(fields: readonly (readonly [string, string])[], body: string): string {
  return `From: a@example.com\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

describe('for any message', () => {
  test('what is signed verifies, in every form', async () => {
    await fc.assert(
      fc.asyncProperty(header, bodyText, forms, forms, async (fields, body, ofHeader, ofBody) => {
        const message = messageOf(encodeLatin1(written(fields, body)));
        const canonicalization = { header: ofHeader, body: ofBody };
        const finding = await verify(await signed(message, { ...both, canonicalization }));
        expect(finding.signatures.map(({ result, why }) => [result, why])).toEqual([
          ['pass', undefined],
          ['pass', undefined],
        ]);
      }),
      { numRuns: runs },
    );
  });

  test('mailauth agrees', async () => {
    await fc.assert(
      fc.asyncProperty(header, bodyText, forms, forms, async (fields, body, ofHeader, ofBody) => {
        const canonicalization = { header: ofHeader, body: ofBody };
        const message = await signed(messageOf(encodeLatin1(written(fields, body))), { canonicalization });
        const { result } = await runStage(dkim({ crypto: cryptos[1]?.crypto as never, resolver }), { message });
        expect(dkimFinding.in(findingsOf(result))?.signatures.map(({ result: one, why }) => [one, why])).toEqual([
          ['pass', undefined],
        ]);
      }),
      { numRuns: runs / 4 },
    );
  });

  test('other folds, white space and case of names change nothing under relaxed', async () => {
    const folds = fc.array(fc.constantFrom(' ', '\t', '\r\n ', '\r\n\t  ', '  '), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(folds, fc.boolean(), async (spaces, upper) => {
        const text = decodeLatin1(
          octetsOf(await signed(messageOf('From: A B <a@example.com>\r\nSubject: Hello you all\r\n\r\nHello you\r\n'))),
        );
        let at = 0;
        const [head = '', body = ''] = text.split('\r\n\r\n');
        const others = head.replace(/^(From|Subject):(.*)$/gm, (_, name: string, rest: string) => {
          const value = rest.replace(/ /g, () => spaces[at++ % spaces.length] ?? ' ');
          return `${upper ? name.toUpperCase() : name}:${value}`;
        });
        const { result } = await verify(
          messageOf(`X-Other: 1\r\n${others}\r\n\r\n${body.replace(' ', '\t  ')} \r\n\r\n`),
        );
        expect(result).toBe('pass');
      }),
      { numRuns: runs / 2 },
    );
  });

  test('a changed octet of what is signed never passes', async () => {
    await fc.assert(
      fc.asyncProperty(
        header,
        bodyText,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (fields, body, at, change) => {
          const canonicalization = { header: 'simple', body: 'simple' } as const;
          const text = written(fields, `${body}end\r\n`);
          const message = await signed(messageOf(encodeLatin1(text)), { canonicalization });
          const octets = octetsOf(message).slice();
          const place = at % octets.length;
          octets[place] = (octets[place] as number) ^ change;
          const { result } = await verify(messageOf(octets));
          const name = /^(?:X-Any:)/m;
          // A field that is not signed, and white space of the signature itself, may change.
          if (result === 'pass') expect(unsignedPlaces(decodeLatin1(octetsOf(message)), name)).toContain(place);
        },
      ),
      { numRuns: runs },
    );
  });
});

/** Places of octets that no signature covers: fields that are not signed, and the value of b=. */
function unsignedPlaces(message: string, name: RegExp): readonly number[] {
  const places: number[] = [];
  const end = message.indexOf('\r\n\r\n');
  let at = 0;
  for (const field of message.slice(0, end + 2).split(/(?<=\r\n)(?![ \t])/)) {
    const from = field.startsWith('DKIM-Signature:') ? field.lastIndexOf(' b=') + 3 : 0;
    if (name.test(field) || from > 0) for (let i = from; i < field.length; i++) places.push(at + i);
    at += field.length;
  }
  return places;
}
