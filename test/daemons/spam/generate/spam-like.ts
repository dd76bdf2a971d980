/**
 * Mail in which many rules find something: header fields, HTML and texts of unwanted mail, and in it samples of what the rule files
 * look for. Rules are dealt from a shuffled deck, so that some hundred messages have a sample of each.
 */
import type { Random } from '../../generate/random.js';
import { type Fields, spamHeader } from './header-shapes.js';
import { spamPage } from './html-shapes.js';
import { type Encoding, filePart, multipart, noise, type Part, textPart, token, utf8 } from './mail-parts.js';
import { dateText, someTime } from './people.js';
import type { RuleLines, Wanted } from './rule-lines.js';
import { samplePattern } from './sample-pattern.js';
import { foreign, PITCHES, paragraph, url, vocabularies, wrapped } from './texts.js';

/** Makes message after message; the same ones for the same rule files and random choices. */
export function spamLike(rules: RuleLines, random: Random): () => string {
  const names = [...rules.wanted.keys(), ...rules.metas.keys()];
  let deck: string[] = [];
  return () => {
    if (deck.length < 12) deck = shuffled(names, random);
    const dealt = deck.splice(0, 3 + random.below(9));
    return message(samplesOf(dealt, rules, random), random);
  };
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const rest = [...list];
  for (let i = rest.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [rest[i], rest[j]] = [rest[j] as T, rest[i] as T];
  }
  return rest;
}

interface Sample extends Wanted {
  readonly text: string;
}

function samplesOf(names: readonly string[], { wanted, metas }: RuleLines, random: Random): readonly Sample[] {
  const found = new Map<string, Sample>();
  const want = (name: string, depth: number): void => {
    const one = wanted.get(name);
    const text = one && samplePattern(one.pattern, one.flags, random);
    if (one !== undefined && text !== undefined) found.set(name, { ...one, text });
    for (const part of depth > 0 && found.size < 60 ? (metas.get(name) ?? []) : [])
      if (random.chance(0.8)) want(part, depth - 1);
  };
  for (const name of names) want(name, 4);
  return [...found.values()];
}

function message(samples: readonly Sample[], random: Random): string {
  const at = (...places: readonly string[]): string[] =>
    samples.filter(({ place }) => places.includes(place)).map(({ text }) => text);
  const time = someTime(random);
  const fields = spamHeader(random, time);
  for (const one of samples) if (one.place === 'header') insertField(fields, one, random, time);
  const uris = at('uri').map((one) => uriOf(one, random));
  const texts = shuffled(
    [...at('body').map((one) => around(one, random)), ...uris.filter(() => random.chance(0.5))],
    random,
  );
  if (random.chance(0.4)) texts.push(random.pick(PITCHES));
  const links = uris.map((one) => `<a href="${one}">${random.pick(['click here', one, 'http://www.paypal.com/'])}</a>`);
  const body = bodyOf(texts, [...texts, ...links, ...at('rawbody', 'full')], samples, random);
  const all = at('full')
    .filter(() => random.chance(0.5))
    .join('\n');
  const version = random.chance(0.93) ? 'MIME-Version: 1.0\n' : '';
  const raw = `${fields.map(([name, value]) => `${name}: ${value}\n`).join('')}${version}${body.header}\n${body.body}${all}`;
  return random.chance(0.15) ? raw.replace(/\r?\n/g, '\r\n') : raw;
}

const around = (text: string, random: Random): string =>
  random.chance(0.3)
    ? text
    : `${paragraph(random, random.pick(vocabularies), 20)} ${text} ${paragraph(random, random.pick(vocabularies), 20)}`;

