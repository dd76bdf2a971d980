/**
 * The fold: applies edits to the parts of a snapshot that edits can change. Pure; the message functions it uses
 * share every untouched field. An edit that names something gone is not applied, and the trace says so.
 */

import type { ReversePath } from '../values/address.js';
import type { Message } from '../values/message.js';
import {
  appendField,
  insertBefore,
  type MessageChange,
  prependField,
  removeField,
  replaceBody,
  replaceField,
} from '../values/message.js';
import type { Edit, ExpandRecipient } from './edit.js';
import type { Recipient } from './transaction.js';

/** What edits can change. Absent parts are those that the phase does not have. */
export interface Editable {
  message: Message | undefined;
  sender: ReversePath | undefined;
  /** By id, in order. At message: those without a final decision. At rcpt and deliver: the one, or none once it was removed. */
  readonly recipients: Map<number, Recipient>;
  /** At rcpt: expansions wait here until the list has ended. */
  expansions: readonly ExpandRecipient[] | undefined;
}

/** Applies one edit in place of the parts that it changes; false when its target is gone. */
export function fold(state: Editable, edit: Edit, nextId: () => number): boolean {
  switch (edit.kind) {
    case 'prepend-header':
      return change(state, (message) => prependField(message, edit.field));
    case 'append-header':
      return change(state, (message) => appendField(message, edit.field));
    case 'insert-header':
      return change(state, (message) => insertBefore(message, edit.before, edit.field));
    case 'replace-header':
      return change(state, (message) => replaceField(message, edit.target, edit.field));
    case 'remove-header':
      return change(state, (message) => removeField(message, edit.target));
    case 'replace-body':
      return change(state, (message) => replaceBody(message, edit.body));
    case 'rewrite-sender':
      if (state.sender === undefined) return false;
      state.sender = edit.sender;
      return true;
    case 'add-recipient':
      put(state, added(edit, nextId()));
      return true;
    case 'remove-recipient':
      return state.recipients.delete(edit.recipient.id);
    case 'rewrite-recipient':
      return update(state, edit.recipient, { address: edit.address, origin: edit.origin });
    case 'set-next-hop':
      return update(state, edit.recipient, { nextHop: edit.nextHop });
    case 'expand-recipient':
      if (state.expansions === undefined) return expand(state, edit, nextId);
      if (!state.recipients.has(edit.recipient.id)) return false;
      state.expansions = [...state.expansions, edit];
      return true;
  }
}

/** Carries out the expansions that waited for the end of a rcpt list. */
export function expandAll(state: Editable, nextId: () => number): void {
  const waiting = state.expansions ?? [];
  state.expansions = undefined;
  for (const edit of waiting) fold(state, edit, nextId);
}

function change(state: Editable, apply: (message: Message) => MessageChange): boolean {
  if (state.message === undefined) return false;
  const { message, done } = apply(state.message);
  state.message = message;
  return done;
}

function update(state: Editable, target: Recipient, changes: Partial<Recipient>): boolean {
  const now = state.recipients.get(target.id);
  if (now !== undefined) put(state, { ...now, ...changes });
  return now !== undefined;
}

/** The new recipients come behind all others and keep what is known of the one that they replace. */
function expand(state: Editable, edit: ExpandRecipient, nextId: () => number): boolean {
  const now = state.recipients.get(edit.recipient.id);
  if (now === undefined) return false;
  state.recipients.delete(now.id);
  for (const { address, origin, nextHop } of edit.to) {
    put(state, { ...now, id: nextId(), address, origin, nextHop: nextHop ?? now.nextHop });
  }
  return true;
}

function put(state: Editable, recipient: Recipient): void {
  state.recipients.set(recipient.id, recipient);
}

function added(edit: Extract<Edit, { kind: 'add-recipient' }>, id: number): Recipient {
  return {
    kind: 'recipient',
    id,
    address: edit.address,
    original: edit.address,
    origin: { kind: 'original' },
    parameters: {},
    nextHop: edit.nextHop,
    findings: {},
  };
}
