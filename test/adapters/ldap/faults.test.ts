/** Every way in which a server can fail: "could not tell" in time, never as nobody, and nothing left of it. */
import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { int, text, tlv } from './fake-ber.js';
import { type FakeAction, type FakeRequest, fakeLdap, ldapResult, noticeOfDisconnection } from './fake-server.js';
import {
  closedAtEnd,
  person,
  query,
  SERVICE,
  said,
  serviceAt,
  start,
  tree,
  unboundSearches,
  until,
  wait,
} from './support.js';

const svc = query('(cn=svc)', { sizeLimit: 2 });
const paged = query('(sAMAccountName=u*)');
const many = Array.from({ length: 1200 }, (_, i) => person(`u${i}`));
const isSearch = ({ operation }: FakeRequest): boolean => operation === 'search';
const LOST = /^\? (it closed the connection|ECONNRESET|EPIPE)$/;

/** Does it at the first `times` searches. */
function atSearch(action: FakeAction, times = 1): (request: FakeRequest) => FakeAction | undefined {
  let left = times;
  return (request) => (isSearch(request) && left-- > 0 ? action : undefined);
}

/** A server of nothing but what is done at its connections. */
async function listening(accept: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    accept(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closedAtEnd({
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a connection that is lost', () => {
  it.each(['short', 'paged'])('at rest: another is made and bound, for a %s search', async (kind) => {
    const fake = await start({ entries: [...tree, ...many] });
    const service = serviceAt(fake.url);
    const search = () => said(service.search(kind === 'short' ? svc : { ...paged, filter: '(cn=svc)' }));
    for (let i = 0; i < 5; i++) {
      expect(await search()).toBe('CN=svc');
      fake.drop();
      if (i % 2 === 0) await wait(10);
    }
    expect(unboundSearches(fake)).toBe(0);
    expect(fake.requests.filter(({ operation }) => operation === 'bind')).toHaveLength(fake.accepted);
  });

  it('in the middle of a search: asked once more', async () => {
    const fake = await start({ entries: [...tree, ...many] });
    const service = serviceAt(fake.url);
    for (const action of [{ do: 'drop' }, { do: 'part', entries: 0, after: 'drop' }] as const) {
      fake.script = atSearch(action);
      expect(await said(service.search(svc))).toBe('CN=svc');
      fake.script = atSearch(action);
      expect((await said(service.search(paged))).split(' ')).toHaveLength(1200);
      fake.script = atSearch(action, 2);
      expect(await said(service.search(svc))).toMatch(LOST);
    }
    expect(unboundSearches(fake)).toBe(0);
  });

  it('in the middle of the pages: begun again, nothing twice', async () => {
    const fake = await start({ entries: [...tree, ...many] });
    let pages = 0;
    fake.script = (request) =>
      isSearch(request) && ++pages === 2 ? { do: 'part', entries: 100, after: 'drop' } : undefined;
    const all = (await said(serviceAt(fake.url).search(paged))).split(' ');
    expect([all.length, new Set(all).size]).toEqual([1200, 1200]);
  });

  it('with its server: could not tell, until the server is there again', async () => {
    const first = await fakeLdap({ entries: tree });
    const service = serviceAt(first.url);
    expect(await said(service.search(svc))).toBe('CN=svc');
    await first.close();
    expect(await said(service.search(svc))).toBe('? no connection (ECONNREFUSED)');
    const second = await start({ port: first.port });
    expect(await said(service.search(svc))).toBe('CN=svc');
    expect(unboundSearches(first, second)).toBe(0);
  });

  it('at any time, by any number of searches: none is ever asked as nobody', async () => {
    const fake = await start({ entries: [...tree, ...many.slice(0, 50)], anonymous: 'nothing' });
    const service = serviceAt(fake.url, { pageSize: 20, idle: 5 });
    let seed = 7;
    fake.script = (request) => {
      if (!isSearch(request)) return undefined;
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const choice = Math.floor(seed / 65_536) % 60;
      if (choice === 0) return { do: 'drop' };
      if (choice === 1) return { do: 'part', entries: 1, after: 'drop' };
      return choice === 2 ? { do: 'delay', ms: 5 } : undefined;
    };
    const answers: string[] = [];
    const one = async (index: number): Promise<void> => {
      for (let i = 0; i < 30; i++) {
        const answer = await said(service.search(index % 3 === 0 ? paged : svc));
        answers.push(answer.startsWith('CN=u') ? `${answer.split(' ').length}` : answer);
        if (i % 10 === 9) await wait(8);
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, index) => one(index)));
    const right = answers.filter((answer) => answer === 'CN=svc' || answer === '50').length;
    expect(answers.filter((answer) => !answer.startsWith('?'))).toHaveLength(right);
    expect(right).toBeGreaterThan(250);
    expect(fake.accepted).toBeGreaterThan(10);
    expect(unboundSearches(fake)).toBe(0);
    expect(fake.requests.filter(isSearch).every(({ bound }) => bound === SERVICE.dn)).toBe(true);
  }, 20_000);

  it('by a notice of disconnection (RFC 4511 section 4.4.1)', async () => {
    const fake = await start();
    const service = serviceAt(fake.url);
    expect(await said(service.search(svc))).toBe('CN=svc');
    fake.say(noticeOfDisconnection());
    await until(() => fake.open === 0);
    fake.script = atSearch({ do: 'raw', octets: noticeOfDisconnection(52, 'shutting down') }, 2);
    expect(await said(service.search(svc))).toBe('? it says result 52: shutting down');
    expect(await said(service.search(svc))).toBe('CN=svc');
  });

  it('because nobody used it: at our side first', async () => {
    const fake = await start();
    const service = serviceAt(fake.url, { idle: 30 });
    expect(await said(service.search(svc))).toBe('CN=svc');
    expect(fake.open).toBe(1);
    await until(() => fake.open === 0);
    expect(fake.requests.at(-1)?.operation).toBe('unbind');
    expect(await said(service.search(svc))).toBe('CN=svc');
  });
});

describe('a server that says nothing', () => {
  it('from the beginning', async () => {
    const url = await listening(() => {});
    const begin = performance.now();
    expect(await said(serviceAt(url, { connectTimeout: 60 }).search(svc))).toBe('? no connection within 60 ms');
    expect(await said(serviceAt(url, { timeout: 60 }).search(svc))).toBe('? no answer within 60 ms');
    expect(performance.now() - begin).toBeLessThan(1000);
  });

  it('any more: its connections are not asked again', async () => {
    const fake = await start();
    const service = serviceAt(fake.url, { timeout: 600, connections: 2 });
    await Promise.all([service.search(svc), service.search(svc)]);
    fake.script = ({ connection, operation }) =>
      operation !== 'bind' && connection <= 2 ? { do: 'silence' } : undefined;
    expect(await said(service.search(svc))).toBe('? no answer within 600 ms');
    expect(await said(service.search(svc))).toBe('CN=svc');
    expect(await said(service.search(svc))).toBe('CN=svc');
    expect(unboundSearches(fake)).toBe(0);
  });

  it('for a while, to one question: the others have their answers, over the same connection', async () => {
    const fake = await start();
    const service = serviceAt(fake.url, { timeout: 80, connections: 1 });
    fake.script = (request) => (request.name.startsWith('OU=') ? { do: 'silence' } : undefined);
    expect(await said(service.search(svc))).toBe('CN=svc');
    const slow = said(service.search({ ...svc, base: 'OU=People,DC=school,DC=test' }));
    expect(await said(service.search(svc))).toBe('CN=svc');
    expect(await slow).toBe('? no answer within 80 ms');
    expect(await said(service.search(svc))).toBe('CN=svc');
    expect(fake.accepted).toBe(1);
    expect(fake.requests.map(({ operation }) => operation)).toContain('abandon');
  });

  it('in the middle of an answer, or drips it', async () => {
    const fake = await start();
    const service = serviceAt(fake.url, { timeout: 150 });
    fake.script = atSearch({ do: 'part', entries: 1, after: 'silence' });
    expect(await said(service.search(svc))).toBe('? no answer within 150 ms');
    fake.script = atSearch({ do: 'drip', ms: 10 });
    expect(await said(service.search(svc))).toBe('? no answer within 150 ms');
    fake.script = undefined;
    await wait(20);
    expect(await said(serviceAt(fake.url).search(svc))).toBe('CN=svc');
  });

  it('to 200 searches, and is closed: all of them end, nothing is left', async () => {
    const fake = await start();
    // Of the test's own there are a few.
    const resources = (): number => process.getActiveResourcesInfo().filter((name) => /Timeout|TCP/.test(name)).length;
    const before = resources() + 2;
    const service = serviceAt(fake.url, { timeout: 60_000 });
    expect(await said(service.search(svc))).toBe('CN=svc');
    fake.script = () => ({ do: 'silence' });
    const answers = Array.from({ length: 200 }, () => said(service.search(svc)));
    await wait(50);
    expect(resources()).toBeGreaterThan(before + 200);
    await service.close();
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['? it is closed']));
    await until(() => fake.open === 0);
    await until(() => resources() <= before);
    expect(await said(service.search(svc))).toBe('? it is closed');
  });
});

