/**
 * Postfix's cidr_table(5): networks in the order written, the first that contains the address wins; `!` negates, `if` and
 * `endif` group. A negated or grouped network of one IP version says nothing about addresses of the other. Rules
 * between two such are compiled into one network map, so that 10,000 of them cost what ten do. Reading the text is in
 * cidr-rules.ts.
 */
import type { TableEntry } from '../core/table.js';
import { found, notFound } from '../values/answer.js';
import type { Problem } from '../values/errors.js';
import { type IpAddress, parseIpWords } from '../values/ip.js';
import { networkContains } from '../values/network.js';
import { type NetworkEntry, type NetworkMap, networkMap } from '../values/network-map.js';
import { type CidrItem, type CidrMatch, readCidrRules } from './cidr-rules.js';
import { type EnumerableTable, refuseTable } from './memory-table.js';

export interface CidrTableOptions {
  /** The file the text comes from: in problems, in traces, and in the table's name. */
  readonly file: string;
}

export interface CidrTable extends EnumerableTable {
  /** `not-utf8`. */
  readonly warnings: readonly Problem[];
  /** The entry for an address that is parsed already. */
  find(ip: IpAddress): TableEntry | undefined;
}

type Step =
  | { readonly kind: 'map'; readonly map: NetworkMap<TableEntry> }
  | { readonly kind: 'rule'; readonly match: CidrMatch; readonly entry: TableEntry }
  | { readonly kind: 'block'; readonly match: CidrMatch; readonly steps: readonly Step[] };

/**
 * Keys that are no IP address are not found. A key that is written as an IPv4-mapped IPv6 address is an IPv6 address, as in
 * Postfix; sessions know such a client by its IPv4 address. Throws ConfigurationError `table` with every problem (see
 * `readCidrRules`).
 */
export function cidrTable(text: string | Uint8Array, options: CidrTableOptions): CidrTable {
  const { file } = options;
  const { items, problems, warnings } = readCidrRules(text, file);
  refuseTable(problems);
  const steps = compile(items);
  const find = (ip: IpAddress): TableEntry | undefined => search(steps, ip);
  return {
    name: `cidr:${file}`,
    warnings,
    find,
    lookup: (key) => {
      const words = parseIpWords(key);
      const entry = words.kind === 'parsed' ? find(asWritten(key, words.value)) : undefined;
      return entry === undefined ? notFound() : found(entry);
    },
    entries: () => entriesOf(items),
  };
}

function asWritten(text: string, words: readonly number[]): IpAddress {
  return { kind: 'ip', version: words.length === 1 ? 4 : 6, text, words };
}

function compile(items: readonly CidrItem[]): readonly Step[] {
  const steps: Step[] = [];
  let plain: NetworkEntry<TableEntry>[] = [];
  const flush = (): void => {
    if (plain.length > 0) steps.push({ kind: 'map', map: networkMap(plain) });
    plain = [];
  };
  for (const item of items) {
    if (item.kind === 'rule' && !item.match.negated) {
      plain.push({ network: item.match.network, value: item.entry });
      continue;
    }
    flush();
    steps.push(item.kind === 'rule' ? item : { kind: 'block', match: item.match, steps: compile(item.items) });
  }
  flush();
  return steps;
}

function search(steps: readonly Step[], ip: IpAddress): TableEntry | undefined {
  for (const step of steps) {
    const entry = step.kind === 'map' ? step.map.find(ip)?.value : searchGuarded(step, ip);
    if (entry !== undefined) return entry;
  }
  return undefined;
}

function searchGuarded(step: Exclude<Step, { kind: 'map' }>, ip: IpAddress): TableEntry | undefined {
  if (!holds(step.match, ip)) return undefined;
  return step.kind === 'rule' ? step.entry : search(step.steps, ip);
}

function holds({ network, negated }: CidrMatch, ip: IpAddress): boolean {
  return network.address.version === ip.version && networkContains(network, ip) !== negated;
}

function* entriesOf(items: readonly CidrItem[]): Generator<TableEntry> {
  for (const item of items) {
    if (item.kind === 'rule') yield item.entry;
    else yield* entriesOf(item.items);
  }
}
