/**
 * One start tag: its name and attributes. Attributes are taken apart when somebody asks for them; of two with one name the first counts,
 * one without a value has its name for value.
 */
import { lowerAscii } from '../../../../values/characters.js';
import { decodeEntities } from './entities.js';
import { endsWord, skipSpace, skipWord } from './scan.js';

export type Attributes = ReadonlyMap<string, string>;

export interface StartTag {
  /** Lower case. */
  readonly name: string;
  /** Behind its `>`. */
  readonly end: number;
  /** Values with entities undone, by names in lower case. */
  attributes(): Attributes;
}

/** Start and end of name and value, one attribute after the other; -1: no value. */
type Spans = readonly number[];

const none: Attributes = new Map();

/** Undefined: it does not end. */
export function readStartTag(html: string, start: number): StartTag | undefined {
  const nameEnd = skipWord(html, start + 1);
  const spans: number[] = [];
  let at = skipSpace(html, nameEnd);
  while (at < html.length && html[at] !== '>') {
    at = readAttribute(html, at, spans);
  }
  if (at >= html.length) return undefined;
  const name = lowerAscii(html.slice(start + 1, nameEnd));
  return { name, end: at + 1, attributes: () => (spans.length === 0 ? none : attributesOf(html, spans)) };
}

/** Gives where the next one begins; the length of the text when this one does not end. */
function readAttribute(html: string, start: number, spans: number[]): number {
  let nameEnd = start + 1;
  while (nameEnd < html.length && !endsName(html.charCodeAt(nameEnd))) nameEnd++;
  let at = skipSpace(html, nameEnd);
  if (html[at] !== '=') {
    spans.push(start, nameEnd, -1, -1);
    return at;
  }
  at = skipSpace(html, at + 1);
  const quote = html[at];
  if (quote === '"' || quote === "'") {
    const close = html.indexOf(quote, at + 1);
    if (close < 0) return html.length;
    spans.push(start, nameEnd, at + 1, close);
    return skipSpace(html, close + 1);
  }
  const end = skipWord(html, at);
  spans.push(start, nameEnd, at, end);
  return skipSpace(html, end);
}

function endsName(unit: number): boolean {
  return unit === 0x3d || endsWord(unit);
}

function attributesOf(html: string, spans: Spans): Attributes {
  const found = new Map<string, string>();
  for (let i = 0; i < spans.length; i += 4) {
    const written = html.slice(spans[i], spans[i + 1]);
    const name = lowerAscii(written);
    if (found.has(name)) continue;
    const from = spans[i + 2] as number;
    found.set(name, from < 0 ? written : decodeEntities(html.slice(from, spans[i + 3]), false));
  }
  return found;
}
