/**
 * The forms of a header value that rules may ask for behind its name (Mail::SpamAssassin::Conf(3)): `:addr`, `:name`, `:host`, `:domain`, `:ip`,
 * `:revip`, `:first`, `:last`. `:raw` chooses the source and is the caller's. For real fields and for pseudo fields alike.
 */
import { lowerAscii } from '../../../values/characters.js';
import { parseIp, reverseLabels } from '../../../values/ip.js';
import { parseAddresses } from './addresses.js';
import { type DomainRules, registeredDomain } from './domains.js';
import { decodeHeaderText, isSpace } from './encoded-words.js';
import { hostToAscii, isHostName } from './hosts.js';

/** `values`: with their line ends; `:addr` and `:name` expect raw ones. */
export function applyForms(values: readonly string[], forms: readonly string[], rules: DomainRules): readonly string[] {
  if (values.length === 0 || forms.length === 0) return values;
  let found = values;
  if (forms.includes('first')) found = found.slice(0, 1);
  else if (forms.includes('last')) found = found.slice(-1);
  const addresses = forms.includes('addr');
  if (addresses) found = found.flatMap((value) => parseAddresses(value).flatMap(({ address }) => address ?? []));
  else if (forms.includes('name')) found = found.flatMap((value) => namesIn(value, forms.includes('raw')));
  if (forms.includes('host') || forms.includes('domain')) {
    const hosts = found.flatMap((value) => (addresses ? hostOfAddress(value) : hostIn(value, rules)) ?? []);
    return forms.includes('domain') ? hosts.map((host) => registeredDomain(lowerAscii(host), rules)) : hosts;
  }
  if (forms.includes('ip') || forms.includes('revip')) {
    return found.flatMap((value) => ipIn(value, forms.includes('revip')) ?? []);
  }
  return found;
}

function namesIn(value: string, raw: boolean): readonly string[] {
  return parseAddresses(value).flatMap(({ phrase }) => (phrase === undefined ? [] : raw ? phrase : readName(phrase)));
}

function readName(phrase: string): string {
  const name = decodeHeaderText(phrase, '');
  if (!/[^\t-\r ]/.test(name)) return name;
  return name
    .replace(/[\t-\r ]+/g, ' ')
    .replace(/^ /, '')
    .replace(/ $/, '')
    .replace(/^'([^\n]*?)'$/, '$1');
}

function hostOfAddress(address: string): string | undefined {
  return /^[^\t-\r ]+/.exec(address.slice(address.lastIndexOf('@') + 1))?.[0];
}

/** The host behind the last `@` that has one, else the first that stands in the text. */
function hostIn(value: string, rules: DomainRules): string | undefined {
  let tries = 0;
  for (
    let at = value.lastIndexOf('@');
    at !== -1 && ++tries < 32;
    at = at === 0 ? -1 : value.lastIndexOf('@', at - 1)
  ) {
    const host = hostAt(value, at + 1, rules);
    if (host === undefined) continue;
    if (isHostName(hostToAscii(host))) return host;
    break;
  }
  for (let at = 0; at < value.length && ++tries < 1024; ) {
    while (at < value.length && isSpace(value.charCodeAt(at))) at++;
    const host = hostAt(value, at, rules);
    if (host !== undefined && isHostName(hostToAscii(host))) return host;
    if (host !== undefined) at += host.length;
    else while (at < value.length && !isSpace(value.charCodeAt(at))) at++;
  }
  return undefined;
}

const MAX_HOST = 251;

/** From `from` to the last known top-level domain within the word and 251 octets. */
function hostAt(value: string, from: number, rules: DomainRules): string | undefined {
  if (/[._-]/.test(value[from - 1] ?? '')) return undefined;
  const word = /^[^\t-\r ]*/.exec(value.slice(from, from + 2 * MAX_HOST))?.[0] ?? '';
  for (let dot = word.lastIndexOf('.', MAX_HOST); dot > 0; dot = word.lastIndexOf('.', dot - 1)) {
    const top = /^[a-zA-Z0-9-]+/.exec(word.slice(dot + 1))?.[0];
    if (top === undefined || !rules.topLevel.has(top.toLowerCase())) continue;
    const end = dot + 1 + top.length;
    if (!/[._-]/.test(word[end] ?? '')) return word.slice(0, end);
  }
  return undefined;
}

function ipIn(value: string, reversed: boolean): string | undefined {
  for (const [text] of value.matchAll(/(?<![.\w])[0-9a-fA-F:.]*[0-9a-fA-F](?![.\w])/g)) {
    const ip = text.length > 45 ? undefined : parseIp(text);
    if (ip?.kind === 'parsed') return reversed ? reverseLabels(ip.value) : text;
  }
  return undefined;
}
