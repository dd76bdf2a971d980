import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/core/outcome.js';
import { definePolicy } from '../../../src/core/policy.js';
import type { Table } from '../../../src/core/table.js';
import { relayControl } from '../../../src/stages/relay-control/index.js';
import { type RouteOptions, route, routingFinding } from '../../../src/stages/routing/index.js';
import { aliasTable } from '../../../src/tables/alias-table.js';
import { hashTable } from '../../../src/tables/hash-table.js';
import { failTable, inlineTable } from '../../../src/tables/simple-tables.js';
import { problemsOf, runOne, runPolicy, said } from '../facts.js';

const users = inlineTable({ t01: 'x', t02: 'x', 's001@school.example': 'x' });
const base: RouteOptions = { localDomains: ['school.example'], localRecipients: users };

const remote = (record: Record<string, string>): Table => {
  const inner = inlineTable(record);
  return { name: 'remote', lookup: async (key) => inner.lookup(key) };
};
/** `address transport:destination` of every recipient, or what was said. */
const routed = (outcome: Outcome): readonly string[] => {
  const words = said(outcome);
  if (words !== 'continue') return [words];
  return outcome.recipients.map(
    ({ recipient: { address, nextHop } }) => `${address.text} ${nextHop?.transport}:${nextHop?.destination}`,
  );
};
const go = async (options: Partial<RouteOptions>, to: string): Promise<readonly string[]> =>
  routed(await runOne(route({ ...base, ...options }), { to: [to] }));
const unknown = (address: string, table = 'local recipient') =>
  `reject unknown-recipient 550 5.1.1 <${address}>: Recipient address rejected: User unknown in ${table} table`;
/** Of an alias: who behind it is unknown is for the log. */
const unknownMember = (address: string) =>
  `reject unknown-recipient 550 5.1.1 <${address}>: Recipient address rejected: User unknown`;
const broken = (address: string) =>
  `reject mailbox 550 5.3.5 <${address}>: Recipient address rejected: Recipient cannot be delivered to`;
const loop = 'defer routing 451 4.6.0 Alias expansion error';

