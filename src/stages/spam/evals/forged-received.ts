/**
 * HeaderEval: mail that says it is of Hotmail, Yahoo, Gmail, Juno, AOL or Eudoramail, whose Received fields these providers write in ways of
 * their own. What they look like is what SpamAssassin 4.0.1 knows of it; some of these providers are history.
 */
import { addressPattern } from '../relays/address-pattern.js';
import { anywhere } from '../relays/shape.js';
import type { MemoKey, SpamSubject } from '../subject.js';
import type { EvalModule } from './eval.js';
import { addressOf, textOf } from './fields.js';
import { plainModule } from './module.js';

export const forgedReceived: EvalModule = plainModule({
  check_for_fake_aol_relay_in_rcvd: (subject) => isFakeAol(flatReceived(subject)),
  check_for_forged_hotmail_received_headers: (subject) => hotmail(subject) === 'forged',
  check_for_no_hotmail_received_headers: (subject) => hotmail(subject) === 'missing',
  check_for_msn_groups_headers: isMsnGroup,
  check_for_forged_eudoramail_received_headers: isForgedEudoramail,
  check_for_forged_yahoo_received_headers: isForgedYahoo,
  check_for_forged_juno_received_headers: isForgedJuno,
  check_for_forged_gmail_received_headers: isForgedGmail,
  check_for_forged_gw05_received_headers: (subject) => isGw05(receivedOf(subject)),
  gated_through_received_hdr_remover: isGated,
  check_messageid_not_usable: isIdUseless,
});

const address = new RegExp(addressPattern);

/** Bounded: providers write few and short fields. */
function receivedOf(subject: SpamSubject): string {
  return textOf(subject, 'Received').slice(0, 20_000);
}

const longestWord = 300;

/** Single blanks between words, which are cut: no host name is longer (RFC 1035 section 2.3.4). */
function flat(text: string): string {
  const words = text.slice(0, 20_000).replace(/[\t\n\v\f\r ]+/g, ' ');
  if (!hasLongWord(words)) return words;
  return words
    .split(' ')
    .map((word) => word.slice(0, longestWord))
    .join(' ');
}

function hasLongWord(text: string): boolean {
  for (let from = 0; ; ) {
    const blank = text.indexOf(' ', from);
    if ((blank < 0 ? text.length : blank) - from > longestWord) return true;
    if (blank < 0) return false;
    from = blank + 1;
  }
}

const flatKey: MemoKey<string> = Object.freeze({ kind: 'memo' });

function flatReceived(subject: SpamSubject): string {
  return subject.memo(flatKey, () => flat(textOf(subject, 'Received')));
}

function isFakeAol(received: string): boolean {
  if (!/ rly-[a-z][a-z]\d\d\./i.test(received)) return false;
  return !/\/AOL-\d+\.\d+\.\d+\)/.test(received) && !/ESMTP id (?:MAILIN|(?:MAIL)?RELAY)/.test(received);
}

/** Received fields were taken away on the way (ezmlm, MSN groups), or there have never been any: nothing can be said about them. */
function isGated(subject: SpamSubject): boolean {
  return subject.memo(gatedKey, lacksReceived);
}

const gatedKey: MemoKey<boolean> = Object.freeze({ kind: 'memo' });

function lacksReceived(subject: SpamSubject): boolean {
  const received = receivedOf(subject);
  if (received === '') return true;
  const list = textOf(subject, 'Mailing-List').slice(0, 2000);
  const isEzmlm =
    /^contact [^\s@][^\s@]*@\S+; run by ezmlm$/m.test(list) &&
    /^mailing list [^\s@][^\s@]*@\S/m.test(textOf(subject, 'Delivered-To').slice(0, 4000)) &&
    /qmail \d+ invoked (?:by .{3,20}|from network)\); \d+ ... \d/.test(received);
  return isEzmlm || /from groups\.msn\.com \([^\s]+?\.msn\.com /.test(received);
}

