/**
 * WLBLEval, the rest: hosts of URIs on lists (`enlist_uri_host`), and whether the sender's domain is that of the host which brought it.
 */
import { lowerAscii } from '../../../values/characters.js';
import { readDomainRules, registeredDomain } from '../mail/domains.js';
import { hostToAscii } from '../mail/hosts.js';
import type { Settings } from '../rules/settings.js';
import type { MemoKey, SpamSubject } from '../subject.js';
import type { EvalModule } from './eval.js';
import { addressOf } from './fields.js';
import { settingsModule, withOldNames } from './module.js';

/** False: the name is excepted from a longer entry's meaning. */
type HostList = Map<string, boolean>;

const shorthands: Readonly<Record<string, string>> = { blocklist_uri_host: 'BLOCK', welcomelist_uri_host: 'WELCOME' };
const keywords = ['enlist_uri_host', 'delist_uri_host', ...Object.keys(shorthands)];

export const uriHostLists: EvalModule = settingsModule((settings) => {
  const lists = hostLists(settings);
  const listed = (name: string) => (subject: SpamSubject) => {
    const list = lists.get(name);
    return list !== undefined && list.size > 0 && hostsOf(subject).some((host) => isListed(host, list));
  };
  return {
    check_uri_host_listed: (subject, [name = '']) => listed(name)(subject),
    ...withOldNames({
      check_uri_host_in_blocklist: listed('BLOCK'),
      check_uri_host_in_welcomelist: listed('WELCOME'),
    }),
  };
});

export const senderDomains: EvalModule = settingsModule((settings) => {
  const rules = readDomainRules(settings);
  const domainOf = (host: string) => registeredDomain(hostToAscii(host), rules);
  return {
    /** The first host that is not trusted, or any where all are, is of the domain of the envelope's sender. */
    check_mailfrom_matches_rcvd: (subject) => {
      const { trusted, untrusted } = subject.relays;
      const host = /@([^@]+\.[^@]+)$/.exec(addressOf(subject, 'EnvelopeFrom'))?.[1];
      const names = (untrusted.length > 0 ? untrusted.slice(0, 1) : trusted).map(({ rdns }) => rdns);
      return host !== undefined && names.some((name) => name !== '' && domainOf(name) === domainOf(host));
    },
  };
});

function hostLists(settings: Settings): ReadonlyMap<string, HostList> {
  const lists = new Map<string, HostList>();
  for (const { keyword, value } of settings.of(...keywords)) {
    const [, written, words = value] = /^\((.+?)\)\s+(.+)$/.exec(value) ?? [];
    const name = shorthands[keyword] ?? written;
    const hosts = lowerAscii(words)
      .split(/\s+/)
      .filter((word) => word !== '');
    if (keyword !== 'delist_uri_host') addHosts(lists, name ?? '', hosts);
    else for (const list of name === undefined ? lists.values() : [lists.get(name)]) removeHosts(list, hosts);
  }
  return lists;
}

function addHosts(lists: Map<string, HostList>, name: string, hosts: readonly string[]): void {
  const list = lists.get(name) ?? new Map<string, boolean>();
  for (const host of hosts) list.set(host.replace(/^!/, ''), !host.startsWith('!'));
  lists.set(name, list);
}

function removeHosts(list: HostList | undefined, hosts: readonly string[]): void {
  for (const host of hosts) list?.delete(host.replace(/^!/, ''));
}

const hostsKey: MemoKey<readonly string[]> = Object.freeze({ kind: 'memo' });

function hostsOf(subject: SpamSubject): readonly string[] {
  return subject.memo(hostsKey, ({ mail }) => {
    const hosts = mail.uris.flatMap(({ uri, host }) => (host === undefined || /^mailto:/i.test(uri) ? [] : [host]));
    return [...new Set(hosts)];
  });
}

/** The name itself, then what it is below; the last ten labels. The longest entry decides. */
function isListed(host: string, list: HostList): boolean {
  if (/^\[.*\]$|^\d+\.\d+\.\d+\.\d+$/.test(host)) return list.get(host.replace(/^\[|\]$/g, '')) === true;
  const labels = host.split('.').slice(-11);
  for (let at = 0; at < labels.length; at++) {
    const verdict = list.get(labels.slice(at).join('.'));
    if (verdict !== undefined) return verdict;
  }
  return false;
}
