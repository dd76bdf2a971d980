/**
 * Mail::SpamAssassin::Plugin::URIDNSBL(3): lists of the domains that stand in URIs (`urirhsbl`, `urirhssub`), of addresses where a URI
 * has one instead. Not here: lists of what the DNS says about these domains (`uridnsbl`, `urinsrhsbl`, `urifullnsrhsbl` and their kin),
 * which ask about the answers of other questions.
 */
import type { Problem } from '../../../values/errors.js';
import { isPrivate } from '../relays/private-address.js';
import type { SpamRule } from '../rules/rule.js';
import type { Setting, Settings } from '../rules/settings.js';
import type { MemoKey, SpamSubject } from '../subject.js';
import type { DnsModule, DnsQuestion } from './dns-module.js';
import { isListed, listQuestions } from './listing.js';
import { reversed } from './relay-addresses.js';
import { anyListing, type Subtest, uriSubtest } from './subtest.js';
import { type UriHost, uriHosts } from './uri-hosts.js';

const domainLists = ['urirhsbl', 'urirhssub'];
const furtherLists = ['uridnsbl', 'uridnssub', 'urinsrhsbl', 'urinsrhssub', 'urifullnsrhsbl', 'urifullnsrhssub'];

export const uriLists: DnsModule = {
  plugin: 'Mail::SpamAssassin::Plugin::URIDNSBL',
  settings: [
    ...domainLists,
    ...furtherLists,
    ...['uridnsbl_skip_domain', 'clear_uridnsbl_skip_domain', 'uridnsbl_skip_mailto'],
    ...['uridnsbl_max_domains', 'skip_uribl_checks'],
  ],
  prepare: (settings, rules, problems) => {
    const off = settings.last('skip_uribl_checks')?.value === '1';
    const used = off ? [] : rules.filter(({ test }) => test.kind === 'eval' && test.call === 'check_uridnsbl');
    const { lists, unsupported } = listsOf(settings, used, problems);
    const hosts = hostsOf(settings);
    return {
      rules: new Set(lists.map(({ rule }) => rule)),
      unsupported,
      questions: (subject) => questionsFor(lists, hosts(subject)),
      hits: (subject, answer) =>
        lists
          .filter(({ type, subtest, names }) =>
            hosts(subject).some((host) => names(host).some((name) => isListed(type, name, subtest, answer))),
          )
          .map(({ rule }) => rule),
    };
  },
};

interface UriList {
  readonly rule: string;
  readonly type: 'A' | 'TXT';
  readonly subtest: Subtest;
  /** What it is asked about a host; nothing where that is not for it. */
  readonly names: (host: UriHost) => readonly string[];
}

interface Lists {
  readonly lists: readonly UriList[];
  readonly unsupported: ReadonlyMap<string, string>;
}

function listsOf(settings: Settings, rules: readonly SpamRule[], problems: Problem[]): Lists {
  const lines = new Map(
    settings.of(...domainLists, ...furtherLists).map((line) => [line.value.split(/\s/)[0] ?? '', line]),
  );
  const lists: UriList[] = [];
  const unsupported = new Map<string, string>();
  for (const rule of rules) {
    const line = lines.get(rule.name);
    if (line === undefined) unsupported.set(rule.name, 'no list is named for it');
    else if (furtherLists.includes(line.keyword)) unsupported.set(rule.name, `${line.keyword} asks about answers`);
    else lists.push(...listOf(line, rule, problems));
  }
  return { lists, unsupported };
}

function listOf(line: Setting, rule: SpamRule, problems: Problem[]): readonly UriList[] {
  const { keyword, value, source } = line;
  const [, zone = '', kind = '', ...rest] = value.split(/\s+/);
  const type = /^(?:A|TXT)$/i.test(kind) ? (kind.toUpperCase() as 'A' | 'TXT') : undefined;
  const subtest = keyword === 'urirhssub' ? uriSubtest(rest.join(' ')) : anyListing;
  if (zone === '' || type === undefined || subtest === undefined) {
    problems.push({
      code: 'bad-list',
      message: `${keyword}: ${value}: a rule, a zone, A or TXT, and what an answer must be`,
      source,
    });
    return [];
  }
  const list = zone.replace(/\.$/, '');
  const { tflags } = rule;
  const names = ({ host, domain }: UriHost): readonly string[] => {
    if (!/^[\d.]+$|[:[]/.test(host)) {
      if (tflags.has('ips_only')) return [];
      return [`${tflags.has('notrim') ? host : domain}.${list}`];
    }
    const address =
      /^[\d.]+$/.test(host) && !isPrivate(host) && !tflags.has('domains_only') ? reversed(host) : undefined;
    return address === undefined ? [] : [`${address}.${list}`];
  };
  return [{ rule: rule.name, type, subtest, names }];
}

const MOST = 20;
/** Whatever the rule files say. */
const LIMIT = 100;

function hostsOf(settings: Settings): (subject: SpamSubject) => readonly UriHost[] {
  const most = Number(settings.last('uridnsbl_max_domains')?.value ?? MOST);
  const options = {
    skipped: skippedDomains(settings),
    most: Number.isInteger(most) && most >= 0 ? Math.min(most, LIMIT) : MOST,
    skipMailto: settings.last('uridnsbl_skip_mailto')?.value !== '0',
  };
  const key: MemoKey<readonly UriHost[]> = Object.freeze({ kind: 'memo' });
  return (subject) => subject.memo(key, ({ mail }) => uriHosts(mail.uris, options));
}

function skippedDomains(settings: Settings): ReadonlySet<string> {
  const skipped = new Set<string>();
  for (const { keyword, value } of settings.of('uridnsbl_skip_domain', 'clear_uridnsbl_skip_domain')) {
    const names = value
      .toLowerCase()
      .split(/\s+/)
      .filter((name) => name !== '');
    if (keyword === 'uridnsbl_skip_domain') for (const name of names) skipped.add(name);
    else if (names.length === 0) skipped.clear();
    else for (const name of names) skipped.delete(name);
  }
  return skipped;
}

function questionsFor(lists: readonly UriList[], hosts: readonly UriHost[]): readonly DnsQuestion[] {
  const asked = new Map<string, DnsQuestion>();
  for (const { type, names } of lists) {
    for (const name of hosts.flatMap(names)) {
      for (const question of listQuestions(type, name)) asked.set(`${question.type} ${question.name}`, question);
    }
  }
  return [...asked.values()];
}
