/**
 * The fields that a mail server writes on top of a message: Received (RFC 5321 section 4.4, keywords of RFC 3848 and
 * RFC 6531), Return-Path, Delivered-To. HELO names and reverse names come from strangers: what is no domain goes into
 * a comment, made harmless. Counting such fields is in received.ts.
 */
import { addressLiteral, type Mailbox, type ReversePath } from './address.js';
import { indexOfNonAscii } from './characters.js';
import { formatDateTime } from './date-time.js';
import type { Domain } from './domain.js';
import type { HeaderField } from './header.js';
import type { IpAddress } from './ip.js';
import { makeField, sanitiseFieldText } from './make-field.js';

type Protocol = 'SMTP' | 'ESMTP' | 'LMTP' | 'UTF8SMTP' | 'UTF8LMTP';

/** The registered transmission types (RFC 3848, RFC 6531 section 4.3): S for TLS, A for an authenticated client. */
export type TransmissionType = 'SMTP' | `${Exclude<Protocol, 'SMTP'>}${'' | 'A' | 'S' | 'SA'}`;

export interface TransmissionFacts {
  /** `smtp` after HELO, `esmtp` after EHLO. */
  readonly protocol: 'smtp' | 'esmtp' | 'lmtp';
  readonly tls: boolean;
  readonly authenticated: boolean;
  /** MAIL came with SMTPUTF8. */
  readonly utf8: boolean;
}

/** A client that said HELO has `SMTP` whatever else is true: no other keyword is registered for it. */
export function transmissionType(facts: TransmissionFacts): TransmissionType {
  if (facts.protocol === 'smtp') return 'SMTP';
  const suffix = `${facts.tls ? 'S' : ''}${facts.authenticated ? 'A' : ''}` as '' | 'A' | 'S' | 'SA';
  const base = facts.protocol === 'lmtp' ? 'LMTP' : 'SMTP';
  return facts.utf8 ? `UTF8${base}${suffix}` : base === 'LMTP' ? `LMTP${suffix}` : `ESMTP${suffix}`;
}

export interface ReceivedOptions {
  /** As the client gave it; undefined when it gave none. */
  readonly helo?: string;
  /** The verified reverse name. Without one: `unknown`, as Postfix writes. */
  readonly clientName?: string;
  /** Undefined where a front could not tell it: `unknown`, as Postfix writes. */
  readonly clientIp?: IpAddress;
  /** Our own name. */
  readonly by: Domain;
  readonly with: TransmissionType;
  /** Our queue or session id; characters that no atom has become `-`. */
  readonly id?: string;
  /** Only for a message with one recipient: more would be told to one another (RFC 5321 section 7.6). */
  readonly for?: Mailbox;
  readonly tls?: { readonly version: string; readonly cipher: string };
  readonly at: Date;
  /** Minutes east of UTC. Default 0. */
  readonly zoneMinutes?: number;
}

/** `from helo (name [ip]) by us with ESMTPS id 1 for <a@example.com>; date`. */
export function receivedField(options: ReceivedOptions): HeaderField {
  return receivedWith(receivedClauses(options), options, formatDateTime(options.at, options.zoneMinutes));
}

/** The clauses that are the same for all messages of a session: `from helo (name [ip]) by us with ESMTPS`. */
export function receivedClauses(options: Omit<ReceivedOptions, 'id' | 'for' | 'at' | 'zoneMinutes'>): string {
  const { by, tls } = options;
  const using = tls === undefined ? '' : `(using ${comment(tls.version)} with cipher ${comment(tls.cipher)}) `;
  return `${fromClause(options)} ${using}by ${by.ascii} with ${options.with}`;
}

/** The field, from those clauses and what belongs to one message. `date` is a date-time of RFC 5322. */
export function receivedWith(
  clauses: string,
  { id, for: given, with: protocol }: Pick<ReceivedOptions, 'id' | 'for' | 'with'>,
  date: string,
): HeaderField {
  const utf8 = protocol.startsWith('UTF8');
  // An 8-bit mailbox may stand only in a field of an SMTPUTF8 message (RFC 6531 section 3.7.3).
  const recipient = given !== undefined && (utf8 || indexOfNonAscii(given.text) === -1) ? ` for <${given.text}>` : '';
  const name = id === undefined || id === '' ? '' : ` id ${id.slice(0, 200).replace(NOT_ATOM, '-')}`;
  return makeField('Received', `${clauses}${name}${recipient}; ${date}`, { utf8 });
}

/** Written by the server that makes the final delivery, once, on top (RFC 5321 section 4.4). */
export function returnPathField(path: ReversePath): HeaderField {
  const text = path.kind === 'null-path' ? '' : path.text;
  return makeField('Return-Path', `<${text}>`, { fold: false, utf8: true });
}

/** The mailbox delivered to, for the detection of loops: the field that Postfix and qmail write. */
export function deliveredToField(mailbox: Mailbox): HeaderField {
  return makeField('Delivered-To', mailbox.text, { fold: false, utf8: true });
}

/** Characters of atoms and the dots between them (RFC 5322 section 3.2.3). */
const NOT_ATOM = /[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]/g;
/** Letters, digits, hyphens and underscores between dots: more than RFC 1035 has, nothing that needs quoting. */
const HOST_NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const ADDRESS_LITERAL = /^\[[A-Za-z0-9.:-]{1,60}\]$/;

/** Extended-Domain: the name the client gave, or its address where that name is none, and what we know in TCP-info. */
function fromClause({ helo, clientName, clientIp }: Pick<ReceivedOptions, 'helo' | 'clientName' | 'clientIp'>): string {
  const literal = clientIp === undefined ? '[unknown]' : addressLiteral(clientIp).text;
  const address = clientIp === undefined ? 'unknown' : literal;
  const tcpInfo = `(${clientName !== undefined && isHostName(clientName) ? clientName : 'unknown'} ${literal})`;
  if (helo === undefined || helo === '') return `from ${address} ${tcpInfo}`;
  if (isHostName(helo) || ADDRESS_LITERAL.test(helo)) return `from ${helo} ${tcpInfo}`;
  return `from ${address} ${tcpInfo} (helo ${comment(helo)})`;
}

function isHostName(text: string): boolean {
  return text.length <= 255 && HOST_NAME.test(text);
}

/** Inside a comment: printable US-ASCII in which nothing ends or quotes it (ctext of RFC 5322 section 3.2.2). */
function comment(text: string): string {
  return sanitiseFieldText(text, { maxOctets: 255 }).replace(/[^ -'*-[\]-~]/g, '?');
}