describe('route', () => {
  const plus = { recipientDelimiter: '+' };
  it.each<[string, Partial<RouteOptions>, string, readonly string[]]>([
    ['a user', {}, 't01@school.example', ['t01@school.example maildir:t01']],
    ['a user, letter case', {}, 'T01@School.Example', ['T01@school.example maildir:t01']],
    ['a user by full address', {}, 's001@school.example', ['s001@school.example maildir:s001']],
    [
      'nobody, where others have asked',
      { rejectUnlisted: false },
      'x@school.example',
      [unknownMember('x@school.example')],
    ],
    [
      'nobody, whom a transport takes away',
      { rejectUnlisted: false, transport: inlineTable({ 'x@school.example': 'smtp:[h.example]' }) },
      'x@school.example',
      ['x@school.example smtp:[h.example]'],
    ],
    ['nobody', {}, 'x@school.example', [unknown('x@school.example')]],
    [
      'a domain in a table',
      { localDomains: [remote({ 'd.example': '' })], origin: 'd.example' },
      't01@d.example',
      ['t01@d.example maildir:t01'],
    ],
    [
      'a domain in a table that cannot tell',
      { localDomains: [failTable('down')], origin: 'd.example' },
      't01@d.example',
      ['defer cannot-tell 451 4.3.0 Temporary system problem, try again later'],
    ],
    [
      'a domain in a table of others',
      { relayDomains: [remote({ 'p.example': '' })] },
      'x@a.p.example',
      ['x@a.p.example smtp:a.p.example'],
    ],
    ['everybody', { localRecipients: 'all' }, 'x@school.example', ['x@school.example maildir:x']],
    ['an extension', plus, 't01+news@school.example', ['t01+news@school.example maildir:t01']],
    ['an extension without delimiter', {}, 't01+news@school.example', [unknown('t01+news@school.example')]],
    ['elsewhere', {}, 'x@other.example', ['x@other.example smtp:other.example']],
    ['an address literal', {}, 'x@[192.0.2.7]', ['x@[192.0.2.7] smtp:[192.0.2.7]']],
    [
      'a smart host',
      { defaultTransport: 'smtp:[hub.example]' },
      'x@other.example',
      ['x@other.example smtp:[hub.example]'],
    ],
    [
      'a relay domain',
      { relayDomains: ['p.example'], relayTransport: 'lmtp:[in.example]' },
      'x@a.p.example',
      ['x@a.p.example lmtp:[in.example]'],
    ],
    [
      'a mailbox function',
      { mailbox: (a) => `box-${a.localPart}` },
      't01@school.example',
      ['t01@school.example maildir:box-t01'],
    ],
    [
      'a mailbox table',
      { mailbox: inlineTable({ t01: 'staff/t01' }) },
      't01@school.example',
      ['t01@school.example maildir:staff/t01'],
    ],
    [
      'an alias',
      { aliases: inlineTable({ office: 't01' }) },
      'office@school.example',
      ['t01@school.example maildir:t01'],
    ],
    [
      'an alias with extension',
      { ...plus, aliases: inlineTable({ office: 't01' }) },
      'office+x@school.example',
      ['t01@school.example maildir:t01'],
    ],
    [
      'an alias outwards',
      { aliases: inlineTable({ office: 'x@other.example' }) },
      'office@school.example',
      ['x@other.example smtp:other.example'],
    ],
    [
      'nested aliases',
      { aliases: inlineTable({ a: 'b, t01', b: 't02, c', c: 'x@o.example, t01' }) },
      'a@school.example',
      ['t02@school.example maildir:t02', 'x@o.example smtp:o.example', 't01@school.example maildir:t01'],
    ],
    [
      'an alias that names itself',
      { aliases: inlineTable({ t01: 't01, t02' }) },
      't01@school.example',
      ['t01@school.example maildir:t01', 't02@school.example maildir:t02'],
    ],
    [
      'an alias with a backslash',
      { aliases: inlineTable({ t01: 't02', office: '\\t01' }) },
      'office@school.example',
      ['t01@school.example maildir:t01'],
    ],
    [
      'aliases in a circle',
      { aliases: inlineTable({ a: 'b', b: 'a' }) },
      'a@school.example',
      [broken('a@school.example')],
    ],
    [
      'a circle with a way out',
      { aliases: inlineTable({ a: 'b', b: 'a, t01' }), deadMembers: 'skip' },
      'a@school.example',
      ['t01@school.example maildir:t01'],
    ],
    [
      'an alias of nobody',
      { aliases: inlineTable({ a: 'nobody' }) },
      'a@school.example',
      [unknownMember('a@school.example')],
    ],
    [
      'an alias of somebody and nobody',
      { aliases: inlineTable({ a: 't01, nobody' }) },
      'a@school.example',
      [unknownMember('a@school.example')],
    ],
    [
      'the same, with the dead one skipped',
      { aliases: inlineTable({ a: 't01, nobody' }), deadMembers: 'skip' },
      'a@school.example',
      ['t01@school.example maildir:t01'],
    ],
    [
      'nobody is left, with the dead ones skipped',
      { aliases: inlineTable({ a: 'nobody, nobody2' }), deadMembers: 'skip' },
      'a@school.example',
      [unknownMember('a@school.example')],
    ],
    [
      'a member that its transport refuses',
      {
        aliases: inlineTable({ a: 't01, x@o.example' }),
        transport: inlineTable({ 'o.example': 'error:5.1.2 No way' }),
      },
      'a@school.example',
      ['reject routing 550 5.1.2 <a@school.example>: Recipient address rejected: No way'],
    ],
    [
      'an alias that is wrong, from a remote table',
      { aliases: remote({ a: '@@' }) },
      'a@school.example',
      [broken('a@school.example')],
    ],
    [
      'virtual',
      { virtualDomains: ['v.example'], virtualAliases: inlineTable({ 'info@v.example': 't01' }) },
      'info@v.example',
      ['t01@school.example maildir:t01'],
    ],
    [
      'virtual, unknown',
      { virtualDomains: ['v.example'], virtualAliases: inlineTable({}) },
      'x@v.example',
      [unknown('x@v.example', 'virtual alias')],
    ],
    [
      'virtual, catch-all',
      { virtualDomains: ['v.example'], virtualAliases: inlineTable({ '@v.example': 't02' }) },
      'x@v.example',
      ['t02@school.example maildir:t02'],
    ],
    [
      'virtual, to another domain',
      { virtualAliases: inlineTable({ '@v.example': '@w.example' }) },
      'U@v.example',
      ['U@w.example smtp:w.example'],
    ],
    [
      'virtual, extension goes along',
      { ...plus, virtualAliases: inlineTable({ 'i@v.example': 't01' }) },
      'i+x@v.example',
      ['t01+x@school.example maildir:t01'],
    ],
    [
      'virtual, extension matched',
      { ...plus, virtualAliases: inlineTable({ 'i+x@v.example': 't01' }) },
      'i+x@v.example',
      ['t01@school.example maildir:t01'],
    ],
    [
      'virtual, bare key in a local domain',
      { virtualAliases: inlineTable({ office: 't01' }) },
      'office@school.example',
      ['t01@school.example maildir:t01'],
    ],
    [
      'virtual, bare key elsewhere',
      { virtualAliases: inlineTable({ office: 't01' }) },
      'office@o.example',
      ['office@o.example smtp:o.example'],
    ],
    [
      'virtual, to itself',
      { virtualAliases: inlineTable({ 'x@o.example': 'x@o.example, t01' }) },
      'x@o.example',
      ['x@o.example smtp:o.example', 't01@school.example maildir:t01'],
    ],
    [
      'virtual in a circle',
      { virtualAliases: inlineTable({ 'a@v.example': 'b@v.example', 'b@v.example': 'a@v.example' }) },
      'a@v.example',
      [loop],
    ],
    [
      'virtual that grows beyond an address',
      { ...plus, virtualAliases: inlineTable({ 'a@v.example': 'a+x@v.example' }) },
      'a+x@v.example',
      [broken('a+x@v.example')],
    ],
    [
      'virtual, too many',
      { virtualExpansionLimit: 2, virtualAliases: inlineTable({ 'a@v.example': 't01,t02,s001' }) },
      'a@v.example',
      [loop],
    ],
    [
      'virtual, too deep',
      {
        virtualRecursionLimit: 1,
        virtualAliases: inlineTable({
          'a@v.example': 'b@v.example',
          'b@v.example': 'c@v.example',
          'c@v.example': 't01',
        }),
      },
      'a@v.example',
      [loop],
    ],
    [
      'virtual mailboxes',
      { virtualDomains: ['v.example'], mailbox: inlineTable({ 'm@v.example': 'v/m' }) },
      'm@v.example',
      ['m@v.example maildir:v/m'],
    ],
    [
      'transport',
      { transport: inlineTable({ '.example': 'lmtp:[gw]' }) },
      'x@other.example',
      ['x@other.example lmtp:[gw]'],
    ],
    [
      'transport of our own',
      { transport: inlineTable({ 'school.example': 'lmtp:[store]:24' }) },
      't01@school.example',
      ['t01@school.example lmtp:[store]:24'],
    ],
    [
      'transport does not make users',
      { transport: inlineTable({ '*': 'smtp:[gw]' }) },
      'x@school.example',
      [unknown('x@school.example')],
    ],
    [
      'transport error',
      { transport: inlineTable({ 'o.example': 'error:5.1.2 No mail to o.example' }) },
      'x@o.example',
      ['reject unknown-recipient 550 5.1.2 <x@o.example>: Recipient address rejected: No mail to o.example'],
    ],
    [
      'transport retry',
      { transport: inlineTable({ 'o.example': 'retry:4.2.0 Later' }) },
      'x@o.example',
      ['defer unknown-recipient 450 4.2.0 <x@o.example>: Recipient address rejected: Later'],
    ],
    [
      'transport discard',
      { transport: inlineTable({ 'o.example': 'discard:' }) },
      'x@o.example',
      ['x@o.example discard:'],
    ],
    [
      'two names of one address',
      { aliases: inlineTable({ a: 't01, T01@SCHOOL.example, b', b: 't01' }) },
      'a@school.example',
      ['t01@school.example maildir:t01'],
    ],
    [
      'keys like those of objects',
      { aliases: inlineTable({}) },
      '__proto__@school.example',
      [unknown('__proto__@school.example')],
    ],
  ])('%s', async (_, options, to, expected) => {
    expect(await go(options, to)).toEqual(expected);
  });

  it.each(['virtualAliases', 'aliases', 'localRecipients', 'transport', 'mailbox'] as const)(
    'defers when %s cannot tell, also for a user that nobody knows',
    async (name) => {
      const outcome = await runOne(route({ ...base, [name]: failTable('down') }), { to: ['t01@school.example'] });
      expect(said(outcome)).toBe('defer cannot-tell 451 4.3.0 Temporary system problem, try again later');
      const asked = outcome.trace.phases.find((one) => one.phase === 'rcpt')?.lines[0]?.asked ?? [];
      expect(asked.at(-1)?.port).toBe(name);
      expect(routingFinding.in(outcome.recipients[0]?.recipient.findings ?? {})?.fault).toBe('down');
    },
  );

  it('defers the whole list when one member could not be looked up', async () => {
    const inner = inlineTable({ t01: 'x' });
    const half: Table = {
      name: 'half',
      lookup: (key) => (key.startsWith('t02') ? failTable('down').lookup(key) : inner.lookup(key)),
    };
    const outcome = await runOne(route({ ...base, localRecipients: half, aliases: inlineTable({ a: 't01, t02' }) }), {
      to: ['a@school.example'],
    });
    expect(said(outcome)).toContain('defer cannot-tell 451');
  });

  it('explains itself: class, steps with their sources, destinations', async () => {
    const aliases = aliasTable('# office\noffice: t01,\n  nobody\n', { file: '/etc/aliases' });
    const outcome = await runOne(route({ ...base, aliases, deadMembers: 'skip' }), { to: ['office@school.example'] });
    const found = routingFinding.in(outcome.recipients[0]?.recipient.findings ?? {});
    expect(found).toMatchObject({
      class: 'local',
      destinations: [
        { address: 't01@school.example', state: 'deliver', nextHop: { transport: 'maildir', destination: 't01' } },
        { address: 'nobody@school.example', state: 'unknown', nextHop: undefined },
      ],
      steps: [
        { table: 'aliases', key: 'office', source: { file: '/etc/aliases', line: 2 } },
        { table: 'localRecipients', key: 't01' },
      ],
      fault: 'no such user: nobody@school.example',
    });
    expect(outcome.recipients[0]?.recipient.origin).toMatchObject({
      kind: 'alias-of',
      address: { text: 'office@school.example' },
    });
    expect(JSON.stringify(outcome.trace)).toContain('left out: no such user: nobody@school.example');
    const refused = await runOne(route({ ...base, aliases }), { to: ['office@school.example'] });
    expect(refused.recipients[0]?.decision).toMatchObject({ detail: 'no such user: nobody@school.example' });
  });

  it('leaves the address that the client named to the stages behind it', async () => {
    const aliases = inlineTable({ office: 'x@other.example' });
    const policy = definePolicy({ rcpt: [route({ ...base, aliases }), relayControl({ domains: ['school.example'] })] });
    expect(routed(await runPolicy(policy, { to: ['office@school.example'] }))).toEqual([
      'x@other.example smtp:other.example',
    ]);
  });

  it('declares the edits it can make', () => {
    expect(route({ ...base, aliases: inlineTable({}) }).edits).toEqual(['set-next-hop', 'expand-recipient']);
    expect(Object.keys(route({ ...base, aliases: inlineTable({}) }).asks)).toEqual(['aliases', 'localRecipients']);
  });

  it('names all that is wrong at construction', () => {
    const problems = problemsOf(() =>
      route({
        localDomains: ['school.example', '*.school.example'],
        localRecipients: 'all',
        virtualDomains: ['school.example'],
        relayTransport: 'a b:c',
        expansionLimit: 0,
        aliases: aliasTable('a: b\nc: :include:x, @x.example, |prog\nd: e f\n', { file: '/etc/aliases' }),
        virtualAliases: hashTable('x@y a@b@c\ny@y |prog\n', { file: '/etc/virtual' }),
        transport: hashTable('x.example a/b:c\n', { file: '/etc/transport' }),
      }),
    );
    expect(problems.map((one) => `${one.code} ${one.source?.file ?? ''}:${one.source?.line ?? ''}`)).toEqual([
      'wildcard-domain :',
      'two-classes :',
      'bad-transport :',
      'bad-limit :',
      'relative-path /etc/aliases:2',
      'bad-address /etc/aliases:2',
      'bad-address /etc/aliases:3',
      'bad-address /etc/virtual:1',
      'unsupported-alias /etc/virtual:2',
      'bad-transport /etc/transport:1',
    ]);
    expect(problemsOf(() => route({ localDomains: [], localRecipients: 'all' })).map((one) => one.code)).toEqual([
      'no-origin',
    ]);
  });

  it('expands a list of 10,000 members in linear time', async () => {
    const time = async (size: number): Promise<number> => {
      const members = Array.from({ length: size }, (_, i) => `m${i}`).join(', ');
      const stage = route({ ...base, localRecipients: 'all', aliases: inlineTable({ list: members }) });
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 3; i++) {
        const started = performance.now();
        const outcome = await runOne(stage, { to: ['list@school.example'] });
        least = Math.min(least, performance.now() - started);
        expect(outcome.recipients.length).toBe(size);
      }
      return least;
    };
    const small = await time(2500);
    const large = await time(10_000);
    expect(large).toBeLessThan(9 * small + 20);
  });

  it('refuses a list over its limit', async () => {
    const aliases = inlineTable({ list: 'a,b,c' });
    expect(await go({ localRecipients: 'all', aliases, expansionLimit: 2 }, 'list@school.example')).toEqual([loop]);
  });
});