it('the deadline and the signal of the evaluation hold', async () => {
  const fake = await start();
  const service = serviceAt(fake.url, { timeout: 60_000 });
  fake.script = (request) => (isSearch(request) ? { do: 'silence' } : undefined);
  const { signal } = new AbortController();
  expect(await said(service.search(svc, { deadline: performance.now() + 50, signal }))).toMatch(
    /^\? no answer within (49|50) ms$/,
  );
  const gone = new AbortController();
  const answer = said(service.search(svc, { deadline: performance.now() + 60_000, signal: gone.signal }));
  await wait(10);
  gone.abort();
  expect(await answer).toBe('? the evaluation is over');
  const call = { deadline: performance.now() + 60_000, signal: gone.signal };
  expect(await said(service.search(svc, call))).toBe('? the evaluation is over');
  expect((await service.bind('a', 'b', call)).kind).toBe('cannot-tell');
});

it('more than may wait are not asked', async () => {
  const fake = await start();
  const service = serviceAt(fake.url, { connections: 1, waiting: 2, timeout: 100 });
  fake.script = (request) => (isSearch(request) ? { do: 'silence' } : undefined);
  const answers = await Promise.all(Array.from({ length: 12 }, () => said(service.search(svc))));
  expect(answers.filter((answer) => answer === '? too many questions are waiting')).toHaveLength(2);
});

