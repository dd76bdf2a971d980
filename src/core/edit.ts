/**
 * Edits: requested changes as data. A stage asks for them, the pipeline folds them into the snapshot that the
 * next stage sees, a server carries out what the fold came to. A header field is named by identity (the
 * original field object, or the one that an earlier edit added), never by index; a recipient by its id.
 */
import type { Mailbox, ReversePath } from '../values/address.js';
import type { Body } from '../values/body.js';
import type { HeaderField } from '../values/header.js';
import type { NextHop, Recipient, RecipientOrigin } from './transaction.js';

/** On top of the header: of two that prepend, the later one is topmost, as trace fields want it. */
export interface PrependHeader {
  readonly kind: 'prepend-header';
  readonly field: HeaderField;
}
/** At the end of the header. */
export interface AppendHeader {
  readonly kind: 'append-header';
  readonly field: HeaderField;
}
export interface InsertHeader {
  readonly kind: 'insert-header';
  readonly before: HeaderField;
  readonly field: HeaderField;
}
export interface ReplaceHeader {
  readonly kind: 'replace-header';
  readonly target: HeaderField;
  readonly field: HeaderField;
}
export interface RemoveHeader {
  readonly kind: 'remove-header';
  readonly target: HeaderField;
}
export interface ReplaceBody {
  readonly kind: 'replace-body';
  readonly body: Body;
}
export interface RewriteSender {
  readonly kind: 'rewrite-sender';
  readonly sender: ReversePath;
}
export interface AddRecipient {
  readonly kind: 'add-recipient';
  readonly address: Mailbox;
  readonly nextHop?: NextHop;
}
/** The recipient is dropped without an answer of its own. */
export interface RemoveRecipient {
  readonly kind: 'remove-recipient';
  readonly recipient: Recipient;
}
/** One address becomes one other. */
export interface RewriteRecipient {
  readonly kind: 'rewrite-recipient';
  readonly recipient: Recipient;
  readonly address: Mailbox;
  readonly origin: RecipientOrigin;
}
/** One recipient becomes several (an alias, a group). At rcpt it takes effect when the list has ended: the stages
 * behind still see, and may refuse, the one recipient that the client named. */
export interface ExpandRecipient {
  readonly kind: 'expand-recipient';
  readonly recipient: Recipient;
  readonly to: readonly ExpandedRecipient[];
}
export interface ExpandedRecipient {
  readonly address: Mailbox;
  readonly origin: RecipientOrigin;
  readonly nextHop?: NextHop;
}
export interface SetNextHop {
  readonly kind: 'set-next-hop';
  readonly recipient: Recipient;
  readonly nextHop: NextHop;
}

export type Edit =
  | PrependHeader
  | AppendHeader
  | InsertHeader
  | ReplaceHeader
  | RemoveHeader
  | ReplaceBody
  | RewriteSender
  | AddRecipient
  | RemoveRecipient
  | RewriteRecipient
  | ExpandRecipient
  | SetNextHop;

/** The edits of the message itself. */
export type MessageEdit = PrependHeader | AppendHeader | InsertHeader | ReplaceHeader | RemoveHeader | ReplaceBody;

export function changesMessage(edit: Edit): edit is MessageEdit {
  return edit.kind.endsWith('-header') || edit.kind === 'replace-body';
}

/** What a stage declares and a server offers: every kind of edit, and two abilities that edits and decisions for some
 * recipients need. `split`: deliver different messages to different recipients. `reply-per-recipient`: answer each
 * recipient by itself after the message (LMTP can, SMTP cannot). */
export type EditKind = Edit['kind'] | 'split' | 'reply-per-recipient';

type AddsField = 'prepend-header' | 'append-header';
type OfRecipient = 'add-recipient' | 'remove-recipient' | 'rewrite-recipient' | 'expand-recipient' | 'set-next-hop';

