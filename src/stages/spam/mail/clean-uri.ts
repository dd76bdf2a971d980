/**
 * The forms of a URI that rules see beside the one found, as SpamAssassin makes them: escapes undone, user and port removed, addresses
 * written as numbers read, what a redirecting site was told to go on to. Octets as Latin-1.
 */
import { lowerAscii } from '../../../values/characters.js';
import { type DomainRules, hasKnownTopLevel } from './domains.js';
import { hostToAscii } from './hosts.js';
import { addressForm } from './uri-addresses.js';
import { decodeEscapes } from './uri-escapes.js';

/** `https://redirect.example/?to=https://site.example`: where a redirecting site would go on to; undefined when it is none. */
export type Redirector = (uri: string) => string | undefined;

/** RFC 3986 section 3.2; the port and what follows the authority is `rest`. */
const AUTHORITY = /^(?<scheme>https?:\/\/)(?<user>[^@/?#]*@)?(?<name>[^/?#:]+)(?<rest>[^\n]*)$/i;

/** Redirections inside one another that are followed; SpamAssassin follows all. */
const MAX_REDIRECTS = 20;

/** The URI found first. */
export function cleanUri(uri: string, redirectors: readonly Redirector[], rules: DomainRules): readonly string[] {
  const cleaner = new Cleaner(redirectors, rules);
  return cleaner.clean(uri);
}

class Cleaner {
  readonly #redirectors: readonly Redirector[];
  readonly #rules: DomainRules;
  readonly #queue: string[] = [];
  readonly #forms: Set<string> = new Set();

  constructor(redirectors: readonly Redirector[], rules: DomainRules) {
    this.#redirectors = redirectors;
    this.#rules = rules;
  }

  clean(uri: string): readonly string[] {
    this.#queue.push(uri);
    for (let i = 0; i < this.#queue.length && i <= MAX_REDIRECTS; i++) this.#one(this.#queue[i] as string);
    return [...this.#forms];
  }

  #one(found: string): void {
    const uri = trim(found.replaceAll('\n', '')).replaceAll('\r', '');
    this.#forms.add(uri);
    if (uri.length <= 1 || /^(?:[#?&]|\/(?!\/))/.test(uri)) return;
    if (/^mailto:/i.test(uri) || /^[^:]*@/.test(uri)) {
      for (const form of mailForms(uri)) this.#forms.add(form);
      return;
    }
    const plain = plainForm(uri);
    this.#forms.add(plain);
    this.#hostForms(plain);
  }

  #hostForms(uri: string): void {
    const parts = AUTHORITY.exec(uri)?.groups;
    if (parts === undefined) return;
    const { scheme = '', user = '', name = '', rest = '' } = parts;
    const givenPort = /^:(\d*)/.exec(rest)?.[1] ?? '';
    const defaultPort = scheme === 'http://' ? '80' : '443';
    const withDefault = givenPort === defaultPort && !/^:\d+[a-z_]/i.test(rest);
    const noPort = withDefault ? rest.slice(givenPort.length + 1) : rest;
    if (withDefault) this.#forms.add(scheme + name + noPort);
    const ascii = hostToAscii(name);
    let host = name;
    if (ascii !== lowerAscii(name)) {
      host = ascii;
      this.#forms.add(scheme + host + rest);
      if (givenPort !== '') this.#forms.add(scheme + host + noPort);
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers leave them out
    host = this.#formWith(scheme, host.replace(/[\x00-\x20]/g, ''), host, rest);
    this.#redirect(scheme + host + rest, rest);
    host = this.#formWith(scheme, host.slice(host.lastIndexOf('@') + 1), host, rest);
    host = this.#formWith(scheme, withoutCruft(host), host, rest);
    const address = addressForm(host);
    if (address !== undefined) this.#forms.add(scheme + address + rest);
    else if (scheme === 'http://' && user === '' && (givenPort === '' || givenPort === '80')) this.#guess(ascii, rest);
  }

  #formWith(scheme: string, host: string, before: string, rest: string): string {
    if (host !== before) this.#forms.add(scheme + host + rest);
    return host;
  }

  #redirect(uri: string, rest: string): void {
    for (const redirector of this.#redirectors) {
      const target = redirector(uri);
      if (target?.includes('.')) {
        this.#queue.push(target);
        return;
      }
    }
    const target = /https?:\/{0,2}[^&#]+/i.exec(rest)?.[0];
    if (target?.includes('.')) this.#queue.push(target);
  }

  /** `http://name/`: browsers try `www.name.com`. */
  #guess(host: string, rest: string): void {
    const name = /^(?:www\.)?([^.]+)$/.exec(host)?.[1];
    if (name === undefined || host === 'localhost' || hasKnownTopLevel(host, this.#rules)) return;
    this.#forms.add(`http://www.${name}.com${rest}`);
  }
}

function trim(text: string): string {
  return text.replace(/^[\t-\r ]+/, '').replace(/(?<![\t-\r ])[\t-\r ]+$/, '');
}

/** Without parameters, without spaces in front, and what is in angle brackets. */
function mailForms(uri: string): readonly string[] {
  const forms: string[] = [];
  const plain = /^[^@]+@[^?]+(?=\?)/.exec(uri)?.[0];
  if (plain !== undefined) forms.push(plain);
  const first = /^[^@]+@[^?&]+(?=&)/.exec(uri)?.[0];
  if (first !== undefined) forms.push(first);
  const spaced = uri.includes('%20')
    ? /^(?:mailto:)?(?:%20)*(?<address>[^@]+@[^%&?]+)/.exec(uri)?.groups?.address
    : undefined;
  if (spaced !== undefined) forms.push(`mailto:${spaced}`);
  const open = /^[^?&]*/.exec(uri)?.[0].lastIndexOf('<') ?? -1;
  const bracketed = open === -1 ? undefined : /^<([^@>]+@[^>]+)>/.exec(uri.slice(open))?.[1];
  if (bracketed !== undefined) forms.push(`mailto:${bracketed}`);
  return forms;
}

/** As a browser would write it. */
function plainForm(uri: string): string {
  let plain = decodeEscapes(uri.replaceAll('\\', '/').replace(/^(https?:)\/{0,2}/i, '$1//'));
  if (!/^[-_a-z0-9]+:/i.test(plain)) plain = (plain.startsWith('ftp.') ? 'ftp://' : 'http://') + plain;
  plain = plain.replace(/^(https?:\/\/[^/?#]+)([?#])/i, '$1/$2');
  if (!plain.includes('&#')) return plain;
  return plain
    .replace(/&#(\d+);/g, (whole, digits: string) => visible(Number(digits)) ?? whole)
    .replace(/&#x([\da-fA-F]+);/g, (whole, digits: string) => visible(Number.parseInt(digits, 16)) ?? whole)
    .replace(/&#(x[\da-f]{2,4}|\d{5});/gi, (whole, code: string) => (FULL_STOPS.has(code.toLowerCase()) ? '.' : whole));
}

/** References to U+002E and to those of other scripts that stand for it in host names (RFC 3490 section 3.1). */
const FULL_STOPS: ReadonlySet<string> = new Set([
  'x2e',
  ...[0x3002, 0xff0e, 0xff61].flatMap((code) => [`${code}`, `x${code.toString(16)}`]),
]);

/** The character, where it is one of ASCII that has ink. */
function visible(code: number): string | undefined {
  return code > 0x20 && code < 0x7f ? String.fromCharCode(code) : undefined;
}

/** A host name ends in a letter or a digit. */
function withoutCruft(host: string): string {
  let end = host.length;
  while (end > 0 && !/[0-9A-Za-z]/.test(host[end - 1] as string)) end--;
  return host.slice(0, end);
}
