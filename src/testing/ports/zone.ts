/**
 * A zone as plain data (JSON), and all that is wrong with one. Names without final dot; what the zone does not hold does not
 * exist. A name, or one record type of it, may be a fault in place of records.
 */
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { parseIp } from '../../values/ip.js';

/** `TIMEOUT`: no answer comes. `SERVFAIL`: the name servers are broken. */
export type ZoneFault = 'TIMEOUT' | 'SERVFAIL';

export interface ZoneMx {
  /** 0 to 65,535. */
  readonly preference: number;
  /** '' for a null MX (RFC 7505). */
  readonly exchange: string;
}

/** Records by type. An empty list is "no data". */
export interface ZoneRecords {
  readonly A?: readonly string[] | ZoneFault;
  readonly AAAA?: readonly string[] | ZoneFault;
  readonly MX?: readonly ZoneMx[] | ZoneFault;
  /** Each as one text of Latin-1 octets, of any length. */
  readonly TXT?: readonly string[] | ZoneFault;
  readonly NS?: readonly string[] | ZoneFault;
  /** Under a reverse name: `1.2.0.192.in-addr.arpa`. */
  readonly PTR?: readonly string[] | ZoneFault;
  /** Another name; no other records stand beside it (RFC 1034 section 3.6.2). */
  readonly CNAME?: string;
}

export type ZoneType = Exclude<keyof ZoneRecords, 'CNAME'>;
export type Zone = Readonly<Record<string, ZoneRecords | ZoneFault>>;

const texts = (one: (text: string) => boolean) => (value: unknown) => typeof value === 'string' && one(value);
const ip = (version: 4 | 6) => (text: string) => {
  const parsed = parseIp(text);
  return parsed.kind === 'parsed' && parsed.value.version === version;
};

/** What a record of each type is, in words and as a test. */
const types: Readonly<Record<ZoneType, readonly [string, (value: unknown) => boolean]>> = {
  A: ['an IPv4 address', texts(ip(4))],
  AAAA: ['an IPv6 address', texts(ip(6))],
  MX: ['{ preference: 0 to 65535, exchange: a name or "" }', isMx],
  TXT: ['a text of octets (no character above U+00FF)', texts((text) => !/[^\0-\xff]/.test(text))],
  NS: ['a name', texts(isName)],
  PTR: ['a name', texts(isName)],
};

/** Throws ConfigurationError (code `zone`) with all problems. */
export function checkZone(zone: Zone): void {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [name, records] of Object.entries(zone)) {
    if (!isName(name)) problems.push(problem('bad-name', `${name}: a name has labels of 1 to 63 octets, 253 in all`));
    if (seen.has(name.toLowerCase())) problems.push(problem('twice', `${name}: the name stands there twice`));
    seen.add(name.toLowerCase());
    problems.push(...nameProblems(name, records));
  }
  if (problems.length > 0) throw new ConfigurationError('zone', problems);
}

export function isFault(value: unknown): value is ZoneFault {
  return value === 'TIMEOUT' || value === 'SERVFAIL';
}

function nameProblems(name: string, records: unknown): readonly Problem[] {
  if (isFault(records)) return [];
  if (typeof records !== 'object' || records === null || Array.isArray(records)) {
    return [problem('bad-records', `${name}: expected records by type, "TIMEOUT" or "SERVFAIL"`)];
  }
  return Object.entries(records).flatMap(([type, value]) => {
    if (type === 'CNAME') return aliasProblems(name, value, Object.keys(records).length > 1);
    if (!isType(type)) return [problem('unknown-type', `${name}: ${type} is none of ${Object.keys(types)}, CNAME`)];
    return isFault(value) ? [] : typeProblems(name, type, value);
  });
}

function typeProblems(name: string, type: ZoneType, value: unknown): readonly Problem[] {
  const [expected, test] = types[type];
  if (!Array.isArray(value)) {
    return [problem('bad-records', `${name} ${type}: expected a list, "TIMEOUT" or "SERVFAIL"`)];
  }
  const wrong = value.filter((one) => !test(one));
  return wrong.map((one) => problem('bad-record', `${name} ${type}: expected ${expected}, not ${JSON.stringify(one)}`));
}

function aliasProblems(name: string, target: unknown, others: boolean): readonly Problem[] {
  const bad = typeof target === 'string' && isName(target) ? [] : [problem('bad-record', `${name} CNAME: a name`)];
  const beside = others ? [problem('beside-cname', `${name}: other records stand beside the CNAME`)] : [];
  return [...bad, ...beside];
}

function isType(type: string): type is ZoneType {
  return Object.hasOwn(types, type);
}

function isMx(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { preference, exchange } = value as Partial<ZoneMx>;
  const inRange = typeof preference === 'number' && Number.isInteger(preference);
  if (!inRange || preference < 0 || preference > 65_535) return false;
  return exchange === '' || (typeof exchange === 'string' && isName(exchange));
}

/** Of ASCII, without blanks and backslashes: `_dmarc.example.com` and `0/25.2.0.192.in-addr.arpa` are names too. */
function isName(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => /^[!-[\]-~]{1,63}$/.test(label));
}

function problem(code: string, message: string): Problem {
  return { code, message };
}
