/**
 * The fields of the message's own header and what they are held against. One look at all fields of a table leaves out those in
 * which no rule can match; most messages end with that look, and no text of a field is ever made.
 */
import type { ActionTable } from '../../tables/checks/action-table.js';
import type { Answers, RuleMatch, TextScan } from '../../tables/regex/index.js';
import { CR, encodeLatin1, LF } from '../../values/bytes.js';
import type { HeaderField } from '../../values/header.js';
import { COLON } from '../../values/header-field.js';
import type { Message } from '../../values/message.js';
import type { MimeLimits } from '../../values/mime/index.js';
import { ownFieldText } from './field-text.js';
import { headerKind, type Plan } from './plan.js';

export interface Matched {
  readonly table: ActionTable;
  readonly match: RuleMatch;
}

/** The first rule that matches the field at an index, and the table that it is in. */
export type MatchOwn = (index: number) => Matched | undefined;

/** Undefined when no rule can match in any field. */
export function ownMatches(
  { header }: Message,
  { fields: tables, mime }: Plan,
  answers: Answers | undefined,
): MatchOwn | undefined {
  if ((tables.header === undefined && tables.mime === undefined) || header.length === 0) return undefined;
  const flat = flatten(header, mime) ?? rewritten(header, (field) => ownFieldText(field, mime));
  const inHeader = tables.header?.table.scan(flat.octets);
  const inMime = tables.mime === tables.header ? inHeader : tables.mime?.table.scan(flat.octets);
  if (inHeader === undefined && inMime === undefined) return undefined;
  return (index) => {
    const isMime = headerKind('primary', (header[index] as HeaderField).lowerName) === 'mime';
    const table = isMime ? tables.mime : tables.header;
    const match = matchIn(isMime ? inMime : inHeader, flat, index, answers);
    return table === undefined || match === undefined ? undefined : { table, match };
  };
}

function matchIn(
  scan: TextScan | undefined,
  { starts }: Flat,
  index: number,
  answers: Answers | undefined,
): RuleMatch | undefined {
  const start = starts[index] as number;
  // Behind each text is an LF that belongs to none.
  const end = (starts[index + 1] as number) - 1;
  return scan === undefined || scan.next(start) > end ? undefined : scan.match(start, end, answers);
}

/** The texts of all fields, one behind the other. */
interface Flat {
  readonly octets: Uint8Array;
  /** Of each text, and behind the last. */
  readonly starts: readonly number[];
}

/** By copying octets; undefined where a text is not the field's octets with other line ends. */
function flatten(header: readonly HeaderField[], { field, line }: MimeLimits): Flat | undefined {
  let size = 0;
  for (const { bytes, name } of header) {
    if (bytes.length > field || name.length >= line || bytes[name.length] !== COLON) return undefined;
    size += bytes.length + 1;
  }
  const octets = new Uint8Array(size);
  const starts = [0];
  let to = 0;
  for (const { bytes } of header) {
    for (let at = 0; at < bytes.length; at++) {
      const octet = bytes[at] as number;
      if (octet === 0) return undefined;
      if (octet !== CR) octets[to++] = octet;
      else if (bytes[at + 1] !== LF) return undefined;
    }
    if (octets[to - 1] !== LF) octets[to++] = LF;
    starts.push(to);
  }
  return { octets: octets.subarray(0, to), starts };
}

function rewritten(header: readonly HeaderField[], textOf: (field: HeaderField) => string): Flat {
  const starts = [0];
  let all = '';
  for (const field of header) {
    all += `${textOf(field)}\n`;
    starts.push(all.length);
  }
  return { octets: encodeLatin1(all), starts };
}
