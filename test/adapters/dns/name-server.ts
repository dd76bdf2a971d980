/**
 * A name server on loopback that answers from a zone, as a recursive one does: aliases followed. UDP alone, the little of
 * RFC 1035 section 4 that it takes. It counts the questions and can answer with nonsense.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Zone, ZoneMx } from '../../../src/testing/resolver/index.js';
import { parseIp } from '../../../src/values/ip.js';

export interface NameServer extends AsyncDisposable {
  /** `127.0.0.1:40000`. */
  readonly address: string;
  /** `A example.com`, one for each datagram that came. */
  readonly asked: string[];
  /** Answered in place of the zone. `rcode` 5 is REFUSED; `garbage` is no DNS at all. */
  mode: 'zone' | 'refuse' | 'garbage' | 'silent';
  zone: Zone;
  /** Seconds, on every record. */
  ttl: number;
}

const types = { A: 1, NS: 2, CNAME: 5, PTR: 12, MX: 15, TXT: 16, AAAA: 28 } as const;
type Type = keyof typeof types;

export async function nameServer(zone: Zone): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const server: NameServer = {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    asked: [],
    mode: 'zone',
    zone,
    ttl: 300,
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
  socket.on('message', (query, peer) => {
    const reply = answer(server, query);
    if (reply !== undefined) socket.send(reply, peer.port, peer.address);
  });
  return server;
}

function answer(server: NameServer, query: Buffer): Buffer | undefined {
  const { name, end } = readName(query, 12);
  const type = (Object.keys(types) as Type[]).find((key) => types[key] === query.readUInt16BE(end));
  server.asked.push(`${type} ${name}`);
  if (server.mode === 'silent') return undefined;
  if (server.mode === 'garbage') return Buffer.concat([query.subarray(0, 12), Buffer.from([0x80, 0, 0, 0xc0, 0xff])]);
  const { rcode, records } = server.mode === 'refuse' ? { rcode: 5, records: [] } : lookUp(server, name, type);
  if (rcode === 'silence') return undefined;
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | rcode, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, query.subarray(12, end + 4), ...records]);
}

interface Result {
  readonly rcode: number | 'silence';
  readonly records: readonly Buffer[];
}

function lookUp(server: NameServer, asked: string, type: Type | undefined): Result {
  const chain: Buffer[] = [];
  const names = new Map(Object.entries(server.zone).map(([name, records]) => [name.toLowerCase(), records]));
  let name = asked.toLowerCase();
  for (let steps = 0; steps < 9; steps++) {
    const records = names.get(name);
    if (records === undefined) return { rcode: 3, records: chain };
    const found = typeof records === 'string' ? records : type && type !== 'CNAME' ? records[type] : undefined;
    if (found === 'TIMEOUT') return { rcode: 'silence', records: [] };
    if (found === 'SERVFAIL') return { rcode: 2, records: [] };
    if (typeof records === 'string' || records.CNAME === undefined) {
      const own = (found ?? []) as readonly unknown[];
      return { rcode: 0, records: [...chain, ...own.map((one) => record(server, name, type ?? 'A', one))] };
    }
    chain.push(record(server, name, 'CNAME', records.CNAME));
    name = records.CNAME.toLowerCase();
  }
  return { rcode: 2, records: [] };
}

function record(server: NameServer, name: string, type: Type, value: unknown): Buffer {
  const data = dataOf(type, value);
  const head = Buffer.alloc(10);
  head.writeUInt16BE(types[type], 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt32BE(server.ttl, 4);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([writeName(name), head, data]);
}

function dataOf(type: Type, value: unknown): Buffer {
  if (type === 'MX') {
    const { preference, exchange } = value as ZoneMx;
    return Buffer.concat([Buffer.from([preference >> 8, preference & 255]), writeName(exchange)]);
  }
  const text = String(value);
  if (type === 'TXT') return strings(Buffer.from(text, 'latin1'));
  if (type !== 'A' && type !== 'AAAA') return writeName(text);
  const ip = parseIp(text);
  if (ip.kind === 'malformed') throw new Error(ip.why);
  const bytes = Buffer.alloc(ip.value.words.length * 4);
  ip.value.words.forEach((word, i) => {
    bytes.writeUInt32BE(word, i * 4);
  });
  return bytes;
}

/** Character strings of at most 255 octets (RFC 1035 section 3.3.14). */
function strings(octets: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < Math.max(1, octets.length); at += 255) {
    const part = octets.subarray(at, at + 255);
    parts.push(Buffer.from([part.length]), part);
  }
  return Buffer.concat(parts);
}

function writeName(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
}

function readName(message: Buffer, start: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = start;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.'), end: at + 1 };
}
