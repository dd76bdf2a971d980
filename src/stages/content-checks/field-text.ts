/**
 * Header fields as header checks see and make them: octets in Latin-1. What is matched is the field as it came, its
 * folds included, without its last line end (header_checks(5)); what a rule writes becomes a field octet for octet, as
 * in Postfix, but never more than one.
 */
import { encodeLatin1 } from '../../values/bytes.js';
import type { HeaderField } from '../../values/header.js';
import { fieldOver, isMailboxLineField } from '../../values/header-field.js';
import { fieldText, type MimeLimits } from '../../values/mime/index.js';

/** A field of the message's own header. A mailbox line goes by the name that Postfix gives it. */
export function ownFieldText(field: HeaderField, { field: size, line }: MimeLimits): string {
  if (!isMailboxLineField(field)) return fieldText(field.bytes, size, line)?.text ?? '';
  const prefix = encodeLatin1(`${field.name}: `);
  const bytes = new Uint8Array(prefix.length + field.bytes.length);
  bytes.set(prefix);
  bytes.set(field.bytes, prefix.length);
  return fieldText(bytes, size, line)?.text ?? '';
}

/**
 * The octets of a field from `Name: value`, which has been checked to be one. An LF is a fold, and gets white space where
 * it has none, as in Postfix; any other control character becomes `?`: no captured text begins a second field.
 */
export function fieldOctets(text: string, lineEnd: string): Uint8Array {
  const colon = text.indexOf(':');
  let octets = `${text.slice(0, colon).trimEnd()}:`;
  for (let at = colon + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10) octets += foldAt(text, at, lineEnd);
    else octets += (code < 32 && code !== 9) || code === 127 ? '?' : text.charAt(at);
  }
  return encodeLatin1(octets + lineEnd);
}

function foldAt(text: string, at: number, lineEnd: string): string {
  const next = text.charAt(at + 1);
  if (next === ' ' || next === '\t') return lineEnd;
  return next === '' || next === '\n' ? '' : `${lineEnd}\t`;
}

/** For the message's own header, which takes added fields with CRLF. */
export function makeFieldFrom(text: string): HeaderField {
  const nameLength = text.slice(0, text.indexOf(':')).trimEnd().length;
  return fieldOver(fieldOctets(text, '\r\n'), nameLength, nameLength + 1, 'added');
}