describe('what is no LDAP', () => {
  const entryWith = (octets: Buffer): Buffer => tlv(0x30, int(2), tlv(0x64, text('cn=a'), octets));
  it.each([
    ['SMTP', Buffer.from('220 mail.example ESMTP\r\n'), 'it does not speak LDAP'],
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'it does not speak LDAP'],
    ['an indefinite length', Buffer.from([0x30, 0x80, 0x02, 0x01, 0x02]), 'a length is no length of LDAP'],
    ['a length in nine octets', Buffer.from([0x30, 0x89, 1, 2, 3, 4, 5, 6, 7, 8, 9]), 'a length is no length of LDAP'],
    ['a huge length', Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x02]), 'a message is over 65536 octets'],
    [
      'a length beyond the message',
      tlv(0x30, int(2), Buffer.from([0x64, 0x50, 0x04])),
      'a value is longer than what it stands in',
    ],
    [
      'a value longer than its set',
      entryWith(tlv(0x30, tlv(0x30, text('a'), Buffer.from([0x31, 0x03, 0x04, 0x7f, 0x61])))),
      'a value is longer than what it stands in',
    ],
    ['an entry of nothing', entryWith(Buffer.alloc(0)), 'a message is not as LDAP has it'],
    [
      'a name that is not UTF-8',
      tlv(0x30, int(2), tlv(0x64, text(Buffer.from([0xff])), tlv(0x30))),
      'a distinguished name is not UTF-8',
    ],
    ['a message of nothing', Buffer.from([0x30, 0x00]), 'a message is not as LDAP has it'],
    ['a long number', tlv(0x30, tlv(0x02, Buffer.alloc(5, 1)), tlv(0x65)), 'a number is no number of LDAP'],
    ['the answer to a bind', ldapResult(2, 0x61, 0), 'it answers another question'],
    ['an answer to nobody', ldapResult(77, 0x65, 0), 'it answers what nobody asked'],
  ])('%s', async (_, octets, why) => {
    const fake = await start();
    const service = serviceAt(fake.url, { maxBytes: 65_536 });
    // Once more, as the connection was lost.
    fake.script = atSearch({ do: 'raw', octets }, 2);
    expect(await said(service.search(svc))).toBe(`? ${why}`);
    expect(await said(service.search(svc))).toBe('CN=svc');
    expect(unboundSearches(fake)).toBe(0);
  });

  it('of any kind: an end in time, and the next answer is right', async () => {
    const fake = await start();
    const service = serviceAt(fake.url, { timeout: 60, maxBytes: 65_536 });
    const good = Buffer.concat([entryWith(tlv(0x30)), ldapResult(2, 0x65, 0)]);
    const changed = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, octet]) => {
      const octets = Buffer.from(good);
      octets[at] = octet;
      return octets;
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ minLength: 1 }), changed), async (octets) => {
        fake.script = atSearch({ do: 'raw', octets }, 2);
        await service.search(svc);
        fake.script = undefined;
        // What is left of a message that is not whole may be in the way of one more.
        const after = [await said(service.search(svc)), await said(service.search(svc))];
        expect(after.some((answer) => answer === 'CN=svc' || answer === '? no answer within 60 ms')).toBe(true);
      }),
      { numRuns: 60 },
    );
    expect(unboundSearches(fake)).toBe(0);
  }, 30_000);

  it('that does not end takes no more room than an answer may', async () => {
    const endless = await listening((socket) => {
      const chunk = Buffer.concat(
        Array.from({ length: 1000 }, () => tlv(0x30, int(1), tlv(0x64, text('cn=a'), tlv(0x30)))),
      );
      const feed = (): void => {
        while (socket.write(chunk));
      };
      socket.on('drain', feed);
      socket.once('data', feed);
    });
    const service = serviceAt(endless, { bind: 'anonymous', maxBytes: 1_000_000, timeout: 5000 });
    const before = process.memoryUsage().heapUsed;
    expect(await said(service.search(svc))).toBe('?! more than 2 entries');
    expect(await said(service.search(paged))).toBe('?! more than 1000000 octets');
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(50_000_000);
  });
});

