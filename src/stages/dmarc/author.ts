/**
 * The author of a message: the one address of its one From field (RFC 9989 section 5.3.1). Everything else is told apart, for
 * section 11.5 says what it is used for: to show a reader one domain and have another one checked. Display names do not
 * matter, Sender neither.
 */
import type { DmarcAuthor, UnclearAuthor } from '../../findings/dmarc.js';
import { type AddressList, type HeaderMailbox, mailboxesOf, parseAddressList } from '../../values/address-list.js';
import { fieldsNamed, type Message } from '../../values/message.js';

/** Domains listed for the log. */
const DOMAIN_LIMIT = 10;
/** Of several From fields, those that are read for the log. */
const FIELD_LIMIT = 4;

export function authorOf(message: Pick<Message, 'header'>): DmarcAuthor {
  const fields = fieldsNamed(message, 'from');
  const [field] = fields;
  if (field === undefined) return unclear('none', 'no From field');
  if (fields.length === 1) return authorIn(parseAddressList(field.value));
  const lists = fields.slice(0, FIELD_LIMIT).map((one) => parseAddressList(one.value));
  const mailboxes = lists.flatMap((list) => (list.kind === 'addresses' ? mailboxesOf(list.entries) : []));
  return unclear('several-fields', `${fields.length} From fields`, mailboxes);
}

function authorIn(list: AddressList): DmarcAuthor {
  if (list.kind === 'too-many') return unclear('several-addresses', `more than ${list.limit} addresses`);
  if (list.kind !== 'addresses') return unclear('malformed', list.why);
  const mailboxes = mailboxesOf(list.entries);
  if (list.entries.some((entry) => entry.kind === 'group')) return unclear('group', 'a group of addresses', mailboxes);
  const [first] = mailboxes;
  if (first === undefined) return unclear('malformed', 'no address');
  if (mailboxes.length > 1) return unclear('several-addresses', `${mailboxes.length} addresses`, mailboxes);
  const { domain, text } = first.mailbox;
  if (domain.kind !== 'domain') return unclear('malformed', `an address without a domain name: ${domain.text}`);
  return { kind: 'one', domain: domain.ascii, address: text };
}

function unclear(kind: UnclearAuthor, why: string, mailboxes: readonly HeaderMailbox[] = []): DmarcAuthor {
  const domains = new Set<string>();
  for (const { mailbox } of mailboxes) {
    domains.add(mailbox.domain.kind === 'domain' ? mailbox.domain.ascii : mailbox.domain.text);
    if (domains.size === DOMAIN_LIMIT) break;
  }
  return { kind, why, domains: [...domains] };
}

/** The domain to evaluate: also that of several addresses of one domain, where a site takes these for one author. */
export function authorDomain(author: DmarcAuthor, sameDomainAuthors: boolean): string | undefined {
  if (author.kind === 'one') return author.domain;
  const [domain, ...others] = author.domains;
  const shared = author.kind === 'several-addresses' && others.length === 0 && domain?.startsWith('[') === false;
  return sameDomainAuthors && shared ? domain : undefined;
}
