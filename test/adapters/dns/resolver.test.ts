/** The resolver on node:dns against a name server on loopback: the port's suite, faults, memory, caps, and ends. */
import { execFile } from 'node:child_process';
import { Resolver as NodeResolver } from 'node:dns/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerCache } from '../../../src/adapters/dns/cache.js';
import { type DnsOptions, type DnsResolver, dnsResolver } from '../../../src/adapters/dns/index.js';
import { places } from '../../../src/adapters/dns/places.js';
import { questions } from '../../../src/adapters/dns/questions.js';
import { resolverConformance, type Zone, zoneResolver } from '../../../src/testing/resolver/index.js';
import { cannotTell, notFound } from '../../../src/values/answer.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { ipFromWords } from '../../../src/values/ip.js';
import { type NameServer, nameServer } from './name-server.js';

describe('dnsResolver', () => {
  let server: NameServer;
  const count = resolverConformance<DnsResolver>({
    test: it,
    makeResolver: async (zone) => {
      server = await nameServer(zone);
      return dnsResolver({ servers: [server.address], timeout: 400 });
    },
    dispose: async (resolver) => {
      await resolver.close();
      await server[Symbol.asyncDispose]();
    },
  });

  it('was tested by a suite that is not empty', () => {
    expect(count).toBeGreaterThanOrEqual(14);
  });
});

