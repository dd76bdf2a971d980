/** Domains that must exist, hosts behind a domain, the client's name: over a zone in memory. */
import { describe, expect, it } from 'vitest';
import { defineStage } from '../../../../src/core/stage.js';
import type { Resolver } from '../../../../src/ports/resolver.js';
import { nameOfClient } from '../../../../src/servers/shared/client-name.js';
import {
  clientName,
  hostAddresses,
  knownHeloHost,
  knownMailDomain,
  resolverOf,
  type ServerType,
  serverHosts,
} from '../../../../src/stages/restrictions/dns/index.js';
import { type Zone, zoneResolver } from '../../../../src/testing/resolver/index.js';
import { runStage } from '../../../../src/testing/run-stage.js';
import { type IpAddress, parseIp } from '../../../../src/values/ip.js';
import { value } from '../../../values/support.js';

const ip = (text: string): IpAddress => value(parseIp(text));

const zone: Zone = {
  'mx.example': { MX: [{ preference: 10, exchange: 'mail.mx.example' }] },
  'mail.mx.example': { A: ['192.0.2.1'], AAAA: ['2001:db8::1'] },
  'a.example': { A: ['192.0.2.2'] },
  'six.example': { AAAA: ['2001:db8::2'] },
  'null.example': { MX: [{ preference: 0, exchange: '' }], A: ['192.0.2.3'] },
  'only-null.example': { MX: [{ preference: 0, exchange: '' }] },
  'mixed.example': {
    MX: [
      { preference: 0, exchange: '' },
      { preference: 5, exchange: 'mail.mx.example' },
    ],
  },
  'text.example': { TXT: ['x'] },
  'slow.example': 'TIMEOUT',
  'half.example': { MX: 'SERVFAIL', A: ['192.0.2.4'] },
  'doubt.example': { MX: 'SERVFAIL' },
  'doubt-a.example': { A: 'TIMEOUT', AAAA: 'TIMEOUT', MX: [{ preference: 0, exchange: '' }] },
  'half-six.example': { A: ['192.0.2.5'], AAAA: 'SERVFAIL' },
  'sub.ns.example': { A: ['192.0.2.6'] },
  'ns.example': { NS: ['ns1.ns.example', 'ns2.ns.example'] },
  example: { NS: ['tld.example'] },
  broken: 'SERVFAIL',
};

describe('domains that must be known', () => {
  it.each([
    ['mx.example', 'known', 'known'],
    ['a.example', 'known', 'known'],
    ['six.example', 'known', 'known'],
    ['null.example', 'null-mx', 'known'],
    ['only-null.example', 'null-mx', 'unknown'],
    ['mixed.example', 'known', 'known'],
    ['text.example', 'unknown', 'unknown'],
    ['nowhere.example', 'unknown', 'unknown'],
    ['slow.example', 'cannot-tell', 'cannot-tell'],
    ['half.example', 'known', 'known'],
    ['doubt.example', 'cannot-tell', 'cannot-tell'],
    ['doubt-a.example', 'null-mx', 'cannot-tell'],
  ])('%s: %s in an address, %s in HELO', async (name, mail, helo) => {
    expect((await knownMailDomain(zoneResolver(zone), name)).kind).toBe(mail);
    expect((await knownHeloHost(zoneResolver(zone), name)).kind).toBe(helo);
  });

  it('asks no more than it must', async () => {
    const resolver = zoneResolver(zone);
    await knownMailDomain(resolver, 'mx.example');
    await knownMailDomain(resolver, 'text.example');
    await knownHeloHost(resolver, 'a.example');
    expect(resolver.asked).toEqual([
      ...['MX mx.example', 'MX text.example', 'A text.example', 'AAAA text.example'],
      'A a.example',
    ]);
  });
});

describe('hosts behind a domain', () => {
  const hosts = async (type: ServerType, domain: string): Promise<unknown> => {
    const answer = await serverHosts(zoneResolver(zone), type, domain);
    return answer.kind === 'found' ? answer.value : answer.kind;
  };

  it.each([
    ['mx', 'mx.example', ['mail.mx.example']],
    ['mx', 'a.example', ['a.example']],
    ['mx', 'nowhere.example', ['nowhere.example']],
    ['mx', 'null.example', 'not-found'],
    ['mx', 'mixed.example', ['mail.mx.example']],
    ['mx', 'doubt.example', 'cannot-tell'],
    ['ns', 'ns.example', ['ns1.ns.example', 'ns2.ns.example']],
    ['ns', 'sub.ns.example', ['ns1.ns.example', 'ns2.ns.example']],
    ['ns', 'x.y.sub.ns.example', ['ns1.ns.example', 'ns2.ns.example']],
    ['ns', 'nowhere.example', ['tld.example']],
    ['ns', 'nowhere.invalid', 'not-found'],
    ['ns', 'x.broken', 'cannot-tell'],
    ['a', 'nowhere.example', ['nowhere.example']],
  ] as const)('%s of %s', async (type, domain, expected) => {
    expect(await hosts(type, domain)).toEqual(expected);
  });

  it.each([
    ['mail.mx.example', ['192.0.2.1', '2001:db8::1']],
    ['half-six.example', ['192.0.2.5']],
    ['192.0.2.9', ['192.0.2.9']],
    ['slow.example', 'cannot-tell'],
    ['doubt.example', 'not-found'],
    ['nowhere.example', 'not-found'],
  ])('addresses of %s', async (host, expected) => {
    const answer = await hostAddresses(zoneResolver(zone), host);
    expect(answer.kind === 'found' ? answer.value.map(({ text }) => text) : answer.kind).toEqual(expected);
  });
});

