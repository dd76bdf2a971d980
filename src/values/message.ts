/**
 * A message as its parts, which put together are its bytes (RFC 5322 section 2.1). Never mutated: an edit makes a
 * new Message that shares what it did not touch, the same field objects with the same bytes. An edit names a field
 * by identity, never by index. render.ts writes a message out. MIME structure is not looked at.
 */
import { type Body, memoryBody } from './body.js';
import type { HeaderField } from './header.js';
import { type HeaderDefect, parseHeaderBlock } from './header-block.js';
import { isMailboxLineField } from './header-field.js';
import type { HeaderLimits, HeaderOverLimit } from './header-limits.js';
import type { LineEnding } from './line-ends.js';
import { lineEndBytes, lineEndingOf, sizeOf } from './message-parts.js';

/** An immutable message: `header` fields in order, `separator`, `body` are all of its bytes. */
export interface Message {
  readonly kind: 'message';
  readonly header: readonly HeaderField[];
  /** The empty line between header and body as received; empty where the message has none. */
  readonly separator: Uint8Array;
  readonly body: Body;
  /** Octets of the whole message. */
  readonly size: number;
  /** The line ending of its first line; `crlf` when it has none. Added fields are written with it. */
  readonly lineEnding: LineEnding;
  /** What was wrong with the header when it came; absent for a message that was not parsed. */
  readonly defects?: readonly HeaderDefect[];
}

export type ParsedMessage = { readonly kind: 'parsed'; readonly value: Message } | HeaderOverLimit;

/** A message over `bytes`, which are kept, not copied. Never throws; linear in their number. */
export function parseMessage(bytes: Uint8Array, limits: Partial<HeaderLimits> = {}): ParsedMessage {
  const block = parseHeaderBlock(bytes, limits);
  if (block.kind === 'over-limit') return block;
  const body = memoryBody(bytes.subarray(block.value.bodyStart));
  return { kind: 'parsed', value: messageFromParts(block.value, body) };
}

/** What a message is made of besides its body; a HeaderBlock is one. */
export interface HeaderParts {
  readonly fields: readonly HeaderField[];
  readonly separator: Uint8Array;
  readonly defects?: readonly HeaderDefect[];
}

/** `lineEnding` is needed only where no received field, no separator and no body in memory tells it. */
export function messageFromParts(parts: HeaderParts, body: Body, lineEnding?: LineEnding): Message {
  const { fields: header, separator, defects } = parts;
  const ending = lineEnding ?? lineEndingOf(header, separator, body);
  const size = sizeOf({ header, separator, body, lineEnding: ending });
  const kind = 'message';
  if (defects === undefined) return { kind, header, separator, body, size, lineEnding: ending };
  return { kind, header, separator, body, size, lineEnding: ending, defects };
}

/** Fields up to which a look at all of them is cheaper than an index. */
const SHORT_HEADER = 32;
const none: readonly never[] = Object.freeze([]);

/** All fields of that name, in order; letter case does not matter. */
export function fieldsNamed(message: Pick<Message, 'header'>, name: string): readonly HeaderField[] {
  const { header } = message;
  const lowerName = name.toLowerCase();
  if (header.length > SHORT_HEADER) return indexed(header).get(lowerName) ?? none;
  let found: HeaderField[] | undefined;
  for (const field of header) {
    if (field.lowerName !== lowerName) continue;
    if (found === undefined) found = [field];
    else found.push(field);
  }
  return found ?? none;
}

/** The topmost field of that name. */
export function firstField(message: Pick<Message, 'header'>, name: string): HeaderField | undefined {
  return fieldsNamed(message, name)[0];
}

export interface MessageChange {
  readonly message: Message;
  /** False when the field that the edit names is not in the message: `message` is the one given. */
  readonly done: boolean;
}

/** On top, as trace fields go (RFC 5321 section 4.4); only an mbox `From ` line stays above it. */
export function prependField(message: Message, field: HeaderField): MessageChange {
  const { header } = message;
  let first = 0;
  while (first < header.length && isMailboxLineField(header[first] as HeaderField)) first++;
  return done(message, first === 0 ? [field, ...header] : header.toSpliced(first, 0, field));
}

/** After the last field. */
export function appendField(message: Message, field: HeaderField): MessageChange {
  return done(message, [...message.header, field]);
}

export function insertBefore(message: Message, existing: HeaderField, field: HeaderField): MessageChange {
  return splice(message, existing, (header, at) => header.toSpliced(at, 0, field));
}

export function replaceField(message: Message, existing: HeaderField, field: HeaderField): MessageChange {
  return splice(message, existing, (header, at) => header.with(at, field));
}

export function removeField(message: Message, existing: HeaderField): MessageChange {
  return splice(message, existing, (header, at) => header.toSpliced(at, 1));
}

export function replaceBody(message: Message, body: Body): MessageChange {
  return done(message, message.header, body);
}

type Header = readonly HeaderField[];

function splice(
  message: Message,
  existing: HeaderField,
  change: (header: Header, at: number) => Header,
): MessageChange {
  const at = message.header.indexOf(existing);
  return at === -1 ? { message, done: false } : done(message, change(message.header, at));
}

function done(message: Message, fields: Header, body?: Body): MessageChange {
  return { message: changed(message, fields, body), done: true };
}

/** The message with other fields, or another body; every other byte stays. */
export function changed(message: Message, fields: Header, body: Body = message.body): Message {
  // A message that had no empty line gets one now, as Postfix's cleanup(8) does: else its first body line could be
  // read as the rest of a field of ours.
  const missing = message.separator.length === 0 && body.size > 0;
  const separator = missing ? lineEndBytes(message.lineEnding) : message.separator;
  const { defects, lineEnding } = message;
  const parts = defects === undefined ? { fields, separator } : { fields, separator, defects };
  return messageFromParts(parts, body, lineEnding);
}

/** A memo by identity: header arrays never change, and messages that differ in the body alone share one. */
const indexes = new WeakMap<Header, ReadonlyMap<string, Header>>();

function indexed(header: Header): ReadonlyMap<string, Header> {
  const known = indexes.get(header);
  if (known !== undefined) return known;
  const index = new Map<string, HeaderField[]>();
  for (const field of header) {
    const same = index.get(field.lowerName);
    if (same === undefined) index.set(field.lowerName, [field]);
    else same.push(field);
  }
  indexes.set(header, index);
  return index;
}
