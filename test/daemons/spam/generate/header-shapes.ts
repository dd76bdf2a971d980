/** Header fields of unwanted mail: forged programs, odd dates and subjects, lists, bounces, addresses of every kind. */
import type { Random } from '../../generate/random.js';
import { base64, quotedPrintable, token, utf8 } from './mail-parts.js';
import { dateText, HOSTS, identifiers, KNOWN_HOSTS, person } from './people.js';
import { anyHost, hop, makes } from './received.js';
import { foreign, PITCHES, sentence, vocabularies, word } from './texts.js';

/** Fields in order, without line ends; the same name may be there twice. */
export type Fields = (readonly [name: string, value: string])[];

const MAILERS = [
  'Microsoft Outlook Express 6.00.2900.5512',
  'Microsoft Outlook 16.0',
  'Microsoft Outlook, Build 10.0.2627',
  'Microsoft Office Outlook 12.0',
  'Microsoft Windows Live Mail 16.4.3528.331',
  'The Bat! (v1.52f) Business',
  'The Bat! (v9.1.18)',
  'QUALCOMM Windows Eudora Version 7.1.0.9',
  'AOL 9.0 for Windows US sub 5009',
  'Internet Mail Service (5.5.2653.19)',
  'iPhone Mail (16G77)',
  'Apple Mail (2.3445.104.11)',
  'YahooMailWebService/0.8.111',
  'PHPMailer 5.2.9 (https://github.com/PHPMailer/PHPMailer/)',
  'PHP/5.3.3',
  'MIME::Lite 3.030 (F2.84)',
  'Foxmail 7.2.9.115[cn]',
  'Lotus Notes Release 6.5.1 January 21, 2004',
  'IncrediMail (6001820)',
  'mPOP Web-Mail 2.19',
  'SquirrelMail/1.4.22',
  'CommuniGate Pro WebUser Interface v.4.1.8',
  'Mozilla Thunderbird 1.5 (Windows/20051201)',
  'nodemailer (6.9.1)',
  'aspnetEmail ver 3.5.2.10',
  'ZuckMail [version 1.00]',
  'MailChimp Mailer',
  'Xpert',
  '',
];

export function subjectText(random: Random): string {
  const vocabulary = random.pick(random.chance(0.2) ? foreign : vocabularies);
  const text = random.chance(0.4)
    ? random.pick(PITCHES).slice(0, 20 + random.below(60))
    : sentence(random, vocabulary).slice(0, 80);
  return random.pick<(text: string) => string>([
    (one) => one,
    (one) => one,
    (one) => one.toUpperCase(),
    (one) => `Re: ${one}`,
    (one) => `RE: FW: ${one}`,
    (one) => [...one].join(' ').slice(0, 70),
    (one) => `${one}   ${token(random, 9)}`,
    (one) => `$$$ ${one} $$$`,
    (one) => one.replace(/o/g, '0').replace(/i/g, '1').replace(/a/g, '@'),
    (one) => `${one}?!?!`,
    () => '',
    () => 'hi',
    (one) => `${one}, head@school.example`,
    (one) => `[SPAM] ${one}`,
    (one) => one.replace(/ /g, '_'),
  ])(text);
}

/** As it may be written in a header; `text` is Unicode. */
export function encodedText(random: Random, text: string): string {
  const octets = utf8(text);
  const plain = /^[ -~]*$/.test(text);
  const way = plain ? random.below(12) : random.below(8);
  if (way > 5) return octets;
  if (way < 3) return `=?utf-8?B?${base64(octets).replace(/\n/g, '')}?=`;
  const q = quotedPrintable(octets)
    .replace(/=\n/g, '')
    .replace(/[_?]/g, (one) => `=${one.charCodeAt(0).toString(16).toUpperCase()}`);
  if (way < 5) return `=?UTF-8?Q?${q.replace(/ /g, '_')}?=`;
  return `=?${random.pick(['koi8-r', 'windows-1251', 'gb2312', 'iso-8859-1', 'big5', 'x-none'])}?${random.pick(['b', 'B'])}?${base64(octets).replace(/\n/g, '')}?=`;
}

export function addressText(random: Random): string {
  const { name, address, host } = person(random, anyHost(random));
  return random.pick([
    () => `${name} <${address}>`,
    () => `"${name}" <${address}>`,
    () => address,
    () => `<${address}>`,
    () => `${address} (${name})`,
    () => `"${person(random, random.pick(KNOWN_HOSTS)).address}" <${address}>`,
    () => `${encodedText(random, `${name} ${word(random, random.pick(foreign))}`)} <${address}>`,
    () => `"${name}" <${token(random, 12)}${random.below(9999)}@${host}>`,
    () => `${name.toUpperCase()} <${address.toUpperCase()}>`,
    () => `"" <${address}>`,
    () => `${name} <>`,
    () => name,
    () =>
      `"${random.pick(['PayPal', 'Amazon Support', 'Bank of America', 'IT Help Desk', 'Dr. Smith', 'DHL Express', 'Microsoft'])}" <${address}>`,
    () => `undisclosed-recipients:;`,
    () => `${address}, ${person(random).address}, "${name}, Jr." <${person(random).address}>`,
    () => `=?utf-8?Q?${name.replace(' ', '_')}?= <${address}>`,
    () => `${name} <${random.below(999)}${address}`,
  ])();
}

