/**
 * Postfix's default of mynetworks: the addresses of this host, or the networks of its interfaces (mynetworks_style).
 * Interfaces are no part of the folder: those are taken that inet_interfaces names, and loopback for `all`. Never more
 * than Postfix takes.
 */
import { parseIp } from '../values/ip.js';
import type { Expander } from './expand.js';
import { splitList } from './lists.js';

export const networkStyles = ['subnet', 'host', 'class'] as const;

export function ownNetworks(values: Expander): string {
  const words = (name: string): readonly string[] =>
    splitList(values.value(name) ?? '').map((word) => word.toLowerCase());
  const protocols = words('inet_protocols');
  const speaks = (version: 4 | 6): boolean => protocols.includes('all') || protocols.includes(`ipv${version}`);
  const wide = values.value('mynetworks_style') !== 'host';
  const networks = words('inet_interfaces')
    .flatMap(addresses)
    .flatMap((text) => {
      const ip = parseIp(text);
      if (ip.kind === 'malformed' || !speaks(ip.value.version)) return [];
      if (ip.value.version === 6) return [`[${ip.value.text}]/128`];
      return [wide && text.startsWith('127.') ? '127.0.0.0/8' : `${ip.value.text}/32`];
    });
  return [...new Set(networks)].join(' ');
}

function addresses(word: string): readonly string[] {
  if (['all', 'loopback-only', 'localhost'].includes(word)) return ['127.0.0.1', '::1'];
  return [word.replace(/^\[(.*)\]$/, '$1')];
}
