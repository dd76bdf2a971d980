/**
 * SPF records: text in, syntax tree or every syntax error out (RFC 7208 sections 4.5, 4.6 and 12). A record with any error
 * in it is not evaluated at all (section 4.6), so all of it is read first.
 */
import { excerpt } from '../../values/characters.js';
import { parseIpWords } from '../../values/ip.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';
import { parseDomainSpec, parseMacroString } from './macro-string.js';
import type {
  SpfDirective,
  SpfMacroString,
  SpfMechanism,
  SpfModifier,
  SpfQualifier,
  SpfRecord,
  SpfTerm,
} from './record.js';

export interface SpfSyntaxError {
  /** What is wrong and what was expected. */
  readonly why: string;
  /** Where in the record. */
  readonly at: number;
  /** The term that it is in, quoted, shortened, fit for a log. */
  readonly term: string;
}

/** As `Parsed`, with all errors; `why` and `at` are those of the first. */
export type ParsedSpfRecord =
  | { readonly kind: 'parsed'; readonly value: SpfRecord }
  | {
      readonly kind: 'malformed';
      readonly why: string;
      readonly at: number;
      readonly errors: readonly SpfSyntaxError[];
    };

const VERSION = 'v=spf1';
const SPACE = 0x20;

/** RFC 7208 section 4.5: the version, and behind it a space or the end. */
export function isSpfRecord(text: string): boolean {
  if (text.length > VERSION.length && text.charCodeAt(VERSION.length) !== SPACE) return false;
  return text.slice(0, VERSION.length).toLowerCase() === VERSION;
}

/** Octets as Latin-1. Never throws; time is linear in the length. */
export function parseSpfRecord(text: string): ParsedSpfRecord {
  if (!isSpfRecord(text)) return failed([{ why: 'a record begins with "v=spf1"', at: 0, term: excerpt(text) }]);
  const terms: SpfTerm[] = [];
  const starts: number[] = [];
  const errors: SpfSyntaxError[] = [];
  for (let at = VERSION.length; at < text.length; ) {
    if (text.charCodeAt(at) === SPACE) {
      at++;
      continue;
    }
    const space = text.indexOf(' ', at);
    const end = space < 0 ? text.length : space;
    const written = text.slice(at, end);
    const term = parseTerm(written);
    if (term.kind === 'parsed') {
      terms.push(term.value);
      starts.push(at);
    } else errors.push({ why: term.why, at: at + term.at, term: excerpt(written) });
    at = end;
  }
  return assemble(terms, starts, errors);
}

function assemble(terms: readonly SpfTerm[], starts: readonly number[], errors: SpfSyntaxError[]): ParsedSpfRecord {
  const directives: SpfDirective[] = [];
  const known: { redirect: SpfModifier | undefined; exp: SpfModifier | undefined } = {
    redirect: undefined,
    exp: undefined,
  };
  let all = false;
  for (const [i, term] of terms.entries()) {
    if (term.kind === 'directive') {
      directives.push(term);
      if (term.mechanism.kind === 'all') all = true;
    } else if (term.name === 'redirect' || term.name === 'exp') {
      // RFC 7208 section 6: each at most once.
      if (known[term.name] !== undefined) errors.push(twice(term, starts[i] ?? 0));
      known[term.name] = term;
    }
  }
  if (errors.length > 0) return failed(errors.sort((a, b) => a.at - b.at));
  const redirect = all ? undefined : known.redirect;
  return { kind: 'parsed', value: { terms, directives, redirect, explanation: known.exp } };
}

function twice({ name, text }: SpfModifier, at: number): SpfSyntaxError {
  return { why: `${name}= stands there twice`, at, term: excerpt(text) };
}

function failed(errors: readonly SpfSyntaxError[]): ParsedSpfRecord {
  const [first] = errors;
  return { kind: 'malformed', why: first?.why ?? '', at: first?.at ?? 0, errors };
}

const QUALIFIERS = '+-~?';
const MECHANISMS: readonly string[] = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists'];

function parseTerm(text: string): Parsed<SpfTerm> {
  const qualified = QUALIFIERS.includes(text.charAt(0));
  const start = qualified ? 1 : 0;
  let end = start;
  while (end < text.length && isNameCode(text.charCodeAt(end))) end++;
  const behind = text.charAt(end);
  if (behind === '=') return parseModifier(text, end, qualified);
  if (behind !== '' && behind !== ':' && behind !== '/') {
    return malformed(`a character that may not stand here: ${excerpt(behind)}`, end);
  }
  const name = text.slice(start, end).toLowerCase();
  if (!isMechanism(name)) return malformed(`no mechanism is named ${excerpt(name)}`, start);
  const mechanism = parseMechanism(name, text.slice(end));
  if (mechanism.kind === 'malformed') return malformed(mechanism.why, end + mechanism.at);
  const qualifier = (qualified ? text.charAt(0) : '+') as SpfQualifier;
  return parsed({ kind: 'directive', qualifier, mechanism: mechanism.value, text });
}

