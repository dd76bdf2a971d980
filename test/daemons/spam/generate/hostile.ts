/** Mail that is made to hurt who reads it: deep, wide, large, contradictory. */

import { randomFrom } from '../../generate/random.js';
import { base64, token } from './mail-parts.js';

const HEADER =
  'From: a@mail.example\nTo: head@school.example\nSubject: hostile\nDate: Mon, 02 Sep 2024 06:00:00 +0000\nMessage-ID: <h@mail.example>\nMIME-Version: 1.0\n';

function nested(depth: number): string {
  let text = `${HEADER}Content-Type: multipart/mixed; boundary="b0"\n\n`;
  for (let i = 1; i <= depth; i++) text += `--b${i - 1}\nContent-Type: multipart/mixed; boundary="b${i}"\n\n`;
  return `${text}--b${depth}\n\nin the middle\n`;
}

const wide = (count: number): string =>
  `${HEADER}Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(count)}--b--\n`;

const boundaries: Readonly<Record<string, string>> = {
  'boundary-space': 'Content-Type: multipart/mixed; boundary="b "\n',
  'boundary-tab': 'Content-Type: multipart/mixed; boundary="b\t"\n',
  'boundary-nul': 'Content-Type: multipart/mixed; boundary="b\0"\n',
  'boundary-twice': 'Content-Type: multipart/mixed; boundary=a; boundary=b\n',
  'boundary-empty': 'Content-Type: multipart/mixed; boundary=""\n',
  'boundary-none': 'Content-Type: multipart/mixed\n',
};

function ofBoundaries(): Record<string, string> {
  const body = ['a', 'b', 'b ', 'b\t', 'b\0']
    .map((one) => `--${one}\nContent-Type: text/html\n\n<b>buy ${one} viagra</b>\n`)
    .join('');
  return Object.fromEntries(
    Object.entries(boundaries).map(([name, field]) => [name, `${HEADER}${field}\n${body}--b--\n`]),
  );
}

function base64Of(times: number): string {
  let text = 'buy cheap meds at http://pharmacy-online.biz/\n'.repeat(20);
  for (let i = 0; i < times; i++)
    text = `Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n${base64(text)}\n`;
  return HEADER + text;
}

const html = (body: string, charset = 'utf-8'): string =>
  `${HEADER}Content-Type: text/html; charset=${charset}\n\n${body}\n`;
const plain = (body: string): string => `${HEADER}Content-Type: text/plain\n\n${body}\n`;

/** `scale` 1 is what the committed test reads; larger ones are for benches and by hand. */
export function hostileMessages(scale = 1): Readonly<Record<string, string>> {
  const n = (count: number): number => Math.round(count * scale);
  const random = randomFrom(7);
  return {
    'nested-parts': nested(n(10_000)),
    'many-parts': wide(n(100_000)),
    divs: html('<div>'.repeat(n(400_000))),
    'open-tags': html('<a href="'.repeat(n(100_000))),
    'angle-brackets': html('<'.repeat(n(1_000_000))),
    entities: html('&#'.repeat(n(500_000))),
    comments: html('<!--'.repeat(n(250_000))),
    tables: html('<table><tr><td>'.repeat(n(50_000))),
    fonts: html('<font color=red size=1>'.repeat(n(50_000))),
    'base64-of-base64': base64Of(5),
    ...ofBoundaries(),
    'wrong-charset': html('\xff\xfe\x80\x81viagra', 'utf-16'),
    'no-charset': html('\xff\xfe\x80\x81viagra', 'x-no-such; charset=utf-7'),
    'long-line': plain('viagra '.repeat(n(150_000))),
    'no-blank': plain('a'.repeat(n(1_000_000))),
    'many-addresses': `${HEADER}Cc: ${'a@b.example, '.repeat(n(5_000))}c@d.example\nContent-Type: text/plain\n\nx\n`,
    'many-fields': `${HEADER}${'X-A: b\n'.repeat(n(2_000))}\nx\n`,
    'many-received': `${'Received: from a (b [1.2.3.4]) by c (Postfix) with SMTP id D; Mon, 2 Sep 2024 06:00:00 +0000\n'.repeat(n(1_000))}${HEADER}\nx\n`,
    'many-uris': plain(Array.from({ length: n(20_000) }, () => `http://${token(random, 9)}.example/`).join(' ')),
    'one-uri': plain(`http://${'a.'.repeat(n(100_000))}example/`),
    'uri-in-uri': plain(`http://x.example/?u=${'http://y.example/?u='.repeat(n(5_000))}`),
    'quoted-printable': `${HEADER}Content-Transfer-Encoding: quoted-printable\n\n${'='.repeat(n(500_000))}\n`,
    'bad-base64': `${HEADER}Content-Transfer-Encoding: base64\n\n${'=A'.repeat(n(250_000))}\n`,
    'encoded-words': `Subject: ${'=?utf-8?Q?=41?= '.repeat(n(3_000))}\n${HEADER}\nx\n`,
    'large-attachment': `${HEADER}Content-Type: application/zip\nContent-Transfer-Encoding: base64\n\n${`${'A'.repeat(76)}\n`.repeat(n(1_300_000))}`,
    'header-only': HEADER,
    empty: '',
    nuls: plain('\0'.repeat(n(100_000))),
  };
}
