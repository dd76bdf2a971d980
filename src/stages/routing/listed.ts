/**
 * Is this address listed: a local user, a virtual alias, a virtual mailbox, a known address of a relay domain? Postfix's
 * reject_unlisted_recipient and reject_unlisted_sender (smtpd_check.c), with their replies. Nothing is expanded.
 */
import { nameKeys, userName } from '../../tables/address-keys.js';
import type { Mailbox, ReversePath } from '../../values/address.js';
import { type Reply, reply, replyFromText } from '../../values/reply.js';
import type { Compiled } from './compile.js';
import { mayBeUser, takesUnknown } from './local-mailbox.js';
import { domainText, findAddress, nextHopOf, type Resolved, unknownIn } from './next-hop.js';
import type { AddressClass, TableName } from './options.js';
import type { Asking } from './questions.js';

export type Listed =
  /** `class` is `remote` for what is not ours; such an address is never unlisted. `as`: what it is known by, `alias` for
   * what is still to be rewritten or expanded. */
  | { readonly kind: 'listed'; readonly class: AddressClass; readonly as: KnownAs; readonly resolved: Resolved }
  | { readonly kind: 'unlisted'; readonly class: AddressClass; readonly reply: Reply; readonly why: string };

export type KnownAs = 'user' | 'alias';
export type ListedAs = 'recipient' | 'sender';

export function* listing(address: Mailbox, as: ListedAs, sender: ReversePath, compiled: Compiled): Asking<Listed> {
  const resolved = yield* nextHopOf(address, sender, compiled);
  if (resolved.kind === 'unresolved') {
    return unlisted(address, as, 'remote', 501, `5.1.3 Bad recipient address syntax`, resolved.why);
  }
  const { nextHop, class: addressClass } = resolved;
  if (yield* isRewritten(resolved.address, as, compiled)) {
    return { kind: 'listed', class: addressClass, as: 'alias', resolved };
  }
  if (nextHop.transport === 'error') {
    const code = addressClass === 'virtual' ? compiled.unknownCodes.virtual : 550;
    return unlisted(address, as, addressClass, code, nextHop.destination);
  }
  if (nextHop.transport === 'retry') return unlisted(address, as, addressClass, 450, nextHop.destination);
  const known = yield* knownAs(resolved, compiled);
  if (known !== undefined) return { kind: 'listed', class: addressClass, as: known, resolved };
  const code = addressClass === 'remote' ? 550 : compiled.unknownCodes[addressClass];
  return unlisted(address, as, addressClass, code, unknownIn(tableOf(addressClass), compiled));
}

/** What is rewritten or expanded is taken for known; what comes of it is seen when it is. */
function* isRewritten(address: Mailbox, as: ListedAs, compiled: Compiled): Asking<boolean> {
  const names: readonly TableName[] =
    as === 'sender'
      ? ['recipientCanonical', 'senderCanonical', 'canonical', 'virtualAliases']
      : ['recipientCanonical', 'canonical', 'virtualAliases'];
  for (const name of names) {
    if (compiled.tables[name] === undefined) continue;
    if ((yield* findAddress(name, address, compiled)) !== undefined) return true;
  }
  return false;
}

/** Addresses that a mail system must have, and that ours makes itself. */
const ALWAYS = ['postmaster@', 'mailer-daemon@', 'double-bounce@'];

function* knownAs({ address, class: addressClass }: Resolved, compiled: Compiled): Asking<KnownAs | undefined> {
  const table = userTables[addressClass];
  if (table === undefined || compiled.tables[table] === undefined) {
    return addressClass === 'local' ? yield* anybody(address, compiled) : 'user';
  }
  if (addressClass === 'local' && isAlways(address)) return 'alias';
  if ((yield* findAddress(table, address, compiled)) !== undefined) return 'user';
  // Names of aliases have no domain, and no quotes.
  const byName = addressClass === 'local' && compiled.aliasesListed && compiled.tables.aliases !== undefined;
  return byName && (yield { table: 'aliases', keys: nameKeys(address, compiled.keys) }) !== undefined
    ? 'alias'
    : undefined;
}

/** Every name is a user's that could be one, unless something takes those that are none. */
function* anybody(address: Mailbox, compiled: Compiled): Asking<KnownAs | undefined> {
  if (mayBeUser(userName(address, compiled.keys), compiled) || takesUnknown(compiled)) return 'user';
  const hit =
    compiled.tables.aliases === undefined
      ? undefined
      : yield { table: 'aliases', keys: nameKeys(address, compiled.keys) };
  return hit === undefined ? undefined : 'alias';
}

/** Where the users of a class are; a table that is not there has everybody. */
const userTables: Readonly<Partial<Record<AddressClass, TableName>>> = {
  local: 'localRecipients',
  mailbox: 'virtualMailboxes',
  relay: 'relayRecipients',
  virtual: 'mailbox',
};

function isAlways({ text }: Mailbox): boolean {
  const name = text.toLowerCase();
  return ALWAYS.some((always) => name.startsWith(always));
}

function tableOf(addressClass: AddressClass): string {
  switch (addressClass) {
    case 'local':
      return 'local recipient';
    case 'mailbox':
      return 'virtual mailbox';
    case 'relay':
      return 'relay recipient';
    case 'virtual':
    case 'remote':
      return 'virtual alias';
  }
}

const unknownUser: Reply = reply(550, '5.1.1', 'User unknown');

/** `text` may begin with an enhanced code. */
function unlisted(
  address: Mailbox,
  as: ListedAs,
  addressClass: AddressClass,
  code: number,
  text: string,
  why: string = text,
): Listed {
  const enhanced = `${code < 500 ? 4 : 5}.1.${as === 'sender' ? 0 : 1}`;
  const fallback: Reply = { ...unknownUser, code, enhanced };
  const worded = replyFromText(text, fallback);
  const what = as === 'sender' ? 'Sender address' : 'Recipient address';
  const line = `<${shownAddress(address)}>: ${what} rejected: ${worded.lines[0] ?? ''}`;
  return { kind: 'unlisted', class: addressClass, reply: replyFromText(line, { ...worded, code }), why };
}

/** As Postfix names it: as it was sent, without quotes. */
export function shownAddress(address: Mailbox): string {
  return address.written ?? `${address.localPart}@${domainText(address)}`;
}
