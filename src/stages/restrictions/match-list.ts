/**
 * Lists of networks or of domains as Postfix's match_list(3): the first entry that matches counts, `!` in front of it excludes;
 * a table matches when it has the key. Names and networks are compiled, a look-up does not depend on how many there are.
 * Lists of networks may name hosts too: by the name that the DNS verifies.
 */
import type { MaybePromise } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Table, TableEntry } from '../../core/table.js';
import type { Mailbox } from '../../values/address.js';
import type { Answer, CannotTell } from '../../values/answer.js';
import { parseDomain } from '../../values/domain.js';
import type { Problem } from '../../values/errors.js';
import type { IpAddress } from '../../values/ip.js';
import { parseAddressLiteral } from '../../values/mailbox.js';
import { parseNetwork } from '../../values/network.js';
import { networkMap } from '../../values/network-map.js';

export type Lookup = (table: Table, key: string) => MaybePromise<Answer<TableEntry>>;
export type MatchAnswer = boolean | CannotTell;

export interface MatchList {
  readonly tables: readonly Table[];
  /** `host`: the client's verified name, or `unknown`; without it, the address alone is looked for. */
  matchIp(ip: IpAddress, lookup: Lookup, host?: string): MaybePromise<MatchAnswer>;
  matchDomain(domain: Mailbox['domain'], lookup: Lookup): MaybePromise<MatchAnswer>;
}

/** A name, a network, or a table; `!` in front of a text, or `excludes`, for one that ends the list without a match. */
export type MatchEntry = string | Table | { readonly excludes: Table };

interface Entry {
  readonly at: number;
  readonly excludes: boolean;
}

interface TableAt extends Entry {
  readonly table: Table;
}

/** `below`: how a host name stands for those below it; without it, names of hosts are a problem. */
export function networkList(
  entries: readonly MatchEntry[],
  name: string,
  problems: Problem[],
  below?: 'parent' | 'dot',
): MatchList {
  const { tables, texts } = split(entries);
  const hosts = new Map<string, Entry>();
  const networks = texts.flatMap(({ text, ...entry }) => {
    const network = parseNetwork(text);
    if (network.kind === 'parsed') return [{ network: network.value, value: entry }];
    const host = below !== undefined && isHostName(text) ? domainKey(text, below) : undefined;
    if (host === undefined) problems.push({ code: 'bad-network', message: `${name}: ${network.why}`, construct: text });
    else if (!hosts.has(host)) hosts.set(host, entry);
    return [];
  });
  const map = networkMap(networks);
  return {
    tables: tables.map(({ table }) => table),
    matchIp: (ip, lookup, host) => {
      const names = host === undefined || below === undefined ? [] : keysOf(host.toLowerCase(), below);
      const known = [map.find(ip)?.value, ...names.map((key) => hosts.get(key))].reduce(earlier);
      const keys = (table: Table) => [...(table.patterns === true ? names.slice(0, 1) : names), ip.text];
      return decide(known, tables, keys, lookup);
    },
    matchDomain: () => false,
  };
}

/** A domain that can be no piece of an address: `client.example`, `.example`, and not `192.0.2`. */
export function isHostName(text: string): boolean {
  return parseDomain(text.replace(/^\./, ''), { underscores: true }).kind === 'parsed' && !/(?:^|\.)[0-9]+$/.test(text);
}

function earlier(one: Entry | undefined, other: Entry | undefined): Entry | undefined {
  return one === undefined || (other !== undefined && other.at < one.at) ? other : one;
}

/** `below`: how an entry names what lies below it; `exact`: not at all. */
export function domainList(
  entries: readonly MatchEntry[],
  name: string,
  below: 'exact' | 'parent' | 'dot',
  problems: Problem[],
): MatchList {
  const { tables, texts } = split(entries);
  const names = new Map<string, Entry>();
  for (const { text, ...entry } of texts) {
    const key = domainKey(text, below);
    if (key === undefined) problems.push(notADomain(name, text));
    else if (!names.has(key)) names.set(key, entry);
  }
  return {
    tables: tables.map(({ table }) => table),
    matchIp: () => false,
    matchDomain: (domain, lookup) => {
      const keys = domain.kind === 'domain' ? keysOf(domain.ascii, below) : [domain.text.toLowerCase()];
      const known = keys.map((key) => names.get(key)).reduce(earlier, undefined);
      return decide(known, tables, (table) => (table.patterns === true ? keys.slice(0, 1) : keys), lookup);
    },
  };
}

function notADomain(name: string, construct: string): Problem {
  const isPattern = /^\*?\./.test(construct);
  const message = isPattern
    ? `${name}: a pattern is no domain and would match nothing; name each domain`
    : `${name}: no domain`;
  return { code: isPattern ? 'wildcard-domain' : 'bad-domain', message, construct };
}

function domainKey(text: string, below: 'exact' | 'parent' | 'dot'): string | undefined {
  if (text.startsWith('[') && text.endsWith(']')) {
    const literal = parseAddressLiteral(text.slice(1, -1));
    return literal.kind === 'parsed' ? literal.value.text.toLowerCase() : undefined;
  }
  const dot = below === 'dot' && text.startsWith('.') ? '.' : '';
  const domain = parseDomain(text.slice(dot.length), { underscores: true });
  return domain.kind === 'parsed' ? dot + domain.value.ascii : undefined;
}

function keysOf(name: string, below: 'exact' | 'parent' | 'dot'): readonly string[] {
  const keys = [name];
  if (below === 'exact') return keys;
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    keys.push(name.slice(below === 'parent' ? dot + 1 : dot));
  }
  return keys;
}

function split(entries: readonly MatchEntry[]): {
  readonly tables: readonly TableAt[];
  readonly texts: readonly (Entry & { readonly text: string })[];
} {
  const tables: TableAt[] = [];
  const texts: (Entry & { readonly text: string })[] = [];
  for (const [at, entry] of entries.entries()) {
    if (typeof entry !== 'string') {
      const excludes = 'excludes' in entry;
      tables.push({ at, excludes, table: excludes ? entry.excludes : entry });
    } else texts.push({ at, excludes: entry.startsWith('!'), text: entry.replace(/^!/, '').trim() });
  }
  return { tables, texts };
}

/** The tables before the entry that matched are asked; the first with an answer decides. */
function decide(
  known: Entry | undefined,
  tables: readonly TableAt[],
  keysFor: (table: Table) => readonly string[],
  lookup: Lookup,
  from = 0,
): MaybePromise<MatchAnswer> {
  const questions = tables
    .filter(({ at }) => known === undefined || at < known.at)
    .flatMap(({ table, excludes }) => keysFor(table).map((key) => ({ table, excludes, key })));
  const next = questions[from];
  if (next === undefined) return known !== undefined && !known.excludes;
  return andThen(lookup(next.table, next.key), (answer): MaybePromise<MatchAnswer> => {
    if (answer.kind === 'not-found') return decide(known, tables, keysFor, lookup, from + 1);
    return answer.kind === 'found' ? !next.excludes : answer;
  });
}