function isMechanism(name: string): name is SpfMechanism['kind'] {
  return MECHANISMS.includes(name);
}

/** name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ) */
function isNameCode(code: number): boolean {
  const lower = code | 0x20;
  return (
    (lower >= 0x61 && lower <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f
  );
}

function parseModifier(text: string, equals: number, qualified: boolean): Parsed<SpfModifier> {
  if (qualified) return malformed('a modifier has no qualifier', 0);
  const name = text.slice(0, equals).toLowerCase();
  if (!(name >= 'a' && name < '{')) return malformed('the name of a modifier begins with a letter', 0);
  const written = text.slice(equals + 1);
  const known = name === 'redirect' || name === 'exp';
  // An unknown modifier is passed over, so the letters of explanations do no harm there.
  const value = known ? parseDomainSpec(written) : parseMacroString(written, { explanation: true });
  if (value.kind === 'malformed') return malformed(`${name}=: ${value.why}`, equals + 1 + value.at);
  return parsed({ kind: 'modifier', name, value: value.value, text });
}

/** `rest` begins with the colon or slash, or is empty. */
function parseMechanism(name: SpfMechanism['kind'], rest: string): Parsed<SpfMechanism> {
  switch (name) {
    case 'all':
      return rest === '' ? parsed({ kind: 'all' }) : malformed('nothing stands behind "all"');
    case 'include':
    case 'exists': {
      const domain = parseDomain(name, rest);
      return domain.kind === 'parsed' ? parsed({ kind: name, domain: domain.value }) : domain;
    }
    case 'ptr': {
      const domain = rest === '' ? parsed(undefined) : parseDomain(name, rest);
      return domain.kind === 'parsed' ? parsed({ kind: name, domain: domain.value }) : domain;
    }
    case 'a':
    case 'mx':
      return parseHosts(name, rest);
    case 'ip4':
    case 'ip6':
      return parseNetwork(name, rest);
  }
}

function parseDomain(name: string, rest: string): Parsed<SpfMacroString> {
  if (rest.charAt(0) !== ':') return malformed(`${name}: ":" and a domain are expected`);
  const domain = parseDomainSpec(rest.slice(1));
  return domain.kind === 'parsed' ? domain : malformed(`${name}: ${domain.why}`, 1 + domain.at);
}

/** `a` and `mx`: [ ":" domain-spec ] [ dual-cidr-length ] */
function parseHosts(kind: 'a' | 'mx', rest: string): Parsed<SpfMechanism> {
  const six = cutPrefix(rest, '//', 128);
  const four = cutPrefix(six.rest, '/', 32);
  if (four.rest === '') return parsed({ kind, domain: undefined, prefix4: four.prefix, prefix6: six.prefix });
  const domain = parseDomain(kind, four.rest);
  if (domain.kind === 'malformed') return domain;
  return parsed({ kind, domain: domain.value, prefix4: four.prefix, prefix6: six.prefix });
}

interface Cut {
  readonly rest: string;
  readonly prefix: number;
}

/** Takes a prefix length off the end. One that is none stays in the rest, and makes it a domain that ends wrongly. */
function cutPrefix(text: string, slash: '/' | '//', most: number): Cut {
  const at = text.lastIndexOf('/');
  const start = at + 1 - slash.length;
  const found = start >= 0 && text.startsWith(slash, start) && (slash === '//' || text.charAt(at - 1) !== '/');
  const prefix = found ? readPrefix(text.slice(at + 1), most) : undefined;
  return prefix === undefined ? { rest: text, prefix: most } : { rest: text.slice(0, start), prefix };
}

/** Without leading zeros (RFC 7208 section 12). */
function readPrefix(digits: string, most: number): number | undefined {
  return /^(?:0|[1-9][0-9]{0,2})$/.test(digits) && Number(digits) <= most ? Number(digits) : undefined;
}

function parseNetwork(kind: 'ip4' | 'ip6', rest: string): Parsed<SpfMechanism> {
  if (rest.charAt(0) !== ':') return malformed(`${kind}: ":" and an address are expected`);
  const slash = rest.indexOf('/');
  const address = rest.slice(1, slash < 0 ? rest.length : slash);
  const words = parseIpWords(address);
  if (words.kind === 'malformed') return malformed(`${kind}: ${words.why}`, 1 + words.at);
  if (words.value.length !== (kind === 'ip4' ? 1 : 4)) return malformed(`${kind}: an address of the other kind`, 1);
  const most = words.value.length * 32;
  const prefix = slash < 0 ? most : readPrefix(rest.slice(slash + 1), most);
  if (prefix === undefined) return malformed(`${kind}: a prefix length is 0 to ${most}`, slash + 1);
  return parsed({ kind, address, words: words.value, prefix });
}
