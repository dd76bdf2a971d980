/**
 * Header fields as functions read them: texts that are empty where a field is missing, addresses in the order of the fields, and the
 * addresses that stand for sender and recipients (Mail::SpamAssassin::Conf(3), "welcomelist_from" and "welcomelist_to").
 */
import { lowerAscii } from '../../../values/characters.js';
import { hostToAscii, isHostName } from '../mail/hosts.js';
import type { MemoKey, SpamSubject } from '../subject.js';

export function textOf(subject: SpamSubject, name: string): string {
  return subject.mail.header.text(name) ?? '';
}

/** The first address of the field, `EnvelopeFrom` included; empty: none. */
export function addressOf(subject: SpamSubject, name: string): string {
  return addressesOf(subject, name)[0] ?? '';
}

export function addressesOf(subject: SpamSubject, name: string): readonly string[] {
  if (name !== 'EnvelopeFrom') return subject.mail.header.addresses(name);
  const sender = subject.relays.pseudoField(name) ?? '';
  return sender === '' ? [] : [sender];
}

/** Without ASCII white space at both ends. */
export function strip(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

const senders: MemoKey<readonly string[]> = Object.freeze({ kind: 'memo' });
const recipients: MemoKey<readonly string[]> = Object.freeze({ kind: 'memo' });

/** Who may have sent it: the one who resent it, else From and what tells of the envelope. Each once, in lower case. */
export function senderAddresses(subject: SpamSubject): readonly string[] {
  return subject.memo(senders, () => {
    const resent = subject.mail.header.get('Resent-From', ['first', 'addr']);
    if (resent.length > 0) return unique(resent);
    const names = ['From', 'EnvelopeFrom', 'Envelope-Sender', 'X-Envelope-From', 'Resent-Sender'];
    // `a@example..com` is met, and means one dot.
    return unique(names.flatMap((name) => addressesOf(subject, name)).map((address) => address.replace(/\.+/g, '.')));
  });
}

const recipientFields = [
  ...['To', 'Cc', 'Apparently-To', 'Apparently-Resent-To', 'Delivered-To', 'X-Delivered-To', 'Envelope-To'],
  ...['X-Envelope-To', 'Envelope-Recipients', 'X-Original-To', 'X-Real-To', 'X-Rcpt-To'],
];

/** Who may have got it: those it was resent to, else the envelope's, those that the last servers wrote down, and those it names. */
export function recipientAddresses(subject: SpamSubject): readonly string[] {
  return subject.memo(recipients, ({ mail, envelope }) => {
    const resent = ['Resent-To', 'Resent-Cc'].flatMap((name) => mail.header.get(name, ['first', 'addr']));
    if (resent.length > 0) return unique(resent);
    const received = mail.header.each('Received').slice(0, 3).flatMap(addressInReceived);
    return unique([
      ...envelope.recipients,
      ...received,
      ...recipientFields.flatMap((name) => mail.header.addresses(name)),
    ]);
  });
}

function addressInReceived(field: string): readonly string[] {
  const match = / for <?([^ <>;@]+@([^ <>;]+))>?;/.exec(field.slice(0, 2000));
  return match !== null && isHostName(hostToAscii(match[2] ?? '')) ? [match[1] ?? ''] : [];
}

function unique(addresses: readonly string[]): readonly string[] {
  return [...new Set(addresses.map(lowerAscii))].filter((address) => address !== '');
}
