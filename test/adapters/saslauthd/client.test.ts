/** The client of saslauthd against a daemon on a socket of ours, and every way in which one can fail. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Saslauthd, type SaslauthdOptions, saslauthd } from '../../../src/adapters/saslauthd/index.js';
import { isConfigurationError } from '../../../src/values/errors.js';

const open: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const reply = (text: string): Buffer =>
  Buffer.concat([Buffer.from([text.length >> 8, text.length & 255]), Buffer.from(text)]);

interface Daemon {
  readonly path: string;
  readonly requests: string[][];
  most: number;
}

/** Reads four strings, then behaves. */
async function start(
  behaviour: (socket: Socket, login: string, password: string) => void,
  options: SaslauthdOptions = {},
): Promise<{ daemon: Daemon; client: Saslauthd }> {
  const folder = mkdtempSync(join(tmpdir(), 'saslauthd-'));
  const daemon: Daemon = { path: join(folder, 'mux'), requests: [], most: 0 };
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    daemon.most = Math.max(daemon.most, sockets.size);
    let bytes = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (more) => {
      bytes = Buffer.concat([bytes, more]);
      const strings: string[] = [];
      for (let at = 0; at + 2 <= bytes.length && strings.length < 4; ) {
        const end = at + 2 + bytes.readUInt16BE(at);
        if (end > bytes.length) return;
        strings.push(bytes.toString('utf8', at + 2, end));
        at = end;
      }
      if (strings.length < 4) return;
      daemon.requests.push(strings);
      behaviour(socket, strings[0] ?? '', strings[1] ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(daemon.path, resolve));
  const client = saslauthd({ path: daemon.path, timeout: 400, ...options });
  open.push(
    () => rmSync(folder, { recursive: true, force: true }),
    () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
    () => client.close(),
  );
  return { daemon, client };
}

async function said(client: Saslauthd, login: string, password: string): Promise<string> {
  const answer = await client.authenticate(login, password);
  if (answer.kind !== 'found') return answer.kind === 'cannot-tell' ? `? ${answer.why}` : answer.kind;
  return answer.value.kind === 'refused'
    ? `${answer.value.cause} ${answer.value.detail}`
    : `yes ${answer.value.account}`;
}

const honest = (socket: Socket, login: string, password: string): void => {
  socket.end(reply(login === 'alice' && password === 'right' ? 'OK' : 'NO'));
};

describe('saslauthd', () => {
  it('asks with service and realm, once for each login', async () => {
    const { daemon, client } = await start(honest, { service: 'imap', realm: 'school.example' });
    expect([await said(client, 'alice', 'right'), await said(client, 'alice', 'wrong')]).toEqual([
      'yes alice',
      'unspecified NO',
    ]);
    expect(daemon.requests).toEqual([
      ['alice', 'right', 'imap', 'school.example'],
      ['alice', 'wrong', 'imap', 'school.example'],
    ]);
  });

  it('splits the realm off where it is told to', async () => {
    const { daemon, client } = await start(honest, { splitRealm: true, realm: 'else' });
    for (const login of ['alice@school.example', 'a@b@c', '@x', 'bob']) await client.authenticate(login, 'x');
    expect(daemon.requests.map(([login, , , realm]) => `${login} ${realm}`)).toEqual([
      'alice school.example',
      'a@b c',
      '@x else',
      'bob else',
    ]);
  });

  it('does not ask with what can be no password', async () => {
    const { daemon, client } = await start(honest);
    expect(await said(client, 'alice', '')).toMatch(/^wrong-password/);
    expect(await said(client, '', 'x')).toMatch(/^no-such-account/);
    for (const bad of ['right\0', 'x'.repeat(257), 'x'.repeat(70_000), '\udc00']) {
      expect(await said(client, 'alice', bad)).toMatch(/^unspecified not asked/);
      expect(await said(client, bad, 'right')).toMatch(/^unspecified not asked/);
    }
    expect(daemon.requests).toEqual([]);
  });

  it.each<[string, (socket: Socket) => void, RegExp]>([
    ['closed at once', (socket) => socket.end(), /without an answer/],
    ['destroyed', (socket) => socket.destroy(), /without an answer|ECONNRESET/],
    ['half a length', (socket) => socket.end(Buffer.from([0])), /cut short/],
    ['a cut answer', (socket) => socket.end(reply('OK').subarray(0, 3)), /cut short/],
    ['another word', (socket) => socket.end(reply('MAYBE')), /it says "MAYBE"/],
    ['nothing said', (socket) => socket.end(reply('')), /it says ""/],
    ['too much', (socket) => socket.write(Buffer.alloc(1_000_000, 79)), /a string of/],
    ['silence', () => undefined, /no answer within 400 ms/],
    ['a reason that is a failure', (socket) => socket.end(reply('NO saslauthd internal error')), /internal error/],
  ])('cannot tell: %s', async (_, behaviour, why) => {
    const { client } = await start(behaviour);
    const answer = await said(client, 'alice', 'secret-word');
    expect(answer).toMatch(why);
    expect(answer).not.toContain('secret-word');
  });

  it('takes an answer that drips', async () => {
    const { client } = await start((socket) => {
      for (const [at, octet] of [...reply('OK fine')].entries())
        setTimeout(() => socket.write(Buffer.from([octet])), at * 5);
    });
    expect(await said(client, 'alice', 'right')).toBe('yes alice');
  });

  it('cannot tell: nobody there', async () => {
    const { daemon, client } = await start(honest);
    expect(await said(saslauthd({ path: `${daemon.path}.no` }), 'alice', 'right')).toMatch(/ENOENT/);
    await client.close();
    expect(await said(client, 'alice', 'right')).toMatch(/closed/);
  });

  it('asks so many at once', async () => {
    const { daemon, client } = await start((socket) => setTimeout(() => socket.end(reply('OK')), 20), {
      atOnce: 2,
      waiting: 3,
      timeout: 5000,
    });
    const answers = await Promise.all(Array.from({ length: 7 }, () => said(client, 'alice', 'x')));
    expect([answers.filter((answer) => answer === 'yes alice').length, daemon.most]).toEqual([5, 2]);
  });
});

describe('a NO without a reason', () => {
  it('is what the option says', async () => {
    const { client } = await start(honest, { onNo: 'cannot-tell' });
    expect(await said(client, 'alice', 'wrong')).toMatch(/^\? saslauthd .*: NO$/);
  });

  it('is a refusal where the witness is let in, and nothing where it is not', async () => {
    let down = false;
    const { daemon, client } = await start(
      (socket, login, password) => {
        const yes = !down && ((login === 'alice' && password === 'right') || (login === 'witness' && password === 'w'));
        socket.end(reply(yes ? 'OK' : login === 'told' ? 'NO Incorrect password' : 'NO'));
      },
      { witness: { login: 'witness', password: 'w' } },
    );
    expect([await said(client, 'alice', 'right'), daemon.requests.length]).toEqual(['yes alice', 1]);
    expect(await said(client, 'alice', 'wrong')).toBe('unspecified NO');
    expect(await said(client, 'told', 'wrong')).toBe('wrong-password NO "Incorrect password"');
    expect(daemon.requests.length).toBe(4);
    down = true;
    expect(await said(client, 'alice', 'right')).toMatch(/witness is refused too/);
  });

  it('is nothing where the witness cannot be asked', async () => {
    const { client } = await start(
      (socket, login) => (login === 'witness' ? socket.destroy() : socket.end(reply('NO'))),
      { witness: { login: 'witness', password: 'w' } },
    );
    expect(await said(client, 'alice', 'wrong')).toMatch(/^\?/);
  });
});

describe('options', () => {
  it.each<[string, unknown, string[]]>([
    ['no object', null, ['options']],
    ['a wrong name', { socket: '/x' }, ['socket']],
    [
      'wrong values',
      { path: '', timeout: 0, atOnce: 0, waiting: -1, maxBytes: 65_536, splitRealm: 1, onNo: 'no' },
      ['path', 'timeout', 'atOnce', 'waiting', 'maxBytes', 'splitRealm', 'onNo'],
    ],
    ['a service that cannot be sent', { service: 'a\0' }, ['service']],
    ['a witness without a password', { witness: { login: 'a', password: '' } }, ['witness']],
    ['a witness that cannot be sent', { witness: { login: 'x'.repeat(300), password: 'a' } }, ['witness']],
  ])('%s', (_, options, constructs) => {
    try {
      saslauthd(options as SaslauthdOptions);
      throw new Error('nothing was thrown');
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      expect(error.problems.map(({ construct }) => construct).sort()).toEqual([...constructs].sort());
    }
  });
});
