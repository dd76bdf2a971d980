/** What a socket and a command line tell. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsFacts } from '../../core/session.js';
import { type IpAddress, parseIp } from '../../values/ip.js';

export function ipOf(address: string | undefined): IpAddress | undefined {
  // A link-local address comes with its zone (`fe80::1%eth0`), which means nothing to a policy.
  const ip = parseIp((address ?? '').replace(/%.*$/, ''));
  return ip.kind === 'parsed' ? ip.value : undefined;
}

export function tlsFactsOf(socket: Socket | TLSSocket): TlsFacts | undefined {
  if (!('getCipher' in socket)) return undefined;
  const name = socket.authorized ? socket.getPeerCertificate().subject?.CN : undefined;
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher()?.name ?? 'unknown',
    verifiedClient: Array.isArray(name) ? name[0] : name,
  };
}

/** The first word, in upper case, of at most 16 octets. */
export function verbOf(command: Buffer): string {
  const space = command.indexOf(0x20);
  return command.toString('latin1', 0, Math.min(space === -1 ? command.length : space, 16)).toUpperCase();
}

/** Behind a command of four letters that takes none. */
export function hasArguments(command: Buffer): boolean {
  return command.length > 4 && command.toString('latin1').trim().length > 4;
}
