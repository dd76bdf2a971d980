/** What is sent (RFC 4511 section 4), encoded by ldapts; filters (section 4.5.1.7) from data by its writer, so that
 * values are octets. */
import type { LdapFilter } from '../../values/ldap-filter.js';
import type { Ldapts, Writer } from './load.js';

/** Made for the number that the connection gives it. */
export type Request = (id: number) => Uint8Array;

export interface SearchQuestion {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  readonly filter: LdapFilter;
  readonly attributes: readonly string[];
  /** Entries the server may send; 0: no limit. */
  readonly sizeLimit: number;
  /** Seconds; 0: no limit. */
  readonly timeLimit: number;
  /** Simple paged results (RFC 2696): entries in a page and the cookie of the page before. */
  readonly page: { readonly size: number; readonly cookie: Uint8Array | undefined } | undefined;
}

export class Requests {
  readonly #ldapts: Ldapts;

  constructor(ldapts: Ldapts) {
    this.#ldapts = ldapts;
  }

  /** A simple bind (RFC 4511 section 4.2). */
  bind(dn: string, password: string): Request {
    return (messageId) => new this.#ldapts.BindRequest({ messageId, dn, password }).write();
  }

  search({ base, filter, page, ...rest }: SearchQuestion): Request {
    const controls = page === undefined ? [] : [this.#paged(page.size, page.cookie)];
    const written = { write: (writer: Writer) => writeFilter(writer, filter) };
    const fields = { ...rest, baseDN: base, filter: written, controls };
    return (messageId) => new this.#ldapts.SearchRequest({ ...fields, messageId }).write();
  }

  startTls(): Request {
    return (messageId) => new this.#ldapts.ExtendedRequest({ messageId, oid: '1.3.6.1.4.1.1466.20037' }).write();
  }

  abandon(abandonId: number): Request {
    return (messageId) => new this.#ldapts.AbandonRequest({ messageId, abandonId }).write();
  }

  unbind(): Request {
    return (messageId) => new this.#ldapts.UnbindRequest({ messageId }).write();
  }

  #paged(size: number, cookie: Uint8Array | undefined): unknown {
    const value = cookie === undefined ? { size } : { size, cookie: bufferOf(cookie) };
    return new this.#ldapts.PagedResultsControl({ value });
  }
}

/** RFC 4511 section 4.5.1: tags of the CHOICE Filter. */
const TAGS = {
  and: 0xa0,
  or: 0xa1,
  not: 0xa2,
  equal: 0xa3,
  substrings: 0xa4,
  'at-least': 0xa5,
  'at-most': 0xa6,
  present: 0x87,
  approximate: 0xa8,
  extensible: 0xa9,
} as const;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;

function writeFilter(writer: Writer, filter: LdapFilter): void {
  const tag = TAGS[filter.kind];
  if (filter.kind === 'present') {
    writer.writeBuffer(Buffer.from(filter.attribute), tag);
    return;
  }
  writer.startSequence(tag);
  writeContent(writer, filter);
  writer.endSequence();
}

function writeContent(writer: Writer, filter: Exclude<LdapFilter, { readonly kind: 'present' }>): void {
  switch (filter.kind) {
    case 'and':
    case 'or':
      for (const each of filter.filters) writeFilter(writer, each);
      return;
    case 'not':
      writeFilter(writer, filter.filter);
      return;
    case 'substrings':
      writer.writeBuffer(Buffer.from(filter.attribute), OCTET_STRING);
      writer.startSequence(SEQUENCE);
      if (filter.initial !== undefined) writer.writeBuffer(bufferOf(filter.initial), 0x80);
      for (const part of filter.any) writer.writeBuffer(bufferOf(part), 0x81);
      if (filter.final !== undefined) writer.writeBuffer(bufferOf(filter.final), 0x82);
      writer.endSequence();
      return;
    case 'extensible':
      if (filter.rule !== '') writer.writeBuffer(Buffer.from(filter.rule), 0x81);
      if (filter.attribute !== '') writer.writeBuffer(Buffer.from(filter.attribute), 0x82);
      writer.writeBuffer(bufferOf(filter.value), 0x83);
      if (filter.dnAttributes) writer.writeBoolean(true, 0x84);
      return;
    default:
      writer.writeBuffer(Buffer.from(filter.attribute), OCTET_STRING);
      writer.writeBuffer(bufferOf(filter.value), OCTET_STRING);
  }
}

/** The same octets. */
function bufferOf(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length);
}
