/**
 * Mail::SpamAssassin::Plugin::DNSEval(3): lists of hosts. `check_rbl_sub` asks nothing itself: it looks at what the lists of its set
 * answer. Not here: `check_rbl_accreditor`, and `check_rbl_ns_from`, which asks about the answers of other questions.
 */
import type { Problem } from '../../../values/errors.js';
import { addressOf } from '../evals/fields.js';
import { readDomainRules } from '../mail/domains.js';
import type { EvalTest, SpamRule } from '../rules/rule.js';
import type { Settings } from '../rules/settings.js';
import type { SpamSubject } from '../subject.js';
import type { AnswerTo, DnsModule, DnsQuestion, DnsRules } from './dns-module.js';
import { isListed, listQuestions } from './listing.js';
import { hostOf, type ListScope, type SubjectNames, subjectNames } from './subjects.js';
import { anyListing, listSubtest, type Subtest } from './subtest.js';

export const hostLists: DnsModule = {
  prepare: (settings, rules, problems) => {
    if (settings.last('skip_rbl_checks')?.value === '1') return nothing;
    const scope = scopeOf(settings);
    const lists = rules.flatMap((rule) => listOf(rule, scope, problems) ?? []);
    const subs = rules.flatMap((rule) => subOf(rule, problems) ?? []);
    const senders = rules.filter(({ test }) => test.kind === 'eval' && test.call === 'check_dns_sender');
    return new HostRules(lists, subs, senders);
  },
};

/** A list that one rule asks. */
interface HostList {
  readonly rule: string;
  readonly set: string;
  readonly zone: string;
  readonly type: 'A' | 'TXT';
  readonly subtest: Subtest;
  readonly names: (subject: SpamSubject) => readonly string[];
}

/** A rule about the answers of a set. */
interface SubRule {
  readonly rule: string;
  readonly set: string;
  readonly subtest: Subtest;
}

const nothing: DnsRules = { rules: new Set(), questions: () => [], hits: () => [] };
const HEADERS = ['Reply-To', 'EnvelopeFrom', 'Disposition-Notification-To', 'X-Source-IP', 'X-WebmailclientIP'];
function scopeOf(settings: Settings): ListScope {
  return {
    domains: readDomainRules(settings),
    headers: settings.last('rbl_headers')?.value.split(',') ?? HEADERS,
  };
}

function listOf(rule: SpamRule, scope: ListScope, problems: Problem[]): HostList | undefined {
  if (rule.test.kind !== 'eval') return undefined;
  const { call, args } = rule.test as EvalTest;
  const [set = '', zone = '', text, ...rest] = args;
  const names: SubjectNames | undefined = subjectNames(call, set, rule, scope);
  if (names === undefined) return undefined;
  const subtest = subtestOf(rule, text, problems);
  if (zone === '') problems.push(wrong(rule, 'names no list'));
  if (subtest === undefined || zone === '') return undefined;
  return {
    rule: rule.name,
    set,
    zone: zone.replace(/\.+$/, ''),
    type: call === 'check_rbl_txt' ? 'TXT' : 'A',
    subtest,
    names: (subject) => names(subject, rest),
  };
}

function subOf(rule: SpamRule, problems: Problem[]): SubRule | undefined {
  if (rule.test.kind !== 'eval' || rule.test.call !== 'check_rbl_sub') return undefined;
  const [set = '', text] = rule.test.args;
  if (text === undefined) problems.push(wrong(rule, 'says no answer'));
  const subtest = text === undefined ? undefined : subtestOf(rule, text, problems);
  return subtest === undefined ? undefined : { rule: rule.name, set, subtest };
}

function subtestOf(rule: SpamRule, text: string | undefined, problems: Problem[]): Subtest | undefined {
  const subtest = text === undefined ? anyListing : listSubtest(text);
  if (subtest.kind === 'subtest') return subtest;
  problems.push(wrong(rule, `${subtest.construct}: ${subtest.why}`));
  return undefined;
}

function wrong({ name, source }: SpamRule, why: string): Problem {
  return { code: 'bad-list', message: `${name}: ${why}`, source, construct: name };
}

class HostRules implements DnsRules {
  readonly rules: ReadonlySet<string>;
  readonly #lists: readonly HostList[];
  readonly #subs = new Map<string, SubRule[]>();
  readonly #senders: readonly SpamRule[];

  constructor(lists: readonly HostList[], subs: readonly SubRule[], senders: readonly SpamRule[]) {
    this.#lists = lists;
    this.#senders = senders;
    for (const sub of subs) this.#subs.set(sub.set, [...(this.#subs.get(sub.set) ?? []), sub]);
    this.rules = new Set([...lists, ...subs].map(({ rule }) => rule).concat(senders.map(({ name }) => name)));
  }

  questions(subject: SpamSubject): readonly DnsQuestion[] {
    const asked = new Map<string, DnsQuestion>();
    const put = (question: DnsQuestion): void => void asked.set(`${question.type} ${question.name}`, question);
    for (const { type, zone, names } of this.#lists) {
      for (const name of names(subject)) for (const question of listQuestions(type, `${name}.${zone}`)) put(question);
    }
    for (const question of this.#senderQuestions(subject)) put(question);
    return [...asked.values()];
  }

  hits(subject: SpamSubject, answer: AnswerTo): readonly string[] {
    const hit = new Set<string>();
    for (const { rule, set, type, zone, subtest, names } of this.#lists) {
      const subs = this.#subs.get(set) ?? [];
      for (const name of names(subject)) {
        const query = `${name}.${zone}`;
        if (isListed(type, query, subtest, answer)) hit.add(rule);
        for (const sub of subs) if (isListed(type, query, sub.subtest, answer)) hit.add(sub.rule);
      }
    }
    const about = this.#senderQuestions(subject);
    // No answer is no "there is no such name".
    if (about.length > 0 && about.every((question) => answer(question).kind === 'not-found'))
      for (const { name } of this.#senders) hit.add(name);
    return [...hit];
  }

  /** `check_dns_sender`: neither an address nor a mail exchanger. */
  #senderQuestions(subject: SpamSubject): readonly DnsQuestion[] {
    const name = this.#senders.length === 0 ? '' : hostOf(addressOf(subject, 'EnvelopeFrom'));
    if (!name.includes('.')) return [];
    return [
      { type: 'A', name },
      { type: 'MX', name },
    ];
  }
}
