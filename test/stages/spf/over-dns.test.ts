/** SPF over the real resolver and a name server that does its work, or does not. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DnsResolver, dnsResolver } from '../../../src/adapters/dns/index.js';
import type { SpfCheck } from '../../../src/findings/spf.js';
import { checkHost } from '../../../src/stages/spf/index.js';
import { type NameServer, nameServer } from '../../adapters/dns/name-server.js';
import { address } from './zone.js';

const long = Array.from({ length: 120 }, (_, i) => `ip4:198.51.100.${i}`).join(' ');
let server: NameServer;
let resolver: DnsResolver;

beforeEach(async () => {
  server = await nameServer({
    'd.example': {
      TXT: [`v=spf1 ${long} include:_spf.e.example -all`],
      MX: [{ preference: 1, exchange: 'mx.example' }],
    },
    '_spf.e.example': { TXT: ['v=spf1 mx:d.example ?all'] },
    'mx.example': { CNAME: 'host.example' },
    'host.example': { A: ['192.0.2.1'] },
    'loop1.example': { CNAME: 'loop2.example' },
    'loop2.example': { CNAME: 'loop1.example' },
    'l.example': { TXT: ['v=spf1 a:loop1.example -all'] },
  });
  resolver = dnsResolver({ servers: [server.address], timeout: 300 });
});

afterEach(async () => {
  await resolver.close();
  await server[Symbol.asyncDispose]();
});

async function check(domain: string, time = 2000): Promise<SpfCheck> {
  const now = new Date('2026-11-22T12:00:00Z');
  return checkHost({ clientIp: address('192.0.2.1'), domain, resolver, now, limits: { time } });
}

test('a long record, an include, an alias', async () => {
  expect(await check('d.example')).toMatchObject({
    result: 'pass',
    mechanism: 'mx:d.example',
    mechanismDomain: '_spf.e.example',
  });
});

test.each(['refuse', 'garbage', 'silent', 'wrong-id', 'no-sense', 'cut-off', 'mute'] as const)(
  '%s: temperror in time',
  async (mode) => {
    server.mode = mode;
    const started = performance.now();
    expect((await check('d.example')).result).toBe('temperror');
    expect(performance.now() - started).toBeLessThan(4000);
  },
);

test('truncated: the rest comes by TCP', async () => {
  server.mode = 'truncated';
  expect((await check('d.example')).result).toBe('pass');
});

test('aliases in a circle', async () => {
  expect((await check('l.example')).result).toBe('temperror');
});

test('slow, and more than the time in all', async () => {
  server.delay = 200;
  expect((await check('d.example', 500)).problem).toMatch(/not done within 0\.5 s$/);
});
