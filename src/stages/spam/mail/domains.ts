/**
 * Which domain a host name belongs to for lists of bad domains: the part that somebody registered, as SpamAssassin's rule files know it
 * (`util_rb_tld`, `util_rb_2tld`, `util_rb_3tld` in Mail::SpamAssassin::Conf(3)), not the Public Suffix List.
 */

import { lowerAscii } from '../../../values/characters.js';
import { parseIp } from '../../../values/ip.js';
import type { Settings } from '../rules/settings.js';
import { hostToAscii, isHostName } from './hosts.js';
import { hasNeedlessEscape } from './uri-escapes.js';

export interface DomainRules {
  /** Top-level domains that exist, in lower case and ASCII. */
  readonly topLevel: ReadonlySet<string>;
  /** `co.uk`: names below it belong to somebody else. */
  readonly twoLevel: ReadonlySet<string>;
  readonly threeLevel: ReadonlySet<string>;
}

export const noDomainRules: DomainRules = Object.freeze({
  topLevel: new Set<string>(),
  twoLevel: new Set<string>(),
  threeLevel: new Set<string>(),
});

/** Keywords that `readDomainRules` reads. */
const DOMAIN_SETTINGS: readonly string[] = ['util_rb_tld', 'util_rb_2tld', 'util_rb_3tld', 'clear_util_rb'];

/** Several modules ask for the same. */
const known: WeakMap<Settings, DomainRules> = new WeakMap();

export function readDomainRules(settings: Settings): DomainRules {
  const rules = known.get(settings) ?? readRules(settings);
  known.set(settings, rules);
  return rules;
}

function readRules(settings: Settings): DomainRules {
  const rules = { topLevel: new Set<string>(), twoLevel: new Set<string>(), threeLevel: new Set<string>() };
  const sets: Record<string, Set<string>> = {
    util_rb_tld: rules.topLevel,
    util_rb_2tld: rules.twoLevel,
    util_rb_3tld: rules.threeLevel,
  };
  for (const { keyword, value } of settings.of(...DOMAIN_SETTINGS)) {
    if (keyword === 'clear_util_rb') for (const set of Object.values(sets)) set.clear();
    else for (const name of value.split(/[\t-\r ]+/)) if (name !== '') sets[keyword]?.add(hostToAscii(name));
  }
  return rules;
}

/** The last label is a known top-level domain and not the only one. `host` in ASCII and lower case. */
export function hasKnownTopLevel(host: string, rules: DomainRules): boolean {
  const dot = host.lastIndexOf('.');
  return dot !== -1 && rules.topLevel.has(host.slice(dot + 1)) && !/[\t-\r ]/.test(host);
}

const US_STATES: ReadonlySet<string> = new Set(
  (
    'ak al ar az ca co ct dc de fl ga gu hi ia id il in ks ky la ma md me mi mn mo ms mt nc nd ne nh nj nm nv ny oh ok or pa pr ri sc ' +
    'sd tn tx ut va vi vt wa wi wv wy'
  ).split(' '),
);

/** `www.example.co.uk` is of `example.co.uk`. `host` in ASCII and lower case. */
export function registeredDomain(host: string, rules: DomainRules): string {
  const labels = host.split('.').filter((label) => label !== '');
  // The longest name that belongs to a registry, of four labels at most, and one label more.
  for (let count = Math.min(4, labels.length); count > 1; count--) {
    if (!isRegistry(labels.slice(-count), rules)) continue;
    return labels.slice(-Math.min(count + 1, labels.length)).join('.');
  }
  return labels.slice(-2).join('.');
}

function isRegistry(labels: readonly string[], rules: DomainRules): boolean {
  const [first = '', second = '', third = ''] = labels;
  if (labels.length === 2) return rules.twoLevel.has(labels.join('.'));
  if (labels.length === 3) return third === 'us' ? US_STATES.has(second) : rules.threeLevel.has(labels.join('.'));
  // RFC 1480: school names of a state, and authorities of its cities.
  if (labels[3] !== 'us' || !((first === 'pvt' && second === 'k12') || /^c[io]$/.test(first))) return false;
  return US_STATES.has(third);
}

export interface HostOfUri {
  readonly host: string;
  readonly domain: string;
}

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*)$/;

/** Undefined where there is no host name with a known top-level domain, and no address. */
export function hostOfUri(uri: string, rules: DomainRules): HostOfUri | undefined {
  const name = hostPart(lowerAscii(uri));
  // Escapes that need not be: the form without them is looked at too.
  if (name === undefined || hasNeedlessEscape(name)) return undefined;
  const host = hostToAscii(name);
  if (ADDRESS.test(host) && parseIp(host).kind === 'parsed') return { host, domain: host };
  if (!isHostName(host) || !hasKnownTopLevel(host, rules)) return undefined;
  return { host, domain: registeredDomain(host, rules) };
}

function hostPart(uri: string): string | undefined {
  if (/^(?:cid|file|javascript):/.test(uri)) return undefined;
  if (uri.startsWith('mailto:')) {
    const address = uri.slice(7).replace(/\?[^\n]*/, '');
    const at = address.lastIndexOf('@');
    return at === -1 || address.indexOf('@') !== at ? undefined : address.slice(at + 1);
  }
  const rest = uri.replace(/^[a-z]+:\/{0,2}/, '').replace(/[/?#][\s\S]*/, '');
  return rest.slice(rest.lastIndexOf('@') + 1).replace(/:\d*$/, '');
}
