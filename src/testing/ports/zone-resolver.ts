/** A resolver for tests and for zone files: answers from a zone, remembers what it was asked, and can be told not to know. */
import type { MailExchanger, NoRecords, Resolver } from '../../ports/resolver.js';
import { type Answer, type CannotTell, cannotTell, found, notFound } from '../../values/answer.js';
import { dnsNameFault, shownDnsName } from '../../values/dns-name.js';
import { type IpAddress, parseIp, reverseName } from '../../values/ip.js';
import { checkZone, isFault, type Zone, type ZoneFault, type ZoneRecords, type ZoneType, zoneName } from './zone.js';

type Asked<M extends keyof Resolver> = (...args: Parameters<Resolver[M]>) => Promise<Awaited<ReturnType<Resolver[M]>>>;

export interface ZoneResolver extends Resolver {
  /** `A example.com`, in order. */
  readonly asked: readonly string[];
  /** From now on every answer is "could not tell" for this reason; undefined: answers again. */
  fail(why: string | undefined): void;
  readonly addresses: Asked<'addresses'>;
  readonly mailExchangers: Asked<'mailExchangers'>;
  readonly texts: Asked<'texts'>;
  readonly nameServers: Asked<'nameServers'>;
  readonly names: Asked<'names'>;
}

/** Aliases followed for one question. */
const CHAIN_LIMIT = 8;
const NONE: Answer<never> = notFound('no-such-name' satisfies NoRecords);

type RecordOf<T extends ZoneType> = Exclude<NonNullable<ZoneRecords[T]>, ZoneFault>[number];

/** Throws ConfigurationError (code `zone`) for a zone with errors. Answers asynchronously, as the network does; `TIMEOUT` at
 * once, though. */
export function zoneResolver(zone: Zone): ZoneResolver {
  checkZone(zone);
  const names = zoneNames(zone);
  const asked: string[] = [];
  let failure: string | undefined;

  const ask = async <T extends ZoneType, V>(
    type: T,
    name: string,
    toValue: (record: RecordOf<T>) => V,
    call: Parameters<Resolver['texts']>[1],
  ): Promise<Answer<readonly V[]>> => {
    asked.push(`${type} ${name}`);
    if (failure !== undefined) return cannotTell(failure);
    if (call?.signal.aborted === true) return cannotTell(`${type} of ${shownDnsName(name)}: the evaluation is over`);
    // In lower case some characters beyond ASCII are ASCII.
    const records = dnsNameFault(name) === undefined ? lookUp(names, type, name.toLowerCase()) : NONE;
    if (records.kind !== 'found') return records;
    return found((records.value as readonly RecordOf<T>[]).map(toValue));
  };

  return {
    asked,
    fail: (why) => {
      failure = why;
    },
    addresses: (name, family, call) => ask(family === 4 ? 'A' : 'AAAA', name, address, call),
    mailExchangers: async (name, call) => {
      const answer = await ask('MX', name, exchanger, call);
      return answer.kind === 'found' ? found([...answer.value].sort((a, b) => a.preference - b.preference)) : answer;
    },
    texts: (name, call) => ask('TXT', name, String, call),
    nameServers: (name, call) => ask('NS', name, host, call),
    names: (ip, call) => ask('PTR', reverseName(ip), host, call),
  };
}

interface Names {
  readonly records: ReadonlyMap<string, ZoneRecords | ZoneFault>;
  /** Those above a name of the zone, which exist too, be it without records (RFC 8020 section 2, RFC 4592 section 2.2.2). */
  readonly above: ReadonlySet<string>;
}

function zoneNames(zone: Zone): Names {
  const records = new Map(Object.entries(zone).map(([name, one]) => [zoneName(name), one]));
  const above = new Set<string>();
  for (const name of records.keys()) {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) above.add(name.slice(dot + 1));
  }
  return { records, above };
}

/** Its own records, or those of the wildcard at the nearest name above that exists; undefined where there is no such name. */
function recordsOf(names: Names, name: string): ZoneRecords | ZoneFault | undefined {
  const own = existing(names, name);
  if (own !== undefined) return own;
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const parent = name.slice(dot + 1);
    if (existing(names, parent) !== undefined) return existing(names, `*.${parent}`);
  }
  return undefined;
}

function existing({ records, above }: Names, name: string): ZoneRecords | ZoneFault | undefined {
  return records.get(name) ?? (above.has(name) ? {} : undefined);
}

function lookUp(names: Names, type: ZoneType, asked: string): Answer<readonly unknown[]> {
  let name = asked;
  for (let steps = 0; steps <= CHAIN_LIMIT; steps++) {
    const records = recordsOf(names, name);
    if (records === undefined) return NONE;
    if (isFault(records)) return faulty(records, type, name);
    if (records.CNAME === undefined) return ofType(records[type], type, name);
    const target = String(records.CNAME);
    if (isFault(target)) return faulty(target, type, name);
    name = zoneName(target);
  }
  return cannotTell(`${type} of ${shownDnsName(asked)}: more than ${CHAIN_LIMIT} aliases`);
}

function ofType(
  records: readonly unknown[] | ZoneFault | undefined,
  type: ZoneType,
  name: string,
): Answer<readonly unknown[]> {
  if (isFault(records)) return faulty(records, type, name);
  if (records === undefined || records.length === 0) return notFound('no-data' satisfies NoRecords);
  return found(records);
}

function faulty(fault: ZoneFault, type: ZoneType, name: string): CannotTell {
  return cannotTell(`${type} of ${shownDnsName(name)}: ${fault === 'TIMEOUT' ? 'ETIMEOUT' : 'ESERVFAIL'}`);
}

function address(text: string): IpAddress {
  const ip = parseIp(text);
  if (ip.kind === 'malformed') throw new Error('a checked zone holds addresses alone');
  return ip.value;
}

function exchanger({ preference, exchange }: MailExchanger): MailExchanger {
  return { preference, exchange: host(exchange) };
}

function host(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
