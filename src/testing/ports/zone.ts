/**
 * A zone as plain data (JSON), and all that is wrong with one. Names that the zone does not hold do not exist, but for those above its
 * names, which have no records (RFC 8020 section 2). A name, or one record type of it, may be a fault in place of records. A final
 * dot of a name means nothing. From files: `readZone`.
 */
import { excerpt } from '../../values/characters.js';
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
  /** Another name, or a list of one; no other records stand beside it (RFC 1034 section 3.6.2). As a fault it is one for all
   * questions of the name. */
  readonly CNAME?: string | readonly string[];
}

export type ZoneType = Exclude<keyof ZoneRecords, 'CNAME'>;
/** `*.example.com` stands for the names below that are not there (RFC 4592). */
export type Zone = Readonly<Record<string, ZoneRecords | ZoneFault>>;

/** A problem, and where in the data it is: name, type, index of the record. */
export interface ZoneProblem extends Problem {
  readonly path: readonly [name: string, type?: string, index?: number];
}

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
  const problems = zoneProblems(zone);
  if (problems.length > 0) throw new ConfigurationError('zone', problems);
}

/** Of any value. */
export function zoneProblems(zone: unknown): readonly ZoneProblem[] {
  if (!isObject(zone)) return [problem('bad-zone', 'a zone is an object of names', [''])];
  const problems: ZoneProblem[] = [];
  const seen = new Set<string>();
  for (const [name, records] of Object.entries(zone)) {
    if (!isName(name)) {
      problems.push(problem('bad-name', `${name}: a name has labels of 1 to 63 octets, 253 in all`, [name]));
    }
    if (seen.has(zoneName(name))) problems.push(problem('twice', `${name}: the name stands there twice`, [name]));
    seen.add(zoneName(name));
    problems.push(...nameProblems(name, records));
  }
  return problems;
}

/** As names are compared: lower case, no final dot. */
export function zoneName(name: string): string {
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
}

export function isFault(value: unknown): value is ZoneFault {
  return value === 'TIMEOUT' || value === 'SERVFAIL';
}

/** Of printable ASCII without backslashes: `_dmarc.example.com` and `0/25.2.0.192.in-addr.arpa` are names too, and those with
 * blanks inside, which macros of SPF (RFC 7208 section 7) ask for. */
export function isName(text: string): boolean {
  const name = zoneName(text);
  if (name.length > 253 || name.trim() !== name) return false;
  return name.split('.').every((label) => /^[ -[\]-~]{1,63}$/.test(label));
}

function nameProblems(name: string, records: unknown): readonly ZoneProblem[] {
  if (isFault(records)) return [];
  if (!isObject(records)) {
    return [problem('bad-records', `${name}: expected records by type, "TIMEOUT" or "SERVFAIL"`, [name])];
  }
  return Object.entries(records).flatMap(([type, value]) => {
    if (type === 'CNAME') return aliasProblems(name, value, Object.keys(records).length > 1);
    if (isType(type)) return isFault(value) ? [] : typeProblems(name, type, value);
    const known = `${Object.keys(types).join(', ')} or CNAME`;
    return [problem('unknown-type', `${name}: expected the type ${known}, not ${excerpt(type)}`, [name, type])];
  });
}

function typeProblems(name: string, type: ZoneType, value: unknown): readonly ZoneProblem[] {
  const [expected, test] = types[type];
  if (!Array.isArray(value)) {
    return [problem('bad-records', `${name} ${type}: expected a list, "TIMEOUT" or "SERVFAIL"`, [name, type])];
  }
  return value.flatMap((one, index) => {
    const message = `${name} ${type}: expected ${expected}, not ${JSON.stringify(one)?.slice(0, 80)}`;
    return test(one) ? [] : [problem('bad-record', message, [name, type, index])];
  });
}

function aliasProblems(name: string, value: unknown, others: boolean): readonly ZoneProblem[] {
  const target: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  const path: ZoneProblem['path'] = [name, 'CNAME'];
  const good = typeof target === 'string' && isName(target);
  const bad = good ? [] : [problem('bad-record', `${name} CNAME: expected one name`, path)];
  const beside = others ? [problem('beside-cname', `${name}: other records stand beside the CNAME`, path)] : [];
  return [...bad, ...beside];
}

function isType(type: string): type is ZoneType {
  return Object.hasOwn(types, type);
}

function isMx(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { preference, exchange } = value as Partial<ZoneMx>;
  const inRange = typeof preference === 'number' && Number.isInteger(preference);
  if (!inRange || preference < 0 || preference > 65_535) return false;
  return typeof exchange === 'string' && (exchange === '' || exchange === '.' || isName(exchange));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function problem(code: string, message: string, path: ZoneProblem['path']): ZoneProblem {
  return { code, message, path };
}
