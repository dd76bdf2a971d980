/**
 * Fields behind a bare CR. It ends no line (RFC 5322 section 2.2), and to some readers it does: what stands behind it inside a
 * field is another field to them. For those who judge what any reader may see. Linear; never throws.
 */
import { CR, LF } from './bytes.js';
import type { HeaderField } from './header.js';

export interface HiddenField {
  /** Trimmed, lower case; may be no name at all. */
  readonly lowerName: string;
  /** What follows its colon up to the next bare CR. */
  readonly value: string;
}

/** In order; nothing for a field without a bare CR, which costs one look at its octets. */
export function* hiddenFields(field: HeaderField): Generator<HiddenField, void, undefined> {
  if (!hasBareCr(field.bytes)) return;
  // Unfolded: each CR that is left is a bare one.
  const { value: text } = field;
  let colon = -1;
  for (let at = text.indexOf('\r'); at !== -1; ) {
    const next = text.indexOf('\r', at + 1);
    const end = next === -1 ? text.length : next;
    // Looked for again only behind the last one: no character is searched twice.
    if (colon !== text.length && colon <= at) colon = indexOrEnd(text, ':', at + 1);
    if (colon < end) {
      const lowerName = text
        .slice(at + 1, colon)
        .trim()
        .toLowerCase();
      if (lowerName !== '') yield { lowerName, value: text.slice(colon + 1, end) };
    }
    at = next;
  }
}

function indexOrEnd(text: string, character: string, from: number): number {
  const at = text.indexOf(character, from);
  return at === -1 ? text.length : at;
}

/** Line ends that are searched for; then octets are looked at one by one, for a search costs more than a short line. */
const SEARCHES = 100;

function hasBareCr(bytes: Uint8Array): boolean {
  let at = bytes.indexOf(CR);
  for (let i = 0; i < SEARCHES && at !== -1; i++) {
    if (bytes[at + 1] !== LF) return true;
    at = bytes.indexOf(CR, at + 2);
  }
  if (at === -1) return false;
  for (; at < bytes.length; at++) if (bytes[at] === CR && bytes[at + 1] !== LF) return true;
  return false;
}
