/**
 * Tags: words for what is known of a message (Mail::SpamAssassin::Conf(3), "TEMPLATE TAGS"), which questions to the DNS and patterns
 * have in them: `_SENDERDOMAIN_`, `%{SENDERDOMAIN}`. A tag has no value, one or more. Known are those about sender, signers, way and
 * header, and those that rules capture; not those about the result.
 */
import type { DkimSignature } from '../../findings/dkim.js';
import { parseIp, reverseLabels } from '../../values/ip.js';
import { addressOf } from './evals/fields.js';
import { hostToAscii } from './mail/hosts.js';
import type { Relay, Relays } from './relays/relay.js';
import type { MemoKey, SpamSubject } from './subject.js';

/** `NAME`, `NAME(argument)`. */
export const TAG_FORM = '[A-Z][A-Z\\d]*(?:_[A-Z\\d]+)*(?:\\([^)}]*\\))?';

const ofQuestion = new RegExp(`_(${TAG_FORM})_`, 'g');

/** Tags of a question to the DNS, `_NAME_.list.example`, each once. */
export function tagsOfQuestion(template: string): readonly string[] {
  return [...new Set([...template.matchAll(ofQuestion)].map(([, tag = '']) => tag))];
}

/** Characters of a value, and values of a tag: others are passed over. */
const LENGTH = 1000;
const MOST = 20;

type Values = (subject: SpamSubject) => readonly (string | undefined)[];

const values: Readonly<Record<string, Values>> = {
  SENDERDOMAIN: (subject) => [hostToAscii(afterAt(addressOf(subject, 'EnvelopeFrom')))],
  AUTHORDOMAIN: ({ mail }) => mail.header.get('From', ['addr', 'host']).map(hostToAscii),
  DKIMDOMAIN: (subject) => signatures(subject).map(({ domain }) => domain),
  DKIMIDENTITY: (subject) => signatures(subject).map(({ identity }) => identity),
  DKIMSELECTOR: (subject) => signatures(subject).map(({ selector }) => selector),
  FIRSTTRUSTEDIP: ({ relays }) => [relays.trusted.at(-1)?.ip],
  FIRSTTRUSTEDREVIP: ({ relays }) => [reversed(relays.trusted.at(-1)?.ip)],
  LASTEXTERNALIP: ({ relays }) => [relays.external[0]?.ip],
  LASTEXTERNALREVIP: ({ relays }) => [reversed(relays.external[0]?.ip)],
  LASTEXTERNALRDNS: ({ relays }) => [relays.external[0]?.rdns],
  LASTEXTERNALHELO: ({ relays }) => [relays.external[0]?.helo],
  ...ofRelays('TRUSTED', (relays) => relays.trusted),
  ...ofRelays('UNTRUSTED', (relays) => relays.untrusted),
  ...ofRelays('INTERNAL', (relays) => relays.internal),
  ...ofRelays('EXTERNAL', (relays) => relays.external),
};

/** Those that need nothing but the message. */
export function isKnownTag(tag: string): boolean {
  return Object.hasOwn(values, tag) || /^HEADER\(.+\)$/s.test(tag);
}

/** Without empty ones, each once. `tag`: as in `TAG_FORM`. */
export function tagValues(subject: SpamSubject, tag: string): readonly string[] {
  const all = Object.hasOwn(values, tag) ? (values[tag] as Values)(subject) : otherValues(subject, tag);
  const some = all.filter((value) => value !== undefined && value !== '' && value.length <= LENGTH);
  return [...new Set(some as readonly string[])].slice(0, MOST);
}

function otherValues(subject: SpamSubject, tag: string): readonly string[] {
  const [, field] = /^HEADER\((.+)\)$/s.exec(tag) ?? [];
  return field === undefined ? (capturedTags(subject).get(tag) ?? []) : fieldValues(subject, field);
}

const captured: MemoKey<Map<string, readonly string[]>> = Object.freeze({ kind: 'memo' });

/** What rules have captured: whoever runs them writes it in. */
export function capturedTags(subject: SpamSubject): Map<string, readonly string[]> {
  return subject.memo(captured, () => new Map<string, readonly string[]>());
}

/** `From:addr:domain`: the first address or host, or all fields of the name; without the last line end. */
function fieldValues({ mail, relays }: SpamSubject, field: string): readonly string[] {
  const [name = '', ...forms] = field.replace(/:$/, '').split(':');
  const pseudo = relays.pseudoField(name);
  const found = pseudo === undefined ? mail.header.get(name, forms) : [pseudo];
  const text = forms.some((form) => form !== 'raw') ? (found[0] ?? '') : found.join('');
  return [text.replace(/\r?\n$/, '')];
}

function ofRelays(word: string, of: (relays: Relays) => readonly Relay[]): Readonly<Record<string, Values>> {
  return {
    [`RELAYS${word}`]: ({ relays }) => [relays.pseudoField(`X-Spam-Relays-${word}`)],
    [`RELAYS${word}REVIP`]: ({ relays }) =>
      of(relays).flatMap(({ ip, ipPrivate }) => (ipPrivate ? [] : [reversed(ip)])),
  };
}

function signatures({ findings: { dkim } }: SpamSubject): readonly DkimSignature[] {
  return dkim?.signatures.filter(({ result }) => result === 'pass') ?? [];
}

function afterAt(address: string): string {
  return address.includes('@') ? address.slice(address.lastIndexOf('@') + 1) : '';
}

function reversed(address: string | undefined): string | undefined {
  const ip = parseIp(address ?? '');
  return ip.kind === 'parsed' ? reverseLabels(ip.value) : undefined;
}