/** How Microsoft's server says that a program left the mail in a folder. */
const pickup = 'from mail pickup service by';

const hotmailKey: MemoKey<'forged' | 'missing' | undefined> = Object.freeze({ kind: 'memo' });

/** `forged`: it says it came through Hotmail. `missing`: it does not, and is from an address of Hotmail. */
function hotmail(subject: SpamSubject): 'forged' | 'missing' | undefined {
  return subject.memo(hotmailKey, () => {
    const received = flatReceived(subject);
    if (received.includes(`${pickup} hotmail.com with Microsoft SMTPSVC;`)) return undefined;
    if (isMsnGroup(subject) || isGated(subject) || isOfHotmail(subject, received)) return undefined;
    if (/(?:from |HELO |helo=)[^ ]*hotmail\.com\b/.test(received)) return 'forged';
    return /\bhotmail\.com$/i.test(addressOf(subject, 'From')) ? 'missing' : undefined;
  });
}

const ofHotmail = [
  'from {:(?:[^ ]*\\.)?:}hotmail.com ({_}.hotmail{(}.msn{)?}.com{:[ )]:}',
  'from {_?}.hotmail.com ([{#}]{:[ ):]:}',
  'from {_} by {_}.hotmail{(}.msn{)?}.com with HTTP;',
  'from [66.218.{_}] by {_}.yahoo.com',
].map(anywhere);
const protection = 'outbound.protection.outlook.com';
const ofOutlook = [
  `from {_?}.${protection} ({_}.${protection}{:[ )]:}`,
  'from {_?}.{:(?:eur|nam)prd\\d+:}.prod.outlook.com ({#})',
].map(anywhere);

function isOfHotmail(subject: SpamSubject, received: string): boolean {
  if (address.test(textOf(subject, 'X-Originating-Ip').slice(0, 2000)) && ofHotmail.some((isIn) => isIn(received)))
    return true;
  const organization = textOf(subject, 'X-OriginatorOrg');
  return /hotmail\.com|msonline-outlook/.test(organization) && ofOutlook.some((isIn) => isIn(received));
}

const pickedUpBy = new RegExp(`${pickup} (p\\d{2}\\.groups\\.msn\\.com)\\b`);

function isMsnGroup(subject: SpamSubject): boolean {
  const list = /<(\S{1,256})@groups\.msn\.com>/i.exec(textOf(subject, 'To').slice(0, 20_000))?.[1];
  const server = pickedUpBy.exec(receivedOf(subject))?.[1];
  if (list === undefined || server === undefined) return false;
  const id = textOf(subject, 'Message-Id').slice(0, 2000);
  if (list === 'notifications') return /^<\S/.test(id) && id.split(/\s/, 1)[0]?.includes(`@${server}`, 2) === true;
  const ofList = id.startsWith(`<${list}-`) && /^\S+@groups\.msn\.com>/.test(id);
  return ofList && addressOf(subject, 'EnvelopeFrom').includes(`${list}-bounce@groups.msn.com`);
}

function isForgedEudoramail(subject: SpamSubject): boolean {
  if (!/\beudoramail\.com$/i.test(addressOf(subject, 'From')) || isGated(subject)) return false;
  const hasSender = address.test(textOf(subject, 'X-Sender-Ip').slice(0, 2000));
  return !(hasSender && /by [^ ]*whowhere.com;/.test(flatReceived(subject)));
}

const version = '{:\\d+\\.\\d+\\.\\d+:}';
const ofYahoo = [
  'by web{_}.mail{_?}.yahoo.com via HTTP',
  'by sonic{_}.consmr.mail{_?}.yahoo.com with HTTP',
  'by smtp{_}.yahoo.com with SMTP',
  'from [{#}] by {_}.{:(?:dcn|groups|scd):}.yahoo.com with NNFMP',
  `by {:\\w+\\.\\w+:}.yahoo.com (${version}/${version}){(} with ESMTP{)?} id {:\\w:}`,
].map(anywhere);
const bulkMailer = anywhere('{:\\bmailer\\d+:}.bulk.scd.yahoo.com{:\\b:}');