/** The edits that a list of each phase can carry out. Fields added before there is a message wait for it. */
export interface EditsIn {
  readonly connect: never;
  readonly helo: never;
  readonly mail: AddsField | 'rewrite-sender';
  readonly rcpt: AddsField | OfRecipient;
  readonly data: AddsField | OfRecipient | 'rewrite-sender' | 'reply-per-recipient';
  readonly message: EditKind;
  readonly deliver: Exclude<EditKind, 'rewrite-sender'>;
}

const addsField: readonly EditKind[] = ['prepend-header', 'append-header'];
const ofRecipient: readonly EditKind[] = [
  'add-recipient',
  'remove-recipient',
  'rewrite-recipient',
  'expand-recipient',
  'set-next-hop',
];

/** The same as data: true when a list of `phase` can carry out the edit. */
export function canEditIn(phase: keyof EditsIn, edit: EditKind): boolean {
  switch (phase) {
    case 'connect':
    case 'helo':
      return false;
    case 'mail':
      return edit === 'rewrite-sender' || addsField.includes(edit);
    case 'rcpt':
      return addsField.includes(edit) || ofRecipient.includes(edit);
    case 'data':
      return [...addsField, ...ofRecipient, 'rewrite-sender', 'reply-per-recipient'].includes(edit);
    case 'message':
      return true;
    case 'deliver':
      return edit !== 'rewrite-sender';
  }
}

/** Every kind of edit, for a server that can perform them all. */
export const allEdits: readonly Edit['kind'][] = Object.freeze([
  'prepend-header',
  'append-header',
  'insert-header',
  'replace-header',
  'remove-header',
  'replace-body',
  'rewrite-sender',
  'add-recipient',
  'remove-recipient',
  'rewrite-recipient',
  'expand-recipient',
  'set-next-hop',
]);

/** The edits of the kinds `K`. */
export type EditOf<K extends EditKind> = Extract<Edit, { readonly kind: K }>;

export function prependHeader(field: HeaderField): PrependHeader {
  return { kind: 'prepend-header', field };
}

/** Puts a block on top of the header that keeps its order: the first field becomes the topmost. */
export function prependAll(fields: readonly HeaderField[]): readonly PrependHeader[] {
  return fields.map(prependHeader).reverse();
}

export function appendHeader(field: HeaderField): AppendHeader {
  return { kind: 'append-header', field };
}

export function insertHeader(before: HeaderField, field: HeaderField): InsertHeader {
  return { kind: 'insert-header', before, field };
}

export function replaceHeader(target: HeaderField, field: HeaderField): ReplaceHeader {
  return { kind: 'replace-header', target, field };
}

export function removeHeader(target: HeaderField): RemoveHeader {
  return { kind: 'remove-header', target };
}

export function replaceBody(body: Body): ReplaceBody {
  return { kind: 'replace-body', body };
}

export function rewriteSender(sender: ReversePath): RewriteSender {
  return { kind: 'rewrite-sender', sender };
}

export function addRecipient(address: Mailbox, nextHop?: NextHop): AddRecipient {
  return nextHop === undefined ? { kind: 'add-recipient', address } : { kind: 'add-recipient', address, nextHop };
}

export function removeRecipient(recipient: Recipient): RemoveRecipient {
  return { kind: 'remove-recipient', recipient };
}

/** `origin` defaults to an alias of the address so far. */
export function rewriteRecipient(
  recipient: Recipient,
  address: Mailbox,
  origin: RecipientOrigin = { kind: 'alias-of', address: recipient.address },
): RewriteRecipient {
  return { kind: 'rewrite-recipient', recipient, address, origin };
}

export function expandRecipient(recipient: Recipient, to: readonly ExpandedRecipient[]): ExpandRecipient {
  return { kind: 'expand-recipient', recipient, to };
}

export function setNextHop(recipient: Recipient, nextHop: NextHop): SetNextHop {
  return { kind: 'set-next-hop', recipient, nextHop };
}
