/**
 * WLBLEval, lists of addresses: senders that are welcome or not, with or without the host that must have brought them, recipients that want more or
 * all of their mail, and lists of any name (`enlist_addrlist`).
 */
import { lowerAscii } from '../../../values/characters.js';
import { parseIp } from '../../../values/ip.js';
import { networkContains, parseNetwork } from '../../../values/network.js';
import type { Relay } from '../relays/relay.js';
import type { Settings } from '../rules/settings.js';
import type { MemoKey, SpamSubject } from '../subject.js';
import { type AddressGlobs, addressGlobs, glob } from './address-globs.js';
import type { EvalModule, Evaluator } from './eval.js';
import { addressOf, recipientAddresses, senderAddresses } from './fields.js';
import { settingsModule, withOldNames } from './module.js';

const named = ['welcomelist_from', 'blocklist_from', 'welcomelist_to', 'blocklist_to', 'more_spam_to', 'all_spam_to'];
export const welcomeLists: EvalModule = settingsModule((settings) => {
  const lists = addressLists(settings);
  const from = (name: string) => (subject: SpamSubject) => isAnyIn(senderAddresses(subject), lists.get(name));
  const to = (name: string) => (subject: SpamSubject) => isAnyIn(recipientAddresses(subject), lists.get(name));
  const own = hostBoundList(settings, lists, 'welcomelist_from_rcvd');
  const shipped = hostBoundList(settings, lists, 'def_welcomelist_from_rcvd');
  const isWelcome = from('welcomelist_from');
  const verdicts = (subject: SpamSubject) => ({
    own: isWelcome(subject) ? 'listed' : own(subject),
    shipped: shipped(subject),
  });
  const inList = (addresses: (subject: SpamSubject) => readonly string[]): Evaluator => ({
    run: (subject, [name = '']) => isAnyIn(addresses(subject), lists.get(name)),
    check: ([name]) => (name === undefined || !lists.has(name) ? `no list has the name ${name}` : undefined),
  });
  return {
    ...withOldNames<Evaluator['run']>({
      check_from_in_blocklist: from('blocklist_from'),
      check_to_in_blocklist: to('blocklist_to'),
      check_to_in_welcomelist: to('welcomelist_to'),
      check_from_in_welcomelist: (subject) => verdicts(subject).own === 'listed',
      check_from_in_default_welcomelist: (subject) => shipped(subject) === 'listed',
      check_forged_in_welcomelist: (subject) => same(verdicts(subject), { own: 'forged', shipped: undefined }),
      check_forged_in_default_welcomelist: (subject) => same(verdicts(subject), { own: undefined, shipped: 'forged' }),
    }),
    check_to_in_more_spam: to('more_spam_to'),
    check_to_in_all_spam: to('all_spam_to'),
    check_from_in_list: inList(senderAddresses),
    check_to_in_list: inList(recipientAddresses),
    check_replyto_in_list: inList((subject) => [addressOf(subject, 'Reply-To')].filter((address) => address !== '')),
  };
});

/** `listed`, `forged`: the address is on the list, and came through another host. */
type Verdict = 'listed' | 'forged' | undefined;

interface Verdicts {
  readonly own: string | undefined;
  readonly shipped: Verdict;
}

function same(one: Verdicts, other: Verdicts): boolean {
  return one.own === other.own && one.shipped === other.shipped;
}

function isAnyIn(addresses: readonly string[], list: AddressGlobs | undefined): boolean {
  return list !== undefined && addresses.some((address) => list.has(address));
}

function addressLists(settings: Settings): ReadonlyMap<string, AddressGlobs> {
  const lists = new Map<string, Set<string>>();
  const listOf = (name: string) => lists.get(name) ?? lists.set(name, new Set()).get(name);
  for (const { keyword, value } of settings.of(
    ...named,
    'welcomelist_allows_relays',
    'enlist_addrlist',
    'unwelcomelist_from',
    'unblocklist_from',
  )) {
    const [, name = keyword, words = value] =
      keyword === 'enlist_addrlist' ? (/^\((.+?)\)\s+(.+)$/.exec(value) ?? ['', '', '']) : [];
    for (const address of lowerAscii(words).split(/\s+/)) {
      if (keyword.startsWith('un')) lists.get(keyword.slice(2))?.delete(address);
      else if (address !== '') listOf(name)?.add(address);
    }
  }
  return new Map([...lists].map(([name, addresses]) => [name, addressGlobs(addresses)]));
}

interface HostBound {
  readonly fits: (address: string) => boolean;
  readonly hosts: string[];
}

/** Lines of `address host`: the host is a domain, or an address or network in brackets. */
function hostBoundList(
  settings: Settings,
  lists: ReadonlyMap<string, AddressGlobs>,
  keyword: string,
): (subject: SpamSubject) => Verdict {
  const entries = new Map<string, HostBound>();
  for (const line of settings.of(keyword, 'unwelcomelist_from_rcvd')) {
    const words = lowerAscii(line.value).split(/\s+/);
    if (line.keyword !== keyword) for (const word of words) entries.delete(word);
    else if (words.length === 2) addHost(entries, words[0] ?? '', words[1] ?? '');
  }
  const viaOthers = lists.get('welcomelist_allows_relays');
  const all = [...entries.values()];
  const verdictOf = (subject: SpamSubject): Verdict => {
    const { trusted, untrusted } = subject.relays;
    const relays = untrusted.length > 0 ? untrusted.slice(0, 1) : trusted;
    let verdict: Verdict;
    for (const address of relays.length === 0 ? [] : senderAddresses(subject)) {
      const hosts = all.filter(({ fits }) => fits(address)).flatMap((entry) => entry.hosts);
      if (hosts.some((host) => relays.some((relay) => isHost(relay, host)))) return 'listed';
      if (hosts.length > 0 && viaOthers?.has(address) !== true) verdict = 'forged';
    }
    return verdict;
  };
  const key: MemoKey<Verdict> = Object.freeze({ kind: 'memo' });
  return (subject) => subject.memo(key, verdictOf);
}

function addHost(entries: Map<string, HostBound>, address: string, host: string): void {
  const entry = entries.get(address);
  if (entry === undefined) entries.set(address, { fits: glob(address), hosts: [host] });
  else entry.hosts.push(host);
}

function isHost({ ip, rdns }: Relay, host: string): boolean {
  const literal = /^\[(.*)\](\/\d{1,3})?$/.exec(host);
  if (literal === null) return `.${lowerAscii(rdns)}`.endsWith(`.${host}`);
  const text = `${literal[1]}${literal[2] ?? ''}`;
  if (ip === '') return false;
  if (/^\d+(?:\.\d+){0,2}\.*$/.test(text)) return ip.startsWith(text.replace(/\.*$/, '.'));
  const [network, address] = [parseNetwork(text, { hostBits: 'mask' }), parseIp(ip)];
  return network.kind === 'parsed' && address.kind === 'parsed' && networkContains(network.value, address.value);
}
