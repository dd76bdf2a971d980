/**
 * One address field rewritten: the addresses that change are replaced where they stand, every other octet stays. Names,
 * comments, groups, encoded words and folding are not touched, so that a field in which nothing changes is the same field.
 */

import { MAILBOX_LIMIT, type Mailbox, mailboxOf } from '../../values/address.js';
import { decodeLatin1, decodeText, encodeLatin1, encodeUtf8 } from '../../values/bytes.js';
import { parseDomain } from '../../values/domain.js';
import type { HeaderField } from '../../values/header.js';
import { addedField } from '../../values/header-field.js';
import { parseAddressLiteral } from '../../values/mailbox.js';
import { type AddressSpan, headerAddresses } from './header-addresses.js';
import type { AddressPlace, Rewriting } from './options.js';
import { type Inquiring, type RewriteFault, rewriteAddress } from './rewrite-address.js';
import { type StandardForm, withDot } from './standard.js';

/** Header fields of addresses, by what canonical_classes calls them. Resent-Reply-To is a recipient's to cleanup(8). */
const places: ReadonlyMap<string, AddressPlace> = new Map([
  ...['from', 'sender', 'reply-to', 'errors-to', 'return-receipt-to', 'disposition-notification-to'].map(inSender),
  ...['resent-from', 'resent-sender', 'mail-followup-to'].map(inSender),
  ...['to', 'cc', 'bcc', 'apparently-to', 'resent-to', 'resent-cc', 'resent-bcc', 'resent-reply-to'].map(
    (name): [string, AddressPlace] => [name, 'header_recipient'],
  ),
]);

function inSender(name: string): [string, AddressPlace] {
  return [name, 'header_sender'];
}

export function placeOf(field: HeaderField): AddressPlace | undefined {
  return places.get(field.lowerName);
}

/** What was found for an address before, in this message: `undefined` for "stays as it is". */
export type Known = Map<string, Mailbox | undefined>;

/** Addresses looked at in one message; the others stay as they are (header_address_token_limit is as much). */
export const ADDRESS_LIMIT = 10_240;

/** Undefined when nothing changes. */
export function* rewriteField(
  field: HeaderField,
  place: AddressPlace,
  form: StandardForm,
  rewriting: Rewriting,
  known: Known,
): Inquiring<HeaderField | RewriteFault | undefined> {
  const text = decodeLatin1(field.bytes);
  const from = text.indexOf(':') + 1;
  const value = text.slice(from);
  let out = '';
  let done = 0;
  for (const span of headerAddresses(value)) {
    const now = yield* rewriteSpan(span, place, form, rewriting, known);
    if (now === undefined) continue;
    if (now.kind === 'fault') return now;
    out += value.slice(done, span.start) + decodeLatin1(encodeUtf8(now.text)) + span.comments;
    done = span.end;
  }
  if (done === 0) return undefined;
  return addedField(field.name, encodeLatin1(text.slice(0, from) + out + value.slice(done)));
}

function* rewriteSpan(
  span: AddressSpan,
  place: AddressPlace,
  form: StandardForm,
  rewriting: Rewriting,
  known: Known,
): Inquiring<Mailbox | RewriteFault | undefined> {
  const id = `${place} ${span.localPart}@${span.domain ?? ''}`;
  if (known.has(id)) return known.get(id);
  if (known.size >= ADDRESS_LIMIT) return undefined;
  const read = mailboxAt(span, form, rewriting);
  let now: Mailbox | RewriteFault | undefined;
  if (read !== undefined) {
    now = (yield* rewriteAddress(read.address, place, form, rewriting)) ?? (read.changed ? read.address : undefined);
  }
  if (now?.kind === 'fault') return now;
  known.set(id, now);
  return now;
}

/** Undefined for what is no address to us: it stays. */
function mailboxAt(
  span: AddressSpan,
  form: StandardForm,
  rewriting: Rewriting,
): { readonly address: Mailbox; readonly changed: boolean } | undefined {
  const { localPart, domain = undefined } = span.domain === undefined ? routed(span.localPart, rewriting) : span;
  const local = decodeText(encodeLatin1(localPart));
  const at = domain === undefined ? form.origin : domainAt(decodeText(encodeLatin1(domain)), form);
  if (at === undefined) return undefined;
  const address = mailboxOf(local, at, MAILBOX_LIMIT);
  if (address.kind === 'malformed') return undefined;
  return { address: address.value, changed: span.domain === undefined || isShort(span.domain, form) };
}

/** A name that says its domain in another way: `domain!user`, `user%domain`. */
function routed(
  name: string,
  { bangPaths, percentHack }: Rewriting,
): Pick<AddressSpan, 'localPart'> & {
  readonly domain?: string;
} {
  const bang = bangPaths ? name.indexOf('!') : -1;
  if (bang >= 0) return { localPart: name.slice(bang + 1), domain: name.slice(0, bang) };
  const percent = percentHack ? name.lastIndexOf('%') : -1;
  if (percent < 0) return { localPart: name };
  return { localPart: name.slice(0, percent), domain: name.slice(percent + 1) };
}

function isShort(domain: string, form: StandardForm): boolean {
  return withDot(domain, form) !== domain || (domain.endsWith('.') && !domain.endsWith('..'));
}

function domainAt(text: string, form: StandardForm): Mailbox['domain'] | undefined {
  const read = text.startsWith('[')
    ? parseAddressLiteral(text.slice(1, -1))
    : parseDomain(withDot(text, form), { underscores: true });
  return read.kind === 'parsed' ? read.value : undefined;
}
