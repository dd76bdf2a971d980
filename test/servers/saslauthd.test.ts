/** The replacement of saslauthd, and what every server on a Unix socket does: its socket, its limits, its end. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { directoryCredentials } from '../../src/directory/credentials.js';
import { type SaslauthdCall, type SaslauthdServerOptions, saslauthdServer } from '../../src/servers/saslauthd/index.js';
import { memoryDirectory } from '../../src/testing/directory/index.js';
import { type Answer, cannotTell, found, notFound } from '../../src/values/answer.js';
import { isConfigurationError } from '../../src/values/errors.js';
import { place, talk, wait } from './unix-client.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const OK = '\0\x02OK';
const NO = '\0\x02NO';

function request(login: string, password: string, service = 'smtp', realm = ''): Buffer {
  return Buffer.concat(
    [login, password, service, realm].flatMap((text) => [
      Buffer.from([text.length >> 8, text.length & 255]),
      Buffer.from(text, 'latin1'),
    ]),
  );
}

type Verify = (login: string, password: string, call: SaslauthdCall) => Promise<Answer<{ readonly name: string }>>;

const honest: Verify = async (login, password) => {
  if (login === 'down') return cannotTell('it is down');
  if (login === 'crash') throw new Error('a bug');
  return password === 'right' ? found({ name: login }) : notFound('wrong-password');
};

async function start(options: Partial<SaslauthdServerOptions> = {}, verify: Verify = honest) {
  const there = place();
  const lines: string[] = [];
  const log = (fields: object, text: string): void => void lines.push(`${text} ${JSON.stringify(fields)}`);
  const logger = { debug: log, info: log, warn: log, error: log };
  const server = await saslauthdServer({
    path: there.path,
    credentials: { verify },
    logger,
    closeTime: 200,
    ...options,
  });
  open.push(there.remove, () => server.close());
  return {
    ...there,
    server,
    lines,
    ask: (...words: [string, string, string?, string?]) => talk(there.path, [request(...words)]),
  };
}

describe('saslauthdServer', () => {
  it('says yes, no, and nothing where it cannot tell', async () => {
    const { ask, lines } = await start();
    expect(
      await Promise.all([
        ask('alice', 'right'),
        ask('alice', 'secret-word'),
        ask('down', 'secret-word'),
        ask('crash', 'secret-word'),
      ]),
    ).toEqual([OK, NO, '', '']);
    expect(lines.join()).not.toContain('secret-word');
    expect(lines.filter((line) => line.startsWith('login failed')).length).toBe(2);
    expect(lines.filter((line) => line.startsWith('a request crashed')).length).toBe(1);
  });

  it('tells login, realm and service', async () => {
    const calls: unknown[] = [];
    const { ask } = await start({}, async (login, password, { service, realm, client, deadline, signal }) => {
      calls.push([login, password, service, realm, client, deadline > performance.now(), signal.aborted]);
      return found({ name: login });
    });
    await ask('alice', 'p', 'imap', 'school.example');
    await ask('bob', 'p', '');
    expect(calls).toEqual([
      ['alice@school.example', 'p', 'imap', 'school.example', undefined, true, false],
      ['bob', 'p', '', '', undefined, true, false],
    ]);
  });

  it('takes the credentials of any server', async () => {
    const directory = memoryDirectory({
      users: [{ login: 'Alice', addresses: ['al@school.example'], password: 'right' }],
    });
    const { ask } = await start({ credentials: directoryCredentials(directory, { directory, addresses: true }) });
    expect([await ask('alice', 'right'), await ask('al', 'right', 'smtp', 'school.example')]).toEqual([OK, OK]);
    expect([await ask('alice', 'right', 'smtp', 'far.example'), await ask('root', 'right')]).toEqual([NO, NO]);
    directory.fail('it is down');
    expect(await ask('alice', 'right')).toBe('');
  });

  it('asks nobody for an empty login or password, nor for what is not UTF-8', async () => {
    const { ask } = await start({}, async () => found({ name: 'anybody' }));
    expect([
      await ask('alice', ''),
      await ask('', 'x'),
      await ask('alice', '\xff'),
      await ask('\xff', 'x'),
      await ask('a', 'x', '', '\xff'),
    ]).toEqual([NO, NO, NO, NO, NO]);
  });

  it('reads a request in any pieces, and does not mind what comes behind it', async () => {
    const { path } = await start();
    const bytes = request('alice', 'right', 'smtp', 'x');
    expect(
      await talk(
        path,
        [...bytes].map((octet) => Buffer.from([octet])),
      ),
    ).toBe(OK);
    expect(await talk(path, [Buffer.concat([bytes, Buffer.alloc(100_000)])])).toBe(OK);
  });

  it.each<[string, Buffer[], boolean]>([
    ['nothing', [], true],
    ['half of one', [request('alice', 'right').subarray(0, 9)], true],
  ])('answers no request: %s', async (_, pieces, end) => {
    const { path } = await start();
    expect(await talk(path, pieces, end)).toBe('');
  });

  it.each<[string, Buffer]>([
    ['a login', request('x'.repeat(1025), 'x')],
    ['a password', request('alice', 'x'.repeat(1025))],
    ['a service', request('alice', 'right', 'x'.repeat(1025))],
    ['a web browser', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('says no to what is too long, as the daemon itself: %s', async (_, bytes) => {
    const { path, lines } = await start({}, async () => found({ name: 'anybody' }));
    expect(await talk(path, [bytes])).toBe(NO);
    expect(lines.at(-1)).toMatch(/^login failed .*"detail":"empty, too long or not UTF-8"/);
  });

  it('asks nobody for who has gone, and his place is free at once', async () => {
    let aborted = 0;
    const { path, ask } = await start({ connections: 2 }, (login, _password, { signal }) => {
      if (login === 'bob') return Promise.resolve(found({ name: login }));
      signal.addEventListener('abort', () => aborted++);
      return new Promise(() => undefined);
    });
    for (let round = 0; round < 3; round++) {
      const gone = [0, 1].map(() => {
        const socket = connect(path);
        socket.write(request('alice', 'right'));
        return socket;
      });
      await wait(20);
      // One closes, the other no more than its half.
      gone[0]?.destroy();
      gone[1]?.end();
      await wait(20);
      expect(aborted).toBe(2 * round + 2);
      expect(await ask('bob', 'x')).toBe(OK);
    }
  });

  it('logs no more than the beginning of what it is told', async () => {
    const { ask, lines } = await start();
    await ask('a'.repeat(1000), 'wrong', 's'.repeat(1000), 'r'.repeat(1000));
    const { login, service } = JSON.parse(lines.at(-1)?.replace(/^[^{]*/, '') ?? '');
    expect([login.length, service.length]).toEqual([256, 256]);
  });

  it('says yes to no garbage', async () => {
    const { path } = await start({ requestTime: 50 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 60 }), async (bytes) => {
        expect(['', NO]).toContain(await talk(path, [bytes], true));
      }),
      { numRuns: 60 },
    );
  });
});

