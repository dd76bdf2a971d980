/**
 * Entries as they came, put into the port's form: names in lower case without options, octets, nothing empty. Active Directory gives of
 * a long attribute a part, `member;range=0-1499`, beside an empty `member`: what is missing is told, and joined.
 */
import type { LdapEntry } from '../../ports/ldap-search.js';
import type { RawEntry } from './responses.js';

/** An entry of which attributes may still be missing a part. */
export interface Gathered {
  readonly entry: LdapEntry;
  readonly missing: readonly MissingPart[];
}

export interface MissingPart {
  /** In lower case without options. */
  readonly name: string;
  /** As it is asked for, but for the range: `member`, `cn;lang-de`. */
  readonly description: string;
  /** Index of the first value that has not come. */
  readonly next: number;
}

export function gathered({ dn, attributes }: RawEntry): Gathered {
  const all = new Map<string, Uint8Array[]>();
  const missing: MissingPart[] = [];
  for (const { description, values } of attributes) {
    const { name, plain, range } = described(description);
    if (range?.last !== undefined) missing.push({ name, description: plain, next: range.last + 1 });
    if (values.length === 0) continue;
    const known = all.get(name);
    if (known === undefined) all.set(name, [...values]);
    else for (const value of values) known.push(value);
  }
  return { entry: { dn, attributes: all }, missing };
}

/** What came for `part;range=N-*`: the values, and where the next ones begin (undefined: these were the last). Undefined where it is not
 * what follows, so that the values have changed meanwhile. */
export function nextPart(
  part: MissingPart,
  { attributes }: RawEntry,
): { readonly values: readonly Uint8Array[]; readonly next: number | undefined } | undefined {
  for (const { description, values } of attributes) {
    const { name, plain, range } = described(description);
    if (name !== part.name || plain.toLowerCase() !== part.description.toLowerCase() || range === undefined) continue;
    if (range.first !== part.next || values.length === 0) continue;
    if (range.last === undefined) return { values, next: undefined };
    if (range.last - range.first + 1 === values.length) return { values, next: range.last + 1 };
  }
  return undefined;
}

interface Described {
  readonly name: string;
  readonly plain: string;
  /** `last` undefined: to the end. */
  readonly range: { readonly first: number; readonly last: number | undefined } | undefined;
}

/** RFC 4512 section 2.5: the type, then options. */
function described(description: string): Described {
  const [type = '', ...options] = description.split(';');
  const at = options.findIndex((option) => RANGE.test(option));
  const name = type.toLowerCase();
  if (at < 0) return { name, plain: description, range: undefined };
  const [, first, last] = RANGE.exec(options[at] as string) as unknown as [string, string, string];
  const plain = [type, ...options.filter((_, index) => index !== at)].join(';');
  return { name, plain, range: { first: Number(first), last: last === '*' ? undefined : Number(last) } };
}

const RANGE = /^range=(\d{1,9})-(\d{1,9}|\*)$/i;