describe('our own bind', () => {
  it('refused is could not tell for good, and not repeated quickly', async () => {
    const fake = await start();
    const service = serviceAt(fake.url, { bind: { dn: SERVICE.dn, password: 'wrong' } });
    const answers = await Promise.all(Array.from({ length: 50 }, () => said(service.search(svc))));
    for (let i = 0; i < 5; i++) answers.push(await said(service.search(paged)));
    expect(answers.every((answer) => answer === '?! the bind is refused: wrong password (AD 52e)')).toBe(true);
    expect(fake.requests).toHaveLength(1);
    // Passwords of others are not concerned by it.
    expect(await service.bind('SCHOOL\\anna', 'pw-anna')).toEqual({ kind: 'found', value: { kind: 'bound' } });
    expect(unboundSearches(fake)).toBe(0);
  });

  it.each([
    [
      8,
      'BindSimple: Transport encryption required.',
      '?! the bind is refused: result 8: BindSimple: Transport encryption required.',
    ],
    [51, 'busy', '? the bind is refused: result 51: busy'],
    [52, '', '? the bind is refused: result 52'],
  ])('with result %i', async (code, message, answer) => {
    const fake = await start();
    fake.script = ({ operation }) => (operation === 'bind' ? { do: 'result', code, message } : undefined);
    const service = serviceAt(fake.url);
    expect(await said(service.search(svc))).toBe(answer);
    fake.script = undefined;
    expect(await said(service.search(svc))).toBe('CN=svc');
  });
});