describe('a mailbox that no store may have', () => {
  const mailboxes = { mailboxDomains: ['virt.example'] };
  const paths = { 'carol@virt.example': '../../etc/x/', 'dot@virt.example': 'a/../b/', 'erin@virt.example': 'erin/' };
  it.each([
    ['virtualMailboxes', { ...mailboxes, virtualMailboxes: inlineTable(paths) }, ['../../etc/x/', 'a/../b/']],
    ['mailbox', { mailbox: inlineTable({ t01: '.hidden', t02: 't02/cur' }) }, ['.hidden', 't02/cur']],
    ['transport', { transport: inlineTable({ 'school.example': 'maildir:../x' }) }, ['maildir:../x']],
    ['homeMailbox', { homeMailbox: '.maildir/' }, ['.maildir/']],
  ])('is told when the stage is built: %s', (_, more, expected) => {
    const problems = problemsOf(() => route({ ...base, ...more }));
    expect(problems.map(({ code, construct }) => `${code} ${construct}`)).toEqual(
      expected.map((one) => `bad-mailbox ${one}`),
    );
  });
  it('has its file and line', () => {
    const table = hashTable('erin@virt.example erin/\ncarol@virt.example ../x/\n', { file: 'boxes' });
    const [problem] = problemsOf(() => route({ ...base, ...mailboxes, virtualMailboxes: table }));
    expect(problem?.source).toEqual({ file: 'boxes', line: 2 });
  });
  it('is nobody to tell of where another server has the mailboxes', () => {
    const more = { ...mailboxes, virtualTransport: 'lmtp:[h.example]', virtualMailboxes: inlineTable(paths) };
    expect(() => route({ ...base, ...more })).not.toThrow();
  });
  it('is refused at RCPT where the entries are not known before, and by itself', async () => {
    const more = { ...mailboxes, virtualMailboxes: remote(paths) };
    expect(await go(more, 'carol@virt.example')).toEqual([broken('carol@virt.example')]);
    expect(await go(more, 'dot@virt.example')).toEqual([broken('dot@virt.example')]);
    expect(await go(more, 'erin@virt.example')).toEqual(['erin@virt.example maildir:erin']);
    expect(await go({ mailbox: () => '../x' }, 't01@school.example')).toEqual([broken('t01@school.example')]);
    expect(await go({ transport: remote({ 'school.example': 'maildir:a/../b' }) }, 't01@school.example')).toEqual([
      broken('t01@school.example'),
    ]);
  });
  it.each(['".x"@school.example', '"a\\\\b"@school.example'])('is that of no user: %s', async (address) => {
    const [told = ''] = await go({ localRecipients: 'all' }, address);
    expect(told).toMatch(/^reject unknown-recipient 550 5\.1\.1 /);
  });
});
