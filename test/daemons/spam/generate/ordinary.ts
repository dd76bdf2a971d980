/** Ordinary mail: plain texts, alternatives with HTML, attachments; some from lists, some in German. */
import type { Random } from '../../generate/random.js';
import { base64, type Encoding, filePart, multipart, noise, type Part, textPart, token, utf8 } from './mail-parts.js';
import { dateText, FIRST, LAST, type Person, person, someTime } from './people.js';
import { paragraph, url, vocabularies, word, wrapped } from './texts.js';

export function ordinaryMessage(random: Random): string {
  const vocabulary = random.pick(vocabularies);
  const sender = person(random);
  const length = Math.min(20_000, Math.round(Math.exp(7.2 + 0.8 * gauss(random))));
  const count = 1 + random.below(6);
  const paragraphs = Array.from({ length: count }, () => paragraph(random, vocabulary, length / count));
  const way = random.below(100);
  const body =
    way < 30
      ? plain(random, paragraphs, sender)
      : way < 75
        ? both(random, paragraphs, sender)
        : mixed(random, paragraphs, sender);
  return `${header(random, sender, vocabulary)}MIME-Version: 1.0\n${body.header}\n${body.body}`;
}

function gauss(random: Random): number {
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += random.below(1_000_000) / 1_000_000;
  return sum - 6;
}

const text = (paragraphs: readonly string[], { name }: Person): string =>
  `${paragraphs.map((one) => wrapped(one)).join('\n')}\n-- \n${name}\n`;

function plain(random: Random, paragraphs: readonly string[], sender: Person): Part {
  const octets = text(paragraphs, sender);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
  const ascii = /^[\x00-\x7f]*$/.test(octets);
  const encodings: readonly Encoding[] = ascii ? ['7bit', 'quoted-printable'] : ['8bit', 'quoted-printable', 'base64'];
  return textPart(octets, 'plain', ascii ? 'us-ascii' : 'utf-8', random.pick(encodings));
}

function both(random: Random, paragraphs: readonly string[], sender: Person): Part {
  const html = textPart(
    page(random, paragraphs, sender),
    'html',
    'utf-8',
    random.pick(['quoted-printable', 'quoted-printable', 'base64']),
  );
  const parts = [textPart(text(paragraphs, sender), 'plain', 'utf-8', 'quoted-printable'), html];
  return multipart('alternative', `=_alt_${token(random, 9)}`, parts, 'This is a multi-part message in MIME format.\n');
}

function page(random: Random, paragraphs: readonly string[], { name }: Person): string {
  const style = random.chance(0.5)
    ? '<style type="text/css">body{font-family:Arial;font-size:14px;color:#222}a{color:#06c}</style>'
    : '';
  const rows = paragraphs.map((one) => {
    const link = `<a href="${url(random)}">${utf8(word(random, random.pick(vocabularies)))}</a>`;
    return `<p style="margin:0 0 12px 0">${one.replace(/\w+/, '<b>$&</b>')} ${link}</p>`;
  });
  const meta = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">';
  return `<!DOCTYPE html>\n<html><head>${meta}${style}</head>\n<body>\n<table width="600" border="0"><tr><td>\n${rows.join('\n')}\n</td></tr></table>\n<div>-- <br>${name}<br><img src="https://www.uni.example/logo.png" width="120" height="40" alt="logo"></div>\n</body></html>\n`;
}

const FILES: readonly (readonly [type: string, extension: string, start: string])[] = [
  ['application/pdf', 'pdf', '%PDF-1.4\n'],
  ['image/jpeg', 'jpg', '\xff\xd8\xff\xe0\0\x10JFIF'],
  ['image/png', 'png', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x90\0\0\0\xc8'],
  ['application/octet-stream', 'dat', 'DATA'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx', 'PK\x03\x04'],
];

function mixed(random: Random, paragraphs: readonly string[], sender: Person): Part {
  const parts: Part[] = [random.chance(0.6) ? both(random, paragraphs, sender) : plain(random, paragraphs, sender)];
  for (let i = 0; i <= random.below(2); i++) {
    const [type, extension, start] = random.pick(FILES);
    parts.push(
      filePart(
        type,
        `${token(random, 6)}-${i}.${extension}`,
        start + noise(random, Math.min(300_000, Math.round(Math.exp(10.1 + gauss(random))))),
      ),
    );
  }
  return multipart('mixed', `=_mix_${token(random, 9)}`, parts);
}

function header(random: Random, sender: Person, vocabulary: readonly string[]): string {
  const time = someTime(random);
  const id = token(random, 12);
  const words = (): string => word(random, vocabulary);
  const subject = `${random.pick(['', '', 'Re: ', 'Fwd: ', 'AW: '])}${words()} ${words()} ${random.below(300)}`;
  const lines = [
    `Received: from mail.${sender.host} (mail.${sender.host} [46.17.${random.below(250)}.9])\n\tby mx.school.example (Postfix) with ESMTPS id ${id.toUpperCase()}\n\tfor <head@school.example>; ${dateText(time + random.below(60))}`,
    `Received: from [10.1.${random.below(250)}.7] (client-${random.below(999)}.${sender.host} [93.184.${random.below(250)}.8])\n\tby mail.${sender.host} (Postfix) with ESMTPSA id ${token(random, 10).toUpperCase()};\n\t${dateText(time)}`,
    `From: ${sender.name} <${sender.address}>`,
    'To: Head Office <head@school.example>',
    `Subject: ${/^[ -~]*$/.test(subject) ? subject : `=?utf-8?B?${base64(utf8(subject)).replace(/\n/g, '')}?=`}`,
    `Date: ${dateText(time)}`,
    `Message-ID: <${id}@${sender.host}>`,
  ];
  if (random.chance(0.25))
    lines.push(`Cc: ${random.pick(FIRST)} ${random.pick(LAST)} <${random.pick(LAST).toLowerCase()}@school.example>`);
  if (random.chance(0.3))
    lines.push(`In-Reply-To: <${token(random, 9)}@school.example>`, `References: <${token(random, 9)}@school.example>`);
  if (random.chance(0.2))
    lines.push(
      'List-Id: Staff <staff.lists.school.example>',
      'List-Unsubscribe: <mailto:staff-leave@lists.school.example>',
      'Precedence: list',
    );
  lines.push(`User-Agent: ${random.pick(['Mozilla Thunderbird', 'Roundcube Webmail/1.6.1', 'Mutt/2.2.9'])}`);
  return `${lines.join('\n')}\n`;
}
