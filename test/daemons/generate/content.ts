/** Messages and tables for the content checks: nested MIME, long and odd headers, large parts, every action. */
import { content, type Dialogue, type Step, say } from '../dialogue.js';
import type { Feature } from './feature.js';
import type { Random } from './random.js';

const words = [
  'cheap',
  'sale',
  'school',
  'report',
  'viagra',
  'Hello',
  'homework',
  'http://shop.example/a',
  '--',
  '=3D',
  'TVqQAAM',
];

const patterns: Readonly<Record<string, readonly string[]>> = {
  header_checks: [
    '/^Subject:.*(sale|cheap)/',
    '/^X-Mark: *([a-z]+)/',
    '/^X-Mark:/',
    '/^From:.*<([a-z]+)@/',
    '/^Content-Type: *([a-z]+)/',
    '/^To:.*\n.*/',
    '/^Received: from/',
    '!/^[A-Z]/',
    '/^x-lower/',
    '/^X-Long:.*end$/',
    '/./',
  ],
  mime_header_checks: [
    '/name="?([a-z.]*)exe/',
    '/^Content-Transfer-Encoding: *base64/',
    '/^Content-Type: *text\\/html/',
    '/^Content-/',
    '/^X-Part:/',
  ],
  nested_header_checks: ['/^Subject:.*(sale|cheap)/', '/^From:/', '/^X-Mark:/', '/^Content-Type:/'],
  body_checks: [
    '/cheap/',
    '/^Hello ([a-z]*)/',
    '/^--[a-z]/',
    '/^$/',
    '/http:\\/\\/([a-z]+)/',
    '/^TVqQ/',
    '/^> /',
    '/end of it$/',
    '/x{100}/',
    '/[^ -~]/',
  ],
};

const actions = [
  'REJECT found it',
  'REJECT 5.7.9 found $1',
  'REJECT',
  'REJECT 4.7.1 later',
  'IGNORE',
  'DUNNO',
  'OK',
  'WARN seen',
  'INFO seen',
  'HOLD',
  'HOLD because',
  'DISCARD',
  'DISCARD quietly',
  'PREPEND X-Checked: yes',
  'PREPEND X-Checked: $1',
  'REPLACE X-Replaced: instead',
  'REPLACE X-Replaced: $1',
  'REDIRECT bob@school.example',
  'BCC carol@virt.example',
  'STRIP',
  'STRIP of it',
  'PASS',
  'FILTER smtp:[127.0.0.1]:@PORT@',
] as const;

/** Those that leave the rest of the message to be looked at are more of use. */
const gentle = [
  'IGNORE',
  'WARN seen',
  'PREPEND X-Checked: yes',
  'REPLACE X-Replaced: instead',
  'DUNNO',
  'STRIP',
  'BCC carol@virt.example',
] as const;

function table(random: Random, name: string, port: number): string {
  const all = patterns[name] ?? [];
  const rules = random.some(all, 1, 4).map((pattern) => {
    const action = random.pick(random.chance(0.5) ? gentle : actions).replace('@PORT@', String(port));
    return `${pattern.replace('\n', '\\n')} ${pattern.includes('(') ? action : action.replace('$1', 'it')}`;
  });
  // Of a negated pattern there is nothing to substitute.
  const usable = rules.map((rule) => (rule.startsWith('!') ? rule.replace('$1', 'it') : rule));
  if (random.chance(0.25)) return `if ${random.pick(['/e/', '!/zzz/'])}\n${usable.join('\n')}\nendif\n`;
  return `${usable.join('\n')}\n`;
}

/** One feature for each of the four parameters. */
export const contentTables: readonly Feature[] = Object.keys(patterns).map((name) => ({
  name: `content-${name}`,
  chance: name === 'header_checks' || name === 'body_checks' ? 0.75 : 0.5,
  make: (random, { sinks }) => {
    const type = random.pick(['pcre', 'regexp']);
    const text = table(random, name, sinks[1] ?? 0);
    return { main: [`${name} = ${type}:$config_directory/${type}_${name}`], files: { [`${type}_${name}`]: text } };
  },
}));

