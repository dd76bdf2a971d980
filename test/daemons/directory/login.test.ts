/** A submission server whose users live in a real domain controller: log-ins, senders, recipients, and what it says when that is gone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type LdapDirectory, ldapDirectory } from '../../../src/adapters/ldap/index.js';
import { type MaildirStore, maildir } from '../../../src/adapters/maildir/index.js';
import { definePolicy } from '../../../src/core/policy.js';
import { accountNames } from '../../../src/directory/account-name.js';
import { directoryCredentials } from '../../../src/directory/credentials.js';
import { directoryRecipients } from '../../../src/directory/recipients.js';
import { directorySenderLogins } from '../../../src/directory/sender-logins.js';
import { type RunningServer, smtpServer } from '../../../src/servers/smtp/index.js';
import { route } from '../../../src/stages/routing/index.js';
import { senderLogin } from '../../../src/stages/sender-login/index.js';
import { inlineTable } from '../../../src/tables/simple-tables.js';
import { openWire, type Wire } from '../../../src/testing/dialogue/index.js';
import { certificate, type LogLine, recordingLogger } from '../../servers/smtp-support.js';
import { until } from '../private-host.js';
import { sambaMissing, startSamba, type TestSamba } from './samba.js';
import { PASSWORD } from './school-in-ad.js';
import { call, testUnless } from './support.js';

const missing = sambaMissing();
const test = testUnless(missing);

let samba: TestSamba;
let directory: LdapDirectory;
let store: MaildirStore;
let server: RunningServer;
let log: readonly LogLine[];
const base = mkdtempSync(join(tmpdir(), 'postern-login-'));

beforeAll(async () => {
  if (missing !== undefined) return;
  samba = await startSamba();
  directory = ldapDirectory({
    url: samba.url,
    tls: samba.tls,
    bind: { dn: 'mailsystem@school.example', password: PASSWORD },
    connectTimeout: 2000,
  });
  store = maildir({ base });
  const policy = definePolicy({
    mail: [senderLogin({ owners: directorySenderLogins(directory) })],
    rcpt: [
      route({
        localDomains: [],
        localRecipients: inlineTable({}),
        origin: 'school.example',
        mailboxDomains: ['school.example'],
        virtualMailboxes: directoryRecipients(directory),
      }),
    ],
  });
  const accounts = accountNames({ domain: 'SCHOOL', realms: ['school.example'] });
  const { lines, logger } = recordingLogger();
  log = lines;
  server = await smtpServer({
    policy,
    port: 0,
    name: 'mx.school.example',
    store,
    tls: await certificate(),
    credentials: directoryCredentials(directory, { accounts, directory }),
    logger,
  });
});
afterAll(async () => {
  await server?.close();
  await store?.close();
  await directory?.close();
  await samba?.stop();
  rmSync(base, { recursive: true, force: true });
});

async function say(wire: Wire, text: string): Promise<string> {
  wire.send(`${text}\r\n`);
  for (;;) {
    const line = await wire.line(20_000);
    if (line === undefined) throw new Error(`no answer to ${text}`);
    if (line[3] !== '-') return line;
  }
}

async function session(secure = true): Promise<Wire> {
  const wire = await openWire(server.port, '127.0.0.1', false);
  await wire.line(5000);
  expect(await say(wire, 'EHLO client.example')).toMatch(/^250 /);
  if (!secure) return wire;
  expect(await say(wire, 'STARTTLS')).toMatch(/^220 /);
  await wire.secure();
  expect(await say(wire, 'EHLO client.example')).toMatch(/^250 /);
  return wire;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function authenticate(wire: Wire, login: string, password: string): Promise<string> {
  return say(wire, `AUTH PLAIN ${base64(`\0${login}\0${password}`)}`);
}

/** In a session of its own. */
async function logIn(login: string, password: string): Promise<string> {
  const wire = await session();
  const answer = await authenticate(wire, login, password);
  wire.destroy();
  return answer;
}

