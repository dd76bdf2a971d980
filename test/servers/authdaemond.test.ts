/** The replacement of Courier's authdaemond, over credentials and a directory in memory. */
import { afterEach, describe, expect, it } from 'vitest';
import { directoryCredentials } from '../../src/directory/credentials.js';
import { type AuthdaemondOptions, authdaemond } from '../../src/servers/authdaemond/index.js';
import { memoryDirectory } from '../../src/testing/directory/index.js';
import { found } from '../../src/values/answer.js';
import { isConfigurationError } from '../../src/values/errors.js';
import { place, talk } from './unix-client.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const posix = (uid: number) => ({ uid, gid: 100, home: `/home/${uid}`, shell: '' });
const data = {
  users: [
    {
      login: 'Alice',
      displayName: 'Alice Liddell',
      addresses: ['alice@school.example', 'al@school.example'],
      password: 'right',
      posix: posix(1001),
    },
    { login: 'closed', password: 'right', state: 'disabled', posix: posix(1002) },
    { login: 'root', password: 'right', posix: posix(0) },
    { login: 'nomail', password: 'right' },
    { login: 'bug', password: 'right' },
  ],
} as const;

async function start(options: Partial<AuthdaemondOptions> = {}) {
  const there = place();
  const lines: string[] = [];
  const log = (fields: object, text: string): void => void lines.push(`${text} ${JSON.stringify(fields)}`);
  const directory = memoryDirectory(data);
  const server = await authdaemond({
    path: there.path,
    // Without the rule that nobody is root: what is told must not depend on it.
    credentials: {
      async verify(login, password, call) {
        const answer = await directory.authenticate(login, password, call);
        if (answer.kind === 'found' && answer.value.kind === 'authenticated')
          return found({ name: answer.value.account });
        return answer.kind === 'found' && login !== 'closed'
          ? { kind: 'not-found' }
          : login === 'closed'
            ? found({ name: 'closed' })
            : { kind: 'cannot-tell', temporary: true, why: 'down' };
      },
    },
    directory,
    account: ({ login, posix: own }) => {
      if (login === 'bug') throw new Error('a bug');
      return own && { ...own, maildir: 'Maildir', quota: '1000S' };
    },
    logger: { debug: log, info: log, warn: log, error: log },
    closeTime: 100,
    ...options,
  });
  open.push(there.remove, () => server.close());
  return { ...there, directory, lines, say: (text: string) => talk(there.path, [text]) };
}

const login = (user: string, password: string, before = ''): string => {
  const body = `imap\nlogin\n${user}\n${password}\n`;
  return `${before}AUTH ${Buffer.byteLength(body)}\n${body}`;
};
const ALICE = 'UID=1001\nGID=100\nHOME=/home/1001\nADDRESS=alice@school.example\nMAILDIR=Maildir\nQUOTA=1000S\n.\n';

describe('authdaemond', () => {
  it('tells who has logged in', async () => {
    const { say, lines } = await start();
    expect(await say(login('alice', 'right', 'TCPREMOTEIP=::ffff:192.0.2.7\n'))).toBe(ALICE);
    expect(lines.at(-1)).toMatch(
      /^logged in .*"client":"::ffff:192.0.2.7","login":"alice","account":"Alice","result":"ok"/,
    );
  });

  it.each([
    ['a wrong password', login('alice', 'wrong-secret'), 'FAIL\n'],
    ['nobody', login('nobody', 'right'), 'FAIL\n'],
    ['an empty password', login('alice', ''), 'FAIL\n'],
    ['an empty name', login('', 'right'), 'FAIL\n'],
    ['a password with a line end', login('alice', 'right\nsecret'), 'FAIL\n'],
    ['a name with a line end', login('alice\n', 'right'), 'FAIL\n'],
    ['a password too long', login('alice', 'secret'.repeat(1400)), 'FAIL\n'],
    ['no password', 'AUTH 17\nimap\nlogin\nalice\n', ''],
    ['a closed account, though the password is right', login('closed', 'right'), 'FAIL\n'],
    ['a user who has no mail here', login('nomail', 'right'), 'FAIL\n'],
    ['root', login('root', 'right'), ''],
    ['an account that crashes', login('bug', 'right'), ''],
    ['CRAM-MD5', 'AUTH 23\nimap\ncram-md5\nPDE+\nYQ=\n', 'FAIL\n'],
    ['a new password', 'PASSWD imap\tAlice\tright\tnew\n', 'FAIL\n'],
    ['a list of all', 'ENUMERATE\n', ''],
    ['nonsense', 'GET / HTTP/1.1\r\n', ''],
    ['who is it, by login', 'PRE . imap aLICE\n', ALICE],
    ['who is it, by address', 'PRE . esmtp AL@school.example\n', ALICE],
    ['who is it: nobody', 'PRE . imap nobody\n', 'FAIL\n'],
    ['who is it: nobody, by address', 'PRE . imap alice@far.example\n', 'FAIL\n'],
    [
      'who is it: of a closed account',
      'PRE . imap closed\n',
      'UID=1002\nGID=100\nHOME=/home/1002\nADDRESS=closed\nMAILDIR=Maildir\nQUOTA=1000S\n.\n',
    ],
  ])('%s', async (_, request, answer) => {
    const { say, lines } = await start();
    expect(await say(request)).toBe(answer);
    expect(lines.join()).not.toContain('secret');
  });

  it('gives no answer while the directory is down, before the password or behind it', async () => {
    const { say, directory } = await start({ credentials: { verify: async (name) => found({ name }) } });
    directory.fail('it is down');
    expect([await say(login('alice', 'right')), await say('PRE . imap alice\n')]).toEqual(['', '']);
    const other = await start();
    other.directory.fail('it is down');
    expect(await other.say(login('alice', 'right'))).toBe('');
  });

  it('tells the credentials where the client is, and the account what asks', async () => {
    const asked: unknown[] = [];
    const { say } = await start({
      credentials: {
        async verify(name, password, { client }) {
          asked.push([name, password, client?.text]);
          return found({ name });
        },
      },
      account: (user, { service, deadline, signal }) => {
        asked.push([user.login, service, deadline > 0, signal.aborted]);
        return undefined;
      },
    });
    await say(login('alice', 'x', 'TCPREMOTEIP=::ffff:192.0.2.7\n'));
    await say(login('alice', 'x', 'TCPREMOTEIP=nonsense\n'));
    expect(asked).toEqual([
      ['alice', 'x', '192.0.2.7'],
      ['Alice', 'imap', true, false],
      ['alice', 'x', undefined],
      ['Alice', 'imap', true, false],
    ]);
  });

  it('serves with the rules of a site', async () => {
    const directory = memoryDirectory(data);
    const { say } = await start({
      directory,
      credentials: directoryCredentials(directory, { directory, addresses: true }),
    });
    const answers = ['alice', 'ALICE', 'al@school.example', 'root', 'closed', 'nobody'].map((name) =>
      say(login(name, 'right')),
    );
    expect(await Promise.all(answers)).toEqual([ALICE, ALICE, ALICE, 'FAIL\n', 'FAIL\n', 'FAIL\n']);
  });

  it('says all that is wrong with its options', async () => {
    const error: unknown = await authdaemond({ path: 'x', creds: 1 } as unknown as AuthdaemondOptions).catch(
      (reason: unknown) => reason,
    );
    if (!isConfigurationError(error)) throw error;
    expect(error.problems.map(({ construct }) => construct).sort()).toEqual([
      'account',
      'credentials',
      'creds',
      'directory',
      'path',
    ]);
  });
});