it('a server that closes every connection is given up', async () => {
  const fake = await start();
  fake.script = ({ operation, id }) => {
    if (operation !== 'bind') return undefined;
    return { do: 'raw', octets: Buffer.concat([ldapResult(id, 0x61, 0), noticeOfDisconnection()]) };
  };
  expect(await said(serviceAt(fake.url).search(svc))).toBe('? it closes every connection at once');
  expect(fake.accepted).toBe(3);
});

describe('several servers', () => {
  it('are asked in order; one that is down is passed over', async () => {
    const [first, second] = [await fakeLdap({ entries: tree }), await start()];
    const service = serviceAt([first.url, second.url], { idle: 20 });
    expect(await said(service.search(svc))).toBe('CN=svc');
    expect([first.accepted, second.accepted]).toEqual([1, 0]);
    await first.close();
    expect(await said(service.search(svc))).toBe('CN=svc');
    const again = await start({ port: first.port });
    await wait(40);
    expect(await said(service.search(svc))).toBe('CN=svc');
    expect([again.accepted, second.accepted > 1]).toEqual([0, true]);
  });

  it.each([51, 52])('one answers %i: the other is asked', async (code) => {
    const [first, second] = [await start(), await start()];
    first.script = (request) => (isSearch(request) ? { do: 'result', code } : undefined);
    const service = serviceAt([first.url, second.url]);
    expect(await said(service.search(svc))).toBe('CN=svc');
    expect(await said(service.search(svc))).toBe('CN=svc');
    expect(first.requests.filter(isSearch)).toHaveLength(1);
  });

  it('one says nothing any more: the other is asked after that', async () => {
    const [first, second] = [await start(), await start()];
    const service = serviceAt([first.url, second.url], { timeout: 600 });
    const anna = async () => (await service.bind('SCHOOL\\anna', 'pw-anna')).kind;
    expect([await said(service.search(svc)), await anna()]).toEqual(['CN=svc', 'found']);
    first.script = () => ({ do: 'silence' });
    expect(await anna()).toBe('cannot-tell');
    expect([await anna(), await said(service.search(svc))]).toEqual(['found', 'CN=svc']);
    expect(unboundSearches(first, second)).toBe(0);
  });

  it('all down: could not tell, at once', async () => {
    const [first, second] = [await fakeLdap({ entries: tree }), await fakeLdap({ entries: tree })];
    await Promise.all([first.close(), second.close()]);
    const service = serviceAt([first.url, second.url]);
    for (let i = 0; i < 3; i++) expect(await said(service.search(svc))).toBe('? no connection (ECONNREFUSED)');
  });
});

describe('load', () => {
  it('2,000 searches: few connections, no listener and no memory left', async () => {
    const fake = await start();
    const service = serviceAt(fake.url, { timeout: 20_000 });
    const lasting = new AbortController();
    const call = { deadline: performance.now() + 60_000, signal: lasting.signal };
    const round = (): Promise<string[]> =>
      Promise.all(Array.from({ length: 500 }, () => said(service.search(svc, call))));
    await round();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 4; i++) expect(new Set(await round())).toEqual(new Set(['CN=svc']));
    fake.requests.length = 0;
    expect((process.memoryUsage().heapUsed - before) / 1_048_576).toBeLessThan(40);
    expect(fake.accepted).toBeLessThanOrEqual(4);
    expect(getEventListeners(lasting.signal, 'abort')).toEqual([]);
    await service.close();
    await until(() => fake.open === 0);
  }, 30_000);

  it('keeps no process alive once its answers are there', async () => {
    const fake = await start();
    const silent = await listening(() => {});
    const script = fileURLToPath(new URL('./leaves-nothing.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, fake.url, silent], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (octets) => {
      output += String(octets);
    });
    const [status] = await once(child, 'close');
    expect([status, output.trim().split('\n')]).toEqual([0, ['found', 'found', 'cannot-tell', 'cannot-tell']]);
  }, 20_000);
});
