/** The format of mail-auth's scenarios: near YAML, but keys repeat, so that it is read line by line. */
import { reverseName } from '../../../src/values/ip.js';
import { address, type RecordType, type SuiteName, type SuiteRecord, type SuiteZone } from './zone.js';

export interface MailAuthTest {
  /** `file "scenario" #1`, counted within the scenario. */
  readonly name: string;
  readonly domain: string;
  readonly sender: string;
  readonly ip: string;
  /** The result, and behind a space the explanation where there is one. */
  readonly expect: string;
  readonly zone: SuiteZone;
}

/** Each `expect` is a test of what stands before it in the file: records, and the last domain, sender and address. */
export function readMailAuth(file: string, text: string): readonly MailAuthTest[] {
  const names = new Map<string, SuiteName>();
  const now = { domain: '', sender: '', ip: '' };
  const tests: MailAuthTest[] = [];
  let scenario = '';
  let count = 0;
  for (const line of text.split('\n')) {
    const [, indent, key = '', written = ''] = /^([ -]*)([a-z]+): ?(.*)$/.exec(line) ?? [];
    const data = written.trim();
    if (key === 'name' && indent === '') {
      scenario = data;
      count = 0;
    } else if (key === 'domain' || key === 'sender' || key === 'ip') now[key] = data;
    else if (key === 'expect') {
      tests.push({ name: `${file} "${scenario}" #${++count}`, ...now, expect: data, zone: zoneOf(names) });
    } else addRecord(names, key, written);
  }
  return tests;
}

/** A record of the same name and type replaces the earlier one. */
function addRecord(names: Map<string, SuiteName>, kind: string, text: string): void {
  const [, owner = '', data = ''] = /^(\S+) ?(.*)$/.exec(text) ?? [];
  const items = data.split(',').map((one) => one.trim());
  const all = (type: RecordType): readonly SuiteRecord[] => items.map((item) => ({ type, data: item }));
  if (kind === 'spf' || kind === 'exp') put(names, owner, [{ type: 'TXT', data }]);
  else if (kind === 'a') put(names, owner, all('A'));
  else if (kind === 'aaaa') put(names, owner, all('AAAA'));
  else if (kind === 'ptr') put(names, reverseName(address(owner)), all('PTR'));
  else if (kind === 'mx') putExchangers(names, owner, items);
}

/** An `mx` line gives the addresses of hosts, one host each. */
function putExchangers(names: Map<string, SuiteName>, owner: string, addresses: readonly string[]): void {
  put(
    names,
    owner,
    addresses.map((_, i) => ({ type: 'MX', data: `${i} mx${i}.${owner}` })),
  );
  for (const [i, data] of addresses.entries()) {
    put(names, `mx${i}.${owner}`, [{ type: data.includes(':') ? 'AAAA' : 'A', data }]);
  }
}

function put(names: Map<string, SuiteName>, owner: string, records: readonly SuiteRecord[]): void {
  const name = owner.toLowerCase();
  const types = new Set(records.map(({ type }) => type));
  const others = names.get(name)?.records.filter(({ type }) => !types.has(type)) ?? [];
  names.set(name, { records: [...others, ...records], timeout: false });
}

/** Any name with `_dns_error` in it is not answered. */
function zoneOf(names: ReadonlyMap<string, SuiteName>): SuiteZone {
  const zone = new Map(names);
  const known = zone.get.bind(zone);
  zone.get = (name) => (name.includes('_dns_error') ? { records: [], timeout: true } : known(name));
  return zone;
}
