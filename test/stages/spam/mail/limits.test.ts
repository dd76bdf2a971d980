import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mailView } from '../../../../src/stages/spam/mail/index.js';
import type { MailView } from '../../../../src/stages/spam/mail/mail-view.js';
import { encodeLatin1 } from '../../../../src/values/bytes.js';
import { domains, messageOf, texts, viewOf } from './support.js';

const header = 'From: a@example.com\nTo: b@example.com\nSubject: s\n';

function bodyText(view: MailView): string {
  return texts(view.body).join('');
}

/** All that rules can ask for. */
function readAll(view: MailView): number {
  let read =
    view.full.octets.length + view.body.octets.length + view.rawBody.octets.length + view.uriPieces.octets.length;
  read += view.visibleBody.octets.length + view.invisibleBody.octets.length + view.incomplete.length;
  for (const part of view.parts) read += part.decoded.length + (part.rendered?.text.length ?? 0) + part.parameters.size;
  for (const form of ['addr', 'name', 'host', 'domain', 'ip', 'raw']) read += view.header.get('To', [form]).length;
  return read + view.header.all.length + view.header.allRaw.length + (view.defects.truncatedHeader ? 1 : 0);
}

describe('what is too much', () => {
  it.each<[string, string, number, RegExp]>([
    [
      '10,000 multiparts inside one another',
      Array.from({ length: 10_000 }, (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`).join(''),
      21,
      /^parts more than 20 deep were not told apart$/,
    ],
    [
      '10,000 attached messages inside one another',
      'Content-Type: message/rfc822\n\n'.repeat(10_000),
      21,
      /^attached messages more than 20 deep were not told apart$/,
    ],
    [
      '100,000 parts',
      `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\np\n'.repeat(100_000)}--b--\n`,
      1002,
      /^more than 1000 parts were not told apart$/,
    ],
    [
      'multiparts of multiparts',
      `Content-Type: multipart/mixed; boundary=a\n\n${`--a\nContent-Type: multipart/mixed; boundary=b\n\n${'--b\n\np\n'.repeat(900)}`.repeat(9)}`,
      2008,
      /^more than \d+ parts were not told apart$/,
    ],
  ])('%s', (_, message, parts, why) => {
    const view = viewOf(header + message);
    readAll(view);
    expect(view.parts.length).toBe(parts);
    expect(view.incomplete.some((reason) => why.test(reason))).toBe(true);
  });

  it.each([
    [
      'below the deepest part',
      Array.from({ length: 30 }, (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`).join(''),
    ],
    ['in the deepest message', 'Content-Type: message/rfc822\n\n'.repeat(30)],
    ['behind the last part', `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\np\n'.repeat(1010)}--b\n`],
  ])('shows text %s', (_, message) => {
    const view = viewOf(`${header}${message}\nbuy at http://shop.example.com/ now\n`);
    expect(bodyText(view)).toContain('buy at http://shop.example.com/ now');
    expect(view.uris.map(({ host }) => host)).toContain('shop.example.com');
  });

  it('reads no more of a body than the limit, and says so', () => {
    const message = messageOf(`${header}\nwords ${'x '.repeat(100)}`);
    const view = mailView(message, message.body.bytes as Uint8Array, { domains, limits: { body: 50 }, bodySize: 1000 });
    expect(view.incomplete).toEqual(['950 octets at the end of the body']);
    expect(view.parts.at(-1)?.incomplete).toBe(true);
    expect(bodyText(view)).toBe(`s\nwords ${'x '.repeat(22)}`);
  });

  it('reads no more text than the limit', () => {
    const parts = '--b\n\n12345678\n'.repeat(3);
    const view = viewOf(`${header}Content-Type: multipart/mixed; boundary=b\n\n${parts}--b--\n`, {
      limits: { text: 12 },
    });
    expect(bodyText(view)).toBe('s\n12345678 1234 ');
    expect(view.incomplete).toEqual(['12 octets of text behind the first 12']);
  });

  it.each<[string, Partial<Record<string, number>>, string, RegExp]>([
    ['URIs', { uris: 2 }, 'http://a.com/ http://b.com/ http://c.com/', /^more than 2 URIs$/],
    ['rendered text', { renderedPart: 10 }, 'words and more words', /^text of part 1 behind 10 characters$/],
    ['decoded text', { rawPart: 10 }, 'words and more words', /^decoded text of part 1 behind 10 octets$/],
  ])('cuts %s', (_, limits, body, why) => {
    const view = viewOf(`${header}\n${body}`, { limits });
    expect(view.incomplete.filter((reason) => why.test(reason))).toHaveLength(1);
  });

  it('says nothing of a message that was seen whole', () => {
    expect(viewOf(`${header}\nwords`).incomplete).toEqual([]);
  });
});

describe('parts that are no text', () => {
  it('are not copied, and decoded when somebody asks', () => {
    const attachment = `${'QUJD'.repeat(19)}\n`.repeat(10_000);
    const type =
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n';
    const message = messageOf(`${header}${type}${attachment}\n--b--\n`);
    const body = message.body.bytes as Uint8Array;
    const view = mailView(message, body);
    const part = view.parts[1];
    expect(part?.raw.buffer === body.buffer).toBe(true);
    expect(part?.rendered).toBeUndefined();
    expect(part?.decoded.length).toBe(570_000);
  });

  it('are looked at as they are when they cannot be what they say', () => {
    const view = viewOf(`${header}Content-Type: multipart/mixed\n\nplain words\n`);
    expect(view.parts.map(({ type, leaf }) => [type, leaf])).toEqual([['text/plain', true]]);
    expect(bodyText(view)).toBe('s\nplain words ');
  });
});

describe('any message', () => {
  const pieces = fc.constantFrom(
    ...[
      '--b\n',
      '--b--\n',
      '\n',
      '\r\n',
      'Content-Type: multipart/mixed; boundary=b\n',
      'Content-Type: message/rfc822\n',
      'text',
    ],
    ...[
      'Content-Type: text/html; charset=utf-16\n',
      '<a href="http://x.com',
      '">',
      'Content-Transfer-Encoding: base64\n',
      '&#x41',
      '=',
    ],
    ...[
      'Content-Transfer-Encoding: quoted-printable\n',
      'To: "a <b@c.com>, (',
      ' ',
      '\t',
      '=?utf-8?q?=C3?=',
      '@',
      '.com',
      '\0',
      '\xff',
      '%4',
    ],
    ...['charset=utf-7\n', '+2D3', '://', 'www.', '<style>', '</', 'http://0x7f.1', '\x1b(', ';'],
  );
  const message = fc.array(pieces, { maxLength: 60 }).map((all) => all.join(''));

  it('never throws', () => {
    fc.assert(
      fc.property(message, fc.nat(200), (text, limit) => {
        for (const limits of [
          {},
          { body: limit, header: limit, text: limit, renderedPart: limit, rawPart: limit, uris: 1, parts: 2 },
        ]) {
          expect(readAll(viewOf(text, { limits }))).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('looks the same with CRLF as with LF', () => {
    fc.assert(
      fc.property(message, (text) => {
        const lf = `Subject: s\n${text.replaceAll('\r', '')}\n`;
        const [a, b] = [viewOf(lf), viewOf(lf.replaceAll('\n', '\r\n'))];
        expect(texts(b.full)).toEqual(texts(a.full));
        expect([texts(b.body), texts(b.rawBody), b.header.all]).toEqual([
          texts(a.body),
          texts(a.rawBody),
          a.header.all,
        ]);
      }),
      { numRuns: 300 },
    );
  });

  it('has its octets in the pieces, in order', () => {
    fc.assert(
      fc.property(message, (text) => {
        for (const { octets, ends } of [viewOf(text).body, viewOf(text).rawBody, viewOf(text).full]) {
          expect(ends.at(-1) ?? 0).toBe(octets.length);
          expect([...ends].sort((a, b) => a - b)).toEqual(ends);
        }
      }),
    );
  });
});

describe('growth', () => {
  it.each<[string, (n: number) => string]>([
    ['full stops', (n) => `${header}\n${'a.'.repeat(n)}`],
    ['at signs', (n) => `${header}\n${'a@'.repeat(n)}`],
    ['white space', (n) => `${header}\n${'\n         '.repeat(n / 5)}`],
    [
      'delimiters with text behind them',
      (n) => `${header}Content-Type: multipart/mixed; boundary=b\n\n${`--b${' '.repeat(97)}x\n`.repeat(n / 50)}`,
    ],
    [
      'dashes',
      (n) =>
        `${header}Content-Type: multipart/mixed; boundary=${'-'.repeat(70)}\n\n${`${'-'.repeat(69)}x\n`.repeat(n / 35)}`,
    ],
    ['open angle brackets', (n) => `To: ${'a><'.repeat(2000)}\n`.repeat(n / 3000) + header],
    ['open comments', (n) => `To: ${'a('.repeat(4000)}\n`.repeat(n / 4000) + header],
    ['halves of encoded words', (n) => `Subject: ${'=?a?q?'.repeat(1300)}\n`.repeat(n / 4000) + header],
    [
      'soft line breaks',
      (n) => `${header}Content-Transfer-Encoding: quoted-printable\n\n${`=${' '.repeat(99)}`.repeat(n / 50)}`,
    ],
    ['padding', (n) => `${header}Content-Transfer-Encoding: base64\n\n${'QQ=='.repeat(n / 2)}`],
    [
      'parameters',
      (n) =>
        `${header}Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain${'; name*1=x'.repeat(n / 5)}\n\nx`,
    ],
  ])('with many %s is linear', (_, make) => {
    const small = fastest(make(20_000));
    const large = fastest(make(160_000));
    // Eight times the input; quadratic work would take 64 times as long. Milliseconds below which the clock says nothing are added.
    expect(large).toBeLessThan(24 * (small + 4));
  });
});

function fastest(text: string): number {
  const octets = encodeLatin1(text);
  const times = [1, 2, 3].map(() => {
    const start = performance.now();
    readAll(viewOf(text));
    return performance.now() - start;
  });
  return octets.length === 0 ? 0 : Math.min(...times);
}