describe('limits', () => {
  it('end who is silent, and who drips', async () => {
    const { path } = await start({ requestTime: 60 });
    const begun = performance.now();
    const drips = Array.from({ length: 400 }, () => Buffer.from([0]));
    expect(await Promise.all([talk(path), talk(path, [Buffer.from([0, 200]), ...drips])])).toEqual(['', '']);
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it('end an answer that does not come, and tell the credentials', async () => {
    let aborted = false;
    const { ask, lines } = await start({ answerTime: 60 }, (_login, _password, { signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => undefined);
    });
    expect([await ask('alice', 'right'), aborted]).toEqual(['', true]);
    expect(lines.some((line) => line.startsWith('too late'))).toBe(true);
  });

  it('close connections beyond so many', async () => {
    const { path, ask } = await start({ connections: 3, requestTime: 300 });
    const idle = Array.from({ length: 3 }, () => talk(path));
    await wait(50);
    expect(await ask('alice', 'right')).toMatch(/^$|ECONNRESET/);
    await Promise.all(idle);
    expect(await ask('alice', 'right')).toBe(OK);
  });
});

async function leaveStale(path: string): Promise<void> {
  const stale = createServer();
  await new Promise<void>((resolve) => stale.listen(`${path}.old`, resolve));
  renameSync(`${path}.old`, path);
  await new Promise((resolve) => stale.close(resolve));
}

describe('the socket', () => {
  it('has its mode, and nothing else is left in its folder', async () => {
    const { path, folder, server } = await start({ mode: 0o622 });
    expect([statSync(path).mode & 0o777, readdirSync(folder)]).toEqual([0o622, ['socket']]);
    await server.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is for the owner and his group unless told otherwise', async () => {
    expect(statSync((await start()).path).mode & 0o777).toBe(0o660);
  });

  it('takes the place of one whose process is gone', async () => {
    const there = place();
    open.push(there.remove);
    await leaveStale(there.path);
    expect(existsSync(there.path)).toBe(true);
    const server = await saslauthdServer({ path: there.path, credentials: { verify: honest } });
    open.push(() => server.close());
    expect(await talk(there.path, [request('alice', 'right')])).toBe(OK);
  });

  it('does not take the place of one that somebody listens to', async () => {
    const { path, ask } = await start();
    await expect(saslauthdServer({ path, credentials: { verify: honest } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    expect(await ask('alice', 'right')).toBe(OK);
  });

  it.each([false, true])('is of one alone where several start at once, a stale one being there: %s', async (stale) => {
    for (let round = 0; round < 10; round++) {
      const there = place();
      open.push(there.remove);
      if (stale) await leaveStale(there.path);
      const starts = Array.from({ length: 4 }, (_, at) =>
        saslauthdServer({ path: there.path, credentials: { verify: async () => found({ name: `${at}` }) } }),
      );
      const ended = await Promise.allSettled(starts);
      const running = ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      open.push(() => Promise.all(running.map((one) => one.close())));
      expect(running).toHaveLength(1);
      for (const one of ended) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'EADDRINUSE' });
      expect(await talk(there.path, [request('alice', 'right')])).toBe(OK);
      expect(readdirSync(there.folder)).toEqual(['socket']);
    }
  });

  it('does not take the place of a file or a folder', async () => {
    const there = place();
    open.push(there.remove);
    writeFileSync(there.path, 'dear');
    await expect(saslauthdServer({ path: there.path, credentials: { verify: honest } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    unlinkSync(there.path);
    mkdirSync(there.path);
    await expect(saslauthdServer({ path: there.path, credentials: { verify: honest } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    expect(readdirSync(there.folder)).toEqual(['socket']);
  });

  it('needs a folder', async () => {
    const path = '/nonexistent/folder/mux';
    const started = saslauthdServer({ path, credentials: { verify: honest } });
    await expect(started).rejects.toMatchObject({
      code: 'ENOENT',
      message: 'listen ENOENT: option path: /nonexistent/folder/mux: there is no folder /nonexistent/folder',
    });
  });

  it('of another process in its place is left alone', async () => {
    const { path, server } = await start();
    unlinkSync(path);
    writeFileSync(path, 'of somebody else');
    await server.close();
    expect(existsSync(path)).toBe(true);
    chmodSync(path, 0o600);
  });
});

describe('close', () => {
  it('lets a request under way finish, and ends who has asked nothing', async () => {
    let finish: () => void = () => undefined;
    const { ask, path, server } = await start({ closeTime: 5000 }, async (login) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return found({ name: login });
    });
    const idle = talk(path);
    const asking = ask('alice', 'right');
    await wait(50);
    const closed = server.close();
    expect(await idle).toBe('');
    expect(await ask('alice', 'right')).toBe('ENOENT');
    finish();
    expect(await asking).toBe(OK);
    await closed;
    await server.close();
  });

  it('ends a request that takes too long', async () => {
    const signals: AbortSignal[] = [];
    const { ask, server } = await start({ closeTime: 50 }, (_login, _password, { signal }) => {
      signals.push(signal);
      return new Promise(() => undefined);
    });
    const asking = ask('alice', 'right');
    await wait(50);
    await server.close();
    expect(await asking).toMatch(/^$|ECONNRESET/);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe('options', () => {
  it.each<[string, unknown, string[]]>([
    ['no object', 7, ['credentials', 'options', 'path']],
    ['a wrong name', { path: '/x/mux', credentials: { verify: honest }, port: 1 }, ['port']],
    [
      'wrong values',
      {
        path: 'mux',
        credentials: {},
        mode: 0o1777,
        connections: 0,
        requestTime: 0,
        answerTime: 0,
        closeTime: -1,
        maxBytes: 65_536,
      },
      ['path', 'credentials', 'mode', 'connections', 'requestTime', 'answerTime', 'closeTime', 'maxBytes'],
    ],
    ['a path too long for a socket', { path: `/${'x'.repeat(100)}`, credentials: { verify: honest } }, ['path']],
  ])('%s', async (_, options, constructs) => {
    const error: unknown = await saslauthdServer(options as SaslauthdServerOptions).catch((reason: unknown) => reason);
    if (!isConfigurationError(error)) throw error;
    expect(error.problems.map(({ construct }) => construct).sort()).toEqual([...constructs].sort());
  });
});
