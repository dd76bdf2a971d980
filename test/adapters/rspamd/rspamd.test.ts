import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, test } from 'vitest';
import { type Rspamd, type RspamdOptions, rspamd } from '../../../src/adapters/rspamd/index.js';
import type { ScorerQuestion } from '../../../src/ports/scorer.js';
import { ipOf, messageOf, messageOfSize } from '../../../src/testing/builders.js';
import { scorerConformance } from '../../../src/testing/scorer/index.js';
import { problemsOf } from '../../values/support.js';
import { type FakeRspamd, fakeRspamd, judged, type Script } from './fake-rspamd.js';

const held: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of held.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function start(script: Script, options: RspamdOptions = {}): Promise<{ client: Rspamd; server: FakeRspamd }> {
  const server = await fakeRspamd(script);
  const client = rspamd({ host: '127.0.0.1', port: server.port }, options);
  held.push(server, client);
  return { client, server };
}

const question = (over: Partial<ScorerQuestion> = {}): ScorerQuestion => ({
  message: messageOf('Subject: x\r\n\r\nbody\r\n'),
  sender: 'a@sender.example',
  recipients: [],
  client: undefined,
  helo: undefined,
  login: undefined,
  ...over,
});

const servers = new WeakMap<Rspamd, FakeRspamd>();
scorerConformance({
  test,
  makeScorer: async (judge) => {
    const { client, server } = await start(judged(judge));
    servers.set(client, server);
    return client;
  },
  dispose: async (client) => {
    await client.close();
    await expect.poll(() => servers.get(client)?.open.now).toBe(0);
    expect(servers.get(client)?.open.most).toBeLessThanOrEqual(10);
  },
});

const says =
  (value: unknown, status = 200): Script =>
  (_, reply) => {
    reply.statusCode = status;
    reply.end(typeof value === 'string' ? value : JSON.stringify(value));
  };

const good = { is_skipped: false, score: 7.9, required_score: 15, action: 'add header', symbols: {} };

