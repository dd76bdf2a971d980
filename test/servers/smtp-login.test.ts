/** Logging in through the SMTP server against a directory: names, causes, limits, slow answers, whose addresses,
 * which users. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { limitLogins } from '../../src/adapters/login-limits/index.js';
import { definePolicy } from '../../src/core/policy.js';
import { accountNames } from '../../src/directory/account-name.js';
import { directoryCredentials } from '../../src/directory/credentials.js';
import type { MemoryDirectory } from '../../src/directory/memory-directory.js';
import { directoryRecipients } from '../../src/directory/recipients.js';
import { directorySenderLogins } from '../../src/directory/sender-logins.js';
import type { Authenticator } from '../../src/ports/authenticator.js';
import type { Credentials } from '../../src/ports/credentials.js';
import { route } from '../../src/stages/routing/index.js';
import { senderLogin } from '../../src/stages/sender-login/index.js';
import { openWire, type Wire } from '../../src/testing/dialogue/index.js';
import { found } from '../../src/values/answer.js';
import { school } from '../directory/support.js';
import { say } from './smtp-client.js';
import { certificate, type Setup, startTestServer, type TestServer } from './smtp-support.js';

const running: TestServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.server.close()));
});

const b64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = (login: string, password: string): string => `AUTH PLAIN ${b64(`\0${login}\0${password}`)}`;

async function start(setup: Setup): Promise<TestServer> {
  const server = await startTestServer({ tls: await certificate(), implicitTls: true, ...setup });
  running.push(server);
  return server;
}

async function session({ server }: TestServer): Promise<Wire> {
  const wire = await openWire(server.port, '127.0.0.1', true);
  expect(await wire.line(2000)).toMatch(/^220 /);
  wire.send('EHLO client.example\r\n');
  for (;;) if ((await wire.line(2000))?.charAt(3) === ' ') return wire;
}

function schoolServer(directory: MemoryDirectory, credentials?: Credentials): Promise<TestServer> {
  const accounts = accountNames({ domain: 'SCHOOL', realms: ['school.example'] });
  const users = directoryRecipients(directory);
  return start({
    credentials: credentials ?? directoryCredentials(directory, { accounts, directory, addresses: true }),
    limits: { authFailures: 100 },
    policy: definePolicy({
      mail: [senderLogin({ owners: directorySenderLogins(directory), recipientDelimiter: '+' })],
      rcpt: [
        route({
          localDomains: [],
          localRecipients: 'all',
          origin: 'school.example',
          mailboxDomains: ['school.example'],
          virtualMailboxes: users,
        }),
      ],
    }),
  });
}

const authLines = ({ lines }: TestServer): readonly object[] =>
  lines.filter((line) => line.fields.event === 'auth').map((line) => line.fields);

describe('a school', () => {
  it('lets Alice in by every name of hers, as Alice, with her addresses alone', async () => {
    const server = await schoolServer(school());
    for (const login of ['ALICE', 'SCHOOL\\alice', 'alice@school.example', 'alice.miller@school.example']) {
      const wire = await session(server);
      expect(await say(wire, plain(login, 'rabbit'))).toBe('235 2.7.0 Authentication successful');
      expect(authLines(server).at(-1)).toMatchObject({ login, account: 'Alice', result: 'ok' });
      expect(await say(wire, 'MAIL FROM:<bob@school.example>')).toBe(
        '553 5.7.1 <bob@school.example>: Sender address rejected: not owned by user Alice',
      );
      expect(await say(wire, 'MAIL FROM:<Alice.Miller+news@school.example>')).toMatch(/^250 /);
      expect(await say(wire, 'RCPT TO:<nobody@school.example>')).toMatch(/^550 5\.1\.1 .*User unknown in virtual/);
      expect(await say(wire, 'RCPT TO:<bob@school.example>')).toMatch(/^250 /);
      wire.destroy();
    }
  });

  it('tells the log why, and the peer nothing', async () => {
    const server = await schoolServer(school());
    const wire = await session(server);
    for (const [login, password, detail] of [
      ['alice', 'carrot', 'wrong-password'],
      ['nobody', 'carrot', 'no-such-account'],
      ['carol', 'christmas', 'disabled'],
      ['root', 'toor', 'not-permitted: invalid user root'],
      ['OTHER\\alice', 'rabbit', 'no-such-account: of the domain "other"'],
    ] as const) {
      expect(await say(wire, plain(login, password))).toBe('535 5.7.8 Authentication credentials invalid');
      expect(authLines(server).at(-1)).toMatchObject({ login, result: 'not-found', detail });
    }
    expect(JSON.stringify(server.lines)).not.toMatch(/carrot|christmas|toor|rabbit/);
    wire.destroy();
  });

  it('puts all of it off while the directory cannot tell', async () => {
    const directory = school();
    const server = await schoolServer(directory);
    const [before, wire] = [await session(server), await session(server)];
    expect(await say(before, plain('alice', 'rabbit'))).toMatch(/^235 /);
    directory.fail('it is down');
    expect(await say(wire, plain('alice', 'rabbit'))).toBe('454 4.7.0 Temporary authentication failure');
    expect(await say(wire, plain('alice', 'carrot'))).toBe('454 4.7.0 Temporary authentication failure');
    expect(await say(before, 'MAIL FROM:<alice@school.example>')).toMatch(/^451 4\.3\.0 /);
    expect(await say(before, 'MAIL FROM:<>')).toMatch(/^250 /);
    expect(await say(before, 'RCPT TO:<bob@school.example>')).toMatch(/^451 4\./);
    expect(await say(before, 'RCPT TO:<nobody@school.example>')).toMatch(/^451 4\./);
    directory.fail(undefined);
    expect(await say(wire, plain('alice', 'rabbit'))).toMatch(/^235 /);
    for (const one of [before, wire]) one.destroy();
  });
});

describe('limits', () => {
  it('a paused account is 454 for the right password too', async () => {
    const directory = school();
    const inner = directoryCredentials(directory);
    const limited = limitLogins(inner, { perAccount: { failures: 2 }, exempt: [] });
    const server = await schoolServer(directory, limited);
    const wire = await session(server);
    for (const code of [/^535 /, /^535 /, /^454 /]) expect(await say(wire, plain('bob', 'wrong'))).toMatch(code);
    expect(await say(wire, plain('BOB', 'builder'))).toBe('454 4.7.0 Temporary authentication failure');
    expect(authLines(server).at(-1)).toMatchObject({ detail: 'the account is held up: after 2 wrong logins' });
    expect(await say(wire, plain('alice', 'rabbit'))).toMatch(/^235 /);
    wire.destroy();
  });

  it('a line of an exchange has 12,288 octets at most', async () => {
    const server = await schoolServer(school());
    const wire = await session(server);
    const tooLong = '500 5.5.6 Authentication exchange line is too long';
    expect(await say(wire, `AUTH PLAIN ${'A'.repeat(12_300)}`)).toBe(tooLong);
    expect(await say(wire, 'AUTH PLAIN')).toBe('334 ');
    expect(await say(wire, 'A'.repeat(12_300))).toBe(tooLong);
    // The exchange is over.
    expect(await say(wire, 'NOOP')).toMatch(/^250 /);
    expect(await say(wire, plain('x'.repeat(4000), 'y'))).toMatch(/^535 /);
    expect(String((authLines(server).at(-1) as { login: string }).login).length).toBe(256);
    wire.destroy();
  });
});

describe('a slow directory', () => {
  it('holds nobody but those who ask it, and each of them by itself', async () => {
    let answer: () => void = () => undefined;
    const asked: string[] = [];
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const slow: Authenticator = {
      name: 'slow',
      authenticate: async (account) => {
        asked.push(account);
        await answered;
        return found({ kind: 'authenticated', account, user: undefined });
      },
    };
    const server = await start({ credentials: directoryCredentials(slow) });
    const waiting = await Promise.all(Array.from({ length: 20 }, () => session(server)));
    const other = await session(server);
    const logins = waiting.map((wire, at) => say(wire, plain(`user${at}`, 'x')));
    for (let i = 0; i < 20; i++) {
      expect(await say(other, 'MAIL FROM:<a@example.com>')).toMatch(/^250 /);
      expect(await say(other, 'RCPT TO:<s001@school.example>')).toMatch(/^250 /);
      expect(await say(other, 'RSET')).toMatch(/^250 /);
    }
    await vi.waitFor(() => expect(asked).toHaveLength(20));
    expect(waiting.some((wire) => wire.pending)).toBe(false);
    answer();
    expect(new Set(await Promise.all(logins))).toEqual(new Set(['235 2.7.0 Authentication successful']));
    for (const wire of [...waiting, other]) wire.destroy();
  });
});
