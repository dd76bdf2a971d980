import { describe, expect, it } from 'vitest';
import {
  accessKeys,
  addressKeys,
  domainKeys,
  mailboxKeys,
  nameKeys,
  transportKeys,
  virtualKeys,
} from '../../src/tables/address-keys.js';
import { inlineTable } from '../../src/tables/simple-tables.js';
import { parseIp } from '../../src/values/ip.js';
import { parseMailbox } from '../../src/values/mailbox.js';
import { box } from '../stages/facts.js';
import { postfixData, value } from '../values/support.js';

const plus = { recipientDelimiter: '+' };

describe('look-up orders', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['IPv4', addressKeys(value(parseIp('192.0.2.1'))), ['192.0.2.1', '192.0.2', '192.0', '192']],
    ['IPv6', addressKeys(value(parseIp('2001:db8::1'))), ['2001:db8::1', '2001:db8:', '2001:db8', '2001']],
    ['loopback', addressKeys(value(parseIp('::1'))), ['::1', ':']],
    ['domain', domainKeys('A.b.Example'), ['a.b.example', 'b.example', 'example']],
    ['domain, dots', domainKeys('a.b.example', 'dot'), ['a.b.example', '.b.example', '.example']],
    ['a dot at the end', domainKeys('a.example.'), ['a.example.', 'example.']],
    ['a literal', domainKeys('[192.0.2.1]'), ['[192.0.2.1]']],
    ['longer than any name', domainKeys('a.'.repeat(200)), ['a.'.repeat(200)]],
    [
      'access',
      accessKeys(box('User+x@A.example'), plus),
      ['user+x@a.example', 'user@a.example', 'a.example', 'example', 'user+x@', 'user@'],
    ],
    [
      'access, quoted',
      accessKeys(box('"a b+x"@a.example'), plus),
      ['"a b+x"@a.example', '"a b"@a.example', 'a.example', 'example', '"a b+x"@', '"a b"@'],
    ],
    [
      'virtual, local',
      virtualKeys(box('u+x@a.example'), true, plus).map((one) => one.key),
      ['u+x@a.example', 'u@a.example', 'u+x', 'u', '@a.example'],
    ],
    ['virtual, not local', virtualKeys(box('u@a.example'), false).map((one) => one.key), ['u@a.example', '@a.example']],
    ['aliases', nameKeys(box('"U v+x"@a.example'), plus), ['u v+x', 'u v']],
    ['addresses', mailboxKeys(box('U+x@S.example'), plus), ['u+x@s.example', 'u@s.example']],
    [
      'transport',
      transportKeys(box('u+x@s.a.example'), plus),
      ['u+x@s.a.example', 'u@s.a.example', 's.a.example', '.a.example', '.example', '*'],
    ],
  ])('%s', (_, keys, expected) => {
    expect(keys).toEqual(expected);
  });

  it("finds what Postfix's mail_addr_find finds, for external forms", (ctx) => {
    const script = postfixData(ctx, 'global/mail_addr_find.in');
    let map: Record<string, string> = {};
    let tried = 0;
    for (const line of script.split('\n')) {
      if (line.startsWith('maps inline:{')) map = inlineMap(line.slice('maps inline:{'.length, -1));
      const [from, , , strategy = '', query = '', wanted = '', extension = ''] = line.replace(/^test /, '').split(':');
      const address = parseMailbox(query);
      // Our keys are external and whole; addresses in internal form count where the two forms are the same.
      if (!/^test \w+:external:external:/.test(line)) continue;
      if (from === 'internal' && /[ "]|@.*@/.test(query)) continue;
      if (address.kind !== 'parsed') continue;
      const keys = keysFor(strategy, query);
      if (keys === undefined) continue;
      tried++;
      const table = inlineTable(map);
      const hit = keys.find((one) => table.lookup(one.key).kind === 'found');
      const answer = hit === undefined ? undefined : table.lookup(hit.key);
      expect([line, answer?.kind === 'found' ? answer.value.value : '', hit?.unmatched ?? '']).toEqual([
        line,
        wanted,
        extension,
      ]);
    }
    expect(tried).toBe(25);
  });
});

function keysFor(strategy: string, query: string): readonly { key: string; unmatched: string }[] | undefined {
  const address = box(query);
  const isLocal = query.endsWith('@localhost.localdomain');
  const plain = (keys: readonly string[]) => keys.map((key) => ({ key, unmatched: '' }));
  switch (strategy) {
    case 'default':
      return virtualKeys(address, isLocal, plus);
    case 'full|noext|domain':
      return accessKeys(address, plus).map((key, i) => ({
        key,
        unmatched: i === 1 && query.includes('+') ? '+ext' : '',
      }));
    case 'localpart_at|domain':
    case 'domain|pdms':
      return plain(accessKeys(address));
    case 'domain|pddms':
      return plain(accessKeys(address, { subdomains: 'dot' }));
    default:
      return undefined;
  }
}

/** `a=b,{c d=e}`: pairs separated by commas, in braces where they have white space. */
function inlineMap(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.replace(/^\{(.*)\}$/, '$1'));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}
