/** Names that c-ares does not ask for: the same answers as for other names, the same faults, and any octets as a reply. */
import { Resolver as NodeResolver } from 'node:dns/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dnsResolver } from '../../../src/adapters/dns/index.js';
import { encodeQuestion, type Message, readReply } from '../../../src/adapters/dns/message.js';
import { askOtherName, isHostName } from '../../../src/adapters/dns/other-names.js';
import { questions } from '../../../src/adapters/dns/questions.js';
import type { QuestionType } from '../../../src/adapters/dns/wire.js';
import { conformanceZone } from '../../../src/testing/resolver/cases.js';
import { type NameServer, nameServer } from './name-server.js';

const zone = {
  'a+b._spf.example.com': {
    A: ['127.0.0.2'],
    TXT: ['v=spf1 +all'],
    MX: [{ preference: 1, exchange: 'mx.example.com' }],
  },
  'srs0=x=y!z._spf.example.com': { A: ['127.0.0.2'] },
  'alias+1.example.com': { CNAME: 'a+b._spf.example.com' },
  'loop+1.example.com': { CNAME: 'loop+2.example.com' },
  'loop+2.example.com': { CNAME: 'loop+1.example.com' },
  'slow+.example.com': 'TIMEOUT',
  'broken+.example.com': 'SERVFAIL',
  'many+.example.com': { A: Array.from({ length: 60 }, (_, i) => `192.0.2.${i}`) },
} as const;

let server: NameServer;
beforeEach(async () => {
  server = await nameServer(zone);
});
afterEach(() => server[Symbol.asyncDispose]());

