/** The example server: what a newcomer does, in order. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dialogue, freePort, type Program, root, sending, start } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'postern-school-'));
const config = join(folder, 'config');
const data = join(folder, 'data');
const main = join(root, 'examples', 'server', 'main.ts');
let server: Program;
let environment: Record<string, string>;
let smtp = 0;
let submission = 0;

beforeAll(async () => {
  cpSync(join(root, 'examples', 'server', 'school'), config, { recursive: true });
  [smtp, submission] = [await freePort(), await freePort()];
  environment = {
    POSTERN_DATA: data,
    POSTERN_CONFIG: config,
    POSTERN_SMTP_PORT: String(smtp),
    POSTERN_SUBMISSION_PORT: String(submission),
  };
  server = start(main, environment);
  await server.printed('Stop with Ctrl-C');
});
afterAll(() => {
  server.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const mailbox = (name: string): readonly string[] => {
  const path = join(data, 'mail', name, 'new');
  return existsSync(path) ? readdirSync(path).map((file) => readFileSync(join(path, file), 'utf8')) : [];
};
const send = (to: readonly string[], text: string, from = 'me@client.example'): Promise<readonly string[]> =>
  dialogue(smtp, sending(from, to, text));
const log = (): readonly Record<string, unknown>[] =>
  server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a newcomer', () => {
  test('is told the accounts, how to send and how to read', () => {
    for (const part of ['s001 ... s024', 't01 ... t06', 'seniors@school.example', 'curl', `${data}/mail/s001/new/*`]) {
      expect(server.output()).toContain(part);
    }
  });

  test('sends spam, which is marked and logged', async () => {
    await send(['s002@school.example'], 'From: me@client.example\nSubject: You are a winner\n\nClaim your prize!\n');
    const [text] = mailbox('s002');
    expect(text).toContain('X-Spam-Flag: YES');
    expect(text).toContain('Subject: ***SPAM*** You are a winner');
    await server.printed('spam: yes, score=5.5 required=5.0 tests=PRIZE=5.5');
  });

  test('sends a message, and it is in the mailbox with the right bytes', async () => {
    const replies = await send(
      ['s001@school.example'],
      'From: me@client.example\nSubject: hello\n\nHello!\n..two dots',
    );
    expect(replies.at(-1)).toMatch(/^250 2\.\d\.\d /);
    const [message = ''] = mailbox('s001');
    expect(message).toMatch(/^Return-Path: <me@client\.example>\nDelivered-To: s001@school\.example\n/);
    expect(message).toMatch(/\nX-Spam-Status: No, score=\S+ required=5\.0 tests=\S+\nReceived: from /);
    expect(message).toMatch(/\nFrom: me@client\.example\nSubject: hello\n\nHello!\n\.two dots\n$/);
    expect(message).not.toContain('\r');
  });

  test('writes to groups, aliases, the virtual domain and with an extension', async () => {
    await send(['seniors@school.example'], 'Subject: to seniors\n\nx');
    await send(['head@school.example', 's020+club@school.example'], 'Subject: to two\n\nx');
    await send(['events@partners.example'], 'Subject: to all of faculty\n\nx');
    const subjects = (name: string): readonly string[] =>
      mailbox(name).map((text) => /Subject: (.*)/.exec(text)?.[1] ?? '');
    expect(subjects('s012')).toEqual(['to seniors']);
    expect(subjects('s013')).toEqual([]);
    expect(subjects('s020')).toEqual(['to two']);
    expect([...subjects('t01')].sort()).toEqual(['to all of faculty', 'to two']);
    expect(subjects('t05')).toEqual(['to all of faculty']); // Once, though office and faculty both lead here.
  });

  test.each([
    ['nobody@school.example', 'Subject: x\n\nx', /^550 5\.1\.1 /],
    ['someone@elsewhere.example', 'Subject: x\n\nx', /^554 5\.7\.1 /],
    ['s001@school.example', 'Subject: FREE  money now\n\nx', /^550 5\.7\.1 Your subject looks like spam to us/],
    ['s001@school.example', 'Subject: x\n\n  begin-chain-letter\n', /^550 5\.7\.1 Chain letters are not accepted/],
  ])('is refused: %s', async (to, text, expected) => {
    const replies = await send([to], text).catch((error: unknown) => [String(error)]);
    expect(replies.find((reply) => /^5/.test(reply))).toMatch(expected);
  });

  test('may write to <postmaster>', async () => {
    const replies = await dialogue(
      smtp,
      sending('me@client.example', ['postmaster'], 'Subject: to the postmaster\n\nx'),
    );
    expect(replies.at(-1)).toMatch(/^250 /);
    expect(mailbox('t01').some((text) => text.includes('Subject: to the postmaster'))).toBe(true);
  });

  test('is discarded without a word when the table says so', async () => {
    const replies = await send(['s002@school.example'], 'Subject: buy\n\nx', 'newsletter@ads.example');
    expect(replies.at(-1)).toMatch(/^250 /);
    expect(mailbox('s002').filter((text) => text.includes('Subject: buy'))).toEqual([]);
  });

  test('finds one log line for each decision, with its reason, and no body', () => {
    const refused = log().filter((line) => line.reason === 'content');
    expect(refused.length).toBeGreaterThan(0);
    expect(JSON.stringify(log())).not.toContain('Hello!');
  });
});

describe('submission', () => {
  const submit = (pass: string, to = 't02@school.example'): Promise<unknown> =>
    createTransport({
      host: '127.0.0.1',
      port: submission,
      requireTLS: true,
      tls: { rejectUnauthorized: false },
      auth: { user: 's003', pass },
    }).sendMail({ from: 's003@school.example', to, subject: 'homework', text: 'done' });

  test('wants TLS and a login', async () => {
    const replies = await dialogue(submission, ['EHLO client.example', 'MAIL FROM:<s003@school.example>']);
    expect(replies.at(-1)).toMatch(/^530 5\.7\.0 /);
  });
  test('takes mail from who logs in', async () => {
    await submit('school');
    expect(mailbox('t02').some((text) => text.includes('Subject: homework'))).toBe(true);
  });
  test('says at RCPT that nothing goes outside', async () => {
    const failed = await submit('school', 'x@elsewhere.example').catch((error: unknown) => error);
    expect(failed).toMatchObject({ command: 'RCPT TO', responseCode: 550 });
    expect(String(failed)).toContain('550 5.7.1 <x@elsewhere.example>');
  });
  test('refuses a wrong password, which is in no log', async () => {
    await expect(submit('guessed-in-vain')).rejects.toThrow(/535/);
    expect(server.output()).not.toContain('guessed-in-vain');
  });
});

describe('reload', () => {
  test('a wrong configuration is refused with every error, and the last good one stays', async () => {
    const file = join(config, 'header_checks');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, `${good}/unclosed(/ REJECT x\n/y/ FROBNICATE\n`);
    server.child.kill('SIGHUP');
    await server.printed('the last good one stays');
    const problems = JSON.stringify(log().find((line) => String(line.text).includes('last good one'))?.problems);
    expect(problems).toContain('header_checks:7');
    expect(problems).toContain('header_checks:8');
    const spam = await send(['s001@school.example'], 'Subject: free money\n\nx');
    expect(spam.at(-1)).toMatch(/^550 5\.7\.1 Your subject/);

    writeFileSync(file, '/^Subject: newly forbidden/ REJECT Not any more\n');
    server.child.kill('SIGHUP');
    await server.printed('configuration reloaded');
    expect((await send(['s001@school.example'], 'Subject: newly forbidden\n\nx')).at(-1)).toMatch(
      /^550 5\.7\.1 Not any more/,
    );
    expect((await send(['s001@school.example'], 'Subject: free money\n\nx')).at(-1)).toMatch(/^250 /);
  });
});

describe('start and stop', () => {
  test('a port that is taken: exit status 75, and a clear line', async () => {
    const second = start(main, environment);
    expect(await second.ended()).toBe(75);
    expect(second.output()).toContain('EADDRINUSE');
  });

  test('a wrong configuration: every error at once, exit status 78, nothing started', async () => {
    const broken = mkdtempSync(join(folder, 'broken-'));
    cpSync(config, broken, { recursive: true });
    writeFileSync(join(broken, 'header_checks'), '/a/ FROBNICATE\n');
    writeFileSync(join(broken, 'clients'), '10.0.0.1/8 REJECT\n');
    rmSync(join(broken, 'aliases'));
    const port = String(await freePort());
    const ports = { POSTERN_SMTP_PORT: port, POSTERN_SUBMISSION_PORT: String(await freePort()) };
    const wrong = start(main, { ...environment, ...ports, POSTERN_CONFIG: broken, POSTERN_DATA: join(broken, 'data') });
    expect(await wrong.ended()).toBe(78);
    for (const part of ['header_checks:1', 'clients:1', 'aliases']) expect(wrong.output()).toContain(part);
    expect(existsSync(join(broken, 'data'))).toBe(false);
  });

  test('wrong variables and wrong files are told together', async () => {
    const broken = mkdtempSync(join(folder, 'broken-'));
    cpSync(config, broken, { recursive: true });
    writeFileSync(join(broken, 'clients'), '10.0.0.1/8 REJECT\n');
    const variables = { POSTERN_SMTP_PORT: 'smtp', POSTERN_SUBMISSION_PORT: '70000', POSTERN_CONFIG: broken };
    const wrong = start(main, { ...environment, ...variables });
    expect(await wrong.ended()).toBe(78);
    for (const part of ['POSTERN_SMTP_PORT', 'POSTERN_SUBMISSION_PORT', 'clients:1']) {
      expect(wrong.output()).toContain(part);
    }
  });

  test.each([
    ['the data folder cannot be made', 75, '/proc/nothing/here', undefined, '/proc/nothing'],
    ['a file is in its place', 75, join(root, 'package.json', 'data'), undefined, 'package.json'],
    ['the certificate is no JSON', 78, undefined, '{"key": ', 'certificate.json'],
    ['the certificate is none', 78, undefined, '{"key": "k", "cert": "c"}', 'certificate.json'],
  ])('%s: a clear line, exit status %i, and nobody could connect', async (_, status, place, pair, named) => {
    const own = place ?? mkdtempSync(join(folder, 'data-'));
    if (pair !== undefined) writeFileSync(join(own, 'certificate.json'), pair);
    const wrong = start(main, {
      ...environment,
      POSTERN_SMTP_PORT: '0',
      POSTERN_SUBMISSION_PORT: '0',
      POSTERN_DATA: own,
    });
    expect(await wrong.ended()).toBe(status);
    expect(wrong.output()).toContain(named);
    expect(wrong.output()).not.toContain('listening');
  });

  test('an empty variable is not set, and Ctrl-C, which comes twice under npm, lets a message end', async () => {
    const cwd = mkdtempSync(join(folder, 'cwd-'));
    const empty = { POSTERN_DATA: '', POSTERN_CONFIG: '', POSTERN_SMTP_PORT: String(await freePort()) };
    const program = start(main, { ...empty, POSTERN_SUBMISSION_PORT: '0' }, cwd);
    await program.printed('Stop with Ctrl-C');
    expect(program.output()).toContain(join(cwd, 'data', 'mail'));
    const socket = connect(Number(empty.POSTERN_SMTP_PORT), '127.0.0.1');
    let heard = '';
    socket.setEncoding('utf8').on('data', (part: string) => (heard += part));
    const until = (text: string) => expect.poll(() => heard, { timeout: 5000 }).toContain(text);
    await until('220 ');
    socket.write('EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<s001@school.example>\r\nDATA\r\n');
    await until('354 ');
    program.child.kill('SIGINT');
    program.child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 200));
    program.child.kill('SIGINT');
    socket.write('Subject: last\r\n\r\nx\r\n.\r\n');
    await until('250 2.0.0 ');
    expect(await program.ended()).toBe(0);
    expect(program.output()).toContain('"stopped"');
    socket.destroy();
  });

  test('SIGTERM ends it with status 0', async () => {
    server.child.kill('SIGTERM');
    expect(await server.ended()).toBe(0);
    expect(server.output()).toContain('"stopped"');
  });
});
