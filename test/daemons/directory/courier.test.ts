/** Courier IMAP logs in against our authdaemond and an LDAP directory, and shows mail that our Maildir adapter has delivered. */
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type LdapDirectory, ldapDirectory } from '../../../src/adapters/ldap/index.js';
import { maildir } from '../../../src/adapters/maildir/index.js';
import { directoryCredentials } from '../../../src/directory/credentials.js';
import { authdaemond, type RunningUnixServer } from '../../../src/servers/authdaemond/index.js';
import { messageOf } from '../../../src/testing/builders.js';
import { type LogLine, recordingLogger } from '../../servers/smtp-support.js';
import { type OwnFolder, ownFolder } from '../filters/own-folder.js';
import { MAIL_UID } from '../postfix-files.js';
import { courierMissing, startCourier, type TestCourier } from './courier.js';
import { type ImapSession, imapSession } from './imap.js';
import { PLACES, SEARCHER } from './school-in-openldap.js';
import { slapdMissing, startSlapd, type TestSlapd } from './slapd.js';
import { testUnless } from './support.js';

const run = promisify(execFile);
const missing = courierMissing() ?? slapdMissing();
const test = testUnless(missing);

let folder: OwnFolder;
let slapd: TestSlapd;
let directory: LdapDirectory;
let ours: RunningUnixServer;
let courier: TestCourier;
let log: readonly LogLine[];

beforeAll(async () => {
  if (missing !== undefined) return;
  folder = ownFolder('imap');
  const sockets = folder.own('run', 'courier');
  slapd = await startSlapd();
  directory = ldapDirectory({ url: slapd.url, bind: SEARCHER, ...PLACES, connectTimeout: 2000 });
  const { lines, logger } = recordingLogger();
  log = lines;
  ours = await authdaemond({
    path: join(sockets, 'socket'),
    mode: 0o666,
    credentials: directoryCredentials(directory, { directory, addresses: true }),
    directory,
    account: ({ login }) =>
      login === 'bob'
        ? undefined
        : {
            uid: MAIL_UID,
            gid: MAIL_UID,
            home: join(folder.path, 'home', login),
            quota: '7680000S',
            maildir: 'Maildir',
          },
    logger,
  });
  courier = await startCourier(sockets);
  await deliver('alice', ['First', 'Second']);
  await deliver('jmüller', ['Only']);
});
afterAll(async () => {
  await courier?.stop();
  await ours?.close();
  await directory?.close();
  await slapd?.stop();
  folder?.remove();
});

/** By our adapter, as the user of all mailboxes. */
async function deliver(login: string, subjects: readonly string[]): Promise<void> {
  const store = maildir({ base: join(folder.path, 'home', login), createBase: true });
  for (const subject of subjects) {
    const message = messageOf(`Subject: ${subject}\r\n\r\nHello\r\n`);
    const [result] = await store.deliver({ message, recipients: [{ mailbox: 'Maildir', prepend: [] }] });
    expect(result?.kind).toBe('stored');
  }
  await store.close();
  // A quota as maildirsize: 7,500 KiB.
  await run('maildirmake', ['-q', '7680000S', join(folder.path, 'home', login, 'Maildir')]);
  chmodSync(join(folder.path, 'home'), 0o755);
  own(join(folder.path, 'home', login));
}

function own(path: string): void {
  chownSync(path, MAIL_UID, MAIL_UID);
  for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' }))
    chownSync(join(path, entry), MAIL_UID, MAIL_UID);
}

/** What LOGIN is answered with, in a session of its own. */
async function logIn(login: string, password: string): Promise<string> {
  const imap = await imapSession(courier.port);
  const answer = await imap.say(`LOGIN ${quoted(login)} ${quoted(password)}`);
  imap.end();
  return answer.join('\n');
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

async function sessionOf(login: string, password: string): Promise<ImapSession> {
  const imap = await imapSession(courier.port);
  expect((await imap.say(`LOGIN ${quoted(login)} ${quoted(password)}`)).at(-1)).toMatch(/^OK LOGIN/);
  return imap;
}

const WRONG = 'Nobodys-Secret';
const ALICE = ['alice', 'Curious-Rabbit.1'] as const;

describe('Courier IMAP', () => {
  test('lets a user in, and shows the mail and the quota', async () => {
    const imap = await sessionOf(...ALICE);
    expect(await imap.say('SELECT INBOX')).toContain('* 2 EXISTS');
    const fetched = (await imap.say('FETCH 1:2 (BODY.PEEK[HEADER.FIELDS (SUBJECT)])')).join('\n');
    expect(fetched).toMatch(/Subject: First\n/);
    expect(fetched).toMatch(/Subject: Second\n/);
    // Of the Maildir itself: IMAP does not look at that of the log-in.
    const quota = (await imap.say('GETQUOTAROOT INBOX')).join('\n');
    // In KiB.
    expect(quota).toMatch(/\* QUOTA "ROOT" \(STORAGE \d+ 7500\)/);
    expect((await imap.say('LOGOUT')).at(-1)).toMatch(/^OK/);
  });

  test('is told all of an account', async () => {
    const told = await courier.told('jmüller', 'Grüner-Schlüssel.7');
    expect(told).toContain('Authentication succeeded.');
    const home = Buffer.from(join(folder.path, 'home', 'jmüller')).toString('latin1');
    for (const text of [
      `juergen.mueller@school.example  (uid ${MAIL_UID}, gid ${MAIL_UID})`,
      `Home Directory: ${home}\n`,
      'Maildir: Maildir\n',
      'Quota: 7680000S\n',
    ])
      expect(told).toContain(text);
    expect(await courier.told('alice', WRONG)).toMatch(/^Authentication FAILED/m);
  });

  test('by an address, and a name with an umlaut', async () => {
    for (const login of ['ALICE', 'A.Liddell@school.example']) {
      const imap = await sessionOf(login, ALICE[1]);
      expect(await imap.say('SELECT INBOX')).toContain('* 2 EXISTS');
      imap.end();
    }
    const imap = await sessionOf('jmüller', 'Grüner-Schlüssel.7');
    expect(await imap.say('SELECT INBOX')).toContain('* 1 EXISTS');
    imap.end();
  });

  test('refuses everybody else', async () => {
    const refused = [
      ['alice', WRONG],
      ['nobody.here', WRONG],
      // No mail here.
      ['bob', 'Patient-Turtle.2'],
      ['root', WRONG],
      ['*', ALICE[1]],
    ] as const;
    // It answers each after five seconds.
    const answers = await Promise.all(refused.map(([login, password]) => logIn(login, password)));
    expect(answers).toEqual(refused.map(() => 'NO Login failed.'));
  });

  test('says that it is temporary while the directory is gone, and lets in again when it is back', async () => {
    await slapd.kill();
    const right = await logIn(...ALICE);
    expect(right).toMatch(/^\* BYE .*[Tt]emporar/);
    expect(await logIn('alice', WRONG)).toBe(right);
    await slapd.start();
    await expect.poll(() => logIn(...ALICE), { timeout: 10_000 }).toMatch(/^OK LOGIN/m);
  });

  test('the log names the client and no password', () => {
    const text = log.map((line) => JSON.stringify(line)).join('\n');
    expect(text).toContain('127.0.0.1');
    for (const password of ['Curious', 'Patient', WRONG]) expect(text).not.toContain(password);
  });
});