export function dateField(random: Random, time: number): string {
  const shift = random.pick([0, 0, 0, 0, 3600, -7200, 86_400, -200_000, 400_000, -3_000_000, 20_000_000, -9_000_000]);
  const good = dateText(
    time + shift,
    random.pick(['+0000', '-0700', '+0200', '+0530', '-0500 (EST)', '+0000 (GMT)', '0000', '-2400', 'EST', '']),
  );
  return random.pick([
    good,
    good,
    good,
    good,
    good.replace(/^\w+, /, ''),
    good.replace(/,/, ''),
    good.replace(/:\d\d /, ' '),
    'today',
    good.replace(/20(\d\d)/, '$1'),
    good.replace(/(\d\d):/, '27:'),
  ]);
}

/** The usual fields, each of them there, missing or strange. */
export function spamHeader(random: Random, time: number): Fields {
  const fields: Fields = [];
  let at = time;
  for (let i = random.below(5); i > 0; i--) {
    fields.unshift([
      'Received',
      random.pick(makes)(random, hop(random, at, i === 1 ? 'mx.school.example' : `relay.${anyHost(random)}`)),
    ]);
    at += random.pick([1, 5, 60, 3600, -60]);
  }
  const host = anyHost(random);
  const often = (chance: number, name: string, make: () => string): void => {
    if (random.chance(chance)) fields.push([name, make()]);
  };
  often(0.3, 'Return-Path', () =>
    random.pick(['<>', `<${person(random, host).address}>`, `<bounce-${token(random, 8)}=school.example@${host}>`]),
  );
  often(0.95, 'From', () => addressText(random));
  often(0.93, 'To', () =>
    random.pick([
      'head@school.example',
      'Head <head@school.example>',
      'undisclosed-recipients:;',
      addressText(random),
      '"head" <head@school.example>',
    ]),
  );
  often(0.2, 'Cc', () => addressText(random));
  often(0.25, 'Reply-To', () => addressText(random));
  often(0.05, 'Sender', () => addressText(random));
  often(0.95, 'Subject', () => encodedText(random, subjectText(random)));
  often(0.95, 'Date', () => dateField(random, time));
  often(0.94, 'Message-ID', () => random.pick(identifiers)(random, host));
  often(0.3, 'X-Mailer', () => random.pick(MAILERS));
  often(0.2, 'User-Agent', () => random.pick(MAILERS));
  often(0.15, 'X-MimeOLE', () =>
    random.pick(['Produced By Microsoft MimeOLE V6.00.2900.2180', 'Produced By Microsoft Exchange V6.5', 'x']),
  );
  often(0.15, 'X-Priority', () => random.pick(['1', '3', '5', '1 (Highest)', '3 (Normal)']));
  often(0.1, 'X-MSMail-Priority', () => random.pick(['High', 'Normal']));
  often(0.15, 'In-Reply-To', () => random.pick(identifiers)(random, host));
  often(0.15, 'References', () => random.pick(identifiers)(random, host));
  often(0.12, 'List-Unsubscribe', () =>
    random.pick([`<mailto:leave@${host}>`, `<http://${host}/u?id=${token(random, 8)}>`]),
  );
  often(0.08, 'List-Id', () => `<${token(random, 6)}.${random.pick(HOSTS)}>`);
  often(0.1, 'Precedence', () => random.pick(['bulk', 'list', 'junk']));
  often(0.06, 'Importance', () => 'High');
  often(0.05, 'X-Originating-IP', () => `[${random.below(256)}.12.13.${random.below(256)}]`);
  often(0.04, 'Auto-Submitted', () => random.pick(['auto-replied', 'auto-generated', 'no']));
  often(0.04, 'X-PHP-Originating-Script', () => `33:${token(random, 6)}.php(1189) : eval()'d code`);
  often(0.03, 'DKIM-Signature', () => `v=1; a=rsa-sha256; c=relaxed/relaxed; d=${host}; s=s1; h=from:to; bh=x=; b=y=`);
  often(0.04, 'X-Spam-Flag', () => 'YES');
  often(0.04, 'Organization', () => sentence(random, random.pick(vocabularies)));
  if (random.chance(0.05)) fields.push([`X-${token(random, 7)}`, token(random, 20)]);
  if (random.chance(0.06)) fields.push(fields[random.below(fields.length)] ?? ['X', '']);
  return fields;
}
