/** The client of policy services against a service on loopback: reuse, limits, and every way in which a service can fail. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type PolicyServiceClient,
  type PolicyServiceOptions,
  policyService,
} from '../../../src/adapters/policy-service/index.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { type Behaviour, say, type TestService, testService } from './service.js';

const dunno = say('action=DUNNO\n\n');
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function start(behaviour: Behaviour, options: PolicyServiceOptions = {}) {
  const service = await testService(behaviour);
  const client = policyService(service.endpoint, { timeout: 2000, retryDelay: 10, ...options });
  open.push(service, client);
  return { service, client };
}

const decide = async (client: PolicyServiceClient, attributes: Readonly<Record<string, string>> = { a: 'b' }) => {
  const answer = await client.decide(attributes);
  return answer.kind === 'found' ? answer.value : answer.kind === 'cannot-tell' ? `? ${answer.why}` : answer.kind;
};

/** The connection of each request. */
const connectionsOf = (service: TestService): readonly number[] => service.requests.map(({ connection }) => connection);

describe('policyService', () => {
  it('asks and tells the action', async () => {
    const { service, client } = await start(say('action=REJECT No, not today = never\n\n'));
    expect(await decide(client, { request: 'smtpd_access_policy', sender: 'j\u00fcrgen@example.com', empty: '' })).toBe(
      'REJECT No, not today = never',
    );
    expect(service.requests).toEqual([
      {
        connection: 1,
        attributes: { request: 'smtpd_access_policy', sender: 'j\u00fcrgen@example.com', empty: '' },
      },
    ]);
  });

  it('speaks over a Unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'policy-'));
    const service = await testService(dunno, join(folder, 'socket'));
    const client = policyService(service.endpoint);
    open.push({ close: async () => rmSync(folder, { recursive: true }) }, service, client);
    expect(await decide(client)).toBe('DUNNO');
  });

  it('lets no value add an attribute or end the request', async () => {
    const { service, client } = await start(dunno);
    await decide(client, { helo_name: 'a\nsender=x@y\r\n\nb\0' });
    expect(service.requests.map(({ attributes }) => attributes)).toEqual([{ helo_name: 'a?sender=x@y???b?' }]);
    expect(await client.decide({ 'a=b': 'c' })).toMatchObject({ kind: 'cannot-tell', temporary: false });
  });

  it('uses a connection again', async () => {
    const { service, client } = await start(dunno);
    for (let i = 0; i < 5; i++) expect(await decide(client)).toBe('DUNNO');
    expect(connectionsOf(service)).toEqual([1, 1, 1, 1, 1]);
  });

  it('keeps to the limits of a connection', async () => {
    let now = 0;
    const { service, client } = await start(dunno, { requestLimit: 2, maxAge: 1000, now: () => now });
    for (let i = 0; i < 3; i++) await decide(client);
    expect(connectionsOf(service)).toEqual([1, 1, 2]);
    now = 1000;
    await decide(client);
    expect(connectionsOf(service)).toEqual([1, 1, 2, 3]);
  });

  it('closes a connection that rests for too long', async () => {
    const { service, client } = await start(dunno, { maxIdle: 40 });
    await decide(client);
    await wait(20);
    await decide(client);
    await wait(150);
    expect(service.sockets.size).toBe(0);
    await decide(client);
    expect(connectionsOf(service)).toEqual([1, 1, 2]);
  });

  it('opens so many connections, and lets others wait in line', async () => {
    let now = 0;
    let most = 0;
    const { service, client } = await start(
      (socket) => {
        most = Math.max(most, ++now);
        setTimeout(() => {
          now--;
          socket.write('action=OK\n\n');
        }, 10);
      },
      { connections: 3, waiting: 12 },
    );
    const answers = await Promise.all(Array.from({ length: 16 }, () => decide(client)));
    expect(answers.filter((answer) => answer === 'OK')).toHaveLength(15);
    expect(answers[15]).toContain('too many questions are waiting');
    expect([most, service.connections]).toEqual([3, 3]);
  });

  it('asks again over a new connection when the old one is stale', async () => {
    const { service, client } = await start((socket, _, count) => {
      if (count > 1) socket.destroy();
      else socket.write('action=DUNNO\n\n');
    });
    for (let i = 0; i < 3; i++) expect(await decide(client)).toBe('DUNNO');
    expect(connectionsOf(service)).toEqual([1, 1, 2, 2, 3]);
  });

  it('does not use a connection that was closed meanwhile', async () => {
    const { service, client } = await start((socket) => socket.end('action=DUNNO\n\n'));
    for (let i = 0; i < 3; i++) {
      expect(await decide(client)).toBe('DUNNO');
      await wait(10);
    }
    expect(connectionsOf(service)).toEqual([1, 2, 3]);
  });

  it('tries so often, and no more', async () => {
    const { service, client } = await start((socket) => socket.destroy(), { tries: 3 });
    expect(await decide(client)).toMatch(/^\? policy service 127\.0\.0\.1:\d+: /);
    expect(connectionsOf(service)).toEqual([1, 2, 3]);
  });

  it.each([
    ['closed in the middle', (socket) => socket.end('action=DUN'), /closed the connection/, 2],
    ['closed before the empty line', (socket) => socket.end('action=DUNNO\n'), /closed the connection/, 2],
    ['no action', say('answer=DUNNO\n\n'), /no action/, 1],
    ['an empty action', say('action=\n\n'), /action is empty/, 1],
    ['an empty reply', say('\n'), /no action/, 1],
    ['another protocol', say('220 mail.example.com ESMTP\r\n\n'), /"name=value" is expected/, 1],
    ['CRLF', say('action=DUNNO\r\n\n'), /control character/, 1],
    ['NUL', say('action=DUN\0NO\n\n'), /control character/, 1],
    ['not UTF-8', (socket) => socket.write(Buffer.from('action=\xff\xfe\n\n', 'latin1')), /not UTF-8/, 1],
    ['too much', say(`action=${'x'.repeat(70_000)}\n\n`), /over 65536 octets/, 1],
    ['without end', say('x=y\n'.repeat(20_000)), /over 65536 octets/, 1],
  ] satisfies [string, Behaviour, RegExp, number][])('cannot tell: %s', async (_name, behaviour, why, tries) => {
    const { service, client } = await start(behaviour);
    const answer = await client.decide({ a: 'b' });
    expect(answer).toMatchObject({ kind: 'cannot-tell', temporary: true, why: expect.stringMatching(why) });
    expect(service.requests).toHaveLength(tries);
    service.behaviour = dunno;
    expect(await decide(client)).toBe('DUNNO');
    expect(connectionsOf(service).at(-1)).toBe(tries + 1);
  });

  it('takes the first of two actions and drops the connection that said more than asked', async () => {
    const { service, client } = await start(say('x=y\naction=OK\naction=REJECT\n\naction=REJECT\n\n'));
    expect(await decide(client)).toBe('OK');
    service.behaviour = dunno;
    expect(await decide(client)).toBe('DUNNO');
    expect(connectionsOf(service)).toEqual([1, 2]);
  });

  it('drops a connection that speaks unasked', async () => {
    const { service, client } = await start(dunno);
    await decide(client);
    for (const socket of service.sockets) socket.write('action=OK\n\n');
    await wait(30);
    expect(await decide(client)).toBe('DUNNO');
    expect(connectionsOf(service)).toEqual([1, 2]);
  });

  it('reads a reply in whatever pieces it comes', async () => {
    const { client } = await start((socket) => {
      const bytes = Buffer.from('note=\u00e9\naction=DEFER_IF_PERMIT j\u00fcrgen\n\n');
      for (let at = 0; at < bytes.length; at++) setTimeout(() => socket.write(bytes.subarray(at, at + 1)), at);
    });
    expect(await decide(client)).toBe('DEFER_IF_PERMIT j\u00fcrgen');
  });

  it('keeps its time limit, and a late answer goes to nobody', async () => {
    const slow: Behaviour = (socket) => {
      setTimeout(() => socket.write('action=REJECT late\n\n'), 120);
    };
    const { service, client } = await start(slow, { timeout: 60 });
    const begin = performance.now();
    expect(await decide(client)).toMatch(/no answer within 60 ms/);
    expect(performance.now() - begin).toBeLessThan(1000);
    service.behaviour = (socket) => {
      setTimeout(() => socket.write('action=OK\n\n'), 10);
    };
    await wait(100);
    expect(await decide(client)).toBe('OK');
    expect(connectionsOf(service)).toEqual([1, 2]);
  });

  it('ends with the evaluation that asks, in line too', async () => {
    const { client } = await start(() => {}, { connections: 1 });
    const call = (ms: number) => ({ signal: new AbortController().signal, deadline: performance.now() + ms });
    const over = new AbortController();
    const answers = [client.decide({}, { ...call(5000), signal: over.signal }), client.decide({}, call(40))];
    expect(await answers[1]).toMatchObject({ kind: 'cannot-tell', temporary: true });
    over.abort();
    expect(await answers[0]).toMatchObject({ why: expect.stringMatching(/the evaluation is over/) });
    expect(await client.decide({}, { ...call(5000), signal: over.signal })).toMatchObject({ kind: 'cannot-tell' });
  });

  it('gives the place of one that gave up to the next', async () => {
    const { service, client } = await start(() => {}, { connections: 1, timeout: 50 });
    const first = decide(client);
    const second = decide(client);
    await Promise.all([first, second]);
    service.behaviour = dunno;
    expect(await Promise.all([decide(client), decide(client)])).toEqual(['DUNNO', 'DUNNO']);
  });

  it('cannot tell when nobody is there', async () => {
    const client = policyService({ host: '127.0.0.1', port: 1 }, { retryDelay: 5 });
    open.push(client);
    expect(await decide(client)).toBe('? policy service 127.0.0.1:1: ECONNREFUSED');
    const missing = policyService({ path: '/nonexistent/socket' }, { tries: 1 });
    open.push(missing);
    expect(await decide(missing)).toBe('? policy service /nonexistent/socket: ENOENT');
  });

  it('ends what is under way when it is closed', async () => {
    const { service, client } = await start(() => {}, { connections: 1 });
    const answers = [decide(client), decide(client)];
    await wait(30);
    await client.close();
    expect(await Promise.all(answers)).toEqual([
      expect.stringMatching(/it is closed/),
      expect.stringMatching(/it is closed/),
    ]);
    expect(await decide(client)).toMatch(/it is closed/);
    await wait(20);
    expect([service.sockets.size, service.connections]).toEqual([0, 1]);
  });

  it('refuses wrong options, all at once', () => {
    try {
      policyService({ host: '', port: 70_000 }, { timeout: 0, tries: 0, connections: 1.5, maxIdle: -1 });
      expect.fail('they were taken');
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      const at = ['timeout', 'maxIdle', 'tries', 'connections', 'host', 'port'];
      expect(error.problems.map(({ construct }) => construct)).toEqual(at);
    }
    expect(() => policyService({ path: '' })).toThrow(/path/);
  });
});
