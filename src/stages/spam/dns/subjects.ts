/**
 * What the functions of Mail::SpamAssassin::Plugin::DNSEval(3) ask lists about: hosts of the message's way, and the hosts of addresses
 * in its envelope and header. Names in the form in which they stand before the list's zone.
 */
import { lowerAscii } from '../../../values/characters.js';
import { addressOf, senderAddresses, strip, textOf } from '../evals/fields.js';
import { type DomainRules, hasKnownTopLevel, registeredDomain } from '../mail/domains.js';
import { hostToAscii, isHostName } from '../mail/hosts.js';
import type { SpamRule } from '../rules/rule.js';
import type { SpamSubject } from '../subject.js';
import { addressesFor, reversed } from './relay-addresses.js';

export interface ListScope {
  readonly domains: DomainRules;
  /** `rbl_headers`. */
  readonly headers: readonly string[];
}

/** `rest`: the function's arguments behind set, zone and sub-test. */
export type SubjectNames = (subject: SpamSubject, rest: readonly string[]) => readonly string[];

/** Hosts of the way that are asked about for one rule, as in SpamAssassin. */
const HOPS = 9;
/** Names asked about for one rule and message. */
const NAMES = 20;

/** Undefined for a function that is none of these. */
export function subjectNames(call: string, set: string, rule: SpamRule, scope: ListScope): SubjectNames | undefined {
  const { tflags } = rule;
  const hosts = (all: readonly string[]): readonly string[] =>
    [...new Set(all)].slice(0, NAMES).flatMap((host) => nameOf(host, tflags, scope.domains) ?? []);
  switch (call) {
    case 'check_rbl':
    case 'check_rbl_txt':
      return ({ relays }) => addressesFor(set, relays, tflags.has('nice'), HOPS).flatMap((ip) => reversed(ip) ?? []);
    case 'check_rbl_from_host':
      return (subject) => hosts(senderAddresses(subject).map(hostOf));
    case 'check_rbl_from_domain':
      return (subject) =>
        hosts(senderAddresses(subject).map((address) => registeredDomain(hostOf(address), scope.domains)));
    case 'check_rbl_envfrom':
      return (subject) => hosts([hostOf(addressOf(subject, 'EnvelopeFrom'))]);
    case 'check_rbl_headers':
      return (subject, [names]) =>
        hosts((names === undefined ? scope.headers : names.split(',')).flatMap((name) => hostsIn(subject, name)));
    case 'check_rbl_rcvd':
      return ({ relays }) => {
        const { ip = '', by = '', helo = '', rdns = '' } = relays.untrusted.at(-1) ?? {};
        return hosts([ip, by, helo, rdns].map((host) => host.replace(/\.$/, '')));
      };
    default:
      return undefined;
  }
}

/** The part behind `@`, without superfluous dots; empty: none. */
export function hostOf(address: string): string {
  const host = address.slice(address.lastIndexOf('@') + 1);
  if (!address.includes('@') || /\s/.test(host)) return '';
  return hostToAscii(
    lowerAscii(host)
      .replace(/\.+/g, '.')
      .replace(/^\.|\.$/g, ''),
  );
}

function hostsIn(subject: SpamSubject, name: string): readonly string[] {
  const host = hostOf(addressOf(subject, strip(name)));
  if (host !== '') return [host];
  return textOf(subject, strip(name))
    .slice(0, 1000)
    .split('\n')
    .map((line) => lowerAscii(strip(line)));
}

/** An address reversed, or a host name that may be in the DNS. */
function nameOf(host: string, tflags: ReadonlySet<string>, domains: DomainRules): string | undefined {
  const address = reversed(host);
  if (address !== undefined) return tflags.has('domains_only') ? undefined : address;
  const isName = isHostName(host) && hasKnownTopLevel(host, domains);
  return isName && !tflags.has('ips_only') ? host : undefined;
}
