/**
 * Mail::SpamAssassin::Plugin::URIDNSBL(3): lists of the domains that stand in URIs, of addresses where a URI has one instead
 * (`urirhsbl`), and of what the DNS says about them: addresses and name servers (`uridnsbl`, `urinsrhsbl`, `urifullnsrhsbl`). Each with
 * `sub` at the end too, for what an answer must be. A host about which the DNS says nothing is not listed.
 */
import type { Problem } from '../../../values/errors.js';
import { type DomainRules, readDomainRules } from '../mail/domains.js';
import type { SpamRule } from '../rules/rule.js';
import type { Setting, Settings } from '../rules/settings.js';
import type { MemoKey, SpamSubject } from '../subject.js';
import type { AnswerTo, DnsModule, DnsQuestion } from './dns-module.js';
import { isListed, listQuestions } from './listing.js';
import { anyListing, type Subtest, uriSubtest } from './subtest.js';
import { type UriHost, uriHosts } from './uri-hosts.js';
import { type RouteOf, routed, routeOf } from './uri-routes.js';

const keywords = ['urirhsbl', 'urirhssub', ...routed];

export const uriLists: DnsModule = {
  prepare: (settings, rules, problems) => {
    const off = settings.last('skip_uribl_checks')?.value === '1';
    const used = off ? [] : rules.filter(({ test }) => test.kind === 'eval' && test.call === 'check_uridnsbl');
    const { lists, unsupported } = listsOf(settings, used, problems);
    const hosts = hostsOf(settings);
    const asked = [...new Map(lists.map((list) => [list.key, list])).values()];
    const further = asked.filter(({ keyword }) => routed.has(keyword));
    return {
      rules: new Set(lists.map(({ rule }) => rule)),
      unsupported,
      questions: (subject) => questionsFor(asked, hosts(subject), nothingKnown),
      further: (subject, answer) => questionsFor(further, hosts(subject), answer),
      hits: (subject, answer) =>
        lists
          .filter(({ type, subtest, zone, route }) =>
            hosts(subject).some((host) =>
              route(host, answer).names.some((name) => isListed(type, `${name}.${zone}`, subtest, answer)),
            ),
          )
          .map(({ rule }) => rule),
    };
  },
};

const nothingKnown: AnswerTo = () => ({ kind: 'failed', why: 'not asked' });

interface UriList {
  readonly rule: string;
  readonly keyword: string;
  /** The same for lists that are asked the same. */
  readonly key: string;
  readonly zone: string;
  readonly type: 'A' | 'TXT';
  readonly subtest: Subtest;
  readonly route: RouteOf;
}

interface Lists {
  readonly lists: readonly UriList[];
  readonly unsupported: ReadonlyMap<string, string>;
}

function listsOf(settings: Settings, rules: readonly SpamRule[], problems: Problem[]): Lists {
  const lines = new Map(settings.of(...keywords).map((line) => [line.value.split(/\s/)[0] ?? '', line]));
  const domains = readDomainRules(settings);
  const lists: UriList[] = [];
  const unsupported = new Map<string, string>();
  for (const rule of rules) {
    const line = lines.get(rule.name);
    if (line === undefined) unsupported.set(rule.name, 'no list is named for it');
    else lists.push(...listOf(line, rule, domains, problems));
  }
  return { lists, unsupported };
}

function listOf(line: Setting, rule: SpamRule, domains: DomainRules, problems: Problem[]): readonly UriList[] {
  const { keyword, value, source } = line;
  const [, zone = '', kind = '', ...rest] = value.split(/\s+/);
  const type = /^(?:A|TXT)$/i.test(kind) ? (kind.toUpperCase() as 'A' | 'TXT') : undefined;
  const subtest = keyword.endsWith('sub') ? uriSubtest(rest.join(' ')) : anyListing;
  if (zone === '' || type === undefined || subtest === undefined) {
    problems.push({
      code: 'bad-list',
      message: `${keyword}: ${value}: a rule, a zone, A or TXT, and what an answer must be`,
      source,
    });
    return [];
  }
  const { name, tflags } = rule;
  const bare = zone.replace(/\.$/, '');
  const key = [keyword.replace(/(?:bl|sub)$/, ''), bare, type, ...[...tflags].sort()].join(' ');
  return [{ rule: name, keyword, key, zone: bare, type, subtest, route: routeOf(keyword, tflags, domains) }];
}

const MOST = 20;
/** Whatever the rule files say. */
const LIMIT = 100;

/** The hosts of a message that are asked about. */
export function hostsOf(settings: Settings): (subject: SpamSubject) => readonly UriHost[] {
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

function questionsFor(lists: readonly UriList[], hosts: readonly UriHost[], answer: AnswerTo): readonly DnsQuestion[] {
  const asked = new Map<string, DnsQuestion>();
  for (const host of hosts) {
    for (const { type, zone, route } of lists) {
      const { steps, names } = route(host, answer);
      for (const question of [...steps, ...names.flatMap((name) => listQuestions(type, `${name}.${zone}`))])
        asked.set(`${question.type} ${question.name}`, question);
    }
  }
  return [...asked.values()];
}
