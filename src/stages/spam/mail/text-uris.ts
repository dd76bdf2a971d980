/**
 * URIs in text, where mail programs would see some (SpamAssassin's idea of it): what begins with a scheme or `www.`, mail addresses, and
 * names that end in a known top-level domain. One pass over each line by hand: linear, whatever the text.
 */
import { type DomainRules, hasKnownTopLevel } from './domains.js';
import { hostToAscii, isHostName } from './hosts.js';
import { decodeEscapes } from './uri-escapes.js';

export interface TextUri {
  /** With a scheme. */
  readonly uri: string;
  /** It had none. */
  readonly schemeless: boolean;
  /** A mail program would not make a link of it. */
  readonly unlinked: boolean;
}

const END = '><"`}\\]{[|\\t-\\r \\x1b\\xa0';
const MAIL_END = `${END},('\\x80-\\xff`;
/** A word that may hold one: `@`, a full stop with something behind it, or a colon. */
const CANDIDATE = new RegExp(`@|\\.[^${END}]|:/`, 'g');
const WORD_END = new RegExp(`[${END}]|$`, 'g');
const KNOWN_SCHEME = /(?:https?:\/\/|www\d{0,2}\.|ftp(?::\/\/|\.))(?=[\s\S])/iy;
const MAIL_WORD_END = new RegExp(`[${MAIL_END}]|$`, 'g');
const MAIL_STOP = new RegExp(`[${MAIL_END}@]|$`, 'g');
const SCHEMELESS = /([a-z\d][a-z\d._-]*\.[a-z\d-]+)(\.?)(?::\d{1,5}(?=\/|$))?(?:\/[\s\S]+)?$/iy;
const MAX_URI = 2048;
const MAX_LOCAL = 251;

/** Starts of URIs: after these, and wherever a word begins. */
const isStart: Uint8Array = octetSet('><"\'`,{[(| \t\n\v\f\r\x1b\xa0');
const isSchemelessStart: Uint8Array = octetSet('!"#$&\'()*+,/:;<=>?@[\\]^`{|}~ \t\n\v\f\r\x1b\xa0');
const isEnd: Uint8Array = octetSet('><"`}]{[| \t\n\v\f\r\x1b\xa0');
const isWord: Uint8Array = octetSet('0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');

function octetSet(octets: string): Uint8Array {
  const set = new Uint8Array(256);
  for (const octet of octets) set[octet.charCodeAt(0)] = 1;
  return set;
}

/** Finds URIs in line after line; each once. */
export class TextUriFinder {
  readonly #rules: DomainRules;
  readonly #seen: Set<string> = new Set();
  readonly found: TextUri[] = [];

  constructor(rules: DomainRules) {
    this.#rules = rules;
  }

  line(text: string): void {
    CANDIDATE.lastIndex = 0;
    for (let hit = CANDIDATE.exec(text); hit !== null; hit = CANDIDATE.exec(text)) {
      let start = hit.index;
      while (start > 0 && isEnd[text.charCodeAt(start - 1)] === 0) start--;
      WORD_END.lastIndex = hit.index;
      const end = WORD_END.exec(text)?.index ?? text.length;
      this.#word(text, start, end);
      CANDIDATE.lastIndex = end;
    }
  }