export const contentSettings: readonly Feature[] = [
  {
    name: 'body-limit',
    chance: 0.2,
    make: (random) => ({ main: [`body_checks_size_limit = ${random.pick([0, 64, 1000])}`] }),
  },
  { name: 'header-limit', chance: 0.15, make: () => ({ main: ['header_size_limit = 200'] }) },
  { name: 'no-mime', chance: 0.1, make: () => ({ main: ['disable_mime_input_processing = yes'] }) },
  { name: 'mime-depth', chance: 0.1, make: () => ({ main: ['mime_nesting_limit = 2'] }) },
  { name: 'boundary-limit', chance: 0.1, make: () => ({ main: ['mime_boundary_length_limit = 10'] }) },
  { name: 'soft-bounce', chance: 0.12, make: () => ({ main: ['soft_bounce = yes'] }) },
  { name: 'recipient-delimiter', chance: 0.3, make: () => ({ main: ['recipient_delimiter = +'] }) },
];

/** Some messages in one session. */
export function contentSession(random: Random, name: string, messages: number): Dialogue {
  const steps: Step[] = [say('XCLIENT ADDR=198.51.100.1 NAME=client.example'), say('EHLO client.example')];
  for (let i = 0; i < messages; i++) {
    const recipients = random.chance(0.3) ? ['alice@school.example', 'carol@virt.example'] : ['alice@school.example'];
    steps.push(say('MAIL FROM:<a@far.example>'), ...recipients.map((one) => say(`RCPT TO:<${one}>`)), say('DATA'));
    steps.push(content(`X-Case: ${name}-${i}\n${message(random, `${name}-${i}`)}`));
  }
  return { name, steps: [...steps, say('QUIT')] };
}

function message(random: Random, id: string): string {
  const fields = [
    'Date: Mon, 01 Jan 2024 00:00:00 +0000',
    `Message-Id: <${id}@client.example>`,
    `From: ${random.pick(['Somebody <bulk@far.example>', 'alice@school.example'])}`,
    random.pick(['To: alice@school.example', 'To: alice@school.example,\n bob@school.example']),
    `Subject: ${text(random, 3)}`,
    ...random.some(
      [
        'X-Mark: yes',
        'X-Mark:no',
        'x-lower: 1',
        `X-Long: ${'word '.repeat(80)}end`,
        'X-Fold: a\n\tb\n c',
        'Received: from x by y; Mon, 01 Jan 2024 00:00:00 +0000',
        'X-8: gr\xfc\xdfe',
      ],
      0,
      3,
    ),
  ];
  if (random.chance(0.04)) fields.push('not a header line');
  return `${fields.join('\n')}\n${entity(random, 0)}`;
}

/** The fields of MIME and a body, behind other fields. */
function entity(random: Random, depth: number): string {
  const kind = random.below(depth > 3 ? 3 : 7);
  if (kind <= 1) return `${random.chance(0.5) ? '' : 'Content-Type: text/plain\n'}\n${body(random)}`;
  if (kind === 2)
    return `Content-Type: application/x-program; name="a.exe"\nContent-Transfer-Encoding: base64\n\nTVqQAAMAAAAEAAAA\n`;
  if (kind === 3) return `Content-Type: text/html; charset=utf-8\nX-Part: 1\n\n<p>cheap</p>\n`;
  if (kind === 4)
    return `Content-Type: message/rfc822\n\nSubject: ${text(random, 2)}\nFrom: x@b.example\nX-Mark: inner\n${entity(random, depth + 1)}`;
  const boundary = `b${depth}${random.pick(['', 'long-boundary'])}`;
  const parts = Array.from({ length: 1 + random.below(3) }, () => `--${boundary}\n${entity(random, depth + 1)}`);
  const end = random.chance(0.85) ? `--${boundary}--\nepilogue cheap\n` : '';
  const field = random.pick([
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    `Content-Type: multipart/mixed;\n\tboundary=${boundary}`,
  ]);
  return `${field}\n\npreamble cheap\n${parts.join('\n')}\n${end}`;
}

function body(random: Random): string {
  const lines = Array.from({ length: random.below(8) }, () =>
    random.pick([text(random, 5), '', `> ${text(random, 2)}`, 'x'.repeat(120), 'gr\xfc\xdfe end of it']),
  );
  if (random.chance(0.06))
    lines.unshift(
      ...Array.from({ length: 900 }, () => 'line of some sixty octets, so that many of them pass the limit'),
    );
  if (random.chance(0.06)) lines.push(`${'long '.repeat(500)}cheap`);
  return `${lines.join('\n')}\n`;
}

const text = (random: Random, count: number): string => random.some(words, 1, count).join(' ');