function uriOf(text: string, random: Random): string {
  if (/^[a-z]{3,7}:/i.test(text)) return text;
  const start = text.startsWith('://')
    ? 'http'
    : /^[/?#:]/.test(text)
      ? `http://www.${token(random, 6)}.com`
      : 'http://';
  return start + text.replace(/^\./, `${token(random, 5)}.`).replace(/\s/g, '');
}

/** Puts what a header rule looks for where it looks. */
function insertField(fields: Fields, { target, text }: Sample, random: Random, time: number): void {
  const [name = '', modifier] = target.split(':');
  const folded = text.replace(/\n(?![ \t])/g, '\n ');
  const set = (field: string, value: string): void => {
    const index = fields.findIndex(([other]) => other.toLowerCase() === field.toLowerCase());
    if (index < 0 || /^received$/i.test(field)) fields.push([field, value]);
    else fields[index] = [field, value];
  };
  const relay = /^X-Spam-Relays-/.test(name);
  if (relay) {
    const part = (key: string, otherwise: string): string =>
      new RegExp(`${key}=([^ \\]]+)`, 'i').exec(text)?.[1] ?? otherwise;
    const [ip, rdns] = [part('ip', '93.184.5.6'), part('rdns', 'mail.uni.example')];
    const hop = `from ${part('helo', rdns)} (${rdns} [${ip}]) by ${part('by', 'mx.school.example')} (Postfix) with ESMTP id ${part('id', 'ABC123')}; ${dateText(time)}`;
    fields.unshift(['Received', hop]);
  } else if (name === 'ALL') {
    const whole = /^\s*([\w-]+):\s*([\s\S]*)$/.exec(folded.trimEnd());
    fields.push([whole?.[1] ?? `X-${token(random, 4)}`, whole?.[2] ?? folded]);
  } else if (name === 'MESSAGEID') set('Message-ID', folded);
  else if (name === 'ToCc') set(random.pick(['To', 'Cc']), folded);
  else if (name === 'EnvelopeFrom') set('Return-Path', `<${text}>`);
  else if (modifier === 'addr') set(name, random.pick([`<${text}>`, `Somebody <${text}>`]));
  else if (modifier === 'name') set(name, `"${text}" <a@gmail.com>`);
  else set(name, random.chance(0.3) ? `${folded} ${token(random, 4)}` : folded);
}

const CHARSETS = [
  'utf-8',
  'us-ascii',
  'iso-8859-1',
  '"UTF-8"',
  'windows-1252',
  'koi8-r',
  'gb2312',
  'big5',
  'iso-2022-jp',
  'utf-16',
  'x-unknown',
  'windows-1251',
  '',
];
const ENCODINGS: readonly Encoding[] = ['7bit', '8bit', 'quoted-printable', 'quoted-printable', 'base64'];

function bodyOf(texts: readonly string[], pieces: readonly string[], samples: readonly Sample[], random: Random): Part {
  const vocabulary = random.pick(random.chance(0.15) ? foreign : vocabularies);
  const filler = (): string => paragraph(random, vocabulary, random.pick([20, 200, 900]));
  const encoding = random.pick(ENCODINGS);
  const charset = random.chance(0.6) ? 'utf-8' : random.pick(CHARSETS);
  const lines = [...texts, ...(random.chance(0.6) ? [filler()] : [])].join(random.pick(['\n\n', '\n', ' ']));
  const text = random.chance(0.7) ? wrapped(lines) : `${lines}\n`;
  const plain = (): Part => withFields(textPart(text, 'plain', charset, encoding), samples, random);
  const html = (): Part => withFields(textPart(spamPage(random, pieces), 'html', charset, encoding), samples, random);
  const boundary = random.pick([
    `----=_NextPart_000_${token(random, 4, '0123456789ABCDEF')}_01C${token(random, 5, '0123456789ABCDEF')}.${token(random, 8, '0123456789ABCDEF')}`,
    `${token(random, 12)}`,
    `_----------=_${token(random, 16, '0123456789')}`,
    `=_${token(random, 30)}`,
    `b1_${token(random, 32, '0123456789abcdef')}`,
  ]);
  return random.pick<() => Part>([
    plain,
    html,
    html,
    () => ({ header: '', body: text }),
    () =>
      multipart(
        'alternative',
        boundary,
        [plain(), html()],
        random.pick(['', 'This is a multi-part message in MIME format.\n\n']),
      ),
    () => multipart('alternative', boundary, [html()]),
    () => multipart('alternative', boundary, [textPart('\n', 'plain', charset, '7bit'), html()]),
    () => multipart('related', boundary, [html(), image(random)]),
    () =>
      multipart('mixed', boundary, [
        plain(),
        ...Array.from({ length: 1 + random.below(3) }, () => file(random, samples)),
      ]),
    () =>
      multipart('mixed', boundary, [
        multipart('alternative', `${boundary}2`, [plain(), html()]),
        file(random, samples),
      ]),
    () =>
      multipart('report; report-type=delivery-status', boundary, [
        plain(),
        {
          header: 'Content-Type: message/delivery-status\n',
          body: 'Reporting-MTA: dns; mx.school.example\n\nFinal-Recipient: rfc822; x@far.example\nAction: failed\nStatus: 5.1.1\n',
        },
        {
          header: 'Content-Type: message/rfc822\n',
          body: `From: head@school.example\nTo: x@far.example\nSubject: ${PITCHES[3]}\n\n${text}`,
        },
      ]),
    () =>
      multipart('mixed', boundary, [
        plain(),
        {
          header: 'Content-Type: message/rfc822\n',
          body: `From: a@b.example\nSubject: inner\nMIME-Version: 1.0\n${html().header}\n${html().body}`,
        },
      ]),
    () => ({
      header: `Content-Type: multipart/mixed; boundary=${boundary}\n`,
      body: `--${boundary}\n\n${text}--${boundary}x\n\n${text}`,
    }),
  ])();
}

/** What mimeheader rules look for. */
function withFields(part: Part, samples: readonly Sample[], random: Random): Part {
  const own = samples.filter(({ place }) => place === 'mimeheader' && random.chance(0.5));
  return { ...part, header: own.reduce((header, one) => setField(header, one), part.header) };
}

function setField(header: string, { target, text }: Sample): string {
  const name = target.split(':')[0] ?? '';
  const value = text.replace(/\n(?![ \t])/g, '\n ');
  const kept =
    header
      .match(/[^\n]*\n(?:[ \t][^\n]*\n)*/g)
      ?.filter((field) => !field.toLowerCase().startsWith(`${name.toLowerCase()}:`)) ?? [];
  return `${kept.join('')}${name}: ${value}\n`;
}

const FILE_NAMES = [
  'invoice.pdf',
  'invoice.doc',
  'photo.jpg.exe',
  'document.zip',
  'a.html',
  'scan.rar',
  'report.xls',
  'x.js',
  'read.txt',
  'SCAN_001.docm',
  'voice.wav',
  'list.ics',
  'Rechnung größe.pdf',
  'a.iso',
  'x.htm',
];

function file(random: Random, samples: readonly Sample[]): Part {
  const name = utf8(random.pick(FILE_NAMES));
  const type = random.pick([
    'application/octet-stream',
    'application/pdf',
    'application/msword',
    'application/zip',
    'text/html',
    'image/jpeg',
    'text/plain',
    'application/x-msdownload',
    'text/calendar',
    'application/vnd.ms-excel',
  ]);
  const octets = type.startsWith('text/') ? spamPage(random, [url(random)]) : noise(random, 50 + random.below(3000));
  return withFields(random.chance(0.25) ? image(random) : filePart(type, name, octets), samples, random);
}

function image(random: Random): Part {
  const size = String.fromCharCode(0, 0, random.below(4), random.below(256), 0, 0, random.below(4), random.below(256));
  const png = `\x89PNG\r\n\x1a\n\0\0\0\rIHDR${size}\x08\x02\0\0\0${noise(random, 4)}${noise(random, random.pick([200, 9000]))}`;
  const gif = `GIF89a${size[3]}${size[2]}${size[7]}${size[6]}\xf7\0\0${noise(random, random.pick([100, 7000]))}`;
  const part = random.chance(0.5)
    ? filePart('image/png', `image00${random.below(9)}.png`, png)
    : filePart('image/gif', `${token(random, 6)}.gif`, gif);
  return { ...part, header: `${part.header}Content-ID: <${token(random, 8)}@${token(random, 6)}>\n` };
}