  /** `start` to `end`: what stands between two delimiters. */
  #word(text: string, start: number, end: number): void {
    const word = text.slice(start, end);
    let stop = -1;
    for (let at = 0; at < word.length; ) {
      if (!mayStart(text, start + at)) {
        at++;
        continue;
      }
      if (stop < at) stop = search(MAIL_STOP, word, at);
      const length = this.#at(text, start, word, at, stop);
      at += length ?? 1;
    }
  }

  /** Takes the URI that begins there; its length, or undefined where none does. */
  #at(text: string, start: number, word: string, at: number, stop: number): number | undefined {
    let length = knownScheme(word, at);
    if (length !== undefined) {
      this.#take(word.slice(at, at + length), false);
      return length;
    }
    length = mail(word, at, stop);
    if (length !== undefined) {
      this.#take(word.slice(at, at + length), true);
      return length;
    }
    return this.#schemeless(text, start, word, at);
  }

  /** The length of a word that is a host name with a known top-level domain, a port and a path behind it or not. */
  #schemeless(text: string, start: number, word: string, at: number): number | undefined {
    if (start + at > 0 && isSchemelessStart[text.charCodeAt(start + at - 1)] === 0) return undefined;
    SCHEMELESS.lastIndex = at;
    const [whole, host] = SCHEMELESS.exec(word) ?? [];
    if (whole === undefined || host === undefined) return undefined;
    const dot = host.lastIndexOf('.');
    if (dot > MAX_LOCAL + 1 || !this.#rules.topLevel.has(host.slice(dot + 1).toLowerCase())) return undefined;
    const path = whole.indexOf('/');
    if (path !== -1 && whole.length - path - 1 > MAX_URI) return undefined;
    if (isHostName(host.toLowerCase())) this.#take(whole, false);
    return whole.length;
  }

  #take(text: string, mail: boolean): void {
    const raw = withoutEnd(text);
    if (this.#seen.has(raw)) return;
    this.#seen.add(raw);
    if (/^[cm]id:/i.test(raw) || /^\w+:\/{0,2}$/.test(raw)) return;
    if (mail && !raw.includes('@')) return;
    const uri = withScheme(raw);
    if (uri === undefined) return;
    if (/^mailto:/i.test(uri.uri)) this.#mail(uri);
    else this.found.push(uri);
  }

  #mail(uri: TextUri): void {
    const text = decodeEscapes(uri.uri);
    let host = /@([^?&>]*)/.exec(text)?.[1];
    while (host?.endsWith('%20')) host = host.slice(0, -3);
    if (host !== undefined && hasKnownTopLevel(hostToAscii(host), this.#rules)) this.found.push({ ...uri, uri: text });
  }
}

/** At the beginning of a word, behind a delimiter, or behind a shift of ISO 2022. */
function mayStart(text: string, at: number): boolean {
  if (at === 0) return isWord[text.charCodeAt(0)] === 1;
  const before = text.charCodeAt(at - 1);
  if (isStart[before] === 1 || isWord[before] !== isWord[text.charCodeAt(at)]) return true;
  return text[at - 2] === '(' && text.charCodeAt(at - 3) === 0x1b;
}

function knownScheme(word: string, at: number): number | undefined {
  KNOWN_SCHEME.lastIndex = at;
  if (!KNOWN_SCHEME.test(word)) return undefined;
  return word.length - KNOWN_SCHEME.lastIndex <= MAX_URI ? word.length - at : undefined;
}

function mail(word: string, at: number, stop: number): number | undefined {
  if (word.charCodeAt(at) === 0x6d || word.charCodeAt(at) === 0x4d) {
    if (/^mailto:[\s\S]/i.test(word.slice(at, at + 8))) {
      const end = search(MAIL_WORD_END, word, at + 7);
      if (end > at + 7 && end - at - 7 <= MAX_URI) return end - at;
    }
  }
  if (stop === at || stop - at > MAX_LOCAL || word[stop] !== '@') return undefined;
  const end = search(MAIL_WORD_END, word, stop + 1);
  return end > stop + 1 && end - stop - 1 <= MAX_LOCAL ? end - at : undefined;
}

function search(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

/** A closing parenthesis ends a URI that has no opening one before it; punctuation at the end is the sentence's. */
function withoutEnd(text: string): string {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')', open === -1 ? text.length : open);
  const cut = close === -1 ? text : text.slice(0, close);
  let end = cut.length;
  while (end > 0 && PUNCTUATION[cut.charCodeAt(end - 1)] === 1) end--;
  return cut.slice(0, end);
}

const PUNCTUATION: Uint8Array = octetSet("-~!@#^&*()_+=:;'?,.");

function withScheme(raw: string): TextUri | undefined {
  const unlinked = false;
  if (/^(?:mailto|ftp|https?):/i.test(raw)) return { uri: raw, schemeless: false, unlinked };
  if (/^ftp\./i.test(raw)) return { uri: `ftp://${raw}`, schemeless: true, unlinked };
  if (/^www\d{0,2}\./i.test(raw)) return { uri: `http://${raw}`, schemeless: true, unlinked };
  const slash = raw.indexOf('/');
  if (slash !== -1 && raw.indexOf('@', slash + 2) !== -1) return { uri: `http://${raw}`, schemeless: true, unlinked };
  if (raw.includes('@')) {
    const dot = raw.indexOf('.', raw.indexOf('@') + 2);
    if (dot === -1 || raw.includes('&nbsp;')) return undefined;
    return { uri: `mailto:${raw.replace(/^(?:skype|e?-?mail)?:+/i, '')}`, schemeless: true, unlinked };
  }
  return raw.includes('.') ? { uri: `http://${raw}`, schemeless: true, unlinked: true } : undefined;
}
