/**
 * The wrapper over clamdjs. Most is tested with a double of the one function that is used, whose replies a test decides; where the
 * package is installed, it itself is run against a scripted clamd too.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clamdjs, type ClamdjsModule, type ClamdjsOptions, clamdjs } from '../../../src/adapters/clamdjs/index.js';
import { messageOf, messageOfSize } from '../../../src/testing/builders.js';
import { eicar, scannerConformance } from '../../../src/testing/scanner/index.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { type FakeClamd, fakeClamd, honest, say } from '../clamd/fake-clamd.js';
import { said, stalling, until, wait } from '../clamd/support.js';

const name: string = 'clamdjs';
const installed: ClamdjsModule | undefined = await import(name).then(
  (module: { default: ClamdjsModule }) => module.default,
  () => undefined,
);

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

type ScanBuffer = ReturnType<ClamdjsModule['createScanner']>['scanBuffer'];

const look: ScanBuffer = async (octets) => {
  await wait(1);
  return Buffer.from(octets).includes(eicar) ? 'stream: Test.EICAR FOUND\0' : 'stream: OK\0';
};

async function over(scanBuffer: ScanBuffer, options: ClamdjsOptions = {}): Promise<Clamdjs> {
  const scanner = await clamdjs(
    { host: '127.0.0.1', port: 3310 },
    { timeout: 1000, module: { createScanner: () => ({ scanBuffer }) }, ...options },
  );
  open.push(scanner);
  return scanner;
}

const plain = messageOf('Subject: test\r\n\r\nHello\r\n');
const infected = messageOf(`Subject: test\r\n\r\n${eicar}\r\n`);

describe('over a double', () => {
  const count = scannerConformance({ test: it, makeScanner: () => over(look) });
  it('was tested by a suite that is not empty', () => {
    expect(count).toBeGreaterThanOrEqual(10);
  });

  // All of these are clean to the package's own isCleanReply, or are resolved by it as if they were whole.
  it.each<[unknown, RegExp]>([
    ['stream: OK\0', /^clean$/],
    ['stream: X FOUND\0', /^infected X$/],
    ['stream: TOKEN lookup failed ERROR\0', /^\? it says/],
    ['stream: Win.Trojan.OKbot-1', /^\? part of a reply/],
    ['stream: OK', /^\? part of a reply/],
    ['stream: OK\0stream: X FOUND\0', /^\? part of a reply/],
    ['OK\0', /^\? it says/],
    ['', /^\? part of a reply/],
    ['\0', /^\? it says/],
    [undefined, /^\? no reply/],
    [Buffer.from('stream: OK\0'), /^\? no reply/],
  ])('a reply %j', async (reply, expected) => {
    expect(await said((await over(async () => reply as string)).scan(plain))).toMatch(expected);
  });

  it.each<[string, RegExp]>([
    ['Scan aborted. Reply from server: INSTREAM size limit exceeded. ERROR\0', /^unscannable too-large/],
    ['Scan aborted. Reply from server: INSTREAM size limit exc', /^\? /],
    ['Scan aborted. Reply from server: stream: OK\0', /^\? /],
    ['Timeout connecting to server', /^\? "Timeout connecting to server"$/],
    ['connect ECONNREFUSED 127.0.0.1:3310', /^\? "connect ECONNREFUSED/],
  ])('an error %j', async (why, expected) => {
    expect(await said((await over(() => Promise.reject(new Error(why)))).scan(plain))).toMatch(expected);
  });

  it('is given no more time than there is, and ends in time when it does not', async () => {
    const times: number[] = [];
    const hanging: ScanBuffer = (_, timeout) => {
      times.push(timeout);
      return new Promise(() => {});
    };
    const scanner = await over(hanging, { connections: 1 });
    const call = { signal: new AbortController().signal, deadline: performance.now() + 50 };
    expect(await said(scanner.scan(plain, call))).toMatch(/^\? no answer within \d+ ms$/);
    expect(times[0]).toBeLessThanOrEqual(50);
    // What the package does not end still counts.
    expect(await said(scanner.scan(plain, { ...call, deadline: performance.now() + 50 }))).toMatch(/^\? no answer/);
    expect(times).toHaveLength(1);
  });

  it('holds no more than its number of copies', async () => {
    let [now, most] = [0, 0];
    const counting: ScanBuffer = async (octets, timeout) => {
      most = Math.max(most, ++now);
      const reply = await look(octets, timeout);
      now--;
      return reply;
    };
    const scanner = await over(counting, { connections: 3, maxBytes: 1000 });
    const answers = await Promise.all(Array.from({ length: 200 }, () => said(scanner.scan(infected))));
    expect([most, new Set(answers)]).toEqual([3, new Set(['infected Test.EICAR'])]);
    expect(await said(scanner.scan(messageOfSize(1000)))).toBe('unscannable too-large: over 1000 octets');
  });

  it('is given a line that says that this is mail, then the message', async () => {
    let octets = '';
    const seeing = await over(async (given) => {
      octets = Buffer.from(given).toString('latin1');
      return 'stream: OK\0';
    });
    expect(await said(seeing.scan(plain))).toBe('clean');
    expect(octets).toBe('Received: by postern\r\nSubject: test\r\n\r\nHello\r\n');
  });

  it.each(['in the middle', 'behind its last octet'] as const)(
    'has its places again when a body stalls %s',
    async (where) => {
      const scanner = await over(look, { connections: 1, timeout: 40 });
      const { message, given } = stalling(where);
      for (let i = 0; i < 2; i++) expect(await said(scanner.scan(message))).toMatch(/^\? no answer/);
      expect(await said(scanner.scan(infected))).toBe('infected Test.EICAR');
      given.letGo();
      await until(() => given.back === 2);
    },
  );

  it.each<[unknown, unknown, readonly string[]]>([
    [undefined, {}, ['endpoint']],
    ['x', {}, ['endpoint']],
    [{ host: 'h', port: 1 }, { module: {} }, ['module']],
    [{ host: 'h', port: 1 }, { module: null, Timeout: 1 }, ['Timeout', 'module']],
    [{ host: 'h', port: 1 }, null, ['options']],
  ])('refuses %j %j', async (endpoint, options, wrong) => {
    const error: unknown = await clamdjs(endpoint as never, options as never).catch((reason: unknown) => reason);
    expect(isConfigurationError(error) ? error.problems.map(({ construct }) => construct) : error).toEqual(wrong);
  });

  it('refuses wrong options', async () => {
    const wrong = clamdjs({ path: '/x' } as never, { timeout: 0, connections: 0, maxBytes: 2 ** 40 });
    const error: unknown = await wrong.catch((reason: unknown) => reason);
    const constructs = isConfigurationError(error) ? error.problems.map(({ construct }) => construct) : error;
    expect(constructs).toEqual(['path', 'timeout', 'connections', 'maxBytes']);
  });
});

it('says how to install a package that is not there', async () => {
  vi.doMock('clamdjs', () => {
    throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  });
  const error: unknown = await clamdjs({ host: '127.0.0.1', port: 1 }).catch((reason: unknown) => reason);
  vi.doUnmock('clamdjs');
  expect(error).toMatchObject({ code: 'package', problems: [{ code: expect.stringMatching(/^not-/) }] });
});

describe('over the package', () => {
  beforeEach((ctx) => {
    if (installed === undefined) ctx.skip('clamdjs is not installed');
  });

  async function start(behaviour = honest): Promise<{ fake: FakeClamd; scanner: Clamdjs }> {
    const fake = await fakeClamd(behaviour);
    const scanner = await clamdjs(fake.endpoint as { host: string; port: number }, { timeout: 1000 });
    open.push(fake, scanner);
    return { fake, scanner };
  }
  scannerConformance({ test: it, makeScanner: async () => (await start()).scanner });

  it.each<[string, RegExp]>([
    ['stream: OK\0', /^clean$/],
    ['stream: TOKEN lookup failed ERROR\0', /^\? it says/],
    ['stream: Win.Trojan.OKbot-1', /^\? part of a reply/],
    ['', /^\? part of a reply/],
  ])('a reply %j', async (reply, expected) => {
    const { fake, scanner } = await start(say(reply));
    expect(await said(scanner.scan(plain))).toMatch(expected);
    await until(() => fake.sockets.size === 0);
  });

  it('a daemon that says nothing', async () => {
    const { scanner } = await start(() => {});
    expect(await said(scanner.scan(plain))).toMatch(/^\? /);
  });
});
