import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAliasValue } from '../../../src/stages/routing/alias-value.js';
import { applyTransport, readTransportValue } from '../../../src/stages/routing/transport-value.js';
import { transportKeys } from '../../../src/tables/address-keys.js';
import { inlineTable } from '../../../src/tables/simple-tables.js';
import { parseDomain } from '../../../src/values/domain.js';
import { anyText, expectLinear, postfixData, value } from '../../values/support.js';
import { box } from '../facts.js';

const origin = value(parseDomain('school.example'));
const read = (text: string): readonly string[] =>
  readAliasValue(text, origin).map((member) => {
    if (member.kind === 'fault') return member.code;
    return member.kind === 'address' ? `${member.literal ? '\\' : ''}${member.address.text}` : `@${member.domain}`;
  });

describe('readAliasValue', () => {
  it.each<[string, readonly string[]]>([
    ['bob', ['bob@school.example']],
    ['bob, Alice@Other.Example', ['bob@school.example', 'Alice@other.example']],
    ['bob,,alice,', ['bob@school.example', 'alice@school.example']],
    ['<a@b.example>', ['a@b.example']],
    ['\\bob', ['\\bob@school.example']],
    ['"a, b"@c.example, d', ['"a, b"@c.example', 'd@school.example']],
    ['"two words"', ['"two words"@school.example']],
    ['@other.example', ['@other.example']],
    ['', ['bad-address']],
    [' , ', ['bad-address']],
    ['bob alice', ['bad-address']],
    ['a@b@c', ['bad-address']],
    ['"s001', ['bad-address']],
    ['s001"', ['bad-address']],
    ['s"0"01', ['bad-address']],
    ['@@@', ['bad-address']],
    ['@', ['bad-address']],
    ['@a b', ['bad-address']],
    ['bob, @-.example', ['bob@school.example', 'bad-address']],
    ['|/usr/bin/prog', ['unsupported-alias']],
    ['"|/usr/bin/prog -a, -b"', ['unsupported-alias']],
    ['"| prog \\"x\\", y", bob', ['unsupported-alias', 'bob@school.example']],
    ['/var/mail/archive', ['unsupported-alias']],
    ['"/var/mail/a b"', ['unsupported-alias']],
    [':include:/etc/list', ['unsupported-alias']],
    [':Include: /etc/list', ['unsupported-alias']],
  ])('%j', (text, members) => {
    expect(read(text)).toEqual(members);
  });

  it('never throws, and always gives a member', () => {
    fc.assert(
      fc.property(
        anyText('a,"\\@|/:<> '),
        (text) => void expect(readAliasValue(text, origin).length).toBeGreaterThan(0),
      ),
    );
  });

  it('is linear', () => {
    expectLinear(20_000, (size) => 'a,'.repeat(size), read);
    expectLinear(20_000, (size) => '"'.repeat(size), read);
  });
});

describe('transport values', () => {
  const smtp = { transport: 'smtp', destination: 'b.example' };
  const smartHost = { transport: 'smtp', destination: '[hub.example]' };
  const maildir = { transport: 'maildir', destination: 'bob' };
  it.each([
    ['smtp:[host]:25', smtp, 'smtp:[host]:25'],
    ['smtp', smartHost, 'smtp:b.example'],
    ['smtp:', smartHost, 'smtp:b.example'],
    [':', smartHost, 'smtp:[hub.example]'],
    [':other.example', smartHost, 'smtp:other.example'],
    ['lmtp:inet:host:24', smtp, 'lmtp:inet:host:24'],
    ['error:5.1.2 no such place', smtp, 'error:5.1.2 no such place'],
    ['discard:', smtp, 'discard:'],
    [':', maildir, 'maildir:bob'],
    [':host', maildir, 'maildir:bob'],
    ['local:', maildir, 'maildir:bob'],
    ['maildir:other', maildir, 'maildir:other'],
    ['smtp:', maildir, 'smtp:b.example'],
  ])('%s', (text, byDefault, expected) => {
    const { transport, destination } = applyTransport(value(readTransportValue(text)), byDefault, 'b.example');
    expect(`${transport}:${destination}`).toBe(expected);
  });

  it('refuses what is no name', () => {
    expect(readTransportValue('a b:c').kind).toBe('malformed');
  });

  it("finds what Postfix's transport test finds", (ctx) => {
    const reference = postfixData(ctx, 'trivial-rewrite/transport.ref').split('\n');
    const script = postfixData(ctx, 'trivial-rewrite/transport.in').split('\n');
    const expected = new Map(
      reference.flatMap((line) => {
        const parts = /^([^:]*):\S+ -> (.*?) ?$/.exec(line);
        return parts === null ? [] : [[parts[1] ?? '', parts[2] ?? '']];
      }),
    );
    let map: Record<string, string> = {};
    const answers: [string, string][] = [];
    for (const line of script) {
      const inline = /inline:\{(.*)\}/.exec(line)?.[1];
      if (inline !== undefined)
        map = Object.fromEntries(inline.split(/, */).map((pair) => pair.split('=', 2) as [string, string]));
      const [address = ''] = line.split(':');
      if (inline === undefined && address.includes('@')) answers.push([address, lookup(map, address)]);
    }
    expect(answers.length).toBe(16);
    const wrong = answers.filter(([address, got]) => {
      // The reference has some addresses more than once, the last with the wildcard of empty fields.
      return !reference.some((line) => line.startsWith(`${address}:`) && line.includes(`-> ${got}`));
    });
    expect(wrong).toEqual([]);
    expect(expected.size).toBeGreaterThan(5);
  });
});

function lookup(map: Record<string, string>, address: string): string {
  const table = inlineTable(map);
  const mailbox = box(address);
  const domain = mailbox.domain.kind === 'domain' ? mailbox.domain.ascii : mailbox.domain.text;
  const keys = transportKeys(mailbox, { recipientDelimiter: '+' });
  const answer = keys.map((key) => table.lookup(key)).find((one) => one.kind === 'found');
  if (answer?.kind !== 'found') return '(not found)';
  const byDefault = { transport: 'DEFAULT', destination: domain };
  const { transport, destination } = applyTransport(value(readTransportValue(answer.value.value)), byDefault, domain);
  return `${transport}:${destination}`;
}
