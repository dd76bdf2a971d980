/** The reference resolver passes the suite, the suite finds broken resolvers, and what a zone may hold. */
import { describe, expect, it } from 'vitest';
import type { Resolver } from '../../src/ports/resolver.js';
import { resolverConformance, type Zone, type ZoneResolver, zoneResolver } from '../../src/testing/resolver/index.js';
import { cannotTell, found, notFound } from '../../src/values/answer.js';
import { isConfigurationError } from '../../src/values/errors.js';

describe('zoneResolver', () => {
  const count = resolverConformance({ test: it, makeResolver: zoneResolver });

  it('was tested by a suite that is not empty', () => {
    expect(count).toBeGreaterThanOrEqual(14);
  });
});

describe('the suite finds', () => {
  const broken: Record<string, (right: ZoneResolver) => Partial<Resolver>> = {
    'a resolver that knows nothing': () => ({ texts: () => notFound('no-such-name') }),
    'a resolver that takes SERVFAIL for none': (right) => ({
      addresses: async (...args) => {
        const answer = await right.addresses(...args);
        return answer.kind === 'cannot-tell' ? notFound('no-such-name') : answer;
      },
    }),
    'a resolver that takes none for a failure': (right) => ({
      mailExchangers: async (name) => {
        const answer = await right.mailExchangers(name);
        return answer.kind === 'not-found' ? cannotTell('none') : answer;
      },
    }),
    'a resolver with empty answers': (right) => ({
      nameServers: async (name) => {
        const answer = await right.nameServers(name);
        return answer.kind === 'not-found' ? found([]) : answer;
      },
    }),
    'a resolver without order': (right) => ({
      mailExchangers: async (name) => {
        const answer = await right.mailExchangers(name);
        return answer.kind === 'found' ? found([...answer.value].reverse()) : answer;
      },
    }),
    'a resolver that throws for odd names': (right) => ({
      addresses: (name, family) => {
        if (name.includes('\0')) throw new TypeError('bad name');
        return right.addresses(name, family);
      },
    }),
    'a resolver that mixes up the families': (right) => ({ addresses: (name) => right.addresses(name, 4) }),
    'a resolver that splits TXT records': (right) => ({
      texts: async (name) => {
        const answer = await right.texts(name);
        return answer.kind === 'found' ? found(answer.value.map((text) => text.slice(0, 255))) : answer;
      },
    }),
  };

  for (const [name, make] of Object.entries(broken)) {
    it(name, async () => {
      const runs: (() => Promise<void>)[] = [];
      const makeResolver = (zone: Zone): Resolver => {
        const right = zoneResolver(zone);
        return { ...right, ...make(right) };
      };
      resolverConformance({ test: (_name, run) => runs.push(run), makeResolver });
      const outcomes = await Promise.allSettled(runs.map((run) => run()));
      expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    });
  }
});

describe('zoneResolver alone', () => {
  it('remembers what it was asked, and can be told to fail', async () => {
    const resolver = zoneResolver({ 'example.com': { A: ['192.0.2.1'] } });
    await resolver.addresses('example.com', 4);
    resolver.fail('down');
    expect(await resolver.texts('example.com')).toEqual(cannotTell('down'));
    resolver.fail(undefined);
    expect(await resolver.texts('example.com')).toEqual(notFound('no-data'));
    expect(resolver.asked).toEqual(['A example.com', 'TXT example.com', 'TXT example.com']);
  });

  it('gives up on aliases that lead in a circle', async () => {
    const resolver = zoneResolver({ 'a.example': { CNAME: 'b.example' }, 'b.example': { CNAME: 'a.example' } });
    expect(await resolver.addresses('a.example', 4)).toMatchObject({ kind: 'cannot-tell' });
  });

  it('has the names above its names, without records', async () => {
    const resolver = zoneResolver({ 'h.ent.bank.example': { A: ['192.0.2.1'] }, 'a.*.wild.example': { TXT: ['a'] } });
    for (const name of ['ent.bank.example', 'Bank.example', 'example', 'wild.example', '*.wild.example']) {
      expect([name, await resolver.texts(name)]).toEqual([name, notFound('no-data')]);
    }
    // The wildcard is such a name too (RFC 4592 section 2.2.1).
    expect(await resolver.texts('b.wild.example')).toEqual(notFound('no-data'));
    for (const name of ['nt.bank.example', 'x.ent.bank.example', 'x.h.ent.bank.example', 'com']) {
      expect([name, await resolver.texts(name)]).toEqual([name, notFound('no-such-name')]);
    }
  });

  it('tells of no control characters in its reasons', async () => {
    const resolver = zoneResolver({ '*.broken.example': 'SERVFAIL' });
    const why = 'TXT of a\\010b\\032.broken.example: ESERVFAIL';
    expect(await resolver.texts('a\nb .broken.example')).toEqual(cannotTell(why));
  });

  it('is not fooled by names of every object', async () => {
    const resolver = zoneResolver({});
    expect(await resolver.texts('constructor')).toEqual(notFound('no-such-name'));
    expect(await resolver.texts('__proto__')).toEqual(notFound('no-such-name'));
  });

  it('refuses a zone with errors, all at once', () => {
    const zone = {
      'a..b': {},
      'A.example': { A: ['2001:db8::1', 'x'], AAAA: ['192.0.2.1'], MX: [{ preference: 65_536, exchange: 'a' }] },
      'a.example': { CNAME: '', TXT: ['\u0100'], SRV: [] },
      'b.example': 'NXDOMAIN',
      'c.example': { NS: 'ns.example', MX: [null] },
    } as unknown as Zone;
    try {
      zoneResolver(zone);
      expect.fail('it was taken');
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      expect(error.code).toBe('zone');
      expect(error.problems.map(({ message }) => message)).toEqual([
        'a..b: a name has labels of 1 to 63 octets, 253 in all',
        'A.example A: expected an IPv4 address, not "2001:db8::1"',
        'A.example A: expected an IPv4 address, not "x"',
        'A.example AAAA: expected an IPv6 address, not "192.0.2.1"',
        'A.example MX: expected { preference: 0 to 65535, exchange: a name or "" }, not {"preference":65536,"exchange":"a"}',
        'a.example: the name stands there twice',
        'a.example CNAME: expected one name',
        'a.example: other records stand beside the CNAME',
        'a.example TXT: expected a text of octets (no character above U+00FF), not "\u0100"',
        'a.example: expected the type A, AAAA, MX, TXT, NS, PTR or CNAME, not "SRV"',
        'b.example: expected records by type, "TIMEOUT" or "SERVFAIL"',
        'c.example NS: expected a list, "TIMEOUT" or "SERVFAIL"',
        'c.example MX: expected { preference: 0 to 65535, exchange: a name or "" }, not null',
      ]);
    }
  });
});
