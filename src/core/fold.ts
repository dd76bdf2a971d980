/**
 * The fold: applies a stage's edits to the parts of a snapshot that edits can change. An edit that names something
 * gone is not applied, and the trace says so. Linear in the number of edits.
 */
import type { ReversePath } from '../values/address.js';
import { HeaderEditor } from '../values/header-edit.js';
import type { Message } from '../values/message.js';
import type { Edit, ExpandRecipient, MessageEdit } from './edit.js';
import { changesMessage } from './edit.js';
import type { Recipient } from './transaction.js';

/** What edits can change. Absent parts are those that the phase does not have. */
export interface Editable {
  message: Message | undefined;
  sender: ReversePath | undefined;
  /** By id, in order. At message: those without a final decision. At rcpt and deliver: the one, or none once it was removed. */
  readonly recipients: Map<number, Recipient>;
  /** At rcpt and deliver: expansions wait here until the list has ended. */
  expansions: readonly ExpandRecipient[] | undefined;
}

/** Applies edits one on top of the other, in place of the parts that they change; false for each whose target is gone. */
export function foldAll(state: Editable, edits: readonly Edit[], nextId: () => number): readonly boolean[] {
  const editor =
    state.message !== undefined && edits.some(changesMessage) ? new HeaderEditor(state.message) : undefined;
  const applied = edits.map((edit) => {
    if (!changesMessage(edit)) return fold(state, edit, nextId);
    return editor !== undefined && change(editor, edit);
  });
  if (editor !== undefined) state.message = editor.message();
  return applied;
}

/** Carries out the expansions that waited for the end of a list. */
export function expandAll(state: Editable, nextId: () => number): void {
  const waiting = state.expansions ?? [];
  state.expansions = undefined;
  for (const edit of waiting) expand(state, edit, nextId);
}

function change(editor: HeaderEditor, edit: MessageEdit): boolean {
  switch (edit.kind) {
    case 'prepend-header':
      return editor.prepend(edit.field);
    case 'append-header':
      return editor.append(edit.field);
    case 'insert-header':
      return editor.insertBefore(edit.before, edit.field);
    case 'replace-header':
      return editor.replace(edit.target, edit.field);
    case 'remove-header':
      return editor.remove(edit.target);
    case 'replace-body':
      return editor.replaceBody(edit.body);
  }
}

function fold(state: Editable, edit: Exclude<Edit, MessageEdit>, nextId: () => number): boolean {
  switch (edit.kind) {
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
