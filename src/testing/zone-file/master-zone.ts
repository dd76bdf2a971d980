/**
 * A zone from a master file (RFC 1035 section 5): what is left out of an entry comes from the ones before. `$INCLUDE` is refused, for
 * no file is read here. The parts of a record are read in master-data.ts.
 */
import { excerpt } from '../../values/characters.js';
import type { Problem } from '../../values/errors.js';
import { isName, type ZoneRecords, zoneName } from '../ports/zone.js';
import { type DataError, type RecordData, readData } from './master-data.js';
import { type Entry, masterEntries, type Token } from './master-lexer.js';
import { readName } from './master-names.js';
import type { ZoneReading } from './read-zone.js';

type Collected = { -readonly [T in keyof ZoneRecords]?: unknown[] };

interface Owner {
  readonly records: Collected;
  /** Type and data of each, to find what stands there twice. */
  readonly seen: Set<string>;
  /** The line of its first CNAME. */
  alias: number | undefined;
}

/** Text of octets. `origin` as `$ORIGIN` has it, with or without final dot. */
export function masterZone(text: string, file: string, origin: string): ZoneReading {
  const reader = new Reader(file, origin);
  const { entries, errors } = masterEntries(text);
  for (const { line, message } of errors) reader.problem('syntax', line, message);
  for (const entry of entries) reader.read(entry);
  return reader.finish();
}

class Reader {
  readonly #file: string;
  #origin: string;
  #owner: string | undefined = undefined;
  /** No owner was read yet. */
  #first = true;
  readonly #owners = new Map<string, Owner>();
  readonly #problems: Problem[] = [];
  readonly #warnings: Problem[] = [];

