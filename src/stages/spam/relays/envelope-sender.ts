/**
 * The reverse-path of a message that came without its envelope: what the hosts on its way wrote down of it. Only what stands above the
 * first Received field can be the one of the last delivery (RFC 5321 section 4.4 for Return-Path).
 */
import type { HeaderView } from '../mail/mail-view.js';
import type { Handovers } from './handover.js';

/** `fieldName`: `envelope_sender_header`, which then is the only source. Undefined: nobody told. */
export function envelopeSender(
  header: HeaderView,
  { trusted, untrusted }: Handovers,
  fieldName: string | undefined,
): string | undefined {
  if (fieldName !== undefined) {
    const sender = firstAddress(header, fieldName);
    return isAddress(sender) ? sender : undefined;
  }
  const told = (untrusted[0] ?? trusted.at(-1))?.envFrom;
  return isAddress(told) ? told : fromFields(header);
}

function firstAddress(header: HeaderView, name: string): string | undefined {
  return header.get(name, ['first', 'addr'])[0];
}

function isAddress(text: string | undefined): boolean {
  return text !== undefined && text.indexOf('@') > 0;
}

function fromFields(header: HeaderView): string | undefined {
  if (isGuessOfFetchmail(header)) return undefined;
  const own = firstAddress(header, 'X-Envelope-From');
  if (own !== undefined) return standsBelow(header, 'x-envelope-from') ? undefined : own;
  for (const name of ['Envelope-Sender', 'Return-Path']) {
    const sender = firstAddress(header, name);
    if (sender !== undefined && !standsBelow(header, name.toLowerCase())) return sender;
  }
  return undefined;
}

/** Lists keep the sender in X-Sender, and fetchmail takes it for the one of the envelope. */
function isGuessOfFetchmail(header: HeaderView): boolean {
  return (
    firstAddress(header, 'X-Sender')?.includes('@') === true &&
    header.each('Received').some((field) => field.includes('(fetchmail'))
  );
}

/** Any of that name below the first Received field: it may be of a delivery before. */
function standsBelow(header: HeaderView, name: string): boolean {
  const names = header.all.split('\n').map((line) => line.slice(0, line.indexOf(':') + 1).toLowerCase());
  const received = names.indexOf('received:');
  return received >= 0 && names.lastIndexOf(`${name}:`) > received;
}
