/** Generated tables and messages for the comparison of content checks with a real Postfix. */
import { type Random, randomFrom, seedFor } from './generate/random.js';

export interface Tables {
  readonly header: string | undefined;
  readonly mime: string | undefined;
  readonly nested: string | undefined;
  readonly body: string | undefined;
}

const headerPatterns = [
  '/^Subject: .*alpha/',
  '/^Subject: (\\w+)/',
  '/^X-One: *(.*)$/',
  '/^X-Two:/',
  '/^X-Fold: (\\S+)\\s+(\\S+)/',
  '/^X-Fold:.*\\n/',
  '/^Content-Type: *text/',
  '/^Content-Type:.*boundary/',
  '/^Content-Type: *message/',
  '/^Content-(Disposition|ID|Foo): *(.*)/',
  '/^MIME-Version:/',
  '/^X-Part: *(.*)$/',
  '/^From:.*inner/',
  '/x{60}y/',
  '/^X-Long:.*END$/',
  '!/^(Subject|From|To|X-|MIME|Content|Received)/',
];
const bodyPatterns = [
  '/alpha/',
  '/^beta (\\w+)/',
  '/^$/',
  '/^--/',
  '/^--b1--$/',
  '/^Content-Type/',
  '/^X-Part:/',
  '/gamma$/',
  '/^z*y$/',
  '/^y*$/',
  '/^delta\\r/',
  '!/[aeiou]/',
  '/^\\./',
  '/x(\\d+)$/',
];
const text = ['alpha beta', 'with $0', 'plain text'];
const common = [
  'REJECT',
  'REJECT no such content',
  'REJECT 5.6.1 not here',
  'REJECT 4.3.2 wait a little',
  'REJECT 554 5.6.0 own code',
  'DISCARD',
  'DUNNO',
  'OK',
  'WARN seen',
  'INFO seen',
  'HOLD',
  'HOLD for review',
  'PASS',
  'IGNORE',
  'STRIP gone',
  'REDIRECT other@school.example',
  'BCC copy@school.example',
  'FILTER discard:somewhere',
  'IGNORE',
  'DUNNO',
];

function rule(random: Random, pattern: string, header: boolean, index: number): string {
  const own = header
    ? [`PREPEND X-New-${index}: put before`, `REPLACE X-Instead-${index}: put here`]
    : [`PREPEND line ${index} before`, `REPLACE line ${index} instead`];
  const groups = !pattern.startsWith('!') && pattern.includes('(');
  const captured = header
    ? [`REPLACE X-Captured: <$1>`, 'REJECT was $1', 'PREPEND X-Seen: $1']
    : ['REPLACE <$1>', 'REJECT was $1'];
  const actions = random.chance(0.5) ? [...own, ...(groups ? captured : [])] : common;
  return `${pattern} ${random.pick(actions)}`;
}

function table(random: Random, header: boolean): string {
  const lines = random
    .some(header ? headerPatterns : bodyPatterns, 2, 6)
    .map((pattern, at) => rule(random, pattern, header, at));
  return `${lines.join('\n')}\n`;
}

export function tablesFor(seed: number, index: number): Tables {
  const random = randomFrom(seedFor(seed, `tables ${index}`));
  const maybe = (chance: number, header: boolean) => (random.chance(chance) ? table(random, header) : undefined);
  const header = maybe(0.8, true);
  return { header, mime: maybe(0.4, true), nested: maybe(0.4, true), body: maybe(0.85, false) };
}

/** Lines end with CRLF; the message has a header and ends with a line end. */
export function messageFor(seed: number, index: number): string {
  const random = randomFrom(seedFor(seed, `message ${index}`));
  const subject = random.pick(['alpha news', 'beta', 'gamma delta', 'nothing']);
  const fields = ['From: a@far.example', `Subject: ${subject}`, 'To: b@school.example'];
  const more = [
    'X-One: one',
    'X-Two: two',
    'X-Fold: first\r\n second',
    'X-Fold: first\n\tsecond third',
    'MIME-Version: 1.0',
    'Content-ID: <x>',
    'Content-Foo: foo',
    'Content-Disposition: inline',
    `X-Long: ${'x'.repeat(random.pick([40, 60, 3000]))}y END`,
    'X-Two:',
  ];
  fields.push(...random.some(more, 0, 4));
  return `${[...fields, ...entity(random, 0)].join('\r\n')}\r\n`.replace(/(\r\n)+$/, '\r\n');
}

/** Header fields, an empty line, a body. */
function entity(random: Random, depth: number): string[] {
  const kind =
    depth > 3 ? 'text' : random.pick(['text', 'text', 'multipart', 'multipart', 'message', 'digest', 'partial']);
  const boundary = random.pick(['b', 'b1', 'b11', 'long boundary', 'q']);
  switch (kind) {
    case 'multipart':
    case 'digest': {
      const subtype = kind === 'digest' ? 'digest' : random.pick(['mixed', 'alternative', 'Mixed']);
      const quoted = /^b/.test(boundary) && random.chance(0.5) ? boundary : `"${boundary}"`;
      const parameter = random.pick([
        ` boundary=${quoted}`,
        `\r\n\tboundary = ${quoted}; x=y`,
        ` (a;b) BOUNDARY=${quoted}`,
      ]);
      return [`Content-Type: multipart/${subtype};${parameter}`, '', ...parts(random, boundary, depth)];
    }
    case 'message':
      return [
        `Content-Type: message/${random.pick(['rfc822', 'RFC822', 'global'])}`,
        '',
        ...inner(random),
        ...entity(random, depth + 1),
      ];
    case 'partial':
      return [
        `Content-Type: message/${random.pick(['partial', 'external-body', 'delivery-status'])}`,
        '',
        ...inner(random),
        '',
        ...lines(random),
      ];
    default:
      return [
        ...random.some(['Content-Type: text/plain', 'Content-Disposition: inline', 'X-Part: yes alpha'], 0, 2),
        '',
        ...lines(random),
      ];
  }
}

function inner(random: Random): string[] {
  return random.some(['From: inner@far.example', 'Subject: alpha inside', 'X-One: inside', 'MIME-Version: 1.0'], 1, 3);
}

function parts(random: Random, boundary: string, depth: number): string[] {
  const all = random.chance(0.5) ? ['prolog alpha', ''] : [];
  const count = random.pick([0, 1, 2, 3]);
  for (let part = 0; part < count; part++) {
    all.push(`--${boundary}${random.pick(['', '', '', ' cruft', 'x'])}`);
    const own = random.chance(0.15) ? ['garbage, no header alpha'] : [];
    all.push(...own, ...entity(random, depth + 1), '');
  }
  if (random.chance(0.7)) all.push(`--${boundary}--`, '', 'beta epilog');
  return all;
}

function lines(random: Random): string[] {
  const some = [
    'alpha line',
    'beta gamma',
    '',
    'plain',
    'Content-Type: not a header',
    'X-Part: no header x12',
    '--b',
    '--b1--',
    '--bogus',
    `${'z'.repeat(random.pick([2046, 2047, 2048, 2049]))}y`,
    `${'z'.repeat(2048)}${'y'.repeat(50)}`,
    'delta\r\r',
    'cut\0alpha',
    '.dot',
    'bcdf',
    'caf\xe9 alpha',
    ...(random.chance(0.1) ? Array.from({ length: 600 }, (_, at) => `${'filler '.repeat(12)}x${at}`) : []),
  ];
  if (random.chance(0.08))
    return [...Array.from({ length: 620 }, (_, at) => `${'filler'.repeat(14)}x${at}`), 'alpha last', ...text];
  return random.some(some, 1, 6);
}
