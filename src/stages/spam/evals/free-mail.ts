/**
 * FreeMail (perldoc Mail::SpamAssassin::Plugin::FreeMail): addresses of providers where anybody gets one, in From, Reply-To, other fields and the
 * body. Addresses are compared in lower case.
 */

import { decodeLatin1, encodeLatin1 } from '../../../values/bytes.js';
import { lowerAscii } from '../../../values/characters.js';
import { type DomainRules, readDomainRules } from '../mail/domains.js';
import { compileRulePattern, type RulePattern } from '../patterns/index.js';
import type { Settings } from '../rules/settings.js';
import type { MemoKey, SpamSubject } from '../subject.js';
import { addressesIn, withoutQuoted } from './body-addresses.js';
import type { EvalModule, Evaluator } from './eval.js';
import { addressesOf, addressOf, senderAddresses } from './fields.js';
import { type FreeMailDomains, freeMailDomains } from './free-mail-domains.js';
import { settingsModule } from './module.js';

const numbers = {
  freemail_max_body_emails: 5,
  freemail_max_body_freemails: 3,
  freemail_skip_when_over_max: 1,
  freemail_skip_bulk_envfrom: 1,
};

type Numbers = Readonly<Record<keyof typeof numbers, number>>;

interface Context {
  readonly domains: FreeMailDomains;
  readonly numbers: Numbers;
  readonly rules: DomainRules;
}

export const freeMail: EvalModule = settingsModule((settings) => {
  const context = {
    domains: freeMailDomains(settings),
    numbers: readNumbers(settings),
    rules: readDomainRules(settings),
  };
  const patterns = preparedPatterns();
  const anyFree = (addresses: readonly string[], pattern: string | undefined, gaveUp?: () => void): boolean =>
    addresses.some((address) => context.domains.has(address) && patterns.fits(address, pattern, gaveUp));
  const withPattern = (at: number, run: Evaluator['run']): Evaluator => ({
    run,
    check: (args) => patterns.check(args[at]),
  });
  return {
    /** `'Reply-To', '\d@'`: the field, and a pattern that the address must fit too. */
    check_freemail_header: withPattern(1, (subject, [name = '', pattern], _on, gaveUp) =>
      anyFree(addressesOf(subject, name.replace(/:addr$/, '')).map(lowerAscii), pattern, gaveUp),
    ),
    check_freemail_from: withPattern(0, (subject, [pattern], _on, gaveUp) =>
      anyFree(senderAddresses(subject), pattern, gaveUp),
    ),
    check_freemail_body: withPattern(0, (subject, [pattern], _on, gaveUp) => {
      const found = inBody(subject, context);
      return found !== undefined && anyFree(found, pattern, gaveUp);
    }),
    check_freemail_replyto: {
      run: (subject, [what = 'replyto']) => repliesElsewhere(subject, what, context),
      check: ([what = 'replyto']) =>
        what === 'replyto' || what === 'reply' ? undefined : `${what} is neither replyto nor reply`,
    },
  };
});

function readNumbers(settings: Settings): Numbers {
  const read = (keyword: keyof typeof numbers): number => Number(settings.last(keyword)?.value ?? numbers[keyword]);
  return {
    freemail_max_body_emails: read('freemail_max_body_emails'),
    freemail_max_body_freemails: read('freemail_max_body_freemails'),
    freemail_skip_when_over_max: read('freemail_skip_when_over_max'),
    freemail_skip_bulk_envfrom: read('freemail_skip_bulk_envfrom'),
  };
}

/** Patterns of arguments, compiled once. */
function preparedPatterns(): {
  check(pattern: string | undefined): string | undefined;
  fits(text: string, pattern: string | undefined, gaveUp?: () => void): boolean;
} {
  const known = new Map<string, RulePattern | string>();
  const prepared = (pattern: string): RulePattern | string => {
    const compiled = known.get(pattern) ?? compiledOrWhyNot(pattern);
    known.set(pattern, compiled);
    return compiled;
  };
  return {
    check: (pattern) => {
      const compiled = pattern === undefined ? undefined : prepared(pattern);
      return typeof compiled === 'string' ? compiled : undefined;
    },
    fits: (text, pattern, gaveUp) => {
      if (pattern === undefined) return true;
      const compiled = prepared(pattern);
      const octets = encodeLatin1(text.slice(0, 1000));
      return typeof compiled !== 'string' && compiled.count({ octets, ends: [octets.length] }, 0, 1, gaveUp) > 0;
    },
  };
}

function compiledOrWhyNot(pattern: string): RulePattern | string {
  const compiled = compileRulePattern({ text: pattern, flags: '' });
  return compiled.kind === 'pattern' ? compiled : `${compiled.construct}: ${compiled.why}`;
}

