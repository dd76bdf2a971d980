/** The SMTP and LMTP servers: construction, limits on connections, dot-stuffing, records, and the orderly end. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hold, reject } from '../../src/core/decision.js';
import { definePolicy } from '../../src/core/policy.js';
import { defineStage } from '../../src/core/stage.js';
import { lmtpServer } from '../../src/servers/lmtp/index.js';
import { loadEngine } from '../../src/servers/shared/engine.js';
import { defaultLimits } from '../../src/servers/shared/limits.js';
import { smtpServer, TRANSACTION_CHANNEL, type TransactionRecord } from '../../src/servers/smtp/index.js';
import { route } from '../../src/stages/routing/index.js';
import { openWire, parseDialogue, runDialogue } from '../../src/testing/dialogue/index.js';
import { memoryStore } from '../../src/testing/mail-store/memory-store.js';
import { isConfigurationError } from '../../src/values/errors.js';
import { reply } from '../../src/values/reply.js';
import { envelope, say, session } from './smtp-client.js';
import { certificate, recordingLogger, schoolPolicy, startTestServer } from './smtp-support.js';

const base = { port: 0, name: 'mx.school.example', store: memoryStore() };

async function problemsOf(start: () => Promise<unknown>): Promise<readonly string[]> {
  const error = await start().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isConfigurationError(error)) throw new Error(`no ConfigurationError but ${String(error)}`);
  return error.problems.map((one) => `${one.construct ?? one.code}: ${one.message}`);
}

describe('construction', () => {
  test('tells every problem at once and opens nothing', async () => {
    const problems = await problemsOf(() =>
      smtpServer({
        policy: schoolPolicy(),
        port: 70_000,
        name: 'not a name',
        postmaster: 'postmaster',
        store: memoryStore(),
        implicitTls: true,
        requireTls: true,
        requireLogin: true,
        limits: { recipients: 0, idleTime: 1.5, nonsense: 1 } as never,
        transports: { discard: { deliver: async () => [] } },
      }),
    );
    expect(problems.map((one) => one.slice(0, one.indexOf(':')))).toEqual([
      'hold',
      'quarantine',
      'recipients',
      'idleTime',
      'nonsense',
      'implicitTls',
      'requireTls',
      'requireLogin',
      'port',
      'postmaster',
      'name',
      'transports',
    ]);
  });

  test('names the stages that may hold or quarantine, also by what they do when a port cannot tell', async () => {
    const moderate = defineStage({ name: 'moderate', at: 'mail', decides: ['hold'], run: () => hold('moderation') });
    const port = { ask: () => undefined };
    const scan = defineStage({
      name: 'scan',
      at: 'message',
      asks: { scanner: { port, cannotTell: 'quarantine' } },
      run: () => undefined,
    });
    const policy = definePolicy({ mail: [moderate], message: [scan] });
    expect(await problemsOf(() => smtpServer({ ...base, policy }))).toEqual([
      'hold: the policy may hold messages (stages "moderate"): the option "hold" with a mail store is needed',
      'quarantine: the policy may quarantine messages (stages "scan"): the option "quarantine" with a mail store is needed',
    ]);
  });

  test('SMTP cannot reply for each recipient; LMTP can', async () => {
    const each = defineStage({ name: 'each', at: 'message', edits: ['reply-per-recipient'], run: () => undefined });
    const policy = definePolicy({ message: [each] });
    // @ts-expect-error the compiler says it too
    const problems = await problemsOf(() => smtpServer({ ...base, policy }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('each');
    await (await lmtpServer({ ...base, policy })).close();
  });

  test('says which package to install', async () => {
    const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    const problems = await problemsOf(() => loadEngine(() => Promise.reject(missing)));
    expect(problems[0]).toContain('npm install smtp-server');
    const old = { SMTPServer: class {}, SMTPConnection: class {} } as never;
    expect((await problemsOf(() => loadEngine(async () => old)))[0]).toContain('lacks send');
  });

  test('refuses a spool directory that cannot be written to', async () => {
    const problems = await problemsOf(() =>
      smtpServer({ ...base, policy: definePolicy({}), spoolDirectory: '/nowhere/at/all' }),
    );
    expect(problems[0]).toContain('/nowhere/at/all');
  });

  test('rejects with the error of the system when the port is taken', async () => {
    await using taken = await startTestServer();
    const start = smtpServer({ ...base, policy: definePolicy({}), port: taken.server.port });
    await expect(start).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('the documented defaults', () => {
    expect(defaultLimits).toMatchObject({ recipients: 1000, errors: 20, connections: 1000, connectionsPerClient: 50 });
    expect(defaultLimits).toMatchObject({
      messageBytes: 50 * 1024 * 1024,
      sessionTime: 30 * 60_000,
      idleTime: 5 * 60_000,
    });
  });
});

describe('limits on connections', () => {
  test.each([{ connections: 2 }, { connectionsPerClient: 2 }])('%o', async (limits) => {
    await using own = await startTestServer({ limits });
    const { port } = own.server;
    const first = await session(port);
    const second = await session(port);
    const third = await openWire(port, '127.0.0.1', false);
    expect(await third.line(2000)).toBe('421 4.7.0 Too many connections');
    expect(await third.line(2000)).toBeUndefined();
    expect(await say(second, 'QUIT')).toMatch(/^221 /);
    second.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const fourth = await session(port);
    for (const wire of [first, third, fourth]) wire.destroy();
  });

  test('a line without end is cut off at 16 KiB', async () => {
    await using own = await startTestServer();
    const wire = await session(own.server.port);
    wire.send(Buffer.alloc(20_000, 0x41));
    expect(await wire.line(2000)).toMatch(/^421 /);
    expect(await wire.line(2000)).toBeUndefined();
  });

  test('a TLS handshake that does not come is cut off', async () => {
    await using own = await startTestServer({ tls: await certificate(), implicitTls: true, limits: { idleTime: 200 } });
    const socket = connect(own.server.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('close', resolve));
  });

  test('a header beyond its limits and a message beyond its size are refused when they end', async () => {
    await using own = await startTestServer({ limits: { messageBytes: 100_000 } });
    const wire = await session(own.server.port);
    await envelope(wire);
    wire.send('X: y\r\n'.repeat(11_000));
    expect(await say(wire, '.')).toBe('552 5.3.4 The header of the message exceeds a limit');
    await envelope(wire);
    wire.send(`\r\n${`${'x'.repeat(70)}\r\n`.repeat(2000)}`);
    expect(await say(wire, '.')).toBe('552 5.3.4 Error: message file too big');
    wire.destroy();
  });

  test('a thousand recipients, and no more', async () => {
    await using own = await startTestServer();
    const wire = await session(own.server.port);
    expect(await say(wire, 'MAIL FROM:<a@example.com>')).toMatch(/^250 /);
    wire.send(Array.from({ length: 1001 }, (_, n) => `RCPT TO:<u${n}@school.example>\r\n`).join(''));
    for (let n = 0; n < 1000; n++) expect(await wire.line(5000)).toBe('250 2.1.5 Ok');
    expect(await wire.line(2000)).toBe('452 4.5.3 Error: too many recipients');
    expect(await say(wire, 'DATA')).toMatch(/^354 /);
    expect(await say(wire, '.')).toMatch(/^250 /);
    expect(own.store.mailboxes()).toHaveLength(1000);
    wire.destroy();
  });
});

describe('a new policy', () => {
  const refuse = (text: string) =>
    definePolicy({
      mail: [defineStage({ name: 'refuse', at: 'mail', run: () => reject('access', reply(550, '5.7.1', text)) })],
    });

  test('serves sessions that begin after it; one that the server cannot run changes nothing', async () => {
    await using server = await smtpServer({ ...base, policy: refuse('one') });
    const early = await session(server.port);
    server.usePolicy(refuse('two'));
    const late = await session(server.port);
    expect(await say(early, 'MAIL FROM:<a@example.com>')).toBe('550 5.7.1 one');
    expect(await say(late, 'MAIL FROM:<a@example.com>')).toBe('550 5.7.1 two');
    const holds = defineStage({ name: 'holds', at: 'mail', decides: ['hold'], run: () => hold('moderation') });
    expect(() => server.usePolicy(definePolicy({ mail: [holds] }))).toThrow(/"holds".*"hold" with a mail store/);
    const third = await session(server.port);
    expect(await say(third, 'MAIL FROM:<a@example.com>')).toBe('550 5.7.1 two');
    for (const wire of [early, late, third]) wire.destroy();
  });
});

describe('one of several recipients whose copy cannot be stored', () => {
  const policy = definePolicy({ rcpt: [route({ localDomains: ['school.example'], localRecipients: 'all' })] });
  const failing = (mailbox: string) => (mailbox === 's002' ? 'storage-full' : undefined);
  const send = async (port: number, lines: number): Promise<string | undefined> => {
    const wire = await openWire(port, '127.0.0.1', false);
    await wire.line(2000);
    await say(wire, `${lines > 1 ? 'LHLO' : 'EHLO'} client.example`, 6);
    await say(wire, 'MAIL FROM:<a@example.com>');
    await say(wire, 'RCPT TO:<s001@school.example>');
    await say(wire, 'RCPT TO:<s002@school.example>');
    await say(wire, 'DATA');
    const last = await say(wire, 'Subject: x\r\n\r\nbody\r\n.', lines);
    wire.destroy();
    return last;
  };

  test('SMTP: 452 for all, and nobody has it, so that nobody has it twice when it comes again', async () => {
    const store = memoryStore({ failing });
    await using server = await smtpServer({ ...base, store, policy });
    expect(await send(server.port, 1)).toMatch(/^452 4\.3\.1 /);
    expect(store.messages('s001')).toHaveLength(0);
  });

  test('LMTP: each has a reply of its own, and the other has the message', async () => {
    const store = memoryStore({ failing });
    await using server = await lmtpServer({ ...base, store, policy });
    expect(await send(server.port, 2)).toMatch(/^452 4\.3\.1 /);
    expect(store.messages('s001')).toHaveLength(1);
  });
});

describe('the message', () => {
  test('dots are unstuffed the same for any chunking', async () => {
    await using own = await startTestServer();
    const lines = fc.array(fc.constantFrom('.', '..', '...', '', 'x', '.x', 'x.', '. '), { maxLength: 8 });
    const cuts = fc.array(fc.nat(40), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(lines, cuts, async (body, at) => {
        own.store.clear();
        const wire = await session(own.server.port);
        await envelope(wire);
        const stuffed = ['Subject: dots', '', ...body].map((line) => (line.startsWith('.') ? `.${line}` : line));
        const octets = `${stuffed.join('\r\n')}\r\n.\r\n`;
        let from = 0;
        for (const cut of [...at].sort((a, b) => a - b)) {
          wire.send(octets.slice(from, cut));
          from = Math.max(from, cut);
          await new Promise((resolve) => setImmediate(resolve));
        }
        wire.send(octets.slice(from));
        expect(await wire.line(2000)).toMatch(/^250 /);
        wire.destroy();
        const stored = Buffer.from(own.store.messages('s001')[0]?.bytes ?? []).toString();
        expect(stored.slice(stored.indexOf('Subject:'))).toBe(`${['Subject: dots', '', ...body].join('\n')}\n`);
      }),
      { numRuns: 25 },
    );
  });

  test('one larger than the memory of the spool arrives whole', async () => {
    await using own = await startTestServer();
    const wire = await session(own.server.port);
    await envelope(wire);
    const body = Array.from(
      { length: 20_000 },
      (_, n) => `line ${n} of a message that does not fit into memory\r\n`,
    ).join('');
    wire.send(`Subject: large\r\n\r\n${body}.\r\n`);
    expect(await wire.line(5000)).toMatch(/^250 /);
    const stored = Buffer.from(own.store.messages('s001')[0]?.bytes ?? []).toString();
    expect(stored.endsWith(body.replaceAll('\r\n', '\n'))).toBe(true);
    wire.destroy();
  });

  test('is reported to onTransaction and on the channel, and what they throw does no harm', async () => {
    const seen: TransactionRecord[] = [];
    const heard: unknown[] = [];
    const listen = (message: unknown): void => void heard.push(message);
    subscribe(TRANSACTION_CHANNEL, listen);
    const onTransaction = (record: TransactionRecord): void => {
      seen.push(record);
      throw new Error('not my fault');
    };
    await using own = await startTestServer({ onTransaction });
    const dialogue = parseDialogue(
      'S* 220\nC: EHLO c.example\nS* 250\nC: MAIL FROM:<a@example.com>\nS* 250\nC: RCPT TO:<s001@school.example>\nS* 250\nC: DATA\nS* 354\nC: Subject: reject\nC:\nC: .\nS* 550',
      'inline',
    );
    await runDialogue(dialogue, { port: own.server.port });
    unsubscribe(TRANSACTION_CHANNEL, listen);
    expect(seen).toHaveLength(1);
    expect(heard).toEqual(seen);
    expect(seen[0]?.outcome.decision).toMatchObject({ kind: 'reject', reason: 'content' });
    expect(seen[0]?.outcome.trace.phases.map((one) => one.phase)).toEqual([
      'connect',
      'helo',
      'mail',
      'rcpt',
      'data',
      'message',
    ]);
    expect(own.lines.some((line) => line.text === 'onTransaction threw')).toBe(true);
  });

  test('never gets into the log, and neither does what a client says beyond the envelope', async () => {
    const { lines, logger } = recordingLogger();
    await using own = await startTestServer({ logger });
    const wire = await session(own.server.port);
    await envelope(wire);
    wire.send('Subject: confidential\r\n\r\nconfidential\r\n');
    await say(wire, '.');
    wire.destroy();
    expect(JSON.stringify(lines)).not.toContain('confidential');
    expect(lines.filter((line) => line.fields.event === 'message')).toHaveLength(1);
  });
});
