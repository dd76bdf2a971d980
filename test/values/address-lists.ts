/** What tests of address lists read them by. */
import { type AddressList, mailboxesOf, parseAddressList } from '../../src/values/address-list.js';

type Addresses = Extract<AddressList, { kind: 'addresses' }>;

export function addresses(text: string): Addresses {
  const list = parseAddressList(text);
  if (list.kind !== 'addresses') throw new Error(`${list.kind}: ${'why' in list ? list.why : list.limit}`);
  return list;
}

/** `name|address` of each mailbox, groups flattened. */
export const flat = (text: string): string[] =>
  mailboxesOf(addresses(text).entries).map(({ displayName, mailbox }) => `${displayName ?? ''}|${mailbox.text}`);
