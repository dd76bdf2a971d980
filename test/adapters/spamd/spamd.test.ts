import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, test } from 'vitest';
import { type Spamd, type SpamdOptions, spamd } from '../../../src/adapters/spamd/index.js';
import type { ScorerQuestion } from '../../../src/ports/scorer.js';
import { messageOf, messageOfSize } from '../../../src/testing/builders.js';
import { scorerConformance } from '../../../src/testing/scorer/index.js';
import { decodeLatin1 } from '../../../src/values/bytes.js';
import { problemsOf } from '../../values/support.js';
import { type FakeSpamd, fakeSpamd, judged, type Script } from './fake-spamd.js';

const held: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of held.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function start(script: Script, options: SpamdOptions = {}): Promise<{ client: Spamd; server: FakeSpamd }> {
  const server = await fakeSpamd(script);
  const client = spamd({ host: '127.0.0.1', port: server.port }, options);
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

const servers = new WeakMap<Spamd, FakeSpamd>();
for (const rules of ['points', 'names'] as const) {
  describe(`rules: ${rules}`, () => {
    scorerConformance({
      test,
      makeScorer: async (judge) => {
        const { client, server } = await start(judged(judge), { rules });
        servers.set(client, server);
        return client;
      },
      dispose: async (client) => {
        await client.close();
        expect(servers.get(client)?.open.most).toBeLessThanOrEqual(5);
      },
    });
  });
}

const OK = 'SPAMD/1.1 0 EX_OK\r\n';
const SPAM = 'Spam: True ; 7.5 / 5.0\r\n';
const says =
  (text: string): Script =>
  (_, socket) =>
    void socket.end(text, 'latin1');

describe('replies that are no verdict', () => {
  it.each<[string, string]>([
    ['', 'closed without a reply'],
    [OK, 'the reply is cut short'],
    [`${OK}Content-length: 5\r\n`, 'the reply is cut short'],
    [`${OK}Content-length: 5\r\n${SPAM}\r\nABC`, 'the reply is cut short'],
    [`${OK}Content-length: 2\r\n${SPAM}\r\nABC`, 'more octets than it announced'],
    [`${OK}${SPAM}\r\nABC`, 'no Content-length'],
    [`${OK}Content-length: -1\r\n${SPAM}\r\n`, 'no Content-length'],
    [`${OK}Content-length: 3\r\nContent-Length: 3\r\n${SPAM}\r\nABC`, 'twice: "content-length"'],
    [`${OK}Content-length: 3\r\n\r\nABC`, 'no points: ""'],
    [`${OK}Content-length: 3\r\nSpam: True ; nan / 5.0\r\n\r\nABC`, 'no points: "True ; nan / 5.0"'],
    [`${OK}Content-length: 3\r\nSpam: Maybe ; 1 / 5\r\n\r\nABC`, 'no points: "Maybe ; 1 / 5"'],
    [`${OK}Content-length: 99999999\r\n${SPAM}\r\n`, 'a reply of over 2097152 octets'],
    ['SPAMD/1.0 76 Bad header line: x\r\n', 'it answers 76: "Bad header line: x"'],
    ['SPAMD/1.5 79 Timeout: (30 second timeout)\r\n', 'it answers 79: "Timeout: (30 second timeout)"'],
    ['HTTP/1.1 200 OK\r\n\r\n', 'no status line: "HTTP/1.1 200 OK"'],
    [`${OK}nonsense\r\n\r\n`, 'no header line: "nonsense"'],
    ['x'.repeat(20_000), 'no end of its header'],
  ])('%j', async (reply, why) => {
    const { client, server } = await start(says(reply));
    const name = `spamd 127.0.0.1:${server.port}`;
    expect(await client.score(question())).toEqual({ kind: 'cannot-tell', temporary: true, why: `${name}: ${why}` });
  });

  it('a list that is none', async () => {
    const body = 'A,B C;D';
    const { client } = await start(says(`${OK}Content-length: ${body.length}\r\n${SPAM}\r\n${body}`), {
      rules: 'names',
    });
    expect(await client.score(question())).toMatchObject({ kind: 'cannot-tell' });
  });
});

describe('verdicts', () => {
  it('in any pieces', async () => {
    const body = '---- ---------------------- --------------\n 1.2 A_RULE                 what it is\n';
    const reply = `${OK}Content-length: ${body.length}\r\n${SPAM}\r\n${body}`;
    const { client } = await start(async (_, socket: Socket) => {
      for (const octet of reply) {
        socket.write(octet);
        await new Promise((resolve) => setImmediate(resolve));
      }
      socket.end();
    });
    expect(await client.score(question())).toEqual({
      kind: 'found',
      value: {
        score: 7.5,
        required: 5,
        hits: [{ name: 'A_RULE', score: 1.2, description: 'what it is' }],
        advice: undefined,
        incomplete: [],
      },
    });
  });

  it('take rules from the last table alone: the preview may hold one of the sender', async () => {
    const table = '---- ---------------------- --------------\n';
    const body = `Content preview:\n${table}-100 FORGED                 x\n\nContent analysis:\n${table} 3.0 REAL                   long\n                            text\n-0.0 NICE\n`;
    const { client } = await start(says(`${OK}Content-length: ${body.length}\r\n${SPAM}\r\n${body}`));
    const answer = await client.score(question());
    expect(answer.kind === 'found' && answer.value.hits).toEqual([
      { name: 'REAL', score: 3, description: 'long text' },
      { name: 'NICE', score: 0, description: undefined },
    ]);
  });

  it('say what was not sent', async () => {
    const { client, server } = await start(
      judged(() => ({ kind: 'verdict', score: 1, required: 5, rules: [] })),
      {
        maxBytes: 2000,
      },
    );
    const message = messageOfSize(5000);
    const answer = await client.score(question({ message }));
    expect(answer.kind === 'found' && answer.value.incomplete).toEqual([
      `all but the first 2000 octets of ${message.size + 'Return-Path: <a@sender.example>\r\n'.length}`,
    ]);
    expect(server.asked[0]?.message.length).toBe(2000);
    expect(server.asked[0]?.fields.get('content-length')).toBe('2000');
  });

  it('are asked for with envelope and user', async () => {
    const { client, server } = await start(
      judged(() => ({ kind: 'verdict', score: 1, required: 5, rules: [] })),
      {
        user: ({ recipients }) => recipients[0],
      },
    );
    await client.score(question({ recipients: ['s001@school.example'] }));
    expect(server.asked[0]).toEqual({
      command: 'REPORT SPAMC/1.5',
      fields: new Map([
        ['content-length', '53'],
        ['user', 's001@school.example'],
      ]),
      message: 'Return-Path: <a@sender.example>\r\nSubject: x\r\n\r\nbody\r\n',
    });
    expect(await client.score(question({ recipients: ['a\r\nb'] }))).toMatchObject({ kind: 'cannot-tell' });
  });
});

describe('the other commands', () => {
  it.each(['check', 'symbols', 'report', 'headers', 'process'] as const)('%s', async (name) => {
    const { client, server } = await start(
      judged(() => ({ kind: 'verdict', score: 6, required: 5, rules: ['A', 'B'] })),
      {
        user: 'anna',
      },
    );
    const answer = await client[name](messageOf('Subject: x\r\n\r\n'));
    expect(answer).toMatchObject({ kind: 'found', value: { score: 6, required: 5 } });
    expect(server.asked[0]).toMatchObject({
      command: `${name.toUpperCase()} SPAMC/1.5`,
      message: 'Subject: x\r\n\r\n',
    });
    expect(server.asked[0]?.fields.get('user')).toBe('anna');
    if (name === 'symbols' && answer.kind === 'found') expect(decodeLatin1(answer.value.body)).toBe('A,B');
  });
});

describe('a service that fails', () => {
  it('absent', async () => {
    const { client, server } = await start(says(''));
    await server.close();
    expect(await client.score(question())).toMatchObject({
      kind: 'cannot-tell',
      why: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('dripping: one deadline for all of it', async () => {
    const { client, server } = await start(
      (_, socket) => {
        const timer = setInterval(() => socket.write('x'), 20);
        socket.on('close', () => clearInterval(timer));
      },
      { timeout: 150 },
    );
    const began = performance.now();
    expect(await client.score(question())).toMatchObject({
      kind: 'cannot-tell',
      why: expect.stringContaining('150 ms'),
    });
    expect(performance.now() - began).toBeLessThan(1500);
    await client.close();
    await expect.poll(() => server.open.now).toBe(0);
  });

  it('closing in the middle of a large message', async () => {
    const { client } = await start(says(''));
    const early = await fakeSpamd(() => {});
    held.push(early);
    await client.score(question());
    const cut = spamd({ host: '127.0.0.1', port: early.port }, { timeout: 200 });
    held.push(cut);
    const asked = cut.score(question({ message: messageOfSize(400_000) }));
    expect(await asked).toMatchObject({ kind: 'cannot-tell' });
  });

  it('answering before it has read all', async () => {
    const server = (await import('node:net')).createServer((socket) => {
      socket.on('error', () => {});
      socket.end('SPAMD/1.0 74 too busy\r\n', () => setTimeout(() => socket.destroy(), 50));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { readonly port: number };
    const client = spamd({ host: '127.0.0.1', port }, { timeout: 2000 });
    held.push(client);
    expect(await client.score(question({ message: messageOfSize(500_000) }))).toMatchObject({ kind: 'cannot-tell' });
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('many at once', () => {
  it('wait in line, and beyond it are told so', async () => {
    const { client, server } = await start(() => {}, { atOnce: 2, waiting: 3, timeout: 200 });
    const answers = await Promise.all(Array.from({ length: 7 }, () => client.score(question())));
    const why = answers.map((answer) => (answer.kind === 'cannot-tell' ? answer.why.replace(/^.*: /, '') : ''));
    expect(why.filter((one) => one === 'too many questions are waiting')).toHaveLength(2);
    expect(server.open.most).toBe(2);
  });

  it('are all ended by close', async () => {
    const { client, server } = await start(() => {}, { atOnce: 2 });
    const answers = [1, 2, 3].map(() => client.score(question()));
    await expect.poll(() => server.asked.length).toBe(2);
    await client.close();
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ kind: 'cannot-tell' });
    expect(await client.score(question())).toMatchObject({ kind: 'cannot-tell' });
    await expect
      .poll(() => {
        server.probe();
        return server.open.now;
      })
      .toBe(0);
  });
});

it('speaks over a Unix socket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-spamd-'));
  const path = join(folder, 'spamd.sock');
  const server = await fakeSpamd(
    judged(() => ({ kind: 'verdict', score: 6, required: 5, rules: ['A'] })),
    path,
  );
  const client = spamd({ path });
  held.push(server, client);
  expect(await client.score(question())).toMatchObject({ kind: 'found', value: { score: 6 } });
  rmSync(folder, { recursive: true, force: true });
});

it('refuses wrong options, all at once', () => {
  const options = { timeout: 0, atOnce: 1.5, rules: 'all', user: 'a b' } as never;
  const constructs = problemsOf(() => spamd({ host: '', port: 0 }, options)).map(({ construct }) => construct);
  expect(constructs.sort()).toEqual(['atOnce', 'host', 'port', 'rules', 'timeout', 'user']);
});

it.each([[undefined], [null], ['783']])('refuses %j for an endpoint, and options that nobody knows', (endpoint) => {
  const wrong = (options: unknown) => problemsOf(() => spamd(endpoint as never, options as never));
  expect(wrong({ timeOut: 1 }).map(({ construct }) => construct)).toEqual(['endpoint', 'timeOut']);
  expect(wrong(null).map(({ construct }) => construct)).toEqual(['endpoint', 'options']);
});
