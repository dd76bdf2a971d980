/**
 * What lists are asked about a host of a URI (Mail::SpamAssassin::Plugin::URIDNSBL(3)): its domain or itself (`urirhsbl`), its addresses
 * (`uridnsbl` with the flag `a`), those of its domain's name servers (`uridnsbl`), or the names of these (`urinsrhsbl`, `urifullnsrhsbl`).
 * All but the first rest on answers of other questions.
 *
 * SpamAssassin 4.0.1 asks about name servers for rules with the flag `a` alone; here it is as the manual page says.
 */
import { lowerAscii } from '../../../values/characters.js';
import { type DomainRules, registeredDomain } from '../mail/domains.js';
import { isHostName } from '../mail/hosts.js';
import { isPrivate } from '../relays/private-address.js';
import type { AnswerTo, DnsQuestion } from './dns-module.js';
import { reversed } from './relay-addresses.js';
import type { UriHost } from './uri-hosts.js';

export interface Route {
  /** Questions on the way. */
  readonly steps: readonly DnsQuestion[];
  /** What stands before the zone, as far as it is known. */
  readonly names: readonly string[];
}

export type RouteOf = (host: UriHost, answer: AnswerTo) => Route;

/** Name servers of a domain, addresses of a name: more are passed over. */
const MOST = 8;

export const routed: ReadonlySet<string> = new Set([
  ...['uridnsbl', 'uridnssub', 'urinsrhsbl', 'urinsrhssub', 'urifullnsrhsbl', 'urifullnsrhssub'],
]);

export function routeOf(keyword: string, tflags: ReadonlySet<string>, domains: DomainRules): RouteOf {
  if (keyword.startsWith('urirhs')) return directRoute(tflags);
  const route = keyword.startsWith('uridns') ? addressRoute(tflags) : serverNameRoute(keyword, domains);
  const nowhere: Route = { steps: [], names: [] };
  return (host, answer) => (isAddress(host) ? nowhere : route(host, answer));
}

/** Of a host as it stands in a URI. */
function isAddress({ host }: UriHost): boolean {
  return /^[\d.]+$|[:[]/.test(host);
}

function directRoute(tflags: ReadonlySet<string>): RouteOf {
  return (one) => {
    const { host, domain } = one;
    if (!isAddress(one)) {
      return { steps: [], names: tflags.has('ips_only') ? [] : [tflags.has('notrim') ? host : domain] };
    }
    const isAsked = /^[\d.]+$/.test(host) && !isPrivate(host) && !tflags.has('domains_only');
    return { steps: [], names: isAsked ? reversedOnes([host]) : [] };
  };
}

function addressRoute(tflags: ReadonlySet<string>): RouteOf {
  const ofHost = tflags.has('a');
  const ofServers = tflags.has('ns') || !ofHost;
  return ({ host, domain }, answer) => {
    const servers = ofServers ? serversOf(domain, answer) : [];
    const names = [...(ofHost ? [host] : []), ...servers];
    const steps = names.map((name): DnsQuestion => ({ type: 'A', name }));
    const found = steps.flatMap((step) => few(answer(step))).filter((ip) => !ip.startsWith('127.'));
    return { steps: ofServers ? [serverQuestion(domain), ...steps] : steps, names: reversedOnes(found) };
  };
}

function serverNameRoute(keyword: string, domains: DomainRules): RouteOf {
  const isFull = keyword.startsWith('urifull');
  return ({ domain }, answer) => {
    const servers = serversOf(domain, answer);
    const names = isFull ? servers : servers.map((server) => registeredDomain(server, domains));
    return { steps: [serverQuestion(domain)], names: [...new Set(names)] };
  };
}

function serverQuestion(name: string): DnsQuestion {
  return { type: 'NS', name };
}

function serversOf(domain: string, answer: AnswerTo): readonly string[] {
  return few(answer(serverQuestion(domain)))
    .map((name) => lowerAscii(name).replace(/\.$/, ''))
    .filter(isHostName);
}

/** In an order of their own: servers turn theirs round from answer to answer. */
function few(answer: ReturnType<AnswerTo>): readonly string[] {
  return answer.kind === 'found' ? answer.values.toSorted().slice(0, MOST) : [];
}

function reversedOnes(addresses: readonly string[]): readonly string[] {
  return [...new Set(addresses)].flatMap((address) => reversed(address) ?? []);
}
