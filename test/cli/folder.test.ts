/**
 * What check and explain say of a Postfix folder: all rows of a wrong one, options that come to nothing, the service.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './support.js';

const main = [
  'compatibility_level = 3.6',
  'myhostname = mx.school.example',
  'mydestination = school.example',
  'mynetworks = 127.0.0.0/8',
  'alias_maps =',
  'home_mailbox = Maildir/',
  'local_recipient_maps = inline:{s001=x}',
  'smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination',
  'smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:1',
];
const master = [
  'smtp inet n - n - - smtpd',
  'submission inet n - n - - smtpd',
  '  -o smtpd_sender_restrictions=reject',
  '127.0.0.1:2525 inet n - n - - smtpd',
];
let folder = '';
const postern = (...argv: string[]) => run(argv, { cwd: folder });
const write = (name: string, lines: readonly string[]) => writeFile(join(folder, name), `${lines.join('\n')}\n`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-'));
  await write('main.cf', main);
  await write('master.cf', master);
  await write('mail.eml', ['Subject: x', '', 'hello']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('postern explain --postfix', () => {
  const envelope = ['--client-ip', '192.0.2.1', '--mail-from', 'a@x.example', '--rcpt-to', 's001@school.example'];
  const explain = (...more: string[]) => postern('explain', 'mail.eml', '--postfix', '.', ...envelope, ...more);

  it('names the service, and can leave policy services out', async () => {
    const { out } = await explain('--no-policy-service');
    expect(out).toMatch(
      /^service smtp of master\.cf:1, port 25; --service names another: submission, 127\.0\.0\.1:2525\ns001@school\.example: goes on/,
    );
    expect(JSON.parse((await explain('--no-policy-service', '--json')).out).service).toBe('smtp');
  });

  it.each([
    ['submission', /^service submission of master\.cf:2, port 587.*\ns001@school\.example: reject, 554/],
    ['submission/inet', /^service submission /],
    ['2525', /^service 127\.0\.0\.1:2525 of master\.cf:4, port 2525/],
  ])('--service %s', async (name, expected) => {
    expect((await explain('--no-policy-service', '--service', name)).out).toMatch(expected);
  });

  it('knows no other services', async () => {
    const { status, err } = await explain('--service', 'smtps');
    expect([status, err]).toEqual([
      64,
      expect.stringMatching(/no such smtpd service; there are smtp \(port 25\), sub/),
    ]);
  });
});

describe('postern check --postfix', () => {
  it('prints all rows of a configuration that is wrong', async () => {
    await write('main.cf', [...main, 'virtual_alias_maps = mysql:x', 'mynetworks_style = host']);
    const { status, out, err } = await postern('check', '--postfix', '.');
    expect(status).toBe(78);
    expect(out).toMatch(/main\.cf:2: myhostname: honoured\n/);
    expect(out).toMatch(/main\.cf:10: virtual_alias_maps: NOT honoured: the configuration is refused: .*mysql/);
    expect(err).toMatch(/main\.cf:10: tables of this type are not read here.*: mysql:x\n$/);
    const json = JSON.parse((await postern('check', '--postfix', '.', '--json')).out);
    expect(json).toMatchObject({ ok: false, unsafe: ['virtual_alias_maps'], problems: [{ construct: 'mysql:x' }] });
    await write('main.cf', main);
  });

  it('tells of options that came to nothing', async () => {
    const options = ['--trusted', 'pcre:/etc/postfix/typo', '--allow', 'nonsuch'];
    const { status, err } = await postern('check', '--postfix', '.', ...options);
    expect(status).toBe(0);
    expect(err).toBe(
      '--trusted pcre:/etc/postfix/typo: main.cf names no such table\n--allow nonsuch: nothing of that name is refused\n',
    );
  });

  it('of a folder that is not there says so once', async () => {
    const { status, err } = await postern('check', '--postfix', '/nonexistent');
    expect([status, err]).toEqual([78, '/nonexistent/main.cf: cannot be read: ENOENT: no such file or directory\n']);
  });
});
