/** The entries of the fake LDAP server: which of them a search finds (RFC 4511 section 4.5.1), among others by the
 * in-chain rule. */
import { children, type Tlv } from './fake-ber.js';

type Value = string | Uint8Array;

export interface FakeEntry {
  readonly dn: string;
  /** Of any letter case. */
  readonly attributes: Readonly<Record<string, Value | readonly Value[]>>;
  /** A bind with it is a right one. */
  readonly password?: string;
  /** Other names that binds may give: `s.miller@school.test`, `SCHOOL\s.miller`. */
  readonly names?: readonly string[];
  /** The answer to the right password; to a wrong one too where `always`. */
  readonly refuse?: { readonly code: number; readonly message: string; readonly always?: boolean };
}

/** Given only to who asks for them by name, of a base search. */
const CONSTRUCTED = new Set(['tokengroups']);

export const same = (a: string, b: string): boolean => normal(a) === normal(b);
const normal = (dn: string): string => dn.toLowerCase().replace(/ *([,=+]) */g, '$1');

export function valuesOf(entry: FakeEntry, name: string): readonly Buffer[] {
  const found = Object.entries(entry.attributes).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return [found?.[1] ?? []].flat().map((value) => Buffer.from(value as string));
}

export function inScope(dn: string, base: string, scope: number): boolean {
  const [inner, outer] = [normal(dn), normal(base)];
  if (scope === 0) return inner === outer;
  const below = outer === '' ? inner !== '' : inner.endsWith(`,${outer}`);
  if (scope === 2) return inner === outer || below;
  const rest = inner.slice(0, outer === '' ? inner.length : -outer.length - 1);
  return below && !rest.replace(/\\./g, '').includes(',');
}

/** The attributes that are asked for, in their order, with values. */
export function selected(entry: FakeEntry, wanted: readonly string[], base: boolean): [string, readonly Buffer[]][] {
  const all = wanted.length === 0 || wanted.includes('*');
  const named = new Set(wanted.map((name) => name.split(';')[0]?.toLowerCase() ?? ''));
  return Object.keys(entry.attributes)
    .filter((name) => {
      const lower = name.toLowerCase();
      return CONSTRUCTED.has(lower) ? named.has(lower) && base : all || named.has(lower);
    })
    .map((name) => [name, valuesOf(entry, name)]);
}

export function matches(filter: Tlv, entry: FakeEntry, all: readonly FakeEntry[]): boolean {
  const parts = filter.tag === 0x87 ? [] : children(filter.content);
  const inner = (one: Tlv): boolean => matches(one, entry, all);
  switch (filter.tag) {
    case 0xa0:
      return parts.every(inner);
    case 0xa1:
      return parts.some(inner);
    case 0xa2:
      return !parts.some(inner);
    case 0x87:
      // Every entry has a class, whether it is told or not.
      return /^objectclass$/i.test(filter.content.toString()) || valuesOf(entry, filter.content.toString()).length > 0;
    case 0xa4:
      return valuesOf(entry, textOf(parts[0])).some((value) => hasParts(value, children(parts[1]?.content as Buffer)));
    case 0xa9:
      return extensible(parts, entry, all);
    default:
      return valuesOf(entry, textOf(parts[0])).some((value) =>
        compares(filter.tag, value, parts[1]?.content as Buffer),
      );
  }
}

const textOf = (part: Tlv | undefined): string => part?.content.toString() ?? '';
const folded = (octets: Buffer): string => {
  const value = octets.toString('utf8');
  // What is no text is compared as octets.
  return value.includes('\ufffd') ? octets.toString('latin1') : value.toLowerCase();
};

function compares(tag: number, value: Buffer, wanted: Buffer): boolean {
  const order = folded(value) < folded(wanted) ? -1 : folded(value) > folded(wanted) ? 1 : 0;
  if (tag === 0xa5) return order >= 0;
  if (tag === 0xa6) return order <= 0;
  const name = value.toString();
  // Octets that are no text are no name either: different ones would look alike.
  return order === 0 || (!name.includes('\ufffd') && same(name, wanted.toString()));
}

function hasParts(value: Buffer, parts: readonly Tlv[]): boolean {
  let rest = folded(value);
  for (const { tag, content } of parts) {
    const part = folded(content);
    const at = tag === 0x82 ? rest.length - part.length : rest.indexOf(part);
    if (at < 0 || (tag === 0x80 && at !== 0) || !rest.startsWith(part, at)) return false;
    rest = rest.slice(at + part.length);
  }
  return true;
}

function extensible(parts: readonly Tlv[], entry: FakeEntry, all: readonly FakeEntry[]): boolean {
  const part = (tag: number): string => textOf(parts.find((one) => one.tag === tag));
  const [rule, name, value] = [part(0x81), part(0x82), part(0x83)];
  const values = valuesOf(entry, name).map(String);
  if (rule === '1.2.840.113556.1.4.1941') return inChain(entry, name, value, all, new Set());
  if (rule === '1.2.840.113556.1.4.803') return values.some((one) => (Number(one) & Number(value)) === Number(value));
  if (rule === '1.2.840.113556.1.4.804') return values.some((one) => (Number(one) & Number(value)) !== 0);
  return values.some((one) => same(one, value));
}

function inChain(entry: FakeEntry, name: string, dn: string, all: readonly FakeEntry[], seen: Set<FakeEntry>): boolean {
  if (seen.has(entry)) return false;
  seen.add(entry);
  const values = valuesOf(entry, name).map(String);
  if (values.some((value) => same(value, dn))) return true;
  return all.some((one) => values.some((value) => same(value, one.dn)) && inChain(one, name, dn, all, seen));
}
