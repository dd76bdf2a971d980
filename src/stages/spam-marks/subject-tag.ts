/**
 * The tag in front of the subject: each Subject field gets it, for a reader may show any of them; every octet of the old text stays,
 * encoded words and folds too. A message without subject gets one.
 */
import { type EditOf, prependHeader, replaceHeader } from '../../core/edit.js';
import { concatBytes, encodeUtf8 } from '../../values/bytes.js';
import { indexOfNonAscii } from '../../values/characters.js';
import { encodeWords } from '../../values/encoded-word.js';
import type { HeaderField } from '../../values/header.js';
import { addedField } from '../../values/header-field.js';
import { makeField } from '../../values/make-field.js';
import { fieldsNamed, type Message } from '../../values/message.js';

/** Subject fields that are tagged; honest mail has one. */
const SUBJECTS = 100;

export function tagSubject(message: Message, tag: string): readonly EditOf<'replace-header' | 'prepend-header'>[] {
  // White space between two encoded words is no text (RFC 2047 section 6.2): the blank goes inside.
  const written = indexOfNonAscii(tag) < 0 ? tag.trim() : encodeWords(`${tag.trim()} `);
  const subjects = fieldsNamed(message, 'subject').slice(0, SUBJECTS);
  if (subjects.length === 0) return [prependHeader(makeField('Subject', written))];
  return subjects.flatMap((field) =>
    field.value.startsWith(written) ? [] : [replaceHeader(field, tagged(field, written))],
  );
}

const COLON = 0x3a;

function tagged(field: HeaderField, written: string): HeaderField {
  const { name, bytes } = field;
  let from = bytes.indexOf(COLON) + 1;
  while (bytes[from] === 0x20 || bytes[from] === 0x09) from++;
  return addedField(name, concatBytes([encodeUtf8(`${name}: ${written} `), bytes.subarray(from)]));
}