describe('dnsResolver by itself', () => {
  const zone: Zone = {
    'example.com': { A: ['192.0.2.1'], TXT: ['one'], MX: [{ preference: 1, exchange: 'mx.example.com' }] },
    'many.example': { A: Array.from({ length: 20 }, (_, i) => `192.0.2.${i}`) },
    'slow.example': 'TIMEOUT',
    'broken.example': 'SERVFAIL',
  };
  let server: NameServer;
  const open: DnsResolver[] = [];
  const resolver = (options: DnsOptions = {}): DnsResolver => {
    const made = dnsResolver({ servers: [server.address], timeout: 400, ...options });
    open.push(made);
    return made;
  };

  beforeEach(async () => {
    server = await nameServer(zone);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
    await server[Symbol.asyncDispose]();
  });

  it('says why it could not tell, and what it had asked', async () => {
    const r = resolver({ failureTtl: 0 });
    expect(await r.texts('broken.example')).toMatchObject({ why: 'TXT of broken.example: ESERVFAIL', temporary: true });
    server.mode = 'refuse';
    expect(await r.texts('example.com')).toMatchObject({ why: 'TXT of example.com: EREFUSED', temporary: true });
    server.mode = 'garbage';
    expect(await r.texts('example.com')).toMatchObject({ kind: 'cannot-tell', temporary: true });
  });

  it.each(['garbage', 'silent', 'wrong-id', 'no-sense', 'cut-off', 'mute'] as const)(
    'cannot tell, within its time, when the name server is %s',
    async (mode) => {
      const r = resolver({ timeout: 300, failureTtl: 0 });
      server.mode = mode;
      const start = performance.now();
      const answers = await Promise.all([r.addresses('example.com', 4), r.texts('example.com')]);
      expect(answers).toMatchObject(Array(2).fill({ kind: 'cannot-tell', temporary: true }));
      expect(performance.now() - start).toBeLessThan(700);
      server.mode = 'zone';
      expect(await r.texts('example.com')).toEqual({ kind: 'found', value: ['one'] });
    },
  );

  it('cannot tell what comes too late', async () => {
    const r = resolver({ timeout: 150, failureTtl: 0 });
    server.delay = 250;
    expect(await r.texts('example.com')).toMatchObject({ kind: 'cannot-tell', temporary: true });
  });

  it('asks again by TCP for an answer that is truncated', async () => {
    server.mode = 'truncated';
    const r = resolver();
    expect(await r.addresses('many.example', 4)).toMatchObject({ kind: 'found', value: { length: 20 } });
    expect(server.asked).toEqual(['A many.example', 'tcp A many.example']);
  });

  it('follows aliases that the name server leaves, and cannot tell where they lead in a circle', async () => {
    server.zone = {
      ...zone,
      'a.example': { CNAME: 'b.example' },
      'b.example': { CNAME: 'Example.com' },
      'loop-1.example': { CNAME: 'loop-2.example' },
      'loop-2.example': { CNAME: 'loop-1.example' },
      'self.example': { CNAME: 'self.example' },
      'dead-end.example': { CNAME: 'nowhere.example' },
      'to-slow.example': { CNAME: 'broken.example' },
      '1.2.0.192.in-addr.arpa': { CNAME: '1.0/25.2.0.192.in-addr.arpa' },
      '1.0/25.2.0.192.in-addr.arpa': { PTR: ['one.example'] },
      '2.2.0.192.in-addr.arpa': { CNAME: '2.2.0.192.in-addr.arpa' },
      ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`l${i}.example`, { CNAME: `l${i + 1}.example` }])),
    };
    server.mode = 'aliases';
    const r = resolver({ timeout: 2000 });
    expect(await r.addresses('a.example', 4)).toMatchObject({ kind: 'found', value: [{ text: '192.0.2.1' }] });
    expect(await r.texts('a.example')).toEqual({ kind: 'found', value: ['one'] });
    expect(await r.mailExchangers('a.example')).toMatchObject({ kind: 'found' });
    expect(await r.addresses('a.example', 6)).toEqual(notFound('no-data'));
    expect(await r.texts('dead-end.example')).toEqual(notFound('no-such-name'));
    expect(await r.texts('to-slow.example')).toMatchObject({
      kind: 'cannot-tell',
      why: 'TXT of broken.example: ESERVFAIL',
    });
    expect(await r.names(ipFromWords([0xc0000201]))).toEqual({ kind: 'found', value: ['one.example'] });
    expect(await r.names(ipFromWords([0xc0000202]))).toMatchObject({ kind: 'cannot-tell' });
    const circle = { kind: 'cannot-tell', temporary: true, why: expect.stringContaining('circle') };
    expect(await r.addresses('loop-1.example', 4)).toMatchObject(circle);
    expect(await r.texts('loop-1.example')).toMatchObject(circle);
    expect(await r.mailExchangers('self.example')).toMatchObject(circle);
    expect(await r.nameServers('self.example')).toMatchObject(circle);
    expect(await r.addresses('l0.example', 4)).toMatchObject({ why: 'A of l0.example: more than 16 aliases' });
    server.asked.length = 0;
    await r.texts('a.example');
    await r.texts('loop-1.example');
    expect(server.asked).toEqual([]);
  });

  it('leaves nothing behind that keeps a process up', async () => {
    const script = `
      import { dnsResolver } from './src/adapters/dns/index.ts';
      const r = dnsResolver({ servers: [process.argv[1]], timeout: 600_000 });
      const late = [r.texts('slow.example'), r.addresses('slow.example', 4)];
      const known = await r.texts('example.com');
      await r.close();
      console.log([known, ...(await Promise.all(late))].map(({ kind }) => kind).join(' '));
    `;
    const argv = ['--import', 'tsx', '--input-type=module', '--eval', script, server.address];
    const cwd = fileURLToPath(new URL('../../..', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd, timeout: 20_000 });
    expect(stdout).toBe('found cannot-tell cannot-tell\n');
  }, 30_000);

  it('cannot tell when nobody is there', async () => {
    const r = resolver({ servers: ['127.0.0.1:1'] });
    expect(await r.texts('example.com')).toMatchObject({ kind: 'cannot-tell', temporary: true });
  });

  it('keeps its time limit', async () => {
    const r = resolver({ timeout: 150 });
    const start = performance.now();
    expect(await r.texts('slow.example')).toMatchObject({ kind: 'cannot-tell' });
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('keeps the deadline of a call, and asks on for the others', async () => {
    const r = resolver({ timeout: 500 });
    const start = performance.now();
    const call = { signal: new AbortController().signal, deadline: performance.now() + 60 };
    const [short] = await Promise.all([r.texts('slow.example', call)]);
    expect(short).toMatchObject({ kind: 'cannot-tell' });
    expect(performance.now() - start).toBeLessThan(400);
    expect(await r.texts('example.com', { ...call, deadline: performance.now() - 1 })).toMatchObject({
      kind: 'cannot-tell',
    });
    expect(await r.texts('example.com')).toMatchObject({ kind: 'found' });
  });

  it('leaves no warning behind when one evaluation asks much at once', async () => {
    const warnings: string[] = [];
    const warned = (warning: Error): unknown => warnings.push(warning.name);
    process.on('warning', warned);
    const call = { signal: new AbortController().signal, deadline: performance.now() + 5000 };
    const r = resolver();
    await Promise.all(Array.from({ length: 30 }, (_, i) => r.texts(`n${i}.example`, call)));
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('warning', warned);
    expect(warnings).toEqual([]);
  });

  it('asks equal questions once, and remembers all three kinds of answers', async () => {
    const r = resolver();
    await Promise.all(Array.from({ length: 30 }, () => r.texts('example.com')));
    await r.texts('EXAMPLE.com');
    expect(server.asked).toEqual(['TXT example.com']);
    for (let i = 0; i < 3; i++) await r.texts('nowhere.example');
    expect(server.asked).toEqual(['TXT example.com', 'TXT nowhere.example']);
    await r.texts('broken.example');
    const before = server.asked.length;
    await r.texts('broken.example');
    expect(server.asked.length).toBe(before);
    // What is remembered comes without a turn of the event loop.
    expect(r.texts('example.com')).toEqual({ kind: 'found', value: ['one'] });
  });

  it('forgets in time: addresses by their records, the others by the settings', async () => {
    let now = 0;
    const r = resolver({ now: () => now, ttl: 10, negativeTtl: 5, failureTtl: 0, maxTtl: 100 });
    server.ttl = 3;
    const askAll = async (): Promise<readonly string[]> => {
      server.asked.length = 0;
      await r.addresses('example.com', 4);
      await r.mailExchangers('example.com');
      await r.texts('nowhere.example');
      return [...server.asked];
    };
    expect(await askAll()).toEqual(['A example.com', 'MX example.com', 'TXT nowhere.example']);
    now = 2999;
    expect(await askAll()).toEqual([]);
    now = 3000;
    expect(await askAll()).toEqual(['A example.com']);
    now = 5000;
    expect(await askAll()).toEqual(['TXT nowhere.example']);
    server.ttl = 100_000;
    now = 10_000;
    expect(await askAll()).toEqual(['A example.com', 'MX example.com', 'TXT nowhere.example']);
    now = 109_999;
    expect(await askAll()).not.toContain('A example.com');
    now = 110_000;
    expect(await askAll()).toContain('A example.com');
    server.ttl = 0;
    now = 300_000;
    await askAll();
    expect(await askAll()).toEqual(['A example.com']);
  });

  it('does not remember failures when told so', async () => {
    const r = resolver({ failureTtl: 0 });
    expect(await r.texts('broken.example')).toMatchObject({ kind: 'cannot-tell' });
    server.zone = { 'broken.example': { TXT: ['mended'] } };
    expect(await r.texts('broken.example')).toEqual({ kind: 'found', value: ['mended'] });
  });

  it('gives all records, as many as a DNS message holds', async () => {
    const a = Array.from({ length: 1700 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    const txt = [...Array.from({ length: 150 }, (_, i) => `token=${i}`), 'v=spf1 -all'];
    const mx = Array.from({ length: 300 }, (_, i) => ({ preference: i, exchange: `mx${i}.example` }));
    server.zone = { 'all.example': { A: a, TXT: txt, MX: mx }, 'all+.example': { A: a, TXT: txt, MX: mx } };
    server.mode = 'truncated';
    const r = resolver({ timeout: 4000 });
    for (const name of ['all.example', 'all+.example']) {
      expect(await r.addresses(name, 4)).toMatchObject({ kind: 'found', value: a.map((text) => ({ text })) });
      expect(await r.texts(name)).toEqual({ kind: 'found', value: txt });
      expect(await r.mailExchangers(name)).toEqual({ kind: 'found', value: mx });
    }
  });

  it('knows the time of a list of addresses for some of which Node tells none', async () => {
    const a = Array.from({ length: 300 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    server.zone = { 'pool.example': { A: a } };
    server.mode = 'truncated';
    const node = new NodeResolver({ timeout: 1000, tries: 1 });
    node.setServers([server.address]);
    expect(await questions.A(node, 'pool.example')).toMatchObject({ values: { length: 300 }, seconds: 300 });
  });

  it('remembers no answer of many records', async () => {
    server.zone = { 'pool.example': { A: Array.from({ length: 200 }, (_, i) => `10.0.0.${i}`) } };
    server.mode = 'truncated';
    const r = resolver();
    for (let i = 0; i < 2; i++) expect(await r.addresses('pool.example', 4)).toMatchObject({ value: { length: 200 } });
    expect(server.asked.filter((one) => one.startsWith('tcp'))).toHaveLength(2);
  });

  it('cannot tell what has more records than it may take', async () => {
    const why = 'A of many.example: 20 records, more than 3';
    expect(await resolver({ maxRecords: 3 }).addresses('many.example', 4)).toEqual(cannotTell(why));
    expect(await resolver({ maxRecords: 20 }).addresses('many.example', 4)).toMatchObject({ value: { length: 20 } });
  });

  it('has a cap on questions at once and on those that wait', async () => {
    const r = resolver({ concurrency: 2, waiting: 3, timeout: 200, failureTtl: 0 });
    const names = Array.from({ length: 8 }, (_, i) => `n${i}.example`);
    server.mode = 'silent';
    const answers = Promise.all(names.map((name) => r.texts(name)));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(new Set(server.asked)).toEqual(new Set(['TXT n0.example', 'TXT n1.example']));
    const whys = (await answers).map((answer) => (answer.kind === 'cannot-tell' ? answer.why : answer.kind));
    expect(whys.filter((why) => why.endsWith('too many questions are waiting'))).toHaveLength(3);
    server.mode = 'zone';
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await r.texts('example.com')).toMatchObject({ kind: 'found' });
  });

  it('ends what is under way when it is closed', async () => {
    const r = resolver({ timeout: 5000 });
    const answer = r.texts('slow.example');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await r.close();
    expect(await answer).toMatchObject({ kind: 'cannot-tell', why: 'TXT of slow.example: ECANCELLED' });
    expect(await r.texts('example.com')).toMatchObject({ kind: 'cannot-tell' });
  });

  it('finds the same as the resolver in memory, whatever the name', async () => {
    const wild: Zone = {
      ...zone,
      '*.wild.example': { TXT: ['any'] },
      'b.a.wild.example': { TXT: ['b'] },
      'x y.wild.example': { TXT: ['x y'] },
    };
    server.zone = wild;
    const r = resolver({ timeout: 2000 });
    const memory = zoneResolver(wild);
    const unit = fc.constantFrom(...'abxyAB019-_/*.. \t\n\0\\"@\u00e4\u212a');
    const names = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 70 }),
      fc.string({ unit, maxLength: 300 }),
      fc.string({ unit, maxLength: 4 }),
    );
    let found = 0;
    await fc.assert(
      fc.asyncProperty(names, fc.constantFrom('.wild.example', '.example'), async (name, end) => {
        const [wire, model] = await Promise.all([r.texts(name + end), memory.texts(name + end)]);
        expect(wire).toEqual(model);
        if (wire.kind === 'found') found++;
      }),
      {
        numRuns: 300,
        examples: [
          [' ', '.wild.example'],
          ['\\', '.wild.example'],
          ['x y', '.wild.example'],
          ['a', '.wild.example'],
          ['\u212a', '.wild.example'],
          ['x'.repeat(64), '.wild.example'],
        ],
      },
    );
    expect(found).toBeGreaterThan(20);
  });

  it('refuses wrong options, all at once', () => {
    try {
      dnsResolver({ servers: ['example.com', '127.0.0.1:0'], timeout: 0, concurrency: 1.5, cacheSize: -1 });
      expect.fail('they were taken');
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      expect(error.problems.map(({ construct }) => construct)).toEqual([
        'timeout',
        'concurrency',
        'cacheSize',
        'servers',
        'servers',
      ]);
    }
    expect(() => dnsResolver({ servers: ['[::1]:53', '::1', '127.0.0.1'] })).not.toThrow();
  });
});

describe('its parts', () => {
  it('a cache that is full forgets what was used longest ago', () => {
    const cache = answerCache<number>(2, () => 0);
    cache.set('a', 1, 1);
    cache.set('b', 2, 1);
    cache.get('a');
    cache.set('c', 3, 1);
    expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.size]).toEqual([1, undefined, 3, 2]);
    const none = answerCache<number>(0, () => 0);
    none.set('a', 1, 1);
    expect(none.size).toBe(0);
  });

  it('places are given back once', async () => {
    const two = places(1, 1);
    const first = await two.take();
    const second = two.take();
    expect(two.take()).toBeUndefined();
    first?.();
    first?.();
    (await second)?.();
    const third = two.take();
    expect(two.take()).toBeDefined();
    expect(two.take()).toBeUndefined();
    expect(await third).toBeTypeOf('function');
  });

  it('an address of every kind has a question', async () => {
    const memory = zoneResolver({});
    expect(await memory.names(ipFromWords([1]))).toEqual(notFound('no-such-name'));
    expect(memory.asked).toEqual(['PTR 1.0.0.0.in-addr.arpa']);
  });
});
