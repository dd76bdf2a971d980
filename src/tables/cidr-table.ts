/**
 * Postfix's cidr_table(5): networks in the order written, the first that contains the address wins; `!` negates, `if` and
 * `endif` group. A negated or grouped network of one IP version says nothing about addresses of the other. Reading the
 * text is in cidr-rules.ts, searching in values/network-rules.ts.
 */
import type { TableEntry } from '../core/table.js';
import { found, notFound } from '../values/answer.js';
import type { Problem } from '../values/errors.js';
import { type IpAddress, parseIpWords } from '../values/ip.js';
import { type NetworkRule, networkRules } from '../values/network-rules.js';
import { readCidrRules } from './cidr-rules.js';
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

/**
 * Keys that are no IP address are not found. A key that is written as an IPv4-mapped IPv6 address is an IPv6 address, as in
 * Postfix; sessions know such a client by its IPv4 address. Throws ConfigurationError `table` with every problem (see
 * `readCidrRules`).
 */
export function cidrTable(text: string | Uint8Array, options: CidrTableOptions): CidrTable {
  const { file } = options;
  const { rules, problems, warnings } = readCidrRules(text, file);
  refuseTable(problems);
  const find = networkRules(rules);
  return {
    name: `cidr:${file}`,
    warnings,
    find,
    lookup: (key) => {
      const words = parseIpWords(key);
      const entry = words.kind === 'parsed' ? find(asWritten(key, words.value)) : undefined;
      return entry === undefined ? notFound() : found(entry);
    },
    entries: () => entriesOf(rules),
  };
}

function asWritten(text: string, words: readonly number[]): IpAddress {
  return { kind: 'ip', version: words.length === 1 ? 4 : 6, text, words };
}

function* entriesOf(rules: readonly NetworkRule<TableEntry>[]): Generator<TableEntry> {
  for (const rule of rules) {
    if (rule.kind === 'rule') yield rule.value;
    else yield* entriesOf(rule.rules);
  }
}
