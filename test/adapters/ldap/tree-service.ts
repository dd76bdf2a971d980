/**
 * An LdapService over a list of entries: what a server answers, without a wire. Filters are evaluated as RFC 4511
 * section 4.5.1.7 says, with names compared as names and texts without letter case. Can lose attributes, hide entries,
 * and fail.
 */

import type { BindResult, LdapService } from '../../../src/adapters/ldap/service.js';
import type { PortCall } from '../../../src/core/stage.js';
import { dnKey } from '../../../src/directory/dn-key.js';
import { parseSid } from '../../../src/directory/sid.js';
import type { LdapEntry, LdapQuery } from '../../../src/ports/ldap-search.js';
import { type Answer, type CannotTell, cannotTell, found, notFound } from '../../../src/values/answer.js';
import { decodeUtf8, encodeUtf8 } from '../../../src/values/bytes.js';
import { type LdapFilter, parseLdapFilter } from '../../../src/values/ldap-filter.js';

export interface TreeEntry {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, readonly (string | Uint8Array)[]>>;
}

export interface TreeOptions {
  readonly rootDse?: Readonly<Record<string, readonly string[]>>;
  /** The attribute that is made of the name. */
  readonly entryName?: string;
  readonly bind?: (dn: string, password: string) => BindResult;
  /** Attributes that nobody may read, nor search. */
  readonly unreadable?: readonly string[];
  /** Of entries of these classes alone. */
  readonly unreadableOf?: { readonly classes: readonly string[]; readonly attributes: readonly string[] };
}

export interface TreeService extends LdapService {
  readonly queries: LdapQuery[];
  readonly binds: { readonly dn: string; readonly password: string }[];
  /** From now on; undefined: it answers again. `on`: of searches that have this text in base or filter. */
  fail(failure: CannotTell | undefined, on?: string): void;
  silence(): void;
  /** There, and not shown. */
  hide(dn: string): void;
  readonly closed: boolean;
}

interface Kept {
  readonly entry: LdapEntry;
  readonly key: string;
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
}

interface Tree {
  readonly all: readonly Kept[];
  readonly byKey: ReadonlyMap<string, Kept>;
  /** By `name=value`. */
  readonly equal: ReadonlyMap<string, readonly Kept[]>;
}

const NAMES = new Set(['member', 'uniquemember', 'memberof', 'distinguishedname', 'entrydn']);

export function treeService(entries: readonly TreeEntry[], options: TreeOptions = {}): TreeService {
  const { entryName = 'entryDN', rootDse = {}, unreadable = [], unreadableOf, bind } = options;
  const shown = unreadableOf === undefined ? entries : entries.map((one) => without(one, unreadableOf));
  const kept = treeOf(shown, entryName, unreadable);
  const hidden = new Set<string>();
  const queries: LdapQuery[] = [];
  const binds: { dn: string; password: string }[] = [];
  let failure: { readonly why: CannotTell; readonly on: string } | undefined;
  let silent = false;
  let closed = false;
  const answered = async <T>(
    call: PortCall | undefined,
    about: string,
    answer: () => Answer<T>,
  ): Promise<Answer<T>> => {
    if (call?.signal.aborted === true || (call !== undefined && call.deadline <= performance.now()))
      return cannotTell('over');
    if (silent) return over(call);
    return failure !== undefined && about.includes(failure.on) ? failure.why : answer();
  };
  return {
    name: 'ldap ldap://tree.example',
    queries,
    binds,
    get closed() {
      return closed;
    },
    fail: (why, on = '') => {
      failure = why === undefined ? undefined : { why, on };
    },
    hide: (dn) => {
      hidden.add(dn);
    },
    silence: () => {
      silent = true;
    },
    rootDse: (call) =>
      answered(call, 'root DSE', () => {
        const attributes = Object.entries(rootDse).map(
          ([name, values]) => [name.toLowerCase(), values.map(encodeUtf8)] as const,
        );
        return found({ dn: '', attributes: new Map(attributes) });
      }),
    search: (query, call) => {
      queries.push(query);
      return answered(call, `${query.base} ${query.filter}`, () => {
        const answer = search(kept, query);
        return answer.kind === 'found' ? found(answer.value.filter(({ dn }) => !hidden.has(dn))) : answer;
      });
    },
    bind: (dn, password, call) => {
      binds.push({ dn, password });
      return answered(call, `bind ${dn}`, () =>
        found(bind?.(dn, password) ?? { kind: 'refused', code: 49, message: '' }),
      );
    },
    close: async () => {
      closed = true;
    },
  };
}

function without({ dn, attributes }: TreeEntry, hidden: NonNullable<TreeOptions['unreadableOf']>): TreeEntry {
  const classes = Object.entries(attributes).find(([name]) => name === 'objectClass')?.[1] ?? [];
  if (!classes.some((one) => hidden.classes.includes(String(one)))) return { dn, attributes };
  const left = Object.entries(attributes).filter(([name]) => !hidden.attributes.includes(name));
  return { dn, attributes: Object.fromEntries(left) };
}

const trees = new WeakMap<readonly TreeEntry[], Map<string, Tree>>();

/** The same ones for the same list: many tests ask one tree. */
function treeOf(entries: readonly TreeEntry[], entryName: string, unreadable: readonly string[]): Tree {
  const hidden = new Set(unreadable.map((name) => name.toLowerCase()));
  const known = trees.get(entries) ?? new Map<string, Tree>();
  trees.set(entries, known);
  const key = [entryName, ...hidden].join();
  const kept = known.get(key) ?? indexed(entries.map((entry) => keep(entry, entryName, hidden)));
  known.set(key, kept);
  return kept;
}

