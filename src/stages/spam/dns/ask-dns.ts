/**
 * Mail::SpamAssassin::Plugin::AskDNS(3): rules that word their question themselves, with tags in it. Not here: questions for records of
 * several types at once, for types other than A, AAAA, MX, NS and TXT, and rules about failures (RCODEs other than NOERROR and
 * NXDOMAIN), which say nothing about a message.
 */
import type { Problem } from '../../../values/errors.js';
import { hostToAscii, isHostName } from '../mail/hosts.js';
import { capturedNames } from '../rules/captured-names.js';
import type { AskDnsTest, SpamRule } from '../rules/rule.js';
import type { SpamSubject } from '../subject.js';
import { isKnownTag, tagsOfQuestion, tagValues } from '../tags.js';
import { type AnswerFilter, answerFilter } from './answer-filter.js';
import type { DnsModule, DnsQuestion } from './dns-module.js';
import type { UriHost } from './uri-hosts.js';
import { hostsOf } from './uri-lists.js';

interface Asking {
  readonly rule: string;
  readonly type: DnsQuestion['type'];
  readonly fits: AnswerFilter;
  /** It asks about a name that the sender chose, not a list about it. */
  readonly isBare: boolean;
  readonly names: (subject: SpamSubject) => readonly string[];
}

type HostsOf = (subject: SpamSubject) => readonly UriHost[];

export const askDns: DnsModule = {
  prepare: (settings, rules, problems) => {
    const captured = capturedNames(rules);
    const hosts = hostsOf(settings);
    const unsupported = new Map<string, string>();
    const asking: Asking[] = [];
    for (const rule of rules) {
      if (rule.test.kind !== 'askdns') continue;
      const made = askingOf(rule, rule.test, captured, hosts, problems);
      if (typeof made === 'string') unsupported.set(rule.name, made);
      else if (made !== undefined) asking.push(made);
    }
    return {
      rules: new Set(asking.map(({ rule }) => rule)),
      unsupported,
      questions: (subject) => {
        const asked = asking.flatMap(({ type, names }) => names(subject).map((name): DnsQuestion => ({ type, name })));
        return [...new Map(asked.map((question) => [`${question.type} ${question.name}`, question])).values()];
      },
      hits: (subject, answer) =>
        asking
          .filter(({ type, names, fits, isBare }) =>
            names(subject).some((name) => {
              const given = answer({ type, name });
              if (given.kind === 'failed') return false;
              // Anybody may write a name whose servers are silent: that alone must not make the message wait.
              return given.supposed === true && isBare ? false : fits(given);
            }),
          )
          .map(({ rule }) => rule),
    };
  },
};

/** A text says why it cannot be asked. */
function askingOf(
  rule: SpamRule,
  { template, types, filter }: AskDnsTest,
  captured: ReadonlySet<string>,
  hosts: HostsOf,
  problems: Problem[],
): Asking | string | undefined {
  const type = types.length === 1 ? supported.find((one) => one === types[0]) : undefined;
  if (type === undefined) return `records of type ${types.join(', ')} are not asked for`;
  const tags = tagsOfQuestion(template);
  const unknown = tags.find((tag) => !isKnownTag(tag) && !captured.has(tag) && !Object.hasOwn(ofUris, tag));
  if (unknown !== undefined) return `nobody here knows the tag ${unknown}`;
  const fits = answerFilter(filter, type);
  if (fits.kind === 'unsupported') return fits.why;
  if (fits.kind === 'malformed') {
    problems.push({ code: 'bad-rule', message: `${rule.name}: ${fits.why}`, source: rule.source, construct: template });
    return undefined;
  }
  const isBare = template.endsWith('_');
  return {
    rule: rule.name,
    type,
    fits: fits.fits,
    isBare,
    names: (subject) => namesFor(template, tags, subject, hosts),
  };
}

const supported: readonly DnsQuestion['type'][] = ['A', 'AAAA', 'MX', 'NS', 'TXT'];

const ofUris: Readonly<Record<string, (host: UriHost) => string>> = {
  URIHOSTS: ({ host }) => host,
  URIDOMAINS: ({ domain }) => domain,
};

/** Of one rule and message. */
const NAMES = 20;

/** Every tag by each of its values; nothing where one has none. */
function namesFor(template: string, tags: readonly string[], subject: SpamSubject, hosts: HostsOf): readonly string[] {
  let names = [template];
  for (const tag of tags) {
    const ofUri = ofUris[tag];
    const values = ofUri === undefined ? tagValues(subject, tag) : [...new Set(hosts(subject).map(ofUri))];
    names = names.flatMap((name) => values.map((value) => name.replaceAll(`_${tag}_`, () => value))).slice(0, NAMES);
  }
  return [...new Set(names.map((name) => hostToAscii(withoutLastDots(name))))].filter(isHostName);
}

function withoutLastDots(name: string): string {
  let end = name.length;
  while (name[end - 1] === '.') end--;
  return name.slice(0, end);
}
