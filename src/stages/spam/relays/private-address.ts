/**
 * Addresses that no host on the Internet has: RFC 1918, RFC 6598, loopback and link-local (RFC 6890). Unique local addresses of IPv6
 * (RFC 4193) are not among them: SpamAssassin leaves them out.
 */
import { parseIp } from '../../../values/ip.js';
import { networkContains, parseNetwork } from '../../../values/network.js';

const networks = [
  '10.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fe80::/10',
  '::1',
].flatMap((text) => {
  const network = parseNetwork(text);
  return network.kind === 'parsed' ? [network.value] : [];
});

export function isPrivate(address: string): boolean {
  const ip = parseIp(address);
  return ip.kind === 'parsed' && networks.some((network) => networkContains(network, ip.value));
}
