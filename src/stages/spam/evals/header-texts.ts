/**
 * HeaderEval: what is odd about the fields themselves. Octets that do not belong there, shouting, templates that were never filled in, fields
 * that occur twice, addresses that do not fit together.
 */

import { decodeUtf8, encodeLatin1 } from '../../../values/bytes.js';
import { lowerAscii } from '../../../values/characters.js';
import type { SpamSubject } from '../subject.js';
import type { EvalModule } from './eval.js';
import { addressOf, strip, textOf } from './fields.js';
import { hasManyCapitals, isCharsetOfLocales, localesOf } from './locales.js';
import { plainModule, settingsModule } from './module.js';

export const headerTexts: EvalModule = plainModule({
  /** `'Subject', '0.00', '2'`: which field, the least share of all octets, the least number. */
  check_illegal_chars: (subject, [name = '', share = '0', number = '0']) => hasIllegal(subject, name, share, number),
  subject_is_all_caps: isShouting,
  check_unresolved_template: ({ mail }) => mail.header.all.split('\n').some(isTemplate),
  check_header_count_range: ({ mail }, [name = '', min = '0', max = '0']) => {
    const count = new Set(mail.header.each(name)).size;
    return count >= Number(min) && count <= Number(max);
  },
  check_ratware_name_id: isNamedById,
  check_for_matching_env_and_hdr_from: (subject) =>
    lowerAscii(addressOf(subject, 'EnvelopeFrom')) === lowerAscii(addressOf(subject, 'From')),
  /** True where they are *not* equal, whatever the name says; false where one of them is missing. */
  check_equal_from_domains: (subject) => {
    const [from, sender] = ['From', 'EnvelopeFrom'].map((name) => lastLabels(addressOf(subject, name)));
    return from !== '' && sender !== '' && from !== sender;
  },
  /** SpamAssassin 4 has emptied it. */
  check_for_unique_subject_id: () => false,
});

export const headerCharsets: EvalModule = settingsModule((settings) => {
  const locales = localesOf(settings);
  const isFar = (raw: string): boolean =>
    [...raw.matchAll(/=\?([^?\n]+)\?[^\n]\?/g)].some(([, charset = '']) => !isCharsetOfLocales(charset, locales));
  return {
    check_for_faraway_charset_in_headers: ({ mail }) =>
      locales !== 'all' && ['From', 'Subject'].some((name) => mail.header.eachRaw(name).some(isFar)),
  };
});

function hasIllegal(subject: SpamSubject, name: string, share: string, number: string): boolean {
  const { header } = subject.mail;
  const field = name.replace(/:raw$/, '');
  const raw = field === 'ALL' ? header.allRaw : (header.raw(field) ?? '');
  if (!/[^\t\n\v\f\r ]/.test(raw)) return false;
  const { controls, others } = illegalIn(raw);
  // RFC 6532: UTF-8 is no fault, if it has no control characters beside it.
  if (controls === 0 && /[\x80-\xff]/.test(raw) && decodeUtf8(encodeLatin1(raw)) !== undefined) return false;
  const illegal = controls + others - (lowerAscii(field) === 'subject' && controls + others > 0 ? exempt(raw) : 0);
  return illegal / raw.length >= Number(share) && illegal >= Number(number);
}

/** Control characters but tabs and line ends; DEL and octets that are not ASCII. */
function illegalIn(raw: string): { readonly controls: number; readonly others: number } {
  let [controls, others] = [0, 0];
  for (let at = 0; at < raw.length; at++) {
    const code = raw.charCodeAt(at);
    if (code >= 0x7f) others++;
    else if (code < 32 && code !== 9 && code !== 10 && code !== 13) controls++;
  }
  return { controls, others };
}

/** One sign for cents, pounds, or a registered mark is met in honest mail. */
function exempt(raw: string): number {
  return raw.match(/[\xa2\xa3\xae]/g)?.length === 1 ? 1 : 0;
}

function isShouting(subject: SpamSubject): boolean {
  const text = withoutReplyMarks(strip(textOf(subject, 'Subject')));
  if (text.length < 10 || !/[\t\n\v\f\r ]/.test(text)) return false;
  const letters = text.replace(/[^a-zA-Z]+/g, '');
  if (letters === '' || /[a-z]/.test(letters)) return false;
  const charsets = (subject.mail.header.raw('Subject') ?? '').matchAll(/=\?([-_a-z0-9]*)\?/gi);
  return ![...charsets].some(([, charset = '']) => hasManyCapitals(charset));
}

/** English; German, Swedish and Norwegian, Danish, Finnish. */
const replyMarks: ReadonlySet<string> = new Set('fw fwd re antwort aw wg sv vb vs vl'.split(' '));

function withoutReplyMarks(subject: string): string {
  let rest = subject;
  for (;;) {
    const colon = rest.indexOf(':');
    if (colon < 0 || !replyMarks.has(lowerAscii(rest.slice(0, colon)))) return rest;
    rest = strip(rest.slice(colon + 1));
  }
}

/** Texts of people and of other programs. */
const mayHaveThem: ReadonlySet<string> = new Set([
  ...['cc', 'from', 'subject', 'to', 'x-face', 'x-uidl', 'x-vms-to'],
  ...['in-reply-to', 'references', 'message-id', 'resent-message-id', 'x-message-id', 'x-original-message-id'],
]);

/** `%RANDOM_WORD` outside of fields where it may be honest. */
function isTemplate(line: string): boolean {
  return /%[A-Z][A-Z_-]/.test(line) && !mayHaveThem.has(lowerAscii(line.slice(0, Math.max(0, line.indexOf(':')))));
}

function isNamedById(subject: SpamSubject): boolean {
  const name = /<[A-Z]{28}\.([^>]+)>/.exec(textOf(subject, 'MESSAGEID').slice(0, 4000))?.[1];
  const from = textOf(subject, 'From').slice(0, 4000);
  const at = name === undefined ? -1 : from.indexOf(`<${name}>`);
  return at > 0 && /"[^"]+"\s*$/.test(from.slice(0, at));
}

/** `mail.example.com` is `example.com`; empty without a host. */
function lastLabels(address: string): string {
  const at = address.lastIndexOf('@');
  const host = at < 0 ? '' : lowerAscii(address.slice(at + 1));
  return /[\s\S]\.([^.]+\.[^.]+)$/.exec(host)?.[1] ?? host;
}
