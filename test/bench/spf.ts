/** SPF: evaluations per second on the zones of the RFC 7208 test suite, beside mailauth's, all names in memory. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Resolver } from '../../src/ports/resolver.js';
import { type CheckHostOptions, checkHost } from '../../src/stages/spf/index.js';
import { readScenarios, type Scenario, type SuiteTest } from '../stages/spf/openspf.js';
import { address, type RecordType, type SuiteZone, suiteResolver } from '../stages/spf/zone.js';
import { type BenchRow, median, row } from './row.js';

const suite = fileURLToPath(new URL('../../../shared/conformance/openspf-pyspf/rfc7208-tests.yml', import.meta.url));
const now = new Date('2026-11-22T12:00:00Z');

type MailauthResolver = (name: string, type: string) => Promise<unknown>;
interface MailauthOptions {
  readonly sender: string;
  readonly ip: string;
  readonly helo: string;
  readonly mta: string;
  readonly resolver: MailauthResolver;
}
type MailauthSpf = (options: MailauthOptions) => Promise<{ readonly status: { readonly result: string } }>;

export async function benchSpf(): Promise<readonly BenchRow[]> {
  if (!existsSync(suite)) {
    process.stdout.write('  no conformance data: ../shared/conformance/openspf-pyspf is absent\n');
    return [];
  }
  const { spf } = createRequire(import.meta.url)('mailauth/lib/spf') as { readonly spf: MailauthSpf };
  const scenarios = readScenarios(readFileSync(suite, 'utf8'));
  const atOnce = scenarios.flatMap((scenario) => ownCases(scenario, suiteResolver(scenario.zone, false)));
  const later = scenarios.flatMap((scenario) => ownCases(scenario, promising(suiteResolver(scenario.zone, false))));
  const theirs = scenarios.flatMap(mailauthCases);
  const figures = { atOnce: [] as number[], later: [] as number[], theirs: [] as number[] };
  // In turns, so that a busy moment of the machine is shared; the first round is for warming up.
  for (let round = 0; round < 8; round++) {
    const atOnceFigure = await perSecond(atOnce.length, 30, () => runAll(atOnce, checkHost));
    const laterFigure = await perSecond(later.length, 30, () => runAll(later, checkHost));
    const theirFigure = await perSecond(theirs.length, 4, () => runAll(theirs, spf));
    if (round === 0) continue;
    figures.atOnce.push(atOnceFigure);
    figures.later.push(laterFigure);
    figures.theirs.push(theirFigure);
  }
  const rival = { against: 'mailauth', rival: median(figures.theirs), goal: '>= 3' };
  return [
    row({ name: 'spf: resolver that answers at once', unit: 'checks/s', ours: median(figures.atOnce), ...rival }),
    row({ name: 'spf: resolver that answers later', unit: 'checks/s', ours: median(figures.later), ...rival }),
  ];
}

async function runAll<T>(cases: readonly T[], check: (one: T) => unknown): Promise<void> {
  for (const one of cases) {
    const result = check(one);
    if (result instanceof Promise) await result;
  }
}

async function perSecond(count: number, times: number, run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < times; i++) await run();
  return (count * times * 1000) / (performance.now() - started);
}

function ownCases({ tests }: Scenario, resolver: Resolver): readonly CheckHostOptions[] {
  return tests.map((one) => ({
    clientIp: address(one.host),
    domain: domainOf(one),
    sender: one.mailFrom,
    helo: one.helo,
    resolver,
    now,
    receiver: 'mx.example.net',
  }));
}

function mailauthCases({ tests, zone }: Scenario): readonly MailauthOptions[] {
  const resolver = nodeResolver(zone);
  return tests.map(({ mailFrom, host, helo }) => ({
    sender: mailFrom,
    ip: host,
    helo,
    mta: 'mx.example.net',
    resolver,
  }));
}

function domainOf({ mailFrom, helo }: SuiteTest): string {
  return mailFrom === '' ? helo : mailFrom.slice(mailFrom.lastIndexOf('@') + 1);
}

/** The same answers as promises. */
function promising(resolver: Resolver): Resolver {
  return {
    addresses: async (name, family) => resolver.addresses(name, family),
    mailExchangers: async (name) => resolver.mailExchangers(name),
    texts: async (name) => resolver.texts(name),
    nameServers: async (name) => resolver.nameServers(name),
    names: async (ip) => resolver.names(ip),
  };
}

/** In the manner of dns.promises.resolve. */
function nodeResolver(zone: SuiteZone): MailauthResolver {
  return async (name, type) => {
    const known = zone.get(name.toLowerCase());
    const own = known?.records.filter((record) => record.type === (type as RecordType)) ?? [];
    if (own.length === 0) {
      const code = known === undefined ? 'ENOTFOUND' : known.timeout ? 'ETIMEOUT' : 'ENODATA';
      throw Object.assign(new Error(`query${type} ${code} ${name}`), { code });
    }
    return own.map(({ data }) => (type === 'TXT' ? [data] : type === 'MX' ? exchanger(data) : data));
  };
}

function exchanger(data: string): { readonly priority: number; readonly exchange: string } {
  const [priority = '0', exchange = ''] = data.split(' ');
  return { priority: Number(priority), exchange };
}
