/**
 * HeaderEval: who it is addressed to. Lists of addresses that a machine made (sorted, alike), none at all, the recipient in the subject or in the
 * address of the sender.
 */
import { lowerAscii } from '../../../values/characters.js';
import { hasKnownTopLevel, readDomainRules, registeredDomain } from '../mail/domains.js';
import { hostToAscii } from '../mail/hosts.js';
import type { MemoKey, SpamSubject } from '../subject.js';
import type { EvalModule } from './eval.js';
import { addressesOf, addressOf, textOf } from './fields.js';
import { inRange, plainModule, settingsModule } from './module.js';

export const headerRecipients: EvalModule = plainModule({
  sorted_recipients: (subject) => listedOf(subject).sorted,
  /** How alike, from 0 to 1. */
  similar_recipients: (subject, [min, max]) => inRange(listedOf(subject).alike, min, max),
  check_for_missing_to_header: (subject) => textOf(subject, 'To') === '' && textOf(subject, 'Apparently-To') === '',
  check_for_to_in_subject: (subject, [what = '']) => isInSubject(subject, what),
});

/** The recipient in the address of the sender, as programs write it that count bounces: `list-example.com=user@`. */
export const ratwareSender: EvalModule = settingsModule((settings) => {
  const rules = readDomainRules(settings);
  return {
    check_ratware_envelope_from: (subject) => {
      const from = lowerAscii(addressOf(subject, 'EnvelopeFrom'));
      const [, user, host] = /^([^@]+)@(.+)$/.exec(addressOf(subject, 'To')) ?? [];
      if (from === '' || user === undefined || host === undefined || /^srs\d[=+-]/.test(from)) return false;
      const domain = registeredDomain(hostToAscii(host), rules);
      return hasKnownTopLevel(domain, rules) && holdsAddress(from, domain, `${lowerAscii(user)}@`);
    },
  };
});

/** Any one character between them. */
function holdsAddress(text: string, domain: string, user: string): boolean {
  for (let at = text.indexOf(domain); at >= 0; at = text.indexOf(domain, at + 1)) {
    const isWordStart = at === 0 || /\w/.test(text[at - 1] ?? '') !== /\w/.test(domain[0] ?? '');
    if (isWordStart && text.startsWith(user, at + domain.length + 1)) return true;
  }
  return false;
}

interface Listed {
  readonly sorted: boolean;
  readonly alike: number;
}

const listedKey: MemoKey<Listed> = Object.freeze({ kind: 'memo' });

function listedOf(subject: SpamSubject): Listed {
  return subject.memo(listedKey, () => {
    const visible = addressesOf(subject, 'ToCc');
    const all = visible.length >= 5 ? visible : [...visible, ...addressesOf(subject, 'Bcc')];
    const addresses = all.filter((one, at) => lowerAscii(one) !== lowerAscii(all[at - 1] ?? '')).slice(0, 256);
    return {
      sorted: addresses.length >= 7 && addresses.every((one, at) => at === 0 || (addresses[at - 1] ?? '') <= one),
      alike: addresses.length >= 5 ? likeness(addresses) : 0,
    };
  });
}

/** Of all pairs, those that begin alike: the names, or the hosts where these are not the same. */
function likeness(addresses: readonly string[]): number {
  const parts = addresses.map((address) => {
    const host = address.slice(address.indexOf('@') + 1);
    return { user: address.slice(0, 2), host, start: host.slice(0, 2) };
  });
  let hits = 0;
  parts.forEach((one, at) => {
    for (const other of parts.slice(at + 1)) {
      if (one.user === other.user) hits++;
      if (one.start === other.start && one.host !== other.host) hits++;
    }
  });
  return hits / ((parts.length * (parts.length - 1)) / 2);
}

/** `user`: the name alone, greeting or answer. `address`: anywhere. */
function isInSubject(subject: SpamSubject, what: string): boolean {
  const to = addressOf(subject, 'To');
  if (to === '' || to.length > 320) return false;
  const text = textOf(subject, 'Subject');
  if (!lowerAscii(text).includes(lowerAscii(to.split('@', 1)[0] ?? ''))) return false;
  if (what === 'address') return new RegExp(`\\b${quoted(to)}\\b`, 'i').test(text);
  const user = quoted(to.split('@', 1)[0] ?? '');
  if (what !== 'user') return false;
  const greeting = new RegExp(`^${user}\\s*[,:;!?-](?:\\n?$|\\s)`);
  const whole = new RegExp(`^(?:(?:re|fw):\\s*(?:\\w+\\s+)?${user}|${user}|,\\s*${user}[,:;!?-])\\n?$`, 'i');
  return greeting.test(text) || whole.test(text);
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