describe('clientName', () => {
  const clients: Zone = {
    '1.2.0.192.in-addr.arpa': { PTR: ['Good.example', 'other.example'] },
    'good.example': { A: ['192.0.2.7', '192.0.2.1'], AAAA: ['2001:db8::1'] },
    '2.2.0.192.in-addr.arpa': { PTR: ['good.example'] },
    '3.2.0.192.in-addr.arpa': { PTR: ['nowhere.example'] },
    '4.2.0.192.in-addr.arpa': 'SERVFAIL',
    '5.2.0.192.in-addr.arpa': { PTR: ['slow.example'] },
    'slow.example': 'TIMEOUT',
    '6.2.0.192.in-addr.arpa': { PTR: ['192.0.2.6'] },
    '7.2.0.192.in-addr.arpa': { PTR: ['a_b.example'] },
    'a_b.example': { A: ['192.0.2.7'] },
    '8.2.0.192.in-addr.arpa': { PTR: ['bad!.example'] },
    '9.2.0.192.in-addr.arpa': { PTR: ['nowhere.example', 'nine.example'] },
    'nine.example': { A: ['192.0.2.9'] },
    '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa': { PTR: ['good.example'] },
  };

  it.each([
    ['192.0.2.1', 'verified good.example'],
    ['2001:db8::1', 'verified good.example'],
    ['::ffff:192.0.2.1', 'verified good.example'],
    ['192.0.2.2', 'unverified good.example'],
    ['192.0.2.3', 'unverified nowhere.example'],
    ['192.0.2.4', 'cannot-tell'],
    ['192.0.2.5', 'cannot-tell slow.example'],
    ['192.0.2.6', 'none'],
    ['192.0.2.7', 'verified a_b.example'],
    ['192.0.2.8', 'none'],
    // The first name alone counts, as in Postfix.
    ['192.0.2.9', 'unverified nowhere.example'],
    ['198.51.100.1', 'none'],
  ])('%s: %s', async (address, expected) => {
    const shown = (name: Awaited<ReturnType<typeof clientName>>): string => {
      if (name.kind === 'cannot-tell') return `cannot-tell ${name.reverse?.ascii ?? ''}`.trim();
      return 'name' in name ? `${name.kind} ${name.name.ascii}` : name.kind;
    };
    expect(shown(await clientName(ip(address), zoneResolver(clients)))).toBe(expected);
    expect(shown(await nameOfClient(ip(address), zoneResolver(clients), 1000))).toBe(expected);
  });

  const silent: Resolver = { ...zoneResolver({}), names: () => new Promise(() => {}) };

  it('does not wait for a resolver that keeps no time', async () => {
    const start = performance.now();
    expect(await nameOfClient(ip('192.0.2.1'), silent, 30)).toEqual({
      kind: 'cannot-tell',
      why: 'no answer within 30 ms',
    });
    expect(performance.now() - start).toBeLessThan(1000);
    const end = new AbortController();
    const name = nameOfClient(ip('192.0.2.1'), silent, 10_000, end.signal);
    end.abort();
    expect(await name).toMatchObject({ kind: 'cannot-tell' });
    expect(await nameOfClient(ip('192.0.2.1'), silent, 10_000, end.signal)).toMatchObject({ kind: 'cannot-tell' });
  });

  it('does not fail with a resolver that does', async () => {
    const failing: Resolver = {
      ...silent,
      names: () => {
        throw new Error('lost');
      },
    };
    expect(await nameOfClient(ip('192.0.2.1'), failing, 1000)).toEqual({ kind: 'cannot-tell', why: 'lost' });
  });
});

describe('resolverOf', () => {
  it('asks through the context, so that the trace has it', async () => {
    const resolver = zoneResolver(zone);
    const stage = defineStage({
      name: 'asks',
      at: 'connect',
      asks: { resolver: { port: resolver as Resolver, cannotTell: 'defer' } },
      run: async (_tx, ctx) => {
        await knownMailDomain(resolverOf(ctx), 'slow.example');
        await serverHosts(resolverOf(ctx), 'ns', 'ns.example');
        await clientName(ip('192.0.2.1'), resolverOf(ctx));
        await resolverOf(ctx).texts('text.example');
      },
    });
    const { asked, unanswered } = await runStage(stage);
    expect(asked.length).toBe(resolver.asked.length);
    expect(resolver.asked).toContain('TXT text.example');
    // The declared rule for "could not tell" will have its consequence.
    expect(unanswered).toBe('resolver');
  });
});
