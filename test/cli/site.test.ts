/** What a Postfix folder needs besides: trusted tables, and whose accounts `unix:passwd.byname` means. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountsOf } from '../../src/cli/accounts.js';
import { trustedTables } from '../../src/cli/trusted.js';
import { run } from './support.js';

const lines = [
  'compatibility_level = 3.6',
  'myhostname = mx.school.example',
  'mydestination = school.example',
  'mynetworks = 127.0.0.0/8',
  'alias_maps =',
  'home_mailbox = Maildir/',
  'smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination',
  'smtpd_sender_restrictions = check_sender_access pcre:$config_directory/senders',
];
let folder = '';
const postern = (...argv: string[]) => run(argv, { cwd: folder });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'site-'));
  await mkdir(join(folder, 'etc'));
  await writeFile(join(folder, 'etc/main.cf'), `${lines.join('\n')}\n`);
  await writeFile(join(folder, 'etc/senders'), '/^(\\w+)@\\1\\.example$/ REJECT own $1\n/^(a+)+\\1$/ REJECT\n');
  await writeFile(join(folder, 'passwd'), 'teacher:x:1000:1000::/home/teacher:/bin/sh\n');
  await writeFile(join(folder, 'mail.eml'), 'Subject: x\n\nhello\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const TRUSTED = ['--trusted', 'pcre:senders'];

describe('--trusted', () => {
  it('is named where a pattern needs it', async () => {
    const { status, err } = await postern('check', '--postfix', 'etc', '--accounts', 'passwd');
    expect(status).toBe(78);
    expect(err).toMatch(/etc\/senders:1: .*back-reference.*\n.*senders:2: .*\nto run .*: --trusted TYPE:FILE\n$/);
  });

  it.each(['pcre:senders', 'pcre:/etc/postfix/senders', 'proxy:pcre:etc/senders'])(
    'takes the table by the name %s',
    async (name) => {
      const { status, err } = await postern('check', '--postfix', 'etc', '--accounts', 'passwd', '--trusted', name);
      expect({ status, err }).toEqual({ status: 0, err: '' });
    },
  );

  it('runs such patterns, and gives them up in time', async () => {
    const args = [
      '--client-ip',
      '192.0.2.1',
      '--rcpt-to',
      'teacher@school.example',
      '--accounts',
      'passwd',
      ...TRUSTED,
    ];
    const explain = (sender: string) =>
      postern('explain', 'mail.eml', '--postfix', 'etc', '--mail-from', sender, ...args);
    expect((await explain('x@x.example')).out).toMatch(
      /^service smtp of master\.cf:1, port 25\nteacher@school\.example: reject, 554 5\.7\.1 .*own x\n/,
    );
    expect((await explain('x@y.example')).out).toMatch(
      /^service smtp of master\.cf:1, port 25\nteacher@school\.example: goes on/,
    );
    expect((await explain(`${'a'.repeat(40)}@y.example`)).out).toMatch(
      /^service smtp of master\.cf:1, port 25\nteacher@school\.example: defer, 451 /,
    );
    const batch = await postern('batch', 'mail.eml', '--postfix', 'etc', '--mail-from', 'x@x.example', ...args);
    expect(batch.out).toMatch(/\treject\t.*own x\n/);
  });

  it('is known to query', async () => {
    expect((await postern('query', 'pcre:etc/senders', 'x@x.example')).status).toBe(78);
    const asked = await postern('query', '--trusted', 'pcre:etc/senders', 'pcre:etc/senders', 'x@x.example');
    expect(asked).toEqual({ status: 0, out: 'REJECT own x\n', err: '' });
    const late = await postern('query', '--trusted', 'pcre:etc/senders', 'pcre:etc/senders', `${'a'.repeat(40)}c`);
    expect(late).toMatchObject({ status: 75, err: expect.stringContaining('could not tell') });
  });

  it.each([
    ['check', '--postfix', 'etc', '--trusted', 'hash:senders'],
    ['query', '--trusted', 'senders', 'pcre:etc/senders', 'x'],
    ['check', '--config', 'x.mjs', ...TRUSTED],
    [
      'explain',
      'mail.eml',
      '--client-ip',
      '::1',
      '--mail-from',
      '',
      '--rcpt-to',
      'a@b',
      '--config',
      'x',
      '--accounts',
      'none',
    ],
  ])('and --accounts are not for everything: %s %s %s %s', async (...argv) => {
    expect(await postern(...argv)).toMatchObject({ status: 64, err: expect.stringMatching(/--(?:accounts|trusted)/) });
  });

  it('means files of the folder by every name that main.cf may have for them', () => {
    const { trusted } = trustedTables(['pcre:/srv/copy/sub/x', 'regexp:/elsewhere/y'], '/srv/copy', '/');
    expect(trusted?.tables).toEqual([
      'pcre:/srv/copy/sub/x',
      'pcre:sub/x',
      'pcre:/etc/postfix/sub/x',
      'regexp:/elsewhere/y',
    ]);
    expect(trustedTables([], '/srv/copy', '/')).toEqual({});
  });
});

describe('--accounts', () => {
  it('none is the default for a folder that is not of this machine: the default of local_recipient_maps guards', async () => {
    for (const options of [[], ['--accounts', 'none']]) {
      const { status, out } = await postern('check', '--postfix', 'etc', ...TRUSTED, ...options);
      expect(status).toBe(1);
      expect(out).toMatch(/\(default\): local_recipient_maps: NOT honoured: .*--accounts/);
    }
  });

  it('of a passwd file are honoured, and told', async () => {
    const { status, out } = await postern('check', '--postfix', 'etc', ...TRUSTED, '--accounts', 'passwd');
    expect(status).toBe(0);
    expect(out).not.toContain('NOT honoured');
    expect(out).toContain(`accounts (unix:passwd.byname): ${join(folder, 'passwd')}\nok\n`);
    const json = await postern('check', '--postfix', 'etc', ...TRUSTED, '--accounts', 'passwd', '--json');
    expect(JSON.parse(json.out)).toMatchObject({ ok: true, accounts: join(folder, 'passwd') });
  });

  it('decide who is a local user', async () => {
    const to = ['teacher', 'nobody-else'].flatMap((name) => ['--rcpt-to', `${name}@school.example`]);
    const common = [
      '--postfix',
      'etc',
      ...TRUSTED,
      '--accounts',
      'passwd',
      '--client-ip',
      '192.0.2.1',
      '--mail-from',
      '',
    ];
    const { out } = await postern('explain', 'mail.eml', ...common, ...to);
    expect(out).toMatch(/^service smtp of master\.cf:1, port 25\nteacher@school\.example: goes on/);
    expect(out).toMatch(/^nobody-else@school\.example: reject, 550 5\.1\.1 /m);
  });

  it('that cannot be read are an error: 78', async () => {
    const { status, err } = await postern('check', '--postfix', 'etc', ...TRUSTED, '--accounts', 'missing');
    expect(status).toBe(78);
    expect(err).toMatch(/missing: cannot be read: /);
  });

  it('are asked for where a map names them and there are none', async () => {
    const { status, err } = await postern('query', '--accounts', 'none', 'unix:passwd.byname', 'root');
    expect(status).toBe(78);
    expect(err).toMatch(/not given.*\n.*--accounts system/);
    expect(await postern('query', '--accounts', 'passwd', 'unix:passwd.byname', 'teacher')).toMatchObject({
      status: 0,
    });
  });

  it('of this machine are the default for its own configuration, and for query', async () => {
    expect(accountsOf(undefined, '/', '/etc/postfix')?.from).toMatch(/^this machine, /);
    expect(accountsOf(undefined, '/', '/usr/local/etc/postfix')?.from).toMatch(/^this machine, /);
    expect(accountsOf(undefined, '/', '/etcetera/postfix')).toBeUndefined();
    expect((await postern('query', 'unix:passwd.byname', 'root')).out).toMatch(/^root:/);
  });

  it('of a directory are asked for by getent', async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    const script =
      '#!/bin/sh\ncase $2 in pupil|1000) echo "pupil:x:1000:1000::/home/pupil:/bin/sh";; down) exit 3;; *) exit 2;; esac\n';
    await writeFile(join(bin, 'getent'), script);
    await chmod(join(bin, 'getent'), 0o755);
    await writeFile(join(folder, 'nsswitch.conf'), 'passwd: files sss\n');
    const table = accountsOf('system', '/', undefined, {
      nsswitch: join(folder, 'nsswitch.conf'),
      getent: join(bin, 'getent'),
    })?.unix('passwd.byname');
    const kinds = ['pupil', '1000', 'nobody', '-v', 'a:b', 'a\0b', ''].map(
      async (key) => (await table?.lookup(key))?.kind,
    );
    expect(await Promise.all(kinds)).toEqual(['found', ...Array(6).fill('not-found')]);
    expect(await table?.lookup('down')).toMatchObject({ kind: 'cannot-tell' });
  });
});
