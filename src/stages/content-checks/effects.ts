/**
 * What the actions that edit do: to a field of the message's own header, to a field inside the body, to a line of it. As Postfix
 * writes them: what is ignored takes its line end along, what is put before something is a line, a line end stays as it is.
 */
import {
  type InsertHeader,
  insertHeader,
  type RemoveHeader,
  type ReplaceHeader,
  removeHeader,
  replaceHeader,
} from '../../core/edit.js';
import type { Action } from '../../tables/checks/action.js';
import { encodeLatin1, LF } from '../../values/bytes.js';
import type { HeaderField } from '../../values/header.js';
import type { Message } from '../../values/message.js';
import { fieldOctets, makeFieldFrom } from './field-text.js';

export type FieldEdit = InsertHeader | ReplaceHeader | RemoveHeader;

/** `size` octets, from where the field or the line begins, become `by`. */
export interface Change {
  readonly size: number;
  readonly by: Uint8Array;
}

export function ownFieldEdits(action: Action, field: HeaderField): readonly FieldEdit[] {
  switch (action.kind) {
    case 'prepend':
      return [insertHeader(field, makeFieldFrom(action.text))];
    case 'replace':
      return [replaceHeader(field, makeFieldFrom(action.text))];
    case 'ignore':
    case 'strip':
      return [removeHeader(field)];
    default:
      return [];
  }
}

/** `size`: octets of the field, its line end included. */
export function fieldSplice(
  action: Action,
  { size, lineEnd }: { readonly size: number; readonly lineEnd: string },
  message: Message,
): Change | undefined {
  switch (action.kind) {
    case 'prepend':
      return { size: 0, by: fieldOctets(action.text, lineEnd || usualLineEnd(message)) };
    case 'replace':
      return { size, by: fieldOctets(action.text, lineEnd) };
    case 'ignore':
    case 'strip':
      return { size, by: nothing };
    default:
      return undefined;
  }
}

/** `size`: octets of the text; `whole`: with its line end, of which a line that goes on has none. */
export function lineSplice(
  action: Action,
  { size, whole, lineEnd }: { readonly size: number; readonly whole: number; readonly lineEnd: string },
  message: Message,
): Change | undefined {
  switch (action.kind) {
    case 'prepend':
      return { size: 0, by: encodeLatin1(oneLine(action.text) + (lineEnd || usualLineEnd(message))) };
    case 'replace':
      return { size, by: encodeLatin1(oneLine(action.text)) };
    case 'ignore':
    case 'strip':
      return { size: whole, by: nothing };
    default:
      return undefined;
  }
}

const nothing: Uint8Array = new Uint8Array(0);

function usualLineEnd({ lineEnding }: Message): string {
  return lineEnding === 'lf' ? '\n' : '\r\n';
}

/** The line end before `at`; empty where there is none. */
export function lineEndBefore(bytes: Uint8Array, at: number): string {
  if (bytes[at - 1] !== LF) return '';
  return bytes[at - 2] === 13 ? '\r\n' : '\n';
}

/** A lone CR of the message, captured and written again, must not become a line end. */
function oneLine(text: string): string {
  return /[\r\n\0]/.test(text) ? text.replace(/[\r\n\0]/g, '?') : text;
}