function isForgedYahoo(subject: SpamSubject): boolean {
  const from = addressOf(subject, 'From');
  if (!/\byahoo\.com$/i.test(from)) return false;
  const wasResent = textOf(subject, 'Resent-From') !== '' && textOf(subject, 'Resent-To') !== '';
  const before = wasResent ? textOf(subject, 'X-Received') : '';
  const received = before === '' ? flatReceived(subject) : flat(before);
  if (isGated(subject) || cameFromYahoo(subject)) return false;
  if (ofYahoo.some((isIn) => isIn(received))) return false;
  return !(bulkMailer(received) && /@reply\.yahoo\.com$/i.test(from));
}

/** By names that were looked up: those of hosts that we trust, and of the one that brought it to them. */
function cameFromYahoo({ relays }: SpamSubject): boolean {
  return [...relays.trusted, ...relays.untrusted.slice(0, 1)].some(({ rdns }) => /[^ ]\.yahoo\.com$/.test(rdns));
}

function isForgedJuno(subject: SpamSubject): boolean {
  if (!/\bjuno\.com$/i.test(addressOf(subject, 'From')) || isGated(subject)) return false;
  const origin = textOf(subject, 'X-Originating-IP');
  const mailer = textOf(subject, 'X-Mailer');
  const lines = receivedOf(subject).split('\n');
  if (origin === '') return true;
  const known =
    lines.some((line) => inOrder(line, [/from/g, /\b(?:juno|untd)\.com/g, bracketed, /by/g])) ||
    lines.some(anywhere(' cookie.{:(?:juno|untd):}.com '));
  return !known || !mailer.includes('Juno ');
}

const bracketed = new RegExp(`[[(]${addressPattern}[\\])]`, 'g');

function inOrder(text: string, patterns: readonly RegExp[]): boolean {
  let at = 0;
  for (const pattern of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return false;
    at = match.index + match[0].length;
  }
  return true;
}

const googleMail = anywhere('by smtp.googlemail.com with ESMTPSA id {:\\S:}');

function isForgedGmail(subject: SpamSubject): boolean {
  if (!/\bgmail\.com$/i.test(addressOf(subject, 'From'))) return false;
  const before = textOf(subject, 'X-Received').slice(0, 20_000);
  if (/by 10\.\S+ with SMTP id \S/.test(before)) return false;
  if (/by 2002:a\d\d:\w+:\S+ with SMTP id \S/.test(before)) return false;
  if (googleMail(receivedOf(subject))) return false;
  return !['X-Gm-Message-State', 'X-Google-Smtp-Source'].every((name) => textOf(subject, name).length >= 60);
}

/** The last field, which is not the only one, is `from x by y with ESMTP; date`, and `y` is no full name. */
function isGw05(received: string): boolean {
  const [end, line, before] = received.split('\n').reverse();
  if (end !== '' || line === undefined || before === undefined) return false;
  const [from, name, by, host = '', word, protocol, ...date] = line.split(/\s/);
  if ([from, by, word, protocol].join(' ') !== 'from by with ESMTP;' || name === '' || host === '') return false;
  const text = `${date.filter((part, at) => part !== '' || at === date.length - 1).join(' ')}`;
  return !host.includes('.') && /^\S{3}, \d+ \S{3} \d{4} (?:\d\d:){2}\d\d [-+]*\d{4}$/.test(text);
}

/** Programs that rewrite or drop Message-Id. */
function isIdUseless(subject: SpamSubject): boolean {
  const unsubscribe = textOf(subject, 'List-Unsubscribe').slice(0, 4000);
  if (/<mailto:(?:leave-[^\s@]+|[^\s@]+-unsubscribe)@\S+>\n?$/i.test(unsubscribe) || isGated(subject)) return true;
  return /\/CWT\/DCE\)|iPlanet Messaging Server/.test(receivedOf(subject));
}