  constructor(file: string, origin: string) {
    this.#file = file;
    this.#origin = zoneName(origin);
    if (this.#origin !== '' && !isName(origin))
      this.problem('bad-name', 1, `the origin is no name: ${excerpt(origin)}`);
  }

  problem(code: string, line: number, message: string): void {
    this.#problems.push({ code, message, source: { file: this.#file, line } });
  }

  read(entry: Entry): void {
    const [first] = entry.tokens;
    if (first?.raw.startsWith('$') === true && !first.quoted && !entry.indented) this.#directive(entry, first.raw);
    else this.#record(entry);
  }

  finish(): ZoneReading {
    for (const [name, { records, alias }] of this.#owners) {
      if (alias === undefined) continue;
      // RFC 1034 section 3.6.2.
      if (Object.keys(records).length > 1) {
        this.problem('beside-cname', alias, `other records stand beside the CNAME of ${name}`);
      }
      if ((records.CNAME?.length ?? 0) > 1) this.problem('beside-cname', alias, `${name} has more than one CNAME`);
    }
    const byLine = (a: Problem, b: Problem): number => (a.source?.line ?? 0) - (b.source?.line ?? 0);
    const zone = Object.fromEntries([...this.#owners].map(([name, { records }]) => [name, records as ZoneRecords]));
    return { zone, warnings: this.#warnings, problems: this.#problems.sort(byLine) };
  }

  #directive({ line, tokens }: Entry, raw: string): void {
    const [, value, ...more] = tokens;
    switch (raw.toUpperCase()) {
      case '$INCLUDE':
        this.problem('include', line, '$INCLUDE: no other file is read, write its records here');
        return;
      case '$ORIGIN': {
        const name = value === undefined ? undefined : readName(value.raw, this.#origin);
        if (name === undefined || name.kind === 'malformed' || more.length > 0) {
          const why = name?.kind === 'malformed' ? `, ${name.why}` : '';
          this.problem('bad-name', line, `$ORIGIN: one name is expected${why}`);
          return;
        }
        this.#origin = name.value;
        return;
      }
      case '$TTL':
        // RFC 2308 section 4.
        if (value === undefined || !isTime(value.raw) || more.length > 0) {
          this.problem('bad-time', line, '$TTL: one time is expected: seconds, or 1h30m');
        }
        return;
      default:
        this.problem('unknown-directive', line, `${excerpt(raw)} is none of $ORIGIN, $TTL`);
        return;
    }
  }

  #record({ line, indented, tokens }: Entry): void {
    const rest = [...tokens];
    const owner = indented ? this.#owner : this.#readOwner(rest.shift(), line);
    if (owner === undefined) {
      // Of a wrong name enough is said where it stands.
      if (this.#first) this.problem('no-owner', line, 'no record stands before this one to take the name from');
      return;
    }
    const className = readTimeAndClass(rest);
    const type = rest.shift();
    if (type === undefined || type.quoted || !/^[a-z][a-z0-9-]{0,30}$/i.test(type.raw)) {
      const found = type === undefined ? '' : `, not ${excerpt(type.raw)}`;
      this.problem('no-type', line, `a record type is expected (A, MX, TXT ...)${found}`);
      return;
    }
    if (className !== 'IN') {
      this.#warn('ignored-class', line, `class ${className} is not read, only IN`);
      return;
    }
    const data = readData(type.raw.toUpperCase(), rest, this.#origin);
    if (data.kind === 'malformed') {
      this.#wrong(type, data);
      return;
    }
    this.#add(owner, type.raw.toUpperCase(), data, line);
  }

  #readOwner(token: Token | undefined, line: number): string | undefined {
    this.#first = false;
    const name = readName(token?.raw ?? '', this.#origin);
    const why = name.kind === 'malformed' ? name.why : name.value === '' ? 'it is the root: no $ORIGIN before' : '';
    this.#owner = name.kind === 'malformed' || name.value === '' ? undefined : name.value.toLowerCase();
    if (this.#owner === undefined) this.problem('bad-name', line, `the name ${excerpt(token?.raw ?? '')}: ${why}`);
    return this.#owner;
  }

  #add(name: string, type: string, data: RecordData, line: number): void {
    const owner = this.#owners.get(name) ?? { records: {}, seen: new Set(), alias: undefined };
    this.#owners.set(name, owner);
    if (data.kind === 'not-held') {
      if (data.unknown) this.#warn('ignored-type', line, `${type} of ${name} is not read`);
      return;
    }
    const key = `${type} ${JSON.stringify(data.value)}`;
    // RFC 2181 section 5: a set of records.
    if (owner.seen.has(key)) {
      this.#warn('twice', line, `${type} of ${name}: the same record stands there before`);
      return;
    }
    owner.seen.add(key);
    if (data.type === 'CNAME') owner.alias ??= line;
    const list = owner.records[data.type] ?? [];
    owner.records[data.type] = list;
    list.push(data.value);
  }

  #wrong(type: Token, { why, token }: DataError): void {
    this.problem('bad-record', token?.line ?? type.line, `${type.raw.toUpperCase()}: ${why}`);
  }

  #warn(code: string, line: number, message: string): void {
    this.#warnings.push({ code, message, source: { file: this.#file, line } });
  }
}

const CLASSES: ReadonlySet<string> = new Set(['IN', 'CH', 'HS', 'CS']);

/** Takes a TTL and a class, in either order, from the front. The class is IN where none stands there. */
function readTimeAndClass(tokens: Token[]): string {
  let [time, className] = ['', ''];
  for (let next = tokens[0]; next !== undefined && !next.quoted; next = tokens[0]) {
    const word = next.raw.toUpperCase();
    if (time === '' && isTime(word)) time = word;
    else if (className === '' && CLASSES.has(word)) className = word;
    else break;
    tokens.shift();
  }
  return className === '' ? 'IN' : className;
}

/** Seconds, at most 2,147,483,647 (RFC 2181 section 8); BIND also writes `1w2d3h4m5s`. */
function isTime(text: string): boolean {
  if (text.length > 20 || !/^[0-9][0-9smhdw]*$/i.test(text)) return false;
  let seconds = 0;
  for (const [, number, unit = ''] of text.matchAll(/([0-9]+)([smhdw]?)/gi)) {
    seconds += Number(number) * ({ m: 60, h: 3600, d: 86_400, w: 604_800 }[unit.toLowerCase()] ?? 1);
  }
  return seconds <= 2_147_483_647 && !/[smhdw]{2}/i.test(text);
}
