/**
 * Where an `inet` service of master.cf listens: `port`, `host:port`, `[ipv6]:port`, ports by number or by the names
 * that known_tcp_ports and services(5) have for mail. Without a host, on the interfaces of inet_interfaces.
 */
import { parseIp } from '../values/ip.js';
import { malformed, type Parsed, parsed } from '../values/parsed.js';
import { splitList } from './lists.js';

export interface Listen {
  /** An address or a host name; `0.0.0.0` and `::` are all interfaces. */
  readonly host: string;
  readonly port: number;
}

const wellKnown: Readonly<Record<string, number>> = {
  smtp: 25,
  lmtp: 24,
  smtps: 465,
  submissions: 465,
  submission: 587,
  qmqp: 628,
  ssmtp: 465,
  mail: 25,
  msp: 18,
};

export interface EndpointContext {
  /** known_tcp_ports: `smtps=submissions=465`, aliases chained. */
  readonly knownPorts: string;
  /** inet_interfaces. */
  readonly interfaces: string;
  /** inet_protocols. */
  readonly protocols: string;
}

/** `service` as written in master.cf. */
export function readEndpoint(service: string, context: EndpointContext): Parsed<Listen> {
  const { host, port } = splitService(service);
  const number = portNumber(port, context.knownPorts);
  if (number === undefined) return malformed('expected a port: 1 to 65535, or a name like smtp, submission, smtps');
  return parsed({ host: host === '' ? defaultHost(context) : host === 'localhost' ? '127.0.0.1' : host, port: number });
}

function splitService(service: string): { readonly host: string; readonly port: string } {
  const bracket = /^\[([^\]]{1,255})\]:(.{1,255})$/.exec(service);
  if (bracket !== null) return { host: bracket[1] ?? '', port: bracket[2] ?? '' };
  const colon = service.lastIndexOf(':');
  return colon < 0 ? { host: '', port: service } : { host: service.slice(0, colon), port: service.slice(colon + 1) };
}

function portNumber(text: string, knownPorts: string): number | undefined {
  if (/^[0-9]{1,5}$/.test(text)) {
    const number = Number(text);
    return number >= 1 && number <= 65_535 ? number : undefined;
  }
  const name = text.toLowerCase();
  for (const chain of splitList(knownPorts)) {
    const names = chain.split('=').map((part) => part.trim());
    const number = Number(names.pop());
    if (names.includes(name) && Number.isInteger(number)) return number;
  }
  return Object.hasOwn(wellKnown, name) ? wellKnown[name] : undefined;
}

/** One address for `inet_interfaces`: a server listens on one; several names of it mean several servers. */
function defaultHost({ interfaces, protocols }: EndpointContext): string {
  const [first = 'all'] = splitList(interfaces);
  const v4 = splitList(protocols).some((word) => word === 'all' || word === 'ipv4');
  if (first.toLowerCase() === 'all') return splitList(protocols).includes('all') ? '::' : v4 ? '0.0.0.0' : '::';
  if (first.toLowerCase() === 'loopback-only' || first === 'localhost') return v4 ? '127.0.0.1' : '::1';
  const bare = first.replace(/^\[(.*)\]$/, '$1');
  return parseIp(bare).kind === 'parsed' ? bare : first;
}
