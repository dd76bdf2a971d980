/** Views of messages for the tests of this folder, with a handful of top-level domains. */
import { readFileSync } from 'node:fs';
import { type DomainRules, type MailOptions, mailView } from '../../../../src/stages/spam/mail/index.js';
import type { MailView } from '../../../../src/stages/spam/mail/mail-view.js';
import type { Pieces } from '../../../../src/stages/spam/mail/pieces.js';
import { decodeLatin1, encodeLatin1 } from '../../../../src/values/bytes.js';
import { type Message, parseMessage } from '../../../../src/values/message.js';

export const domains: DomainRules = {
  topLevel: new Set('bar com de foo im net org sh uk us zip'.split(' ')),
  twoLevel: new Set(['co.uk', 'co.im']),
  threeLevel: new Set(['docs.google.com', 'ltd.co.im']),
};

export function messageOf(text: string): Message {
  const parsed = parseMessage(encodeLatin1(text), { headerBytes: 4_000_000, headerFields: 500_000 });
  if (parsed.kind !== 'parsed') throw new Error('over the limit of the header');
  return parsed.value;
}

export function viewOf(text: string, options: MailOptions = {}): MailView {
  const message = messageOf(text);
  return mailView(message, message.body.bytes ?? new Uint8Array(0), { domains, ...options });
}

export function texts({ octets, ends }: Pieces): readonly string[] {
  return ends.map((end, i) => decodeLatin1(octets.subarray(ends[i - 1] ?? 0, end)));
}

export interface Case<Expect> {
  readonly name: string;
  /** Octets as Latin-1. */
  readonly message: string;
  /** What SpamAssassin 4.0.1 with its default rules made of it. */
  readonly expect: Expect;
}

export function cases<Expect>(file: string): readonly Case<Expect>[] {
  const url = new URL(`../../../cases/spam-mail/${file}`, import.meta.url);
  const lines = readFileSync(url, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Case<Expect>);
}
