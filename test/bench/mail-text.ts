/**
 * Patterns and mail for the benches, from one seed: rules in the shapes that postmasters write, none of which matches the
 * mail; bodies of plain text, HTML and base64 in lines; header sections as they arrive.
 */

/** Numbers from 0 to below `n`, the same at each run. */
export function randomFrom(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

const WORDS = (
  'the of and to in a is that for it was on are as with they be at this have from or one had by word but not what all ' +
  'were we when your can said there use an each which she do how their if will up other about out many then them these ' +
  'school teacher lesson class homework timetable exam grade pupil parent meeting project library sports computer room ' +
  'please regards thanks dear attached invoice agenda minutes committee budget lecture seminar deadline results feedback'
).split(' ');

type Random = (n: number) => number;

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;

/** Of syllables, with an end that no word of the mail has. */
function strange(random: Random, syllables: number): string {
  let text = '';
  for (let i = 0; i < syllables; i++) text += pick(random, [...'bcdfghklmnprstvz']) + pick(random, [...'aeiou']);
  return `${text}xq`;
}

const bodyShapes: readonly ((r: Random) => string)[] = [
  (r) => `\\b${strange(r, 2)}\\s+${strange(r, 3)}\\b`,
  (r) => `https?:\\/\\/[a-z0-9.-]*${strange(r, 3)}\\.(com|net|biz|info|ru)\\b`,
  (r) => `^(buy|order|cheap) ${strange(r, 2)} (now|today|online)`,
  (r) => `<(iframe|script|object)[^>]*src=["']?[^"'>]*${strange(r, 3)}`,
  (r) => `^${strange(r, 8)}[A-Za-z0-9+\\/]{20,}`,
  (r) => `${strange(r, 2)}.{0,20}${strange(r, 2)}.{0,20}${strange(r, 2)}`,
];

const headerShapes: readonly ((r: Random) => string)[] = [
  (r) => `^Subject:.*\\b${strange(r, 2)} ${strange(r, 3)}\\b`,
  (r) => `^(From|Reply-To|Sender):.*<?[^@ ]+@(.*\\.)?${strange(r, 3)}\\.(com|net|biz|info)>?`,
  (r) => `^Content-(Type|Disposition):.*name\\s*=\\s*"?[^"]*${strange(r, 2)}\\.(exe|scr|pif|vbs|bat|com)"?\\s*$`,
  (r) => `^X-Mailer: ${strange(r, 2)} ?${strange(r, 2)} v?[0-9.]+$`,
  (r) => `^Received: from [^ ]*${strange(r, 3)}[^ ]* \\(.*\\[[0-9.]+\\]\\)`,
  (r) => `^Message-Id: <[0-9a-f]{8,32}\\$[0-9a-f]+@${strange(r, 3)}>`,
];

/** Full of `.*`, short words, classes: what a set of patterns takes badly. */
const hostileShapes: readonly ((r: Random) => string)[] = [
  (r) => `.*${strange(r, 1)}.*${strange(r, 1)}.*${strange(r, 2)}.*`,
  (r) => `(.*)${strange(r, 2)}(.*)[0-9]{3}(.*)${strange(r, 1)}`,
  (r) => `^.*(${strange(r, 2)}|${strange(r, 3)}).*(and|or).*${strange(r, 1)}.*$`,
  (r) => `([a-z]+ )+${strange(r, 2)}( [a-z]+)+$`,
];

const shapes = { body: bodyShapes, header: headerShapes, hostile: hostileShapes } as const;

/** Patterns alone, without delimiters. */
export function patterns(kind: keyof typeof shapes, count: number): readonly string[] {
  const random = randomFrom(kind === 'header' ? 12345 : 54321);
  return Array.from({ length: count }, (_, i) =>
    (shapes[kind][i % shapes[kind].length] as (r: Random) => string)(random),
  );
}

/** The text of a `pcre:` table. */
export function tableText(kind: keyof typeof shapes, count: number): string {
  return patterns(kind, count)
    .map((pattern) => `/${pattern}/ REJECT not wanted\n`)
    .join('');
}

/** At least `size` octets, in lines that end in CRLF: a third text, a sixth HTML, and base64. ASCII. */
export function bodyText(size: number, seed = 1): string {
  const random = randomFrom(seed);
  const lines: string[] = [];
  let length = 0;
  while (length < size) {
    const kind = random(6);
    for (let i = 0; i < 40 && length < size; i++) {
      const line = kind < 2 ? plainLine(random) : kind === 2 ? htmlLine(random) : base64Line(random);
      lines.push(line, '\r\n');
      length += line.length + 2;
    }
  }
  return lines.join('');
}

function plainLine(random: Random): string {
  let line = '';
  while (line.length < 66) line += `${pick(random, WORDS)} `;
  return `${line.trimEnd()}${pick(random, ['.', ',', '', ''])}`;
}

function htmlLine(random: Random): string {
  const [a, b, c] = [pick(random, WORDS), pick(random, WORDS), pick(random, WORDS)];
  return `<p style="margin:0 0 12px 0">${a} <a href="https://www.${b}.example/${c}-${random(9999)}.html">${b} ${c}</a></p>`;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64Line(random: Random): string {
  let line = '';
  for (let i = 0; i < 76; i++) line += BASE64[random(64)];
  return line;
}

/** A header section of 16 fields, two of them folded. */
export function headerText(seed = 1): string {
  const random = randomFrom(seed);
  const word = (): string => pick(random, WORDS);
  const hop = (from: string): string =>
    `Received: from ${from} (${from} [192.0.2.${random(250)}])\r\n\tby mx.school.example (Postfix) with ESMTPS id ${random(1e9)}`;
  return [
    hop(`mail.${word()}.example`),
    hop(`relay.${word()}.example`),
    `From: ${word()} ${word()} <${word()}@${word()}.example>`,
    'To: Head Office <head@school.example>',
    `Subject: ${word()} ${word()} ${word()} ${word()}`,
    'Date: Mon, 02 Sep 2024 06:00:00 +0000',
    `Message-ID: <${random(1e9)}.${random(1e9)}@${word()}.example>`,
    `References: <${random(1e9)}@${word()}.example> <${random(1e9)}@${word()}.example>`,
    'User-Agent: Mozilla Thunderbird',
    'MIME-Version: 1.0',
    'List-Id: Staff <staff.lists.school.example>',
    'Precedence: list',
    'Content-Language: en',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 7bit',
    'X-Loop: no',
    '',
  ].join('\r\n');
}