const roles: ReadonlySet<string> = new Set(['domainmaster', 'double-bounce', 'hostmaster', 'postmaster']);
const listStarts = ['bounce', 'bounced', 'grbounce', 'grbounced', 'owner', 'return', 'sentto'].map(
  (word) => `${word}-`,
);
const listEnds = ['-admin', '-bounce', '-bounces', '-owner', '-request'];
/** One character may stand between the words. It is no hyphen, as in SpamAssassin: `no-reply` is not of them. */
const noReply = /\b(?:do[.`_a-t]?)?no[.`_a-t]?repl(?:ies|y)$/;

/** Sent by a program that handles many senders: a list, a server. */
function isBulkSender(sender: string): boolean {
  const local = lowerAscii(sender.slice(0, Math.max(0, sender.lastIndexOf('@'))));
  return (
    roles.has(local) ||
    listStarts.some((start) => local.startsWith(start) && local.length > start.length) ||
    listEnds.some((end) => local.endsWith(end)) ||
    noReply.test(local) ||
    /[^\n]=[^\n]/.test(local)
  );
}

/** An answer would go to another free provider's mailbox than the one it is from, or the text asks for answers to one. */
function repliesElsewhere(subject: SpamSubject, what: string, context: Context): boolean {
  const sender = addressOf(subject, 'EnvelopeFrom').slice(0, 1000);
  if (context.numbers.freemail_skip_bulk_envfrom !== 0 && isBulkSender(sender)) return false;
  const [from = [], replyTo = []] = ['From', 'Reply-To'].map((name) => addressesOf(subject, name).map(lowerAscii));
  const isFree = (addresses: readonly string[]) => addresses.some((address) => context.domains.has(address));
  const [fromIsFree, replyIsFree] = [isFree(from), isFree(replyTo)];
  if (fromIsFree && replyIsFree && !from.some((address) => replyTo.includes(address))) return true;
  if (what === 'replyto' && !replyIsFree) return false;
  if (what === 'reply' && ((replyTo.length > 0 && !replyIsFree) || !fromIsFree)) return false;
  const answered = what === 'replyto' || replyIsFree ? replyTo : from;
  return inBody(subject, context)?.some((address) => answered.some((one) => one !== address)) === true;
}

const bodyKey: MemoKey<{ readonly found: readonly string[] | undefined }> = Object.freeze({ kind: 'memo' });

/** Addresses of free providers; undefined where there are so many that they prove nothing. */
function inBody(subject: SpamSubject, { domains, numbers: limits, rules }: Context): readonly string[] | undefined {
  const look = (): readonly string[] | undefined => {
    if (isFull(subject)) return undefined;
    const all = [...new Set([...fromAnchors(subject, rules), ...fromText(subject, rules)])];
    const free = all.filter((address) => domains.has(address));
    const isTooMuch =
      all.length >= limits.freemail_max_body_emails || free.length >= limits.freemail_max_body_freemails;
    return isTooMuch && limits.freemail_skip_when_over_max !== 0 ? undefined : free;
  };
  return subject.memo(bodyKey, () => ({ found: look() })).found;
}

/** More signs than mail has addresses, each of which would be looked at. */
function isFull({ mail }: SpamSubject): boolean {
  const { octets } = mail.body;
  let at = -1;
  for (let count = 0; count <= 5000; count++) {
    at = octets.indexOf(0x40, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** Those behind links, which the text need not show. */
function fromAnchors({ mail }: SpamSubject, rules: DomainRules): readonly string[] {
  const found: string[] = [];
  for (const { uri, from } of mail.uris) {
    if (found.length >= 20) break;
    if (!/^mailto:/i.test(uri) || !from.includes('a') || from.includes('parsed')) continue;
    const first = addressesIn(uri.slice(7, 1000), rules).next();
    if (first.done !== true && first.value.start === 0) found.push(first.value.address);
  }
  return found;
}

const mostInText = 40;

function fromText({ mail }: SpamSubject, rules: DomainRules): ReadonlySet<string> {
  const found = new Set<string>();
  const { octets, ends } = mail.body;
  let from = 0;
  for (const end of ends) {
    const at = octets.indexOf(0x40, from);
    if (at < 0) break;
    if (at < end) addFrom(decodeLatin1(octets.subarray(from, end)), rules, found);
    if (found.size >= mostInText) break;
    from = end;
  }
  return found;
}

function addFrom(text: string, rules: DomainRules, found: Set<string>): void {
  for (const { address } of addressesIn(withoutQuoted(text, rules), rules)) {
    if (found.size >= mostInText) return;
    found.add(address);
  }
}
