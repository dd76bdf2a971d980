/**
 * FromNameSpoof (perldoc Mail::SpamAssassin::Plugin::FromNameSpoof): a display name that is an address, and another one than the mail is from. Who
 * owns an address: the list it is on (`fns_add_addrlist`), else the label of its domain that somebody registered.
 */
import { lowerAscii } from '../../../values/characters.js';
import { type DomainRules, hostOfUri, readDomainRules } from '../mail/domains.js';
import type { Settings } from '../rules/settings.js';
import type { MemoKey, SpamSubject } from '../subject.js';
import { type AddressGlobs, addressGlobs } from './address-globs.js';
import type { EvalModule } from './eval.js';
import { addressOf, recipientAddresses, textOf } from './fields.js';
import { settingsModule } from './module.js';

/** Undefined: no comparison; there is no address in the name, or it is one of those that are passed over. */
interface Comparison {
  readonly addressDiffers: boolean;
  readonly domainDiffers: boolean;
  readonly ownerDiffers: boolean;
  readonly isReplyTo: boolean;
  readonly isTo: boolean;
}

interface Compared {
  readonly hasAddress: boolean;
  readonly comparison: Comparison | undefined;
}

interface Context {
  readonly rules: DomainRules;
  readonly owners: ReadonlyMap<string, AddressGlobs>;
  readonly ignoredFields: readonly string[];
  readonly ignoredSigners: ReadonlySet<string>;
  /** How many characters the name may have beside the address. */
  readonly extra: number;
}

const comparedKey: MemoKey<Compared> = Object.freeze({ kind: 'memo' });

export const fromNameSpoof: EvalModule = settingsModule((settings) => {
  const context = readContext(settings);
  const compared = (subject: SpamSubject): Compared => subject.memo(comparedKey, () => compare(subject, context));
  const question = (answer: (comparison: Comparison) => boolean) => (subject: SpamSubject) => {
    const { comparison } = compared(subject);
    return comparison !== undefined && answer(comparison);
  };
  const level = settings.last('fns_check')?.value ?? '1';
  const spoofs = [
    question(({ addressDiffers }) => addressDiffers),
    question(({ addressDiffers, ownerDiffers }) => addressDiffers && ownerDiffers),
    question(({ addressDiffers, domainDiffers }) => addressDiffers && domainDiffers),
  ];
  return {
    /** `'0'`: any other address, `'1'`: of another owner, `'2'`: of another domain. Default: `fns_check`. */
    check_fromname_spoof: (subject, [wanted = '']) =>
      spoofs[Number(/^[012]$/.test(wanted) ? wanted : level)]?.(subject) === true,
    check_fromname_different: question(({ addressDiffers }) => addressDiffers),
    check_fromname_domain_differ: question(({ domainDiffers }) => domainDiffers),
    check_fromname_owners_differ: question(({ ownerDiffers }) => ownerDiffers),
    check_fromname_contains_email: (subject) => compared(subject).hasAddress,
    check_fromname_equals_to: question(({ isTo }) => isTo),
    check_fromname_equals_replyto: question(({ isReplyTo }) => isReplyTo),
  };
});

function readContext(settings: Settings): Context {
  const wordsOf = (keyword: string) => settings.of(keyword).flatMap(({ value }) => value.split(/\s+/));
  return {
    rules: readDomainRules(settings),
    owners: readOwners(settings),
    ignoredFields: wordsOf('fns_ignore_headers'),
    ignoredSigners: new Set(wordsOf('fns_ignore_dkim').map(lowerAscii)),
    extra: Number(settings.last('fns_extrachars')?.value ?? 50),
  };
}

function readOwners(settings: Settings): ReadonlyMap<string, AddressGlobs> {
  const lists = new Map<string, Set<string>>();
  for (const { keyword, value } of settings.of('fns_add_addrlist', 'fns_remove_addrlist')) {
    const [, name = '', words = ''] = /^\((.+?)\)\s+(.+)$/.exec(lowerAscii(value)) ?? [];
    const list = lists.get(name) ?? new Set<string>();
    for (const word of words.split(/\s+/)) {
      if (keyword === 'fns_add_addrlist') list.add(word);
      else list.delete(word);
    }
    lists.set(name, list);
  }
  return new Map([...lists].map(([name, addresses]) => [name, addressGlobs(addresses)]));
}

const nothing: Compared = { hasAddress: false, comparison: undefined };

function compare(subject: SpamSubject, context: Context): Compared {
  const { rules } = context;
  if (isPassedOver(subject, context)) return nothing;
  const from = lowerAscii(addressOf(subject, 'From'));
  const fromDomain = hostOfUri(`mailto:${from}`, rules)?.domain;
  const name = lowerAscii(subject.mail.header.get('From', ['name'])[0] ?? '').slice(0, 2000);
  const claimed = addressInName(name);
  const domain = claimed === undefined ? undefined : hostOfUri(`mailto:${claimed}`, rules)?.domain;
  if (fromDomain === undefined || claimed === undefined || domain === undefined) return nothing;
  if (distance(name, claimed) > context.extra) return { hasAddress: true, comparison: undefined };
  const comparison = {
    addressDiffers: claimed !== from,
    domainDiffers: domain !== fromDomain,
    ownerDiffers: ownerOf(claimed, domain, context) !== ownerOf(from, fromDomain, context),
    isReplyTo: claimed === lowerAscii(addressOf(subject, 'Reply-To')),
    isTo: recipientAddresses(subject).includes(claimed),
  };
  return { hasAddress: true, comparison };
}

/** Mailing lists, which put the writer into the name, and whoever has signed it. */
function isPassedOver(subject: SpamSubject, { ignoredFields, ignoredSigners }: Context): boolean {
  if (ignoredFields.some((name) => textOf(subject, name) !== '')) return true;
  const signatures = subject.findings.dkim?.signatures ?? [];
  return signatures.some(({ result, domain }) => result === 'pass' && ignoredSigners.has(lowerAscii(domain ?? '')));
}

const hostAfter = /^\w[\w-]*\.\w[\w.-]+/;

/** The first that begins and ends where a word does. */
function addressInName(name: string): string | undefined {
  for (let at = name.indexOf('@'); at >= 0; at = name.indexOf('@', at + 1)) {
    const host = hostAfter.exec(name.slice(at + 1, at + 320))?.[0];
    if (host === undefined || !/\w$/.test(host)) continue;
    const start = startBefore(name, at);
    if (start < at) return name.slice(start, at + 1 + host.length);
  }
  return undefined;
}

function startBefore(name: string, at: number): number {
  let start = at;
  let found = at;
  while (start > 0 && at - start < 320 && /[\w.!#$%&'*+/=?^`{|}~-]/.test(name[start - 1] ?? '')) {
    start--;
    if (isWord(name, start) !== isWord(name, start - 1)) found = start;
  }
  return found;
}

function isWord(text: string, at: number): boolean {
  return /\w/.test(text[at] ?? '');
}

/** How much there is beside the address; what is neither letter nor digit counts twice. */
function distance(name: string, address: string): number {
  const others = (text: string): number => text.replace(/[a-z0-9]+/g, '').length;
  return name.length + others(name) - others(address) - address.length;
}

function ownerOf(address: string, domain: string, { owners }: Context): string {
  const bare = `${address.slice(0, address.indexOf('@'))}@${domain}`;
  for (const one of [address, bare]) {
    for (const [owner, list] of owners) if (list.has(one)) return owner;
  }
  return domain.split('.', 1)[0] ?? domain;
}
