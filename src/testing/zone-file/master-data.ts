/** The data of records in master files, type by type (RFC 1035 section 3.3, RFC 3596 section 2.2). */
import { excerpt } from '../../values/characters.js';
import { parseIp } from '../../values/ip.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';
import type { ZoneRecords } from '../ports/zone.js';
import type { Token } from './master-lexer.js';
import { readName, readString } from './master-names.js';

export type RecordData =
  | { readonly kind: 'record'; readonly type: keyof ZoneRecords; readonly value: unknown }
  /** The name is there, the record is nothing that mail asks for. */
  | { readonly kind: 'not-held'; readonly unknown: boolean };

export interface DataError {
  readonly kind: 'malformed';
  readonly why: string;
  /** The part at fault; undefined where one is missing. */
  readonly token: Token | undefined;
}

type Read = (token: Token, origin: string) => Parsed<unknown>;

const name: Read = ({ raw }, origin) => readName(raw, origin);
const hostName: Read = ({ raw }, origin) => {
  const host = readName(raw, origin);
  return host.kind === 'parsed' && host.value === '' ? malformed('the root is no host') : host;
};
const address =
  (version: 4 | 6): Read =>
  ({ raw }) => {
    const ip = parseIp(raw);
    const good = ip.kind === 'parsed' && ip.value.version === version;
    return good ? parsed(ip.value.text) : malformed(`an IPv${version} address is expected, not ${excerpt(raw)}`);
  };
const number =
  (most: number): Read =>
  ({ raw }) =>
    /^[0-9]{1,10}$/.test(raw) && Number(raw) <= most
      ? parsed(Number(raw))
      : malformed(`a number from 0 to ${most} is expected, not ${excerpt(raw)}`);

const any: Read = ({ raw }) => parsed(raw);

/** Each part in order, with its name for people. */
const parts: Readonly<Record<string, readonly (readonly [string, Read])[]>> = {
  A: [['address', address(4)]],
  AAAA: [['address', address(6)]],
  CNAME: [['name', hostName]],
  PTR: [['name', hostName]],
  NS: [['name', hostName]],
  MX: [
    ['preference', number(65_535)],
    ['exchange', name],
  ],
  SOA: ['primary server', 'mailbox', 'serial', 'refresh', 'retry', 'expire', 'minimum'].map((part) => [part, any]),
};

/** `type` in upper case; `tokens` are those behind it. */
export function readData(type: string, tokens: readonly Token[], origin: string): RecordData | DataError {
  if (type === 'TXT') return readTexts(tokens);
  const wanted = Object.hasOwn(parts, type) ? parts[type] : undefined;
  if (wanted === undefined) return { kind: 'not-held', unknown: true };
  const values: unknown[] = [];
  for (const [index, [what, read]] of wanted.entries()) {
    const token = tokens[index];
    if (token === undefined) return wrong(`the ${what} is missing`, tokens[index - 1]);
    const value = read(token, origin);
    if (value.kind === 'malformed') return wrong(`${what}: ${value.why}`, token);
    values.push(value.value);
  }
  const more = tokens[wanted.length];
  if (more !== undefined) return wrong(`nothing more is expected: ${excerpt(more.raw)}`, more);
  return held(type, values);
}

function held(type: string, values: readonly unknown[]): RecordData {
  if (type === 'SOA') return { kind: 'not-held', unknown: false };
  const [first, second] = values;
  const value = type === 'MX' ? { preference: first, exchange: second } : first;
  return { kind: 'record', type: type as keyof ZoneRecords, value };
}

/** The strings joined without space (RFC 7208 section 3.3). */
function readTexts(tokens: readonly Token[]): RecordData | DataError {
  if (tokens.length === 0) return wrong('a string is expected', undefined);
  const strings: string[] = [];
  let octets = 0;
  for (const token of tokens) {
    const string = readString(token.raw);
    if (string.kind === 'malformed') return wrong(string.why, token);
    strings.push(string.value);
    octets += string.value.length + 1;
  }
  if (octets > 65_535) return wrong('a record has at most 65,535 octets', tokens[0]);
  return { kind: 'record', type: 'TXT', value: strings.join('') };
}

function wrong(why: string, token: Token | undefined): DataError {
  return { kind: 'malformed', why, token };
}
