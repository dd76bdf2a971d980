/**
 * Header fields as header checks see and make them: octets in Latin-1. What is matched is the field as it came, its
 * folds included, without its last line end (header_checks(5)); what a rule writes becomes a field octet for octet, as
 * in Postfix, but never more than one.
 */
import { concatBytes, decodeLatin1, encodeLatin1 } from '../../values/bytes.js';
import type { HeaderField } from '../../values/header.js';
import { fieldOver, isMailboxLineField } from '../../values/header-field.js';

/** A fold is LF and its white space, whatever the line ends of the message; white space before the colon is left out. */
export function fieldText(field: HeaderField, limit: number): string {
  const { bytes } = field;
  let text = decodeLatin1(bytes.length > limit ? bytes.subarray(0, limit) : bytes);
  if (text.includes('\r\n')) text = text.replaceAll('\r\n', '\n');
  if (text.endsWith('\n')) text = text.slice(0, -1);
  if (isMailboxLineField(field)) return `${field.name}: ${text}`;
  return text.charCodeAt(field.name.length) === 58 ? text : withoutSpace(text, field.name.length);
}

/** A text that has the `fieldText` of every field in it; undefined where a field is not matched as it stands. */
export function headerText(header: readonly HeaderField[], limit: number): string | undefined {
  for (const field of header) {
    const { bytes, name } = field;
    if (bytes.length > limit || bytes[name.length] !== 58 || isMailboxLineField(field)) return undefined;
  }
  return decodeLatin1(concatBytes(header.map(({ bytes }) => bytes))).replaceAll('\r\n', '\n');
}

function withoutSpace(text: string, nameLength: number): string {
  const colon = text.indexOf(':', nameLength);
  return colon === -1 ? text : text.slice(0, nameLength) + text.slice(colon);
}

/**
 * From `Name: value`, which has been checked to be one. LF before white space is a fold; any other control character
 * becomes `?`, so that no captured text can begin a second field.
 */
export function makeFieldFrom(text: string): HeaderField {
  const colon = text.indexOf(':');
  const name = text.slice(0, colon).trimEnd();
  let value = '';
  const rest = text.slice(colon + 1);
  for (let at = 0; at < rest.length; at++) {
    const code = rest.charCodeAt(at);
    const next = rest.charCodeAt(at + 1);
    if (code === 10 && (next === 32 || next === 9)) value += '\r\n';
    else value += (code < 32 && code !== 9) || code === 127 ? '?' : rest.charAt(at);
  }
  return fieldOver(encodeLatin1(`${name}:${value}\r\n`), name.length, name.length + 1, 'added');
}
