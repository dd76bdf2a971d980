// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of luser_relay
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAliasValue, readIncludeText } from '../../../src/stages/routing/alias-value.js';
import { applyTransport, readTransportValue } from '../../../src/stages/routing/transport-value.js';
import { expandVariables } from '../../../src/stages/routing/variables.js';
import { transportKeys } from '../../../src/tables/address-keys.js';
import { inlineTable } from '../../../src/tables/simple-tables.js';
import { parseDomain } from '../../../src/values/domain.js';
import { anyText, expectLinear, postfixData, value } from '../../values/support.js';
import { box } from '../facts.js';

const origin = value(parseDomain('school.example'));
const read = (text: string): readonly string[] =>
  readAliasValue(text, { origin, dotDomain: 'dot.example' }).map((member) => {
    switch (member.kind) {
      case 'fault':
        return member.code;
      case 'address':
        return `${member.literal ? '\\' : ''}${member.address.text}`;
      case 'same-user':
        return `@${member.domain.kind === 'domain' ? member.domain.ascii : member.domain.text}`;
      default:
        return `${member.kind} ${member.text}`;
    }
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
    ['|/usr/bin/prog', ['command /usr/bin/prog']],
    ['"|/usr/bin/prog -a, -b"', ['command /usr/bin/prog -a, -b']],
    ['"| prog \\"x\\", y", bob', ['command prog "x", y', 'bob@school.example']],
    ['/var/mail/archive', ['file /var/mail/archive']],
    ['"/var/mail/a b"', ['file /var/mail/a b']],
    [':include:/etc/list', ['include /etc/list']],
    [':Include: /etc/list', ['include /etc/list']],
    [':include:list', ['relative-path']],
    ['bob@host, @host', ['bob@host.dot.example', '@host.dot.example']],
  ])('%j', (text, members) => {
    expect(read(text)).toEqual(members);
  });

  it('never throws, and always gives a member', () => {
    fc.assert(
      fc.property(
        anyText('a,"\\@|/:<> '),
        (text) => void expect(readAliasValue(text, { origin }).length).toBeGreaterThan(0),
      ),
    );
  });

  it('is linear', () => {
    expectLinear(20_000, (size) => 'a,'.repeat(size), read);
    expectLinear(20_000, (size) => '"'.repeat(size), read);
  });
});

describe('readIncludeText', () => {
  it('reads a member list a line, without comments', () => {
    const members = readIncludeText('# staff\nbob, alice\r\n\n  "|prog"\n:include:/more', { origin });
    expect(members.map((one) => one.kind)).toEqual(['address', 'address', 'command', 'include']);
  });
});

describe('variables', () => {
  const values = { user: 'u', extension: undefined, local: 'u+x' };
  it.each([
    ['$user@other.example', 'u@other.example'],
    ['${local}$(user)$$', 'u+xu$$'],
    ['${extension?yes}${extension:no}', 'no'],
    ['${user?is-$local}', 'is-u+x'],
    ['$unknown-${', '-${'],
  ])('%s', (text, expected) => {
    expect(expandVariables(text, values)).toBe(expected);
  });
});

describe('transport values', () => {
  const smtp = { transport: 'smtp', destination: 'b.example' };
  const smartHost = { transport: 'smtp', destination: '[hub.example]' };
  const own = { transport: 'local', destination: 'b.example' };
  it.each([
    ['smtp:[host]:25', smtp, 'smtp:[host]:25'],
    ['smtp', smartHost, 'smtp:b.example'],
    ['smtp:', smartHost, 'smtp:b.example'],
    [':', smartHost, 'smtp:[hub.example]'],
    [':other.example', smartHost, 'smtp:other.example'],
    ['lmtp:inet:host:24', smtp, 'lmtp:inet:host:24'],
    ['error:5.1.2 no such place', smtp, 'error:5.1.2 no such place'],
    ['discard:', smtp, 'discard:'],
    ['error:', smtp, 'error:Address is undeliverable'],
    ['retry', smtp, 'retry:Address is undeliverable'],
    [':', own, 'local:b.example'],
    [':host', own, 'local:host'],
    ['maildir:other', own, 'maildir:other'],
    ['smtp:', own, 'smtp:b.example'],
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
