/** Zones of test suites as a resolver that answers at once, and counts what it is asked. */
import type { Resolver } from '../../../src/ports/resolver.js';
import { type Answer, cannotTell, found, notFound } from '../../../src/values/answer.js';
import { type IpAddress, parseIp, reverseName } from '../../../src/values/ip.js';

export type RecordType = 'A' | 'AAAA' | 'MX' | 'TXT' | 'PTR' | 'CNAME';

export interface SuiteRecord {
  readonly type: RecordType;
  /** TXT joined; MX as `preference exchange`. */
  readonly data: string;
}

/** A name's records in order. `timeout`: types that it has no record of are not answered. */
export interface SuiteName {
  readonly records: readonly SuiteRecord[];
  readonly timeout: boolean;
}

export type SuiteZone = ReadonlyMap<string, SuiteName>;

export interface SuiteResolver extends Resolver {
  readonly asked: string[];
}

/** `remember`: keep what was asked. Default true. */
export function suiteResolver(zone: SuiteZone, remember = true): SuiteResolver {
  const asked: string[] = [];
  const ask = <T>(type: RecordType, name: string, read: (data: string) => T): Answer<readonly T[]> => {
    if (remember) asked.push(`${type} ${name}`);
    return lookUp(zone, type, name.toLowerCase(), read);
  };
  return {
    asked,
    addresses: (name, family) => ask(family === 4 ? 'A' : 'AAAA', name, address),
    mailExchangers: (name) => {
      const answer = ask('MX', name, exchanger);
      return answer.kind === 'found' ? found([...answer.value].sort((a, b) => a.preference - b.preference)) : answer;
    },
    texts: (name) => ask('TXT', name, (data) => data),
    nameServers: () => notFound(),
    names: (ip) => ask('PTR', reverseName(ip), withoutDot),
  };
}

function lookUp<T>(
  zone: SuiteZone,
  type: RecordType,
  name: string,
  read: (data: string) => T,
  depth = 0,
): Answer<readonly T[]> {
  const known = zone.get(name);
  if (known === undefined) return notFound('no-such-name');
  const own = known.records.filter((record) => record.type === type);
  if (own.length > 0) return found(own.map(({ data }) => read(data)));
  if (known.timeout) return cannotTell('ETIMEOUT');
  const alias = known.records.find((record) => record.type === 'CNAME');
  if (alias !== undefined && depth < 8)
    return lookUp(zone, type, withoutDot(alias.data).toLowerCase(), read, depth + 1);
  return notFound('no-data');
}

export function address(text: string): IpAddress {
  const ip = parseIp(text);
  if (ip.kind === 'malformed') throw new Error(`${text}: ${ip.why}`);
  return ip.value;
}

function exchanger(data: string): { preference: number; exchange: string } {
  const [preference = '0', exchange = ''] = data.split(' ');
  return { preference: Number(preference), exchange: withoutDot(exchange) };
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, '');
}