describe('a submission server over Active Directory', () => {
  for (const login of ['quinn', 'SCHOOL\\quinn', 'Quinn@school.example']) {
    test(`lets ${login} in`, async () => {
      expect(await logIn(login, PASSWORD)).toMatch(/^235 2\.7\.0/);
      expect(await logIn(login, 'wrong')).toMatch(/^535 5\.7\.8/);
    });
  }
  const refused: readonly (readonly [string, string])[] = [
    ['dave', 'Sleepy-Dormouse.4'],
    ['erin', 'Velvet-Lobster.5'],
    ['heidi', PASSWORD],
    ['ivan', PASSWORD],
    ['nobody.here', PASSWORD],
    ['OTHER\\quinn', PASSWORD],
    ['root', PASSWORD],
    ['*', PASSWORD],
  ];
  for (const [login, password] of refused) {
    test(`refuses ${login}`, async () => {
      expect(await logIn(login, password)).toMatch(/^535 5\.7\.8/);
    });
  }

  test('takes AUTH LOGIN, and none without TLS or with an empty password', async () => {
    const wire = await session();
    expect(await say(wire, 'AUTH LOGIN')).toMatch(/^334 /);
    expect(await say(wire, base64('quinn'))).toMatch(/^334 /);
    expect(await say(wire, base64(PASSWORD))).toMatch(/^235 /);
    wire.destroy();
    expect(await logIn('quinn', '')).toMatch(/^535 /);
    const open = await session(false);
    expect(await authenticate(open, 'quinn', PASSWORD)).toMatch(/^5/);
    open.destroy();
  });

  test('a sender must be the one who is logged in', async () => {
    const wire = await session();
    expect(await authenticate(wire, 'alice', 'Curious-Rabbit.1')).toMatch(/^235 /);
    for (const own of ['alice@school.example', 'A.Liddell@school.example', 'liddell@old.school.example']) {
      expect(await say(wire, `MAIL FROM:<${own}>`)).toMatch(/^250 /);
      await say(wire, 'RSET');
    }
    for (const foreign of ['bob@school.example', 'nobody.here@school.example', 'class5a@school.example']) {
      expect(await say(wire, `MAIL FROM:<${foreign}>`)).toMatch(/^553 5\.7\.1/);
      await say(wire, 'RSET');
    }
    wire.destroy();
  });

  test('mail goes to whom the directory has, by any address', async () => {
    const wire = await session(false);
    expect(await say(wire, 'MAIL FROM:<a@far.example>')).toMatch(/^250 /);
    expect(await say(wire, 'RCPT TO:<A.LIDDELL@school.example>')).toMatch(/^250 /);
    expect(await say(wire, 'RCPT TO:<nobody.here@school.example>')).toMatch(/^550 5\.1\.1/);
    expect(await say(wire, 'RCPT TO:<class5a@school.example>')).toMatch(/^550 5\.1\.1/);
    expect(await say(wire, 'RCPT TO:<twins@school.example>')).toMatch(/^[45]5/);
    expect(await say(wire, 'DATA')).toMatch(/^354 /);
    expect(await say(wire, 'Subject: x\r\n\r\nHello\r\n.')).toMatch(/^250 /);
    expect(await say(wire, 'QUIT')).toMatch(/^221 /);
  });

  test('while it is gone: 454, 451, and 250 again when it is back', async () => {
    const wire = await session();
    await samba.kill();
    expect(await authenticate(wire, 'quinn', PASSWORD)).toMatch(/^454 4\.7\.0/);
    expect(await authenticate(wire, 'quinn', 'wrong')).toMatch(/^454 4\.7\.0/);
    expect(await say(wire, 'MAIL FROM:<a@far.example>')).toMatch(/^250 /);
    expect(await say(wire, 'RCPT TO:<alice@school.example>')).toMatch(/^451 4\./);
    expect(await say(wire, 'RCPT TO:<nobody.here@school.example>')).toMatch(/^451 4\./);
    await say(wire, 'RSET');
    await samba.start();
    const works = async (): Promise<boolean> =>
      (await directory.findUser({ kind: 'login', login: 'quinn' }, call())).kind === 'found';
    await until('the directory answers', works);
    expect(await authenticate(wire, 'quinn', PASSWORD)).toMatch(/^235 /);
    expect(await say(wire, 'MAIL FROM:<quinn@school.example>')).toMatch(/^250 /);
    expect(await say(wire, 'RCPT TO:<alice@school.example>')).toMatch(/^250 /);
    expect(await say(wire, 'RCPT TO:<nobody.here@school.example>')).toMatch(/^550 5\.1\.1/);
    wire.destroy();
  });

  test('the log has the reasons and no password', () => {
    const text = log.map((line) => JSON.stringify(line)).join('\n');
    for (const cause of ['disabled', 'must-change-password', 'logon-hours', 'password-expired'])
      expect(text).toContain(cause);
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain(base64(PASSWORD).slice(2, 12));
    expect(text).not.toContain('Curious-Rabbit');
  });
});