describe('replies that are no verdict', () => {
  it.each<[string, Script, string]>([
    ['status 500', says({ error: 'x', ...good }, 500), 'it answers 500'],
    ['status 404', says(good, 404), 'it answers 404'],
    ['status 204', says('', 204), 'it answers 204'],
    ['no JSON', says('no'), 'its reply is no JSON object'],
    ['nothing', says(''), 'its reply is no JSON object'],
    ['an array', says([good]), 'its reply is no JSON object'],
    ['cut JSON', says(JSON.stringify(good).slice(0, -1)), 'its reply is no JSON object'],
    ['no action', says({ ...good, action: undefined }), 'its reply has no action'],
    ['another action', says({ ...good, action: 3 }), 'its reply has no action'],
    ['no score', says({ ...good, score: undefined }), 'its reply has no score'],
    ['a score that is text', says({ ...good, score: '7.9' }), 'its reply has no score'],
    ['a score beyond reason', says(JSON.stringify(good).replace('7.9', '1e999')), 'its reply has no score'],
    ['no symbols', says({ ...good, symbols: [] }), 'its reply has no symbols'],
    ['an error', says({ error: 'cannot scan' }), 'its reply has no action'],
    ['skipped', says({ ...good, score: 0, is_skipped: true, action: 'no action' }), 'it has skipped the message'],
    ['huge', says(`${JSON.stringify(good)}${' '.repeat(2_000_000)}`), 'a reply of over 1048576 octets'],
  ])('%s', async (_, script, why) => {
    const { client, server } = await start(script);
    const name = `rspamd 127.0.0.1:${server.port}`;
    expect(await client.score(question())).toEqual({ kind: 'cannot-tell', temporary: true, why: `${name}: ${why}` });
  });

  it('cut short of the announced length', async () => {
    const { client } = await start((_, reply) => {
      reply.writeHead(200, { 'Content-Length': '500' });
      reply.write(JSON.stringify(good), () => reply.destroy());
    });
    expect(await client.score(question())).toMatchObject({ kind: 'cannot-tell' });
  });

  it('no HTTP', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('SPAMD/1.1 0 EX_OK\r\n\r\n', () => setTimeout(() => socket.destroy(), 50));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = rspamd({ host: '127.0.0.1', port: (server.address() as { readonly port: number }).port });
    held.push(client);
    expect(await client.score(question())).toMatchObject({ kind: 'cannot-tell' });
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('verdicts', () => {
  it('have points, rules and advice', async () => {
    const symbols = {
      A: { name: 'A', score: 1.5, description: 'a rule' },
      B: { name: 'B', score: 'x', description: 'line\r\nend' },
      __proto__x: 3,
    };
    const { client } = await start(says({ ...good, symbols }));
    expect(await client.score(question())).toEqual({
      kind: 'found',
      value: {
        score: 7.9,
        required: 15,
        hits: [
          { name: 'A', score: 1.5, description: 'a rule' },
          { name: 'B', score: undefined, description: 'line??end' },
          { name: '__proto__x', score: undefined, description: undefined },
        ],
        advice: 'add header',
        incomplete: [],
      },
    });
  });

  it('of something that decides before the rules say so', async () => {
    const { client } = await start(says({ ...good, is_skipped: true, action: 'reject' }));
    const answer = await client.score(question());
    expect(answer).toMatchObject({
      value: { advice: 'reject', incomplete: ['rspamd has decided before its rules ran'] },
    });
  });

  it('say what was not sent', async () => {
    const { client, server } = await start(says(good), { maxBytes: 2000 });
    const message = messageOfSize(5000);
    const answer = await client.score(question({ message }));
    expect(answer).toMatchObject({ value: { incomplete: [`all but the first 2000 octets of ${message.size}`] } });
    expect(server.asked[0]?.message.length).toBe(2000);
  });
});

describe('the envelope', () => {
  it('is told in fields', async () => {
    const { client, server } = await start(says(good));
    await client.score(
      question({
        sender: '',
        recipients: ['s001@school.example', 's002@school.example'],
        client: { ip: ipOf('2001:db8::1'), name: 'mail.sender.example' },
        helo: 'helo.example',
        login: 'anna',
      }),
    );
    const { method, url, headers, raw } = server.asked[0] ?? {};
    expect([method, url]).toEqual(['POST', '/checkv2']);
    expect(headers).toMatchObject({
      from: '<>',
      ip: '2001:db8::1',
      hostname: 'mail.sender.example',
      helo: 'helo.example',
      user: 'anna',
    });
    expect(raw?.filter((_, index) => raw[index - 1] === 'Rcpt')).toEqual([
      's001@school.example',
      's002@school.example',
    ]);
  });

  it('cannot add a field, whatever its text is', async () => {
    const { client, server } = await start(says(good));
    const evil = 'a\r\nIp: 127.0.0.1\r\n\r\n\0\x7f\u0085';
    await client.score(question({ sender: evil, recipients: [evil], helo: evil, login: evil }));
    expect(server.asked[0]?.headers.ip).toBeUndefined();
    expect(server.asked[0]?.headers.helo).toMatch(/^a\?\?Ip: 127\.0\.0\.1\?\?\?\?/);
    expect(server.asked[0]?.message).toBe('Subject: x\r\n\r\nbody\r\n');
  });

  it('has no client for mail of this host', async () => {
    const { client, server } = await start(says(good));
    await client.score(question());
    const { ip, hostname, helo, user } = server.asked[0]?.headers ?? {};
    expect([ip, hostname, helo, user]).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('a service that fails', () => {
  it('absent', async () => {
    const { client, server } = await start(says(good));
    await server.close();
    expect(await client.score(question())).toMatchObject({
      kind: 'cannot-tell',
      why: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('dripping: one deadline for all of it', async () => {
    const { client, server } = await start(
      (_, reply) => {
        const timer = setInterval(() => reply.write('{'), 20);
        reply.on('close', () => clearInterval(timer));
      },
      { timeout: 150 },
    );
    const began = performance.now();
    expect(await client.score(question())).toMatchObject({ why: expect.stringContaining('150 ms') });
    expect(performance.now() - began).toBeLessThan(1500);
    await expect.poll(() => server.open.now).toBe(0);
  });

  it('closing while a large message is sent', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = rspamd({ host: '127.0.0.1', port: (server.address() as { readonly port: number }).port });
    held.push(client);
    expect(await client.score(question({ message: messageOfSize(3_000_000) }))).toMatchObject({ kind: 'cannot-tell' });
    await new Promise((resolve) => server.close(resolve));
  });
});

it('ends all at close', async () => {
  const { client, server } = await start(() => {}, { atOnce: 2 });
  const answers = [1, 2, 3].map(() => client.score(question()));
  await expect.poll(() => server.asked.length).toBe(2);
  await client.close();
  for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ kind: 'cannot-tell' });
  expect(await client.score(question())).toMatchObject({ kind: 'cannot-tell' });
  await expect.poll(() => server.open.now).toBe(0);
});

it('speaks over a Unix socket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-rspamd-'));
  const path = join(folder, 'rspamd.sock');
  const server = await fakeRspamd(says(good), path);
  const client = rspamd({ path });
  held.push(server, client);
  expect(await client.score(question())).toMatchObject({ kind: 'found', value: { score: 7.9 } });
  rmSync(folder, { recursive: true, force: true });
});

it('refuses wrong options, all at once', () => {
  const constructs = problemsOf(() => rspamd({ path: '' }, { timeout: 0, atOnce: 1.5 })).map(
    ({ construct }) => construct,
  );
  expect(constructs.sort()).toEqual(['atOnce', 'path', 'timeout']);
});

it.each([[undefined], [null], ['11333']])('refuses %j for an endpoint, and options that nobody knows', (endpoint) => {
  const wrong = (options: unknown) => problemsOf(() => rspamd(endpoint as never, options as never));
  expect(wrong({ timeOut: 1 }).map(({ construct }) => construct)).toEqual(['endpoint', 'timeOut']);
  expect(wrong(null).map(({ construct }) => construct)).toEqual(['endpoint', 'options']);
});
