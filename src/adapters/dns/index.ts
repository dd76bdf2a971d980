/** Entry point: the resolver on node:dns. Needs Node alone. */
export { type DnsResolver, dnsResolver } from './resolver.js';
export type { DnsOptions } from './settings.js';
