/**
 * Content-Type as SpamAssassin reads it, which is what mail programs make of wrong ones: the last field counts, a boundary needs only an
 * opening quote, all text but HTML and a few known kinds is plain. The strict reading (RFC 2045 section 5.1) gives the parameters.
 */

import { lowerAscii } from '../../../values/characters.js';
import { isSpace } from './encoded-words.js';

export interface ContentType {
  /** Lower case. */
  readonly type: string;
  readonly boundary: string | undefined;
  readonly charset: string | undefined;
  /** `name`, its continuations (RFC 2231 section 3) put together. */
  readonly name: string | undefined;
  /** There is none, or nothing in it. */
  readonly missing: boolean;
}

const NOT_PLAIN = /^text\/(?:html|calendar|x-vcard)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant
const NEVER_IN_TYPE = /[\x00-\x20\x7f-\xff"(),:-?@[-\]]/g;

/** `value`: decoded, unfolded; undefined or empty when there is no field. */
export function readContentType(value: string | undefined): ContentType {
  const none = value === undefined || value === '' || value === '0';
  const text = none ? 'text/plain; charset=us-ascii' : value;
  const boundary = boundaryIn(text);
  const type = /^([^/]+(?:\/[^/\t-\r ]*)?)/.exec(text.replace(/^[\t-\r ]+/, '').replace(/;[\s\S]*$/, ''));
  const written = (type?.[1] ?? '').toLowerCase();
  const plain = written === '' || (/^text\b/.test(written) && !NOT_PLAIN.test(written));
  return {
    type: plain ? 'text/plain' : written.replace(NEVER_IN_TYPE, ''),
    boundary,
    charset: new Values(text, 'charset').next(),
    name: new Values(text, 'name').next() || sections(text),
    missing: none || written === '',
  };
}

function sections(text: string): string | undefined {
  if (!/name\*0/i.test(text)) return undefined;
  const found: string[] = [];
  const values = new Values(text, 'name*');
  for (let part = values.next(); part !== undefined; part = values.next())
    if (values.section < 100) found[values.section] = part;
  return found.join('');
}

/** `boundary` behind a word boundary, `=`, then what is in quotes or up to white space or `;`: the first that is so. */
function boundaryIn(text: string): string | undefined {
  const lower = lowerAscii(text);
  const stop = /[\t-\r ";]/g;
  let end = -1;
  for (let at = lower.indexOf('boundary'); at !== -1; at = lower.indexOf('boundary', at + 1)) {
    const start = startOfValue(text, at + 'boundary'.length);
    if (start === -1 || isWord(text, at - 1)) continue;
    if (text[start] === '"') {
      const close = text.indexOf('"', start + 1);
      if (close !== start + 1 && start + 1 < text.length)
        return text.slice(start + 1, close === -1 ? text.length : close);
      continue;
    }
    if (end < start) {
      stop.lastIndex = start;
      end = stop.exec(text)?.index ?? text.length;
    }
    if (end > start && text[end] !== '"') return text.slice(start, end);
  }
  return undefined;
}

/** Values of a parameter wherever its name stands behind a word boundary: up to `;` or the end of the text, on one line, without a quote at either end. */
class Values {
  readonly #text: string;
  readonly #lower: string;
  /** `name*`: sections of RFC 2231 section 3. */
  readonly #name: string;
  #at = 0;
  #semicolon = -1;
  #lineEnd = -1;
  section = 0;

  constructor(text: string, name: string) {
    this.#text = text;
    this.#lower = lowerAscii(text);
    this.#name = name;
  }

  next(): string | undefined {
    for (let at = this.#lower.indexOf(this.#name, this.#at); at !== -1; at = this.#lower.indexOf(this.#name, at + 1)) {
      if (!this.#standsAlone(at)) continue;
      const value = this.#valueAt(this.#behindSection(at + this.#name.length));
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #standsAlone(at: number): boolean {
    if (!isWord(this.#text, at - 1)) return true;
    return this.#name.startsWith('name') && this.#lower.startsWith('file', at - 4) && !isWord(this.#text, at - 5);
  }

  #behindSection(from: number): number {
    if (!this.#name.endsWith('*')) return from;
    const digits = /^\d+/.exec(this.#text.slice(from, from + 20))?.[0] ?? '';
    this.section = Number(digits);
    return digits === '' ? this.#text.length : from + digits.length;
  }

  #valueAt(from: number): string | undefined {
    const text = this.#text;
    let start = startOfValue(text, from);
    if (start === -1) return undefined;
    if (isQuote(text[start])) start++;
    if (this.#semicolon < start) this.#semicolon = endOr(text, text.indexOf(';', start));
    if (this.#lineEnd < start) this.#lineEnd = endOr(text, text.indexOf('\n', start));
    let end = this.#semicolon;
    if (this.#lineEnd < end) return undefined;
    this.#at = end;
    if (end > start && isQuote(text[end - 1])) end--;
    return text.slice(start, end);
  }
}

/** Behind `=` and white space around it, or -1. */
function startOfValue(text: string, from: number): number {
  const equals = behindSpace(text, from);
  return text[equals] === '=' ? behindSpace(text, equals + 1) : -1;
}

function behindSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  return at;
}

function endOr(text: string, found: number): number {
  return found === -1 ? text.length : found;
}

function isQuote(char: string | undefined): boolean {
  return char === '"' || char === "'";
}

function isWord(text: string, at: number): boolean {
  return /\w/.test(text[at] ?? '');
}

/** `filename` of Content-Disposition, or `name` wherever else it stands in it. */
export function dispositionName(value: string): string | undefined {
  return /name=[\t-\r ]*"?([^";]+)"?/i.exec(value)?.[1];
}

const PARAMETER = /;[\t-\r ]*([!#-'*+.0-9A-Z^-~-]+)[\t-\r ]*=[\t-\r ]*(?:"((?:[^"\\]|\\[\s\S])*)"?|([^\t-\r ";]*))/gi;

/** Parameters as RFC 2045 section 5.1 has them, sections of RFC 2231 section 3 joined; the first of a name counts. */
export function readParameters(value: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name, quoted, plain] of value.matchAll(PARAMETER)) {
    const [base, section] = (name as string).toLowerCase().split('*');
    const text = quoted === undefined ? (plain as string) : quoted.replace(/\\([\s\S])/g, '$1');
    const known = found.get(base as string);
    if (known === undefined) found.set(base as string, text);
    else if (section !== undefined && section !== '' && section !== '0') found.set(base as string, known + text);
  }
  return found;
}
