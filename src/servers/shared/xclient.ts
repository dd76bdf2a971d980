/**
 * XCLIENT: a trusted front tells whose connection this really is (Postfix XCLIENT_README). NAME, ADDR, PORT, PROTO,
 * HELO and LOGIN, each once, values in xtext; `[UNAVAILABLE]` and `[TEMPUNAVAIL]` are known for all.
 */
import type { Client, ClientName, Session } from '../../core/session.js';
import { parseDomain } from '../../values/domain.js';
import { decodeXtext } from '../../values/esmtp.js';
import { type IpAddress, type Network, parseIp } from '../../values/ip.js';
import { networkContains } from '../../values/network.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';

/** Absent where the command did not name it; `unavailable` takes back what was known. */
export interface XclientAttributes {
  readonly name?: ClientName;
  readonly ip?: IpAddress | 'unavailable';
  readonly port?: number | 'unavailable';
  readonly protocol?: 'smtp' | 'esmtp';
  readonly helo?: string | 'unavailable';
  readonly login?: string | 'unavailable';
}

/** What EHLO says of it. */
export const XCLIENT_KEYWORD = 'XCLIENT NAME ADDR PORT PROTO HELO LOGIN';

/**
 * Judged by the address that the connection came from, and by that of the client that it speaks for now: whoever is
 * behind a front must not speak for others, when the front passes on what he says.
 */
export function maySayXclient(
  hosts: readonly Network[] | undefined,
  clients: readonly (IpAddress | undefined)[],
): boolean {
  return clients.every((one) => one !== undefined && hosts?.some((network) => networkContains(network, one)) === true);
}

/** `text` is what follows the verb. */
export function parseXclient(text: string): Parsed<XclientAttributes> {
  const words = text.split(' ').filter((word) => word !== '');
  if (words.length === 0 || words.length > 16) return malformed('attributes are expected');
  let attributes: XclientAttributes = {};
  const seen = new Set<string>();
  for (const word of words) {
    const equals = word.indexOf('=');
    const key = word.slice(0, Math.max(equals, 0)).toUpperCase();
    if (seen.has(key)) return malformed(`${key} is given twice`);
    seen.add(key);
    const value = decodeXtext(word.slice(equals + 1));
    if (equals < 1 || value.kind === 'malformed') return malformed('an attribute is KEY=xtext');
    const one = attributeOf(key, value.value);
    if (one === undefined) return malformed(`bad attribute ${key.slice(0, 20)}`);
    attributes = { ...attributes, ...one };
  }
  return parsed(attributes);
}

function attributeOf(key: string, value: string): XclientAttributes | undefined {
  const missing = /^\[(?:UNAVAILABLE|TEMPUNAVAIL)\]$/i.test(value);
  switch (key) {
    case 'NAME':
      return nameOf(value, missing);
    case 'ADDR':
      return missing ? { ip: 'unavailable' } : addressOf(value);
    case 'PORT':
      if (missing) return { port: 'unavailable' };
      return /^[0-9]{1,5}$/.test(value) && Number(value) < 65_536 ? { port: Number(value) } : undefined;
    case 'PROTO':
      if (missing) return {};
      return /^e?smtp$/i.test(value) ? { protocol: value.toLowerCase() as 'smtp' | 'esmtp' } : undefined;
    case 'HELO':
      if (missing) return { helo: 'unavailable' };
      return value.length > 0 && value.length <= 255 ? { helo: value } : undefined;
    case 'LOGIN':
      return missing
        ? { login: 'unavailable' }
        : value.length > 0 && value.length <= 255
          ? { login: value }
          : undefined;
    default:
      return undefined;
  }
}

/**
 * The front has verified it: Postfix sends the name that leads back to the address, and `[UNAVAILABLE]` without one.
 */
function nameOf(value: string, missing: boolean): XclientAttributes | undefined {
  if (missing) {
    const temporary = /^\[TEMPUNAVAIL\]$/i.test(value);
    return { name: temporary ? { kind: 'cannot-tell', why: 'the front could not tell' } : { kind: 'none' } };
  }
  const name = parseDomain(value);
  return name.kind === 'parsed' ? { name: { kind: 'verified', name: name.value } } : undefined;
}

/** As in an address literal, `IPV6:` stands in front of what has colons, and of nothing else. */
function addressOf(value: string): XclientAttributes | undefined {
  const bare = value.replace(/^ipv6:/i, '');
  if (bare.includes(':') === (bare === value)) return undefined;
  const ip = parseIp(bare);
  return ip.kind === 'parsed' ? { ip: ip.value } : undefined;
}

/**
 * The session of the client that the front speaks for. A new address inherits no name and no login. One that the front
 * does not know leaves none: nothing of the front's own stays, and no network contains the client.
 */
export function applyXclient(session: Session, attributes: XclientAttributes): Session {
  const { ip, port, name, login, protocol } = attributes;
  const before = ip === undefined ? session.client : strangerAt(ip);
  const client: Client = {
    ip: before.ip,
    port: port === 'unavailable' ? undefined : (port ?? before.port),
    name: name ?? before.name,
  };
  const kept = ip === undefined ? session.login : undefined;
  const loggedIn =
    login === undefined ? kept : login === 'unavailable' ? undefined : { name: login, mechanism: 'XCLIENT' };
  return { ...session, client, login: loggedIn, protocol: protocol ?? session.protocol };
}

function strangerAt(ip: IpAddress | 'unavailable'): Client {
  if (ip === 'unavailable') return { ip: undefined, port: undefined, name: { kind: 'none' } };
  return { ip, port: undefined, name: { kind: 'not-looked-up' } };
}
