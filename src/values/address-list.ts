/**
 * Address lists of header fields (From, To, Reply-To ...): RFC 5322 section 3.4 with the obsolete forms of section
 * 4.4, groups, comments, and UTF-8 by RFC 6532. Tolerant where there is one reading, which is then noted; where there
 * are two, the answer is `ambiguous` and never the first of several. RFC 2047 words in names are not decoded. Linear.
 */
import { type AddressNote, type HeaderMailbox, readEntry, readPhrase } from './address-list-entry.js';
import { addressListLexer, type Token } from './address-list-lexer.js';
import { isAtext } from './characters.js';

export type { AddressNote, HeaderMailbox } from './address-list-entry.js';

/** `name: a@b, c@d;`, also without members (`undisclosed-recipients:;`). */
export interface AddressGroup {
  readonly kind: 'group';
  readonly name: string;
  readonly members: readonly HeaderMailbox[];
}

export type AddressListEntry = HeaderMailbox | AddressGroup;

export type AddressList =
  | {
      readonly kind: 'addresses';
      readonly entries: readonly AddressListEntry[];
      readonly notes: readonly AddressNote[];
    }
  /** Two programs may read different addresses here: `<a@b> <c@d>`, `a@b@c`. */
  | { readonly kind: 'ambiguous'; readonly why: string; readonly at: number }
  | { readonly kind: 'malformed'; readonly why: string; readonly at: number }
  /** More than `limit` addresses; none is given. */
  | { readonly kind: 'too-many'; readonly limit: number };

export interface AddressListOptions {
  /** Addresses and groups that are read; with one more the answer is `too-many`, without a look at what follows. Default 10,000. */
  readonly limit?: number;
}

const ADDRESS_LIMIT = 10_000;
/** Words and special characters of one entry; a long name has ten. */
const ENTRY_LIMIT = 1_000;

interface Reading {
  readonly limit: number;
  readonly entries: AddressListEntry[];
  readonly notes: AddressNote[];
  count: number;
  group: { readonly name: string; readonly at: number; readonly members: HeaderMailbox[] } | undefined;
  /** The tokens since the last separator. */
  item: Token[];
}

type Fault = Exclude<AddressList, { readonly kind: 'addresses' }>;

/** `fieldValue` is unfolded, as `HeaderField.value` is. An empty one gives no entries. */
export function parseAddressList(fieldValue: string, options: AddressListOptions = {}): AddressList {
  const lexer = addressListLexer(fieldValue);
  const { limit = ADDRESS_LIMIT } = options;
  const reading: Reading = { limit, entries: [], notes: [], count: 0, group: undefined, item: [] };
  let inAngle = false;
  for (;;) {
    const read = lexer.next();
    if (read.kind === 'malformed') return read;
    const token = read.value;
    if (token.kind === 'end') break;
    const special = token.kind === 'special' ? token.text : '';
    if (special === '<' || special === '>') inAngle = special === '<';
    // Inside angle brackets commas and colons are a source route's.
    const fault = inAngle || !isSeparator(special) ? keep(reading, token) : separate(reading, token);
    if (fault !== undefined) return fault;
  }
  const fault = finishItem(reading) ?? finishList(reading);
  return fault ?? { kind: 'addresses', entries: reading.entries, notes: reading.notes };
}

/** All mailboxes in order, members of groups included. */
export function mailboxesOf(entries: readonly AddressListEntry[]): readonly HeaderMailbox[] {
  return entries.flatMap((entry) => (entry.kind === 'group' ? entry.members : [entry]));
}

/** One line, not folded. Parsing it gives equal entries. */
export function renderAddressList(entries: readonly AddressListEntry[]): string {
  return entries
    .map((entry) => {
      if (entry.kind === 'header-mailbox') return renderMailbox(entry);
      return `${renderPhrase(entry.name)}: ${entry.members.map(renderMailbox).join(', ')};`;
    })
    .join(', ');
}

function isSeparator(special: string): boolean {
  return special === ',' || special === ';' || special === ':';
}

function keep(reading: Reading, token: Token): Fault | undefined {
  if (reading.item.length === ENTRY_LIMIT) {
    return { kind: 'malformed', why: `an entry with more than ${ENTRY_LIMIT} words`, at: token.at };
  }
  reading.item.push(token);
  return undefined;
}

function separate(reading: Reading, token: Token): Fault | undefined {
  if (token.text === ':') return openGroup(reading, token);
  const fault = finishItem(reading);
  if (fault !== undefined || token.text === ',') return fault;
  if (reading.group === undefined) {
    // As some user agents write it; there is no other reading.
    reading.notes.push({ code: 'semicolon-as-comma', at: token.at });
    return undefined;
  }
  return closeGroup(reading, reading.group);
}

function openGroup(reading: Reading, token: Token): Fault | undefined {
  if (reading.group !== undefined) return { kind: 'malformed', why: 'a group inside a group', at: token.at };
  const at = reading.item[0]?.at;
  if (at === undefined) return { kind: 'malformed', why: 'a group without name', at: token.at };
  const name = readPhrase(reading.item);
  if (name.kind === 'malformed') return name;
  if (name.value.includes('@')) reading.notes.push({ code: 'display-name-looks-like-address', at });
  reading.group = { name: name.value, at, members: [] };
  reading.item = [];
  return undefined;
}

function closeGroup(reading: Reading, group: NonNullable<Reading['group']>): Fault | undefined {
  reading.entries.push({ kind: 'group', name: group.name, members: group.members });
  reading.group = undefined;
  return countOne(reading);
}

function finishItem(reading: Reading): Fault | undefined {
  const { item } = reading;
  if (item.length === 0) return undefined;
  reading.item = [];
  const entry = readEntry(item, reading.notes);
  if (entry.kind !== 'parsed') return entry;
  (reading.group?.members ?? reading.entries).push(entry.value);
  return countOne(reading);
}

function finishList(reading: Reading): Fault | undefined {
  const { group } = reading;
  if (group === undefined) return undefined;
  // `undisclosed-recipients:` is common; `mailto:a@b` must not become a group.
  if (group.members.length > 0) return { kind: 'malformed', why: 'a group without ";" at its end', at: group.at };
  reading.notes.push({ code: 'group-not-closed', at: group.at });
  return closeGroup(reading, group);
}

function countOne(reading: Reading): Fault | undefined {
  reading.count++;
  return reading.count > reading.limit ? { kind: 'too-many', limit: reading.limit } : undefined;
}

function renderMailbox({ displayName, mailbox }: HeaderMailbox): string {
  return displayName === undefined ? mailbox.text : `${renderPhrase(displayName)} <${mailbox.text}>`;
}

/** Atoms with single spaces stay as they are (and RFC 2047 words with them); anything else is quoted. */
function renderPhrase(phrase: string): string {
  const plain = phrase !== '' && phrase.split(' ').every(isAtom);
  return plain ? phrase : `"${phrase.replace(/["\\]/g, '\\$&')}"`;
}

function isAtom(word: string): boolean {
  for (let i = 0; i < word.length; i++) if (!isAtext(word.charCodeAt(i))) return false;
  return word !== '';
}