function indexed(all: readonly Kept[]): Tree {
  const equal = new Map<string, Kept[]>();
  for (const one of all) {
    for (const [name, values] of one.values) {
      for (const value of values) {
        const key = `${name}=${value}`;
        const others = equal.get(key);
        if (others === undefined) equal.set(key, [one]);
        else others.push(one);
      }
    }
  }
  return { all, equal, byKey: new Map(all.map((one) => [one.key, one])) };
}

/** Entries of which some may match, no others; undefined: any. */
function candidates(tree: Tree, filter: LdapFilter): readonly Kept[] | undefined {
  if (filter.kind === 'equal') {
    const name = filter.attribute.toLowerCase();
    return tree.equal.get(`${name}=${comparable(name, filter.value)}`) ?? [];
  }
  if (filter.kind !== 'and' && filter.kind !== 'or') return undefined;
  const each = filter.filters.map((inner) => candidates(tree, inner));
  if (filter.kind === 'and') {
    const known = each.filter((few) => few !== undefined);
    return known.sort((a, b) => a.length - b.length)[0];
  }
  return each.includes(undefined) ? undefined : [...new Set(each.flatMap((few) => few ?? []))];
}

function keep({ dn, attributes }: TreeEntry, entryName: string, hidden: ReadonlySet<string>): Kept {
  const all = Object.entries({ ...attributes, [entryName]: [dn] })
    .map(([name, values]) => [name.toLowerCase(), values] as const)
    .filter(([name, values]) => values.length > 0 && !hidden.has(name));
  const bytes = all.map(
    ([name, values]) => [name, values.map((one) => (typeof one === 'string' ? encodeUtf8(one) : one))] as const,
  );
  const texts = bytes.map(([name, values]) => [name, new Set(values.map((value) => comparable(name, value)))] as const);
  return { entry: { dn, attributes: new Map(bytes) }, key: dnKey(dn), values: new Map(texts) };
}

/** Until the evaluation or the deadline is. */
function over(call: PortCall | undefined): Promise<Answer<never>> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      resolve(cannotTell('no answer'));
    };
    const timer = setTimeout(end, call === undefined ? 1000 : call.deadline - performance.now());
    call?.signal.addEventListener('abort', end, { once: true });
  });
}

function search(tree: Tree, query: LdapQuery): Answer<readonly LdapEntry[]> {
  const filter = parseLdapFilter(query.filter);
  if (filter.kind === 'malformed') return cannotTell(`filter ${query.filter}: ${filter.why}`, false);
  const base = dnKey(query.base);
  const own = tree.byKey.get(base);
  if (own === undefined) return notFound();
  const below = query.scope === 'base' ? [own] : (candidates(tree, filter.value) ?? tree.all);
  const matches = matcher(filter.value);
  const matched = below.filter((one) => (one === own || one.key.endsWith(`,${base}`)) && matches(one) === true);
  if (query.sizeLimit > 0 && matched.length > query.sizeLimit) return cannotTell('size limit exceeded', false);
  const wanted = new Set(query.attributes.map((name) => name.toLowerCase()));
  return found(
    matched.map(({ entry }) => {
      const shown = [...entry.attributes].filter(([name]) => wanted.size === 0 || wanted.has(name));
      return { dn: entry.dn, attributes: new Map(shown) };
    }),
  );
}

/** Undefined: neither true nor false, as of attributes that an entry has not. */
type Match = (one: Kept) => boolean | undefined;

function matcher(filter: LdapFilter): Match {
  switch (filter.kind) {
    case 'and': {
      const each = filter.filters.map(matcher);
      return (one) => folded(one, each, false);
    }
    case 'or': {
      const each = filter.filters.map(matcher);
      return (one) => folded(one, each, true);
    }
    case 'not': {
      const inner = matcher(filter.filter);
      return (one) => {
        const matched = inner(one);
        return matched === undefined ? undefined : !matched;
      };
    }
    case 'present': {
      const name = filter.attribute.toLowerCase();
      return ({ values }) => values.has(name);
    }
    case 'equal': {
      const name = filter.attribute.toLowerCase();
      const value = comparable(name, filter.value);
      return ({ values }) => values.get(name)?.has(value);
    }
    default:
      throw new Error(`a filter that no directory needs: ${filter.kind}`);
  }
}

/** RFC 4511 section 4.5.1.7: one `decisive` decides, else one that is undefined. */
function folded(one: Kept, each: readonly Match[], decisive: boolean): boolean | undefined {
  let whole: boolean | undefined = !decisive;
  for (const match of each) {
    const matched = match(one);
    if (matched === decisive) return decisive;
    if (matched === undefined) whole = undefined;
  }
  return whole;
}

function comparable(name: string, value: Uint8Array): string {
  if (name === 'objectsid') {
    const sid = parseSid(value);
    if (sid.kind === 'parsed') return sid.value;
  }
  const text = decodeUtf8(value) ?? '';
  // Names are compared as names, texts as caseIgnoreMatch does (RFC 4518: also blanks, at both ends).
  return NAMES.has(name) ? dnKey(text) : text.trim().replace(/ +/g, ' ').normalize('NFKC').toLowerCase();
}
