/**
 * Search filters of LDAP as text (RFC 4515 section 3) and as data (RFC 4511 section 4.5.1.7). Strict, but for two things that OpenLDAP
 * takes too: a filter without its outer parentheses, and blanks between filters. Which attributes there are is not known here. Linear;
 * at most 100 levels.
 */
import { unescapeFilterValue } from './ldap-names.js';
import { malformed, type Parsed, parsed } from './parsed.js';

/** `attribute`: a description (RFC 4512 section 2.5), or `''` in an extensible match that has none. Values are octets. */
export type LdapFilter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly LdapFilter[] }
  | { readonly kind: 'not'; readonly filter: LdapFilter }
  | { readonly kind: 'present'; readonly attribute: string }
  | {
      readonly kind: 'equal' | 'at-least' | 'at-most' | 'approximate';
      readonly attribute: string;
      readonly value: Uint8Array;
    }
  | {
      readonly kind: 'substrings';
      readonly attribute: string;
      /** Undefined: not given. */
      readonly initial: Uint8Array | undefined;
      readonly any: readonly Uint8Array[];
      readonly final: Uint8Array | undefined;
    }
  | {
      readonly kind: 'extensible';
      readonly attribute: string;
      /** A matching rule; `''`: the attribute's own. */
      readonly rule: string;
      readonly dnAttributes: boolean;
      readonly value: Uint8Array;
    };

const MOST_LEVELS = 100;

export function parseLdapFilter(text: string): Parsed<LdapFilter> {
  const reader = new Reader(text.startsWith('(') ? text : `(${text})`);
  const filter = reader.filter(0);
  if (filter === undefined) return malformed(reader.why, reader.at);
  return reader.atEnd() ? parsed(filter) : malformed('there is more behind the filter', reader.at);
}

class Reader {
  at = 0;
  why = '';
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    this.#blanks();
    return this.at === this.#text.length;
  }

  /** `(` ... `)`; undefined with `why`. */
  filter(level: number): LdapFilter | undefined {
    if (level > MOST_LEVELS) return this.#wrong(`a filter has at most ${MOST_LEVELS} levels`);
    if (!this.#take('(')) return this.#wrong('"(" was expected');
    const filter = this.#inner(level);
    if (filter === undefined) return undefined;
    return this.#take(')') ? filter : this.#wrong('")" was expected');
  }

  #inner(level: number): LdapFilter | undefined {
    this.#blanks();
    if (this.#take('&')) return this.#set('and', level);
    if (this.#take('|')) return this.#set('or', level);
    if (!this.#take('!')) return this.#item();
    this.#blanks();
    const filter = this.filter(level + 1);
    this.#blanks();
    return filter && { kind: 'not', filter };
  }

  /** RFC 4526: `(&)` is true and `(|)` is false. */
  #set(kind: 'and' | 'or', level: number): LdapFilter | undefined {
    const filters: LdapFilter[] = [];
    for (this.#blanks(); this.#text[this.at] === '('; this.#blanks()) {
      const filter = this.filter(level + 1);
      if (filter === undefined) return undefined;
      filters.push(filter);
    }
    return { kind, filters };
  }

  /** To the next `)`, which no value has in it unescaped. */
  #item(): LdapFilter | undefined {
    const end = this.#text.indexOf(')', this.at);
    const item = this.#text.slice(this.at, end < 0 ? this.#text.length : end);
    const equals = item.indexOf('=');
    if (equals < 0 || item.includes('(')) return this.#wrong('"attribute=value" was expected');
    const filter = itemOf(item.slice(0, equals), item.slice(equals + 1));
    if (typeof filter === 'string') return this.#wrong(filter);
    this.at += item.length;
    return filter;
  }

  #blanks(): void {
    while (this.#text[this.at] === ' ') this.at++;
  }

  #take(character: string): boolean {
    if (this.#text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  #wrong(why: string): undefined {
    this.why = why;
  }
}

const ATTRIBUTE = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)(?:;[A-Za-z0-9-]+)*$/;
const RULE = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)$/;
const KINDS = { '~': 'approximate', '>': 'at-least', '<': 'at-most' } as const;

/** The filter, or what is wrong. */
function itemOf(left: string, right: string): LdapFilter | string {
  const name = left.trim();
  if (name.endsWith(':')) return extensible(name.slice(0, -1), right);
  const kind = KINDS[name.at(-1) as keyof typeof KINDS];
  const attribute = kind === undefined ? name : name.slice(0, -1);
  if (!ATTRIBUTE.test(attribute)) return NO_ATTRIBUTE;
  if (kind === undefined && right === '*') return { kind: 'present', attribute };
  if (kind === undefined && right.includes('*')) return substrings(attribute, right);
  const value = octetsOf(right);
  return value === undefined ? BAD_VALUE : { kind: kind ?? 'equal', attribute, value };
}

const NO_ATTRIBUTE = 'the name of an attribute was expected';
const BAD_VALUE = 'a value has a "\\" without two hexadecimal digits, or a NUL or "*" that is not escaped';

/** RFC 4515: `attr [":dn"] [":" rule] ":="`, or without the attribute and with the rule. */
function extensible(left: string, right: string): LdapFilter | string {
  const [attribute = '', ...rest] = left.split(':');
  const dnAttributes = rest[0]?.toLowerCase() === 'dn';
  if (dnAttributes) rest.shift();
  const rule = rest.shift() ?? '';
  if (rest.length > 0 || (rule !== '' && !RULE.test(rule))) return 'a matching rule was expected';
  if (attribute === '' ? rule === '' : !ATTRIBUTE.test(attribute)) return NO_ATTRIBUTE;
  const value = octetsOf(right);
  return value === undefined ? BAD_VALUE : { kind: 'extensible', attribute, rule, dnAttributes, value };
}

function substrings(attribute: string, right: string): LdapFilter | string {
  const parts = right.split('*').map(unescapeFilterValue);
  if (parts.includes(undefined)) return BAD_VALUE;
  const [initial, ...rest] = parts as Uint8Array[];
  const final = rest.pop();
  const given = (part: Uint8Array | undefined): Uint8Array | undefined => (part?.length === 0 ? undefined : part);
  // `a**b` is `a*b`: an empty part matches everywhere, and may not be sent.
  return {
    kind: 'substrings',
    attribute,
    initial: given(initial),
    any: rest.filter((part) => part.length > 0),
    final: given(final),
  };
}

function octetsOf(text: string): Uint8Array | undefined {
  return text.includes('*') ? undefined : unescapeFilterValue(text);
}
