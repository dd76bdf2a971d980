/**
 * The author of a message: the one address of its one From field (RFC 9989 section 5.3.1). Everything else is told apart, for
 * section 11.5 says what it is used for: to show a reader one domain and have another one checked. A From field that only
 * some readers see counts too. Display names do not matter, Sender neither. No more is read than it takes to tell.
 */
import type { DmarcAuthor, UnclearAuthor } from '../../findings/dmarc.js';
import { type AddressList, type HeaderMailbox, mailboxesOf, parseAddressList } from '../../values/address-list.js';
import { hiddenFields } from '../../values/hidden-fields.js';
import { fieldsNamed, type Message } from '../../values/message.js';

/** Domains listed for the log. */
const DOMAIN_LIMIT = 10;
/** Of several From fields, those that are read for the log, when they have no more octets than this. */
const FIELD_LIMIT = 4;
const OCTET_LIMIT = 1000;
/** Fields behind bare CRs; those beyond count as From. No honest mail has any. */
const HIDDEN_LIMIT = 1000;
/** Addresses of one From field; each costs a name to be parsed. */
const ADDRESS_LIMIT = 50;

export function authorOf(message: Pick<Message, 'header'>): DmarcAuthor {
  const fields = fieldsNamed(message, 'from');
  const hidden = hiddenFrom(message);
  const [field] = fields;
  if (field === undefined && hidden.length === 0) return unclear('none', 'no From field');
  if (field !== undefined && fields.length === 1 && hidden.length === 0) return authorIn(listOf(field.value));
  const short = fields.slice(0, FIELD_LIMIT).filter(({ bytes }) => bytes.length <= OCTET_LIMIT);
  const mailboxes = [...short.map(({ value }) => value), ...hidden].slice(0, FIELD_LIMIT).flatMap(mailboxesIn);
  const behind = hidden.length === 0 ? '' : ', and more behind a bare CR';
  return unclear(field === undefined ? 'none' : 'several-fields', `${fields.length} From fields${behind}`, mailboxes);
}

/** From fields behind a bare CR, the first few: some readers see them. */
function hiddenFrom({ header }: Pick<Message, 'header'>): readonly string[] {
  const values: string[] = [];
  let others = 0;
  for (const field of header) {
    for (const { lowerName, value } of hiddenFields(field)) {
      if (lowerName === 'from' || ++others > HIDDEN_LIMIT) values.push(value.slice(0, OCTET_LIMIT));
      if (values.length === FIELD_LIMIT) return values;
    }
  }
  return values;
}

function listOf(value: string): AddressList {
  return parseAddressList(value, { limit: ADDRESS_LIMIT });
}

function mailboxesIn(value: string): readonly HeaderMailbox[] {
  const list = listOf(value);
  return list.kind === 'addresses' ? mailboxesOf(list.entries) : [];
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