describe('names of other characters', () => {
  it('are asked for as others are', async () => {
    await using r = dnsResolver({ servers: [server.address], timeout: 600 });
    expect(await r.addresses('A+b._spf.example.com', 4)).toMatchObject({
      kind: 'found',
      value: [{ text: '127.0.0.2' }],
    });
    expect(await r.addresses('srs0=x=y!z._spf.example.com', 4)).toMatchObject({ kind: 'found' });
    expect(await r.texts('a+b._spf.example.com')).toEqual({ kind: 'found', value: ['v=spf1 +all'] });
    expect(await r.texts('alias+1.example.com')).toEqual({ kind: 'found', value: ['v=spf1 +all'] });
    expect(await r.mailExchangers('alias+1.example.com')).toMatchObject({ kind: 'found' });
    expect(await r.addresses('a+b._spf.example.com', 6)).toEqual({ kind: 'not-found', why: 'no-data' });
    expect(await r.addresses('none+.example.com', 4)).toEqual({ kind: 'not-found', why: 'no-such-name' });
    expect(await r.addresses('broken+.example.com', 4)).toMatchObject({
      kind: 'cannot-tell',
      why: expect.stringContaining('ESERVFAIL'),
    });
    expect(await r.addresses('slow+.example.com', 4)).toMatchObject({ kind: 'cannot-tell', temporary: true });
    expect(await r.texts('loop+1.example.com')).toMatchObject({ kind: 'cannot-tell' });
    server.mode = 'aliases';
    expect(await r.addresses('alias+1.example.com', 4)).toMatchObject({ kind: 'found' });
    expect(await r.addresses('loop+1.example.com', 4)).toMatchObject({ why: expect.stringContaining('circle') });
    server.asked.length = 0;
    await r.texts('a+b._spf.example.com');
    expect(server.asked).toEqual([]);
  });

  it.each(['garbage', 'silent', 'wrong-id', 'no-sense', 'cut-off', 'mute', 'refuse'] as const)(
    'cannot be told, within the time, when the name server is %s',
    async (mode) => {
      await using r = dnsResolver({ servers: [server.address], timeout: 300, failureTtl: 0 });
      server.mode = mode;
      const start = performance.now();
      expect(await r.addresses('a+b._spf.example.com', 4)).toMatchObject({ kind: 'cannot-tell', temporary: true });
      expect(performance.now() - start).toBeLessThan(900);
      server.mode = 'zone';
      expect(await r.addresses('a+b._spf.example.com', 4)).toMatchObject({ kind: 'found' });
    },
  );

  it('are asked for by TCP where the answer is truncated', async () => {
    await using r = dnsResolver({ servers: [server.address], timeout: 1000 });
    server.mode = 'truncated';
    expect(await r.addresses('many+.example.com', 4)).toMatchObject({ kind: 'found', value: { length: 60 } });
    expect(server.asked).toEqual(['A many+.example.com', 'tcp A many+.example.com']);
  });

  it('cannot be told when nobody is there, or the resolver is closed', async () => {
    await using nobody = dnsResolver({ servers: ['127.0.0.1:1'], timeout: 400 });
    expect(await nobody.texts('a+b.example')).toMatchObject({ kind: 'cannot-tell', temporary: true });
    const r = dnsResolver({ servers: [server.address], timeout: 20_000 });
    const late = r.texts('slow+.example.com');
    await new Promise((resolve) => setTimeout(resolve, 30));
    await r.close();
    expect(await late).toMatchObject({ kind: 'cannot-tell' });
  });

  // No route, or not allowed: connect(2) fails before anything is sent. A link-local address without its link is a wrong argument.
  it.each(['255.255.255.255:53', '[fe80::1]:53'])(
    'cannot be told by a server that no datagram gets to: %s',
    async (bad) => {
      const start = performance.now();
      await using alone = dnsResolver({ servers: [bad], timeout: 3000 });
      expect(await alone.texts('a+b._spf.example.com')).toMatchObject({
        kind: 'cannot-tell',
        temporary: true,
        why: expect.stringMatching(
          /^TXT of a\+b\._spf\.example\.com: E(?:ACCES|INVAL|NETUNREACH|AFNOSUPPORT|ADDRNOTAVAIL)$/,
        ),
      });
      await using both = dnsResolver({ servers: [bad, server.address], timeout: 3000 });
      expect(await both.texts('a+b._spf.example.com')).toEqual({ kind: 'found', value: ['v=spf1 +all'] });
      expect(performance.now() - start).toBeLessThan(1000);
    },
  );

  it('end quietly whenever the resolver is closed', async () => {
    const servers = ['255.255.255.255:53', '127.0.0.1:1', server.address];
    for (const mode of ['zone', 'truncated', 'mute', 'cut-off'] as const) {
      server.mode = mode;
      for (let turns = 0; turns < 12; turns++) {
        const r = dnsResolver({ servers: servers.slice(turns % 3), timeout: 2000 });
        const answer = r.texts('a+b._spf.example.com');
        for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
        await r.close();
        expect((await answer).kind).toMatch(/^(?:found|cannot-tell)$/);
      }
    }
  });

  it('leave no warning behind when many are asked for at once', async () => {
    const warnings: string[] = [];
    const warned = (warning: Error): unknown => warnings.push(warning.name);
    process.on('warning', warned);
    await using r = dnsResolver({ servers: [server.address], timeout: 2000 });
    await Promise.all(Array.from({ length: 60 }, (_, i) => r.texts(`n+${i}.example`)));
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('warning', warned);
    expect(warnings).toEqual([]);
  });

  it('are told in reasons and aliases as in master files', async () => {
    server.zone = {
      'a b.example.com': { CNAME: 'c d@e.example.com' },
      'host.example.com': { CNAME: 'c d@e.example.com' },
      'c d@e.example.com': { TXT: ['end'] },
      'x\\\n .example.com': 'SERVFAIL',
    };
    await using r = dnsResolver({ servers: [server.address], timeout: 1000, cacheSize: 0 });
    for (const mode of ['zone', 'aliases'] as const) {
      server.mode = mode;
      expect(await r.texts('A B.example.com')).toEqual({ kind: 'found', value: ['end'] });
      expect(await r.texts('host.example.com')).toEqual({ kind: 'found', value: ['end'] });
    }
    expect(await r.texts('x\\\n .example.com')).toMatchObject({
      why: 'TXT of x\\\\\\010\\032.example.com: ESERVFAIL',
    });
  });

  it('are asked of the next name server where one fails', async () => {
    await using r = dnsResolver({ servers: ['127.0.0.1:1', server.address], timeout: 2000 });
    expect(await r.texts('a+b._spf.example.com')).toMatchObject({ kind: 'found' });
  });

  it('get the answers that c-ares gets for names of hosts', async () => {
    server.zone = conformanceZone;
    const node = new NodeResolver({ timeout: 300, tries: 1 });
    node.setServers([server.address]);
    const other = { servers: [server.address], timeout: 600, signal: new AbortController().signal };
    const types: readonly QuestionType[] = ['A', 'AAAA', 'MX', 'TXT', 'NS', 'PTR'];
    const outcome = async (answer: Promise<{ readonly values: readonly unknown[] }>): Promise<unknown> => {
      try {
        return (await answer).values;
      } catch (error) {
        return (error as { readonly code: unknown }).code;
      }
    };
    for (const name of Object.keys(conformanceZone).filter(isHostName)) {
      for (const type of types) {
        if (conformanceZone[name] === 'TIMEOUT' || name === 'half.example.com') continue;
        const [wanted, got] = await Promise.all([
          outcome(questions[type](node, name)),
          outcome(askOtherName(other, type, name.toLowerCase())),
        ]);
        // For NS and PTR c-ares does not tell an alias without records from no data.
        const alias = Array.isArray(got) && got.length === 0 && wanted === 'ENODATA';
        if (!alias) expect([name, type, got]).toEqual([name, type, wanted]);
      }
    }
  }, 20_000);
});

