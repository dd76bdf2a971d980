/**
 * Entries as they came, put into the port's form: names in lower case without options, octets, nothing empty. Active
 * Directory gives of a long attribute a part, `member;range=0-1499`, beside an empty `member`: what is missing is told,
 * and joined.
 */
import type { LdapEntry } from '../../ports/ldap-search.js';
import type { RawEntry } from './responses.js';

/** An entry of which attributes may still be missing a part. */
export interface Gathered {
  readonly entry: LdapEntry;
  readonly missing: readonly MissingPart[];
  /** The name of an attribute that came as a part of which nobody knows what it is a part of. */
  readonly fault: string | undefined;
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
  const withOptions = new Set<string>();
  const missing: MissingPart[] = [];
  let fault: string | undefined;
  for (const { description, values } of attributes) {
    const { name, plain, range } = described(description);
    if (range === 'strange' || (range !== undefined && !isPart(range, 0, values.length)))
      fault ??= printable(description);
    else if (range?.last !== undefined) missing.push({ name, description: plain, next: range.last + 1 });
    if (plain.includes(';')) withOptions.add(name);
    if (values.length === 0) continue;
    const known = all.get(name);
    if (known === undefined) all.set(name, [...values]);
    else for (const value of values) known.push(value);
  }
  const plain = new Map<string, Uint8Array[]>([...withOptions].map((name) => [name, []]));
  for (const { description, values } of withOptions.size === 0 ? [] : attributes) {
    const known = plain.get(description.toLowerCase());
    if (known !== undefined) for (const value of values) known.push(value);
  }
  return { entry: { dn, attributes: all, ...(plain.size === 0 ? {} : { plain }) }, missing, fault };
}

/** Whether so many values are those from `first` on. An end that is told has as many as it says. */
function isPart(range: Range, first: number, count: number): boolean {
  if (range.first !== first) return false;
  return range.last === undefined || (count > 0 && range.last - range.first + 1 === count);
}

function printable(description: string): string {
  return description.replace(/\p{C}/gu, ' ').slice(0, 100);
}

/** What came for `part;range=N-*`: the values, and where the next ones begin (undefined: these were the last).
 * Undefined where it is not what follows, so that the values have changed meanwhile. */
export function nextPart(
  part: MissingPart,
  { attributes }: RawEntry,
): { readonly values: readonly Uint8Array[]; readonly next: number | undefined } | undefined {
  for (const { description, values } of attributes) {
    const { name, plain, range } = described(description);
    if (name !== part.name || plain.toLowerCase() !== part.description.toLowerCase() || range === undefined) continue;
    if (range === 'strange' || values.length === 0 || !isPart(range, part.next, values.length)) continue;
    return { values, next: range.last === undefined ? undefined : range.last + 1 };
  }
  return undefined;
}

interface Described {
  readonly name: string;
  readonly plain: string;
  /** `strange`: an option that begins as a range and is none that can be read. */
  readonly range: Range | 'strange' | undefined;
}

interface Range {
  readonly first: number;
  /** Undefined: to the end. */
  readonly last: number | undefined;
}

/** RFC 4512 section 2.5: the type, then options. */
function described(description: string): Described {
  const [type = '', ...options] = description.split(';');
  const at = options.findIndex((option) => /^range=/i.test(option));
  const name = type.toLowerCase();
  if (at < 0) return { name, plain: description, range: undefined };
  const plain = [type, ...options.filter((_, index) => index !== at)].join(';');
  const matched = RANGE.exec(options[at] as string);
  if (matched === null) return { name, plain, range: 'strange' };
  const [, first, last] = matched;
  return { name, plain, range: { first: Number(first), last: last === '*' ? undefined : Number(last) } };
}

const RANGE = /^range=(\d{1,9})-(\d{1,9}|\*)$/i;
