/** Random SMTP sessions: any client by XCLIENT, odd syntax, several recipients, pipelining, contents that checks hit. */
import { content, type Dialogue, type Step, say } from '../dialogue.js';
import type { Random } from './random.js';
import {
  clients,
  helos,
  oddRecipients,
  oddSenders,
  recipients,
  senders,
  wideRecipients,
  wideSenders,
} from './world.js';

export function session(random: Random, name: string, has: (feature: string) => boolean): Dialogue {
  const client = random.pick(clients);
  const service = random.chance(0.35) ? 1 : 0;
  const login = random.chance(0.5) ? ` LOGIN=${random.pick(['alice', 'farmer', 'other'])}` : '';
  const isHere = !has('logins') && random.chance(0.07);
  // A client of this host, whose header fields are rewritten, has no other name.
  const xclient = `XCLIENT ADDR=${client.ip} NAME=${client.name}${has('logins') ? login : ''}`;
  const steps: Step[] = isHere ? [] : [say(xclient)];
  const helo = greeting(random);
  if (helo !== undefined) steps.push(say(helo));
  if (random.chance(0.04)) steps.push(say(greeting(random) ?? 'NOOP'));
  const count = random.chance(0.2) ? 2 : 1;
  for (let i = 0; i < count; i++) steps.push(...transaction(random, `${name}-${i}`));
  steps.push(say('QUIT'));
  return { name, service, steps };
}

function greeting(random: Random): string | undefined {
  if (random.chance(0.02)) return undefined;
  const name = random.chance(0.6) ? 'client.example' : random.pick(helos);
  return `${random.chance(0.85) ? 'EHLO' : 'HELO'} ${name}`;
}

function transaction(random: Random, id: string): Step[] {
  const mail = mailCommand(random);
  const rcpts = Array.from({ length: 1 + (random.chance(0.45) ? random.below(4) : 0) }, () => rcptCommand(random));
  if (random.chance(0.05)) return [say(random.pick(odd)), say(mail), ...rcpts.map((rcpt) => say(rcpt)), say('RSET')];
  const data = [say('DATA'), content(message(random, id))];
  if (random.chance(0.35)) return [say(mail, ...rcpts, 'DATA'), data[1] as Step];
  return [
    say(mail),
    ...rcpts.map((rcpt) => say(rcpt)),
    ...(random.chance(0.04) ? [say(random.pick(odd))] : []),
    ...data,
  ];
}

const odd = [
  'NOOP',
  'RSET',
  'DATA',
  'RCPT TO:<alice@school.example>',
  'FOO',
  'HELP',
  'MAIL FROM:<a@far.example>',
  'NOOP x',
  'RSET x',
  'DATA now',
];

function mailCommand(random: Random): string {
  const address = random.chance(0.03) ? random.pick(oddSenders) : random.pick(senders);
  if (random.chance(0.04)) return `MAIL FROM:<${random.pick(wideSenders)}> SMTPUTF8`;
  if (random.chance(0.92)) return `MAIL FROM:<${address}>`;
  return random.pick([
    `mail from:<${address}>`,
    `MAIL FROM: <${address}>`,
    `MAIL FROM:${address === '' ? '<>' : address}`,
    `MAIL FROM:<${address}> SIZE=100`,
    `MAIL FROM:<${address}> SIZE=1000000000`,
    `MAIL FROM:<${address}> SIZE=x`,
    `MAIL FROM:<${address}> BODY=8BITMIME`,
    `MAIL FROM:<${address}> BODY=9BIT`,
    `MAIL FROM:<${address}> SMTPUTF8`,
    `MAIL FROM:<${address}> SMTPUTF8=1`,
    `MAIL FROM:<${address}> BODY=8BITMIME SMTPUTF8`,
    `MAIL FROM:<${address}> FOO=1`,
    `MAIL FROM:"Name" <${address}>`,
    `MAIL FROM:<${address}`,
    'MAIL FROM:',
    'MAIL',
    `MAIL TO:<${address}>`,
  ]);
}

function rcptCommand(random: Random): string {
  const pool = random.chance(0.05) ? oddRecipients : random.chance(0.04) ? wideRecipients : recipients;
  const address = random.chance(0.3) ? 'alice@school.example' : random.pick(pool);
  if (random.chance(0.96)) return `RCPT TO:<${address}>`;
  return random.pick([
    `rcpt to:<${address}>`,
    `RCPT TO: <${address}>`,
    `RCPT TO:${address}`,
    `RCPT TO:<${address}> FOO=1`,
    'RCPT TO:<>',
    'RCPT TO:',
    'RCPT',
    'RCPT TO:<postmaster>',
  ]);
}

/** Date and Message-Id are there, so that no server adds them. */
export function message(random: Random, id: string): string {
  const fields = [
    `From: ${random.pick(['a@far.example', 'Alice <alice@school.example>', 'x@b.example'])}`,
    `To: ${random.pick(['alice@school.example', 'list: a@b.example;'])}`,
    `Subject: ${random.pick(['hello', 'big sale', 'a folded\n\tsale line', ''])}`,
    `Date: Mon, 01 Jan 2024 00:00:00 +0000`,
    `Message-Id: <${id}@client.example>`,
    ...random.some(
      [
        'X-Flag: yes',
        'X-Flag:',
        'X-Other: 1',
        'MIME-Version: 1.0',
        `Received: from a by b; Mon, 01 Jan 2024 00:00:00 +0000`,
      ],
      0,
      2,
    ),
  ];
  const body = random.pick([
    'Hello\ncheap goods\n',
    'one\n\ntwo\n',
    '.\n..\n.x\n',
    'see http://shop.example/x=20\n',
    '',
    `${'x'.repeat(990)}\n`,
    `${'long '.repeat(300)}\n`,
  ]);
  if (random.chance(0.25)) return `X-Case: ${id}\n${mime(fields, body)}`;
  return `X-Case: ${id}\n${fields.join('\n')}\n\n${body}`;
}

function mime(fields: readonly string[], body: string): string {
  const part = (header: string, text: string): string => `--bound\n${header}\n\n${text}`;
  const nested = 'Subject: inner sale\nX-Flag: inner\nFrom: a@far.example\n\nHello inside\n';
  return [
    ...fields,
    'Content-Type: multipart/mixed;\n\tboundary="bound"',
    '',
    'preamble cheap',
    part('Content-Type: text/plain', body),
    part(
      'Content-Type: application/octet-stream;\n\tname="x.exe"\nContent-Transfer-Encoding: base64',
      'TVqQAAMAAAA=\n',
    ),
    part('Content-Type: message/rfc822', nested),
    '--bound--',
    'epilogue cheap',
    '',
  ].join('\n');
}