describe('readReply', () => {
  const runs = Number(process.env.POSTERN_FUZZ_RUNS ?? 2000);
  const question = encodeQuestion(0x1234, 'TXT', 'a+b.example');
  const name = question.subarray(12, -4);
  const head = (answers: number, flags = 0x8180): readonly number[] => [
    ...[0x12, 0x34, flags >> 8, flags & 255, 0, 1, answers >> 8, answers & 255, 0, 0, 0, 0],
    ...question.subarray(12),
  ];
  const record = (type: number, data: readonly number[], owner: readonly number[] = [0xc0, 12]): readonly number[] => [
    ...[...owner, 0, type, 0, 1, 0, 0, 1, 0, data.length >> 8, data.length & 255, ...data],
  ];
  const read = (octets: readonly number[]): Message | undefined => readReply(Uint8Array.from(octets), question);

  /** Records of a type that nobody asks for, and of one whose name is the last of so many pointers, each to the one before. */
  function pointers(count: number): readonly number[] {
    const chain = Array.from({ length: count }, (_, i) => {
      const target = i === 0 ? 12 : 41 + 2 * (i - 1);
      return [0xc0 | (target >> 8), target & 255];
    });
    const last = 41 + 2 * (count - 1);
    return [...head(2), ...record(99, chain.flat()), ...record(12, [0xc0 | (last >> 8), last & 255])];
  }

  it('reads a name behind pointers to pointers, and the longest', () => {
    expect(read(pointers(100))).toMatchObject({ records: [{ type: 'PTR', value: 'a+b.example' }] });
    const value = [...Array(120).fill([1, 65]).flat(), 0xc0, 12];
    const wanted = `${'a.'.repeat(120)}a+b.example`;
    expect(read([...head(1), ...record(12, value)])).toMatchObject({ records: [{ value: wanted }] });
    expect(read([...head(1), ...record(12, [1, 65, ...value])])).toMatchObject({ records: [{ value: `a.${wanted}` }] });
    expect(read([...head(1), ...record(12, [2, 65, 66, ...value])])).toBeUndefined();
  });

  it('reads records of all types, compressed names, and passes others over', () => {
    const octets = [
      ...head(7),
      ...record(16, [1, 65, 2, 66, 67]),
      ...record(1, [192, 0, 2, 1]),
      ...record(28, [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1]),
      ...record(15, [0, 10, 2, 77, 88, 0xc0, 12], name as never),
      ...record(5, [0xc0, 16]),
      ...record(12, [3, 46, 0, 92, 0]),
      ...record(99, [1, 2, 3]),
    ];
    expect(read(octets)).toMatchObject({
      code: 0,
      truncated: false,
      records: [
        { owner: 'a+b.example', type: 'TXT', seconds: 256, value: 'ABC' },
        { type: 'A', value: { text: '192.0.2.1' } },
        { type: 'AAAA', value: { text: '2001:db8::1' } },
        { type: 'MX', value: { preference: 10, exchange: 'mx.a+b.example' } },
        { type: 'CNAME', value: 'example' },
        { type: 'PTR', value: '\\.\\000\\\\' },
      ],
    });
  });

  it.each<[string, readonly number[]]>([
    ['another id', [0, 0, ...head(0).slice(2)]],
    ['a question in place of a reply', head(0, 0x0100)],
    ['the reply to another name', head(0).map((octet, i) => (i === 13 ? octet + 1 : octet))],
    ['a name that points to itself', [...head(1), ...record(12, [0xc0, 42])]],
    ['a name of 255 octets and its end', [...head(1), ...record(12, [...Array(127).fill([1, 65]).flat(), 0xc0, 16])]],
    ['more pointers than a name needs', pointers(200)],
    ['a name that points forward', [...head(1), ...record(12, [0xff, 0xff])]],
    ['a name in a circle', [...head(1), ...record(12, [1, 65, 0xc0, 41])]],
    ['a record that is too short', [...head(1), ...record(1, [192, 0, 2])]],
    ['a record that is too long', [...head(1), ...record(1, [192, 0, 2, 1, 0])]],
    ['a string that ends behind its record', [...head(1), ...record(16, [9, 65])]],
    ['fewer records than it says', [...head(2), ...record(1, [192, 0, 2, 1])]],
    ['more records than there are', head(0xffff)],
  ])('takes no reply with %s', (_what, octets) => {
    expect(read(octets)).toBeUndefined();
  });

  it('never throws, whatever comes', () => {
    const good = Uint8Array.from([...head(2), ...record(16, [1, 65]), ...record(15, [0, 1, 0xc0, 12])]);
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    const mutated = fc.array(change, { maxLength: 6 }).map((changes) => {
      const octets = Uint8Array.from(good);
      for (const [at, octet] of changes) octets[at] = octet;
      return octets;
    });
    const cut = fc.tuple(mutated, fc.nat(good.length)).map(([octets, length]) => octets.subarray(0, length));
    const tail = fc.uint8Array({ maxLength: 200 }).map((octets) => Uint8Array.from([...head(3), ...octets]));
    fc.assert(
      fc.property(fc.oneof(mutated, cut, tail, fc.uint8Array({ maxLength: 100 })), (octets) => {
        const message = readReply(octets, question);
        expect(message?.records.length ?? 0).toBeLessThanOrEqual(100);
      }),
      { numRuns: runs },
    );
  });

  it('reads the largest reply in bounded time', () => {
    const chain = Array.from({ length: 5000 }, (_, i) => [0xc0 | ((28 + 2 * i) >> 8), (28 + 2 * i) & 255]).flat();
    const address = record(1, [1, 2, 3, 4], [0xff, 0xf0]);
    const long = [...head(3001), ...record(99, chain), ...Array(3000).fill(address).flat()];
    const start = performance.now();
    read(long);
    expect(performance.now() - start).toBeLessThan(200);
  });

  it('reads thousands of records with one long name in bounded time', () => {
    const odd = encodeQuestion(1, 'MX', Array(127).fill('\x01').join('.'));
    const mx = (i: number): readonly number[] => record(15, [i >> 8, i & 255, 0xc0, 12]);
    const all = Array.from({ length: 3500 }, (_, i) => mx(i)).flat();
    const reply = Uint8Array.from([
      0,
      1,
      0x81,
      0x80,
      0,
      1,
      3500 >> 8,
      3500 & 255,
      0,
      0,
      0,
      0,
      ...odd.subarray(12),
      ...all,
    ]);
    const start = performance.now();
    expect(readReply(reply, odd)?.records.length).toBe(3500);
    expect(performance.now() - start).toBeLessThan(200);
  });
});
