/**
 * A name server on loopback that answers from a zone, as a recursive one does: aliases followed. UDP and TCP, the little of
 * RFC 1035 section 4 that it takes. It counts the questions and can answer with nonsense.
 */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Zone, ZoneMx } from '../../../src/testing/resolver/index.js';
import { parseIp } from '../../../src/values/ip.js';

export interface NameServer extends AsyncDisposable {
  /** `127.0.0.1:40000`. */
  readonly address: string;
  /** `A example.com`, one for each datagram that came; `tcp A example.com` for those of connections. */
  readonly asked: string[];
  /**
   * Answered in place of the zone. `refuse`: REFUSED; `garbage`: no DNS at all; `wrong-id`: the answer to another question;
   * `no-sense`: a record that ends before its data; `aliases`: one alias of the zone, not followed. By UDP `truncated` says that there is more, by
   * TCP the zone answers; `cut-off` says so and closes every connection, `mute` takes connections and is silent.
   */
  mode:
    | 'zone'
    | 'refuse'
    | 'garbage'
    | 'silent'
    | 'wrong-id'
    | 'no-sense'
    | 'aliases'
    | 'truncated'
    | 'cut-off'
    | 'mute';
  /** Milliseconds before an answer. */
  delay: number;
  zone: Zone;
  /** Seconds, on every record. */
  ttl: number;
}

const types = { A: 1, NS: 2, CNAME: 5, PTR: 12, MX: 15, TXT: 16, AAAA: 28 } as const;
type Type = keyof typeof types;

export async function nameServer(zone: Zone): Promise<NameServer> {
  const { socket, tcp, port } = await listening();
  const connections = new Set<Socket>();
  const late = new Set<NodeJS.Timeout>();
  const server: NameServer = {
    address: `127.0.0.1:${port}`,
    asked: [],
    mode: 'zone',
    delay: 0,
    zone,
    ttl: 300,
    [Symbol.asyncDispose]: async () => {
      for (const connection of connections) connection.destroy();
      for (const timer of late) clearTimeout(timer);
      await Promise.all([
        new Promise<void>((resolve) => socket.close(() => resolve())),
        new Promise((resolve) => tcp.close(resolve)),
      ]);
    },
  };
  socket.on('message', (query, peer) => {
    const reply = answer(server, query);
    if (reply === undefined) return;
    const send = (): void => socket.send(reply, peer.port, peer.address);
    if (server.delay === 0) send();
    else late.add(setTimeout(send, server.delay));
  });
  tcp.on('connection', (connection) => {
    connections.add(connection);
    connection.on('error', () => {});
    connection.on('close', () => connections.delete(connection));
    if (server.mode === 'cut-off') connection.destroy();
    let rest: Buffer = Buffer.alloc(0);
    connection.on('data', (data) => {
      rest = overTcp(server, connection, Buffer.concat([rest, data]));
    });
  });
  return server;
}

/** On one port for both, which may be taken for one of them. */
async function listening(): Promise<{ readonly socket: DatagramSocket; readonly tcp: Server; readonly port: number }> {
  for (let tries = 0; ; tries++) {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const tcp = createServer().listen(port, '127.0.0.1');
    try {
      await once(tcp, 'listening');
      return { socket, tcp, port };
    } catch (error) {
      socket.close();
      if (tries === 20) throw error;
    }
  }
}

/** Queries behind their lengths (RFC 1035 section 4.2.2), several in one piece too; what is left for the next piece. */
function overTcp(server: NameServer, connection: Socket, data: Buffer): Buffer {
  let rest = data;
  while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
    const query = rest.subarray(2, 2 + rest.readUInt16BE(0));
    rest = rest.subarray(2 + query.length);
    const { name, type } = question(query);
    server.asked.push(`tcp ${type} ${name}`);
    if (server.mode !== 'truncated') continue;
    const reply = render(query, lookUp(server, name, type), 0);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(reply.length);
    connection.write(Buffer.concat([length, reply]));
  }
  return rest;
}

function question(query: Buffer): { readonly name: string; readonly type: Type | undefined; readonly end: number } {
  const { name, end } = readName(query, 12);
  return { name, type: (Object.keys(types) as Type[]).find((key) => types[key] === query.readUInt16BE(end)), end };
}

function answer(server: NameServer, query: Buffer): Buffer | undefined {
  const { name, type } = question(query);
  server.asked.push(`${type} ${name}`);
  switch (server.mode) {
    case 'silent':
      return undefined;
    case 'garbage':
      return Buffer.concat([query.subarray(0, 12), Buffer.from([0x80, 0, 0, 0xc0, 0xff])]);
    case 'refuse':
      return render(query, { rcode: 5, records: [] }, 0);
    case 'truncated':
    case 'cut-off':
    case 'mute':
      return render(query, { rcode: 0, records: [] }, TRUNCATED);
    case 'wrong-id': {
      const reply = render(query, lookUp(server, name, type), 0);
      reply.writeUInt16BE(reply.readUInt16BE(0) ^ 0x5555, 0);
      return reply;
    }
    case 'no-sense':
      return render(query, { rcode: 0, records: [record(server, name, type ?? 'A', '192.0.2.1').subarray(0, -3)] }, 0);
    case 'aliases': {
      const own = server.zone[name];
      const target = typeof own === 'object' ? own.CNAME : undefined;
      if (typeof target !== 'string') return render(query, lookUp(server, name, type), 0);
      return render(query, { rcode: 0, records: [record(server, name, 'CNAME', target)] }, 0);
    }
    case 'zone': {
      const result = lookUp(server, name, type);
      return result.rcode === 'silence' ? undefined : render(query, result, 0);
    }
  }
}

const TRUNCATED = 0x0200;

function render(query: Buffer, { rcode, records }: Result, flags: number): Buffer {
  const { end } = question(query);
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | flags | (rcode === 'silence' ? 2 : rcode), 2);
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
    const records = recordsAt(names, name);
    if (records === undefined) return { rcode: 3, records: chain };
    const found =
      typeof records === 'string'
        ? records
        : type === undefined
          ? undefined
          : type === 'CNAME'
            ? records.CNAME && [records.CNAME]
            : records[type];
    if (found === 'TIMEOUT') return { rcode: 'silence', records: [] };
    if (found === 'SERVFAIL') return { rcode: 2, records: [] };
    if (typeof records === 'string' || records.CNAME === undefined || type === 'CNAME') {
      const own = (found ?? []) as readonly unknown[];
      return { rcode: 0, records: [...chain, ...own.map((one) => record(server, name, type ?? 'A', one))] };
    }
    chain.push(record(server, name, 'CNAME', records.CNAME));
    name = String(records.CNAME).toLowerCase();
  }
  return { rcode: 2, records: [] };
}

/** Its own, those of the wildcard at the nearest name above, or none where names are below (RFC 4592 section 2.2.2). */
function recordsAt(names: ReadonlyMap<string, Zone[string]>, name: string): Zone[string] | undefined {
  const own = (one: string): Zone[string] | undefined =>
    names.get(one) ?? ([...names.keys()].some((other) => other.endsWith(`.${one}`)) ? {} : undefined);
  const labels = name.split('.');
  const ends = labels.map((_, i) => labels.slice(i).join('.'));
  const nearest = ends.find((end) => own(end) !== undefined);
  return nearest === name ? own(name) : own(`*.${nearest}`);
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
