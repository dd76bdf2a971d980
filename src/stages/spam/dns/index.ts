/** Rules that ask the DNS. */
import { askDns } from './ask-dns.js';
import type { DnsModule } from './dns-module.js';
import { hostLists } from './host-lists.js';
import { uriLists } from './uri-lists.js';

export const dnsModules: readonly DnsModule[] = [hostLists, uriLists, askDns];
