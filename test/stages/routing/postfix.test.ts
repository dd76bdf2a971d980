/** What Postfix does with an address; each line was seen under Postfix 3.7 by test/daemons/routing.test.ts or by hand. */
import { describe, expect, it } from 'vitest';
import { type RouteOptions, route, routingFinding } from '../../../src/stages/routing/index.js';
import { inlineTable } from '../../../src/tables/simple-tables.js';
import { problemsOf, runOne, said } from '../facts.js';

const table = (...names: readonly string[]) => inlineTable(Object.fromEntries(names.map((name) => [name, 'x'])));
const base: RouteOptions = {
  localDomains: ['l.example', 'mx.l.example'],
  origin: 'l.example',
  localRecipients: 'all',
  users: table('u', 'v', 'list'),
  recipientDelimiter: '+',
};

/** `transport:destination address` of every end, or its state; `! reply` where the recipient is refused. */
async function ends(options: Partial<RouteOptions>, to: string, sender = 's@s.example'): Promise<readonly string[]> {
  const outcome = await runOne(route({ ...base, deadMembers: 'skip', ...options }), { to: [to], sender });
  const found = routingFinding.in(outcome.recipients[0]?.recipient.findings ?? {});
  const list = (found?.destinations ?? []).map(({ address, state, nextHop, owner }) => {
    const end = nextHop === undefined ? state : `${nextHop.transport}:${nextHop.destination}`;
    return `${end} ${address}${owner === undefined ? '' : ` (${owner})`}`;
  });
  return list.length > 0 ? list : [`! ${said(outcome)}`];
}

const aliases = inlineTable({
  list: 'u, x@o.example',
  'owner-list': 'v',
  prog: '"|/bin/prog a, b", u',
  box: '/var/mail/box',
  all: ':include:/l/all',
  nest: ':include:/l/nest',
  round: ':include:/l/round',
  gone: ':include:/l/gone',
  run: ':include:/l/run',
  me: 'me, \\u',
  deep: 'deep2',
  ext: 'v',
});
const includes = inlineTable({
  '/l/all': '# all\nu, v\nlist\n',
  '/l/nest': ':include:/l/all\nx@o.example',
  '/l/round': 'u\nround\n',
  '/l/run': '|/bin/prog\nu',
});
const virtual = inlineTable({ 'u@l.example': 'w@o.example' });

describe('local delivery', () => {
  it.each<[string, Partial<RouteOptions>, string, readonly string[]]>([
    ['a command', { aliases }, 'prog', ['pipe:/bin/prog a, b prog@l.example', 'maildir:u u@l.example']],
    ['a file', { aliases }, 'box', ['file:/var/mail/box box@l.example']],
    ['a list with owner', { aliases }, 'list', ['maildir:u u@l.example', 'smtp:o.example x@o.example (owner-list)']],
    [
      'no owners',
      { aliases, ownerRequestSpecial: false },
      'list',
      ['maildir:u u@l.example', 'smtp:o.example x@o.example'],
    ],
    [
      'an include',
      { aliases: inlineTable({ all: ':include:/l/all' }), includes },
      'all',
      ['maildir:u u@l.example', 'maildir:v v@l.example', 'maildir:list list@l.example'],
    ],
    [
      'includes in includes',
      { aliases, includes, ownerRequestSpecial: false },
      'nest',
      ['maildir:u u@l.example', 'maildir:v v@l.example', 'smtp:o.example x@o.example'],
    ],
    [
      'an include that names its list',
      { aliases, includes },
      'round',
      ['maildir:u u@l.example', 'broken round@l.example'],
    ],
    ['no such include', { aliases, includes }, 'gone', ['broken gone@l.example']],
    ['a command in an include', { aliases, includes }, 'run', ['broken run@l.example', 'maildir:u u@l.example']],
    ['commands are off', { aliases, commandsFrom: [] }, 'prog', ['broken prog@l.example', 'maildir:u u@l.example']],
    ['files are off', { aliases, filesFrom: [] }, 'box', ['broken box@l.example']],
    ['a virtual alias is not for members', { aliases, virtualAliases: virtual }, 'ext', ['maildir:v v@l.example']],
    [
      'but for those of an include',
      { aliases, includes, virtualAliases: virtual },
      'all',
      ['smtp:o.example w@o.example', 'maildir:v v@l.example', 'smtp:o.example x@o.example (owner-list)'],
    ],
    ['an extension stays behind', { aliases }, 'ext+x', ['maildir:v v@l.example']],
    ['an extension goes along', { aliases, propagateExtensions: ['alias'] }, 'ext+x', ['maildir:v v+x@l.example']],
    ['mailbox_transport', { mailboxTransport: 'lmtp:unix:x' }, 'nobody', ['lmtp:unix:x nobody@l.example']],
    [
      'mailbox_transport_maps',
      { mailboxTransports: inlineTable({ u: 'lmtp:[h]' }) },
      'u+x',
      ['lmtp:[h] u+x@l.example'],
    ],
    ['fallback_transport', { fallbackTransport: 'smtp:[old]' }, 'nobody', ['smtp:[old] nobody@l.example']],
    ['fallback_transport is not for users', { fallbackTransport: 'smtp:[old]' }, 'u', ['maildir:u u@l.example']],
    ['fallback_transport_maps', { fallbackTransports: inlineTable({ n: 'smtp:[n]' }) }, 'n', ['smtp:[n] n@l.example']],
    ['luser_relay', { luserRelay: 'v+$user' }, 'nobody', ['maildir:v v+nobody@l.example']],
    ['luser_relay away', { luserRelay: '$local@o.example' }, 'n+x', ['smtp:o.example n+x@o.example']],
    ['luser_relay to nobody', { luserRelay: 'nobody' }, 'n', ['unknown nobody@l.example']],
    ['nobody', {}, 'n', ['unknown n@l.example']],
    ['postmaster without a mailbox', {}, 'postmaster', ['discard:undeliverable postmaster@l.example']],
    ['home_mailbox', { homeMailbox: 'Maildir/' }, 'u', ['maildir:u/Maildir u@l.example']],
    [
      'content_filter',
      { aliases, contentFilter: 'smtp:localhost:20024' },
      'list',
      ['smtp:localhost:20024 list@l.example'],
    ],
  ])('%s', async (_, options, name, expected) => {
    expect(await ends(options, `${name}@l.example`)).toEqual(expected);
  });

  it('takes 101 aliases in a row for a loop', async () => {
    const chain = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`a${i}`, `a${i + 1}`]));
    expect(await ends({ aliases: inlineTable(chain) }, 'a0@l.example')).toEqual(['broken a101@l.example']);
  });

  it('bounds what include files bring', async () => {
    const long = inlineTable({ '/l/all': 'u,'.repeat(100) });
    expect(await ends({ aliases, includes: long, includeLimit: 50 }, 'all@l.example')).toEqual([
      'broken all@l.example',
    ]);
    expect(await ends({ aliases, includes: long, expansionLimit: 50 }, 'all@l.example')).toEqual([
      '! defer routing 451 4.6.0 Alias expansion error',
    ]);
  });
});

describe('resolution', () => {
  const moved = inlineTable({ u: 'new@n.example', '@o.example': 'n.example' });
  const hosts = inlineTable({ 's@s.example': '[h1]', '<>': '[h2]', '@dunno.example': 'DUNNO' });
  it.each<[string, Partial<RouteOptions>, string, string, readonly string[]]>([
    [
      'relocated',
      { relocated: moved },
      'u@l.example',
      's@s.example',
      [
        '! reject unknown-recipient 550 5.1.6 <u@l.example>: Recipient address rejected: User has moved to new@n.example',
      ],
    ],
    [
      'relocated elsewhere',
      { relocated: moved },
      'x@o.example',
      '',
      ['! reject unknown-recipient 550 5.1.6 <x@o.example>: Recipient address rejected: User has moved to n.example'],
    ],
    ['relayhost', { relayHost: '[hub]:587' }, 'x@o.example', '', ['smtp:[hub]:587 x@o.example']],
    [
      'default_transport before relayhost',
      { relayHost: '[hub]', defaultTransport: 'uucp:gw' },
      'x@o.example',
      '',
      ['uucp:gw x@o.example'],
    ],
    [
      'relayhost for relay domains',
      { relayHost: '[hub]', relayDomains: ['r.example'] },
      'x@a.r.example',
      '',
      ['smtp:[hub] x@a.r.example'],
    ],
    [
      'the sender',
      { relayHost: '[hub]', senderRelayHosts: hosts },
      'x@o.example',
      's@s.example',
      ['smtp:[h1] x@o.example'],
    ],
    ['nobody', { senderRelayHosts: hosts }, 'x@o.example', '', ['smtp:[h2] x@o.example']],
    [
      'DUNNO',
      { relayHost: '[hub]', senderRelayHosts: hosts },
      'x@o.example',
      'a@dunno.example',
      ['smtp:o.example x@o.example'],
    ],
    [
      'default transport of the sender',
      { senderTransports: inlineTable({ 's@s.example': 'lmtp:[s]' }) },
      'x@o.example',
      's@s.example',
      ['lmtp:[s] x@o.example'],
    ],
    ['local_transport', { localTransport: 'lmtp:unix:y' }, 'u@l.example', '', ['lmtp:unix:y u@l.example']],
    [
      'local_transport = virtual',
      { localTransport: 'virtual', virtualMailboxes: inlineTable({ u: '/u/' }) },
      'u@l.example',
      '',
      ['maildir:u u@l.example'],
    ],
    ['percent hack', {}, 'x%o.example@l.example', '', ['smtp:o.example x@o.example']],
    ['percent hack, off', { percentHack: false }, 'x%o.example@l.example', '', ['unknown x%o.example@l.example']],
    ['bang path', {}, 'o.example!x@l.example', '', ['smtp:o.example x@o.example']],
    ['a quoted address', {}, '"x@o.example"@l.example', '', ['smtp:o.example x@o.example']],
    ['percent elsewhere', {}, 'x%y@o.example', '', ['smtp:o.example x%y@o.example']],
    ['percent after percent', {}, 'u%l.example%mx.l.example@l.example', '', ['maildir:u u@l.example']],
    [
      'virtual mailbox',
      { mailboxDomains: ['b.example'], virtualMailboxes: inlineTable({ 'm@b.example': 'b/m/' }) },
      'm+x@b.example',
      '',
      ['maildir:b/m m+x@b.example'],
    ],
    [
      'virtual mailbox, unknown',
      { mailboxDomains: ['b.example'], virtualMailboxes: inlineTable({}) },
      'n@b.example',
      '',
      [
        '! reject unknown-recipient 550 5.1.1 <n@b.example>: Recipient address rejected: User unknown in virtual mailbox table',
      ],
    ],
    [
      'virtual transport',
      { mailboxDomains: ['b.example'], virtualTransport: 'lmtp:unix:z' },
      'm@b.example',
      '',
      ['lmtp:unix:z m@b.example'],
    ],
    [
      'transport says local',
      { transport: inlineTable({ 'o.example': 'local:' }) },
      'u@o.example',
      '',
      ['maildir:u u@o.example'],
    ],
    [
      'transport says nothing of alias domains',
      { virtualDomains: ['a.example'], transport: inlineTable({ '*': 'smtp:[gw]' }) },
      'x@a.example',
      '',
      [
        '! reject unknown-recipient 550 5.1.1 <x@a.example>: Recipient address rejected: User unknown in virtual alias table',
      ],
    ],
    [
      'parents',
      { transportSubdomains: 'parent', transport: inlineTable({ 'o.example': ':[gw]' }) },
      'x@a.o.example',
      '',
      ['smtp:[gw] x@a.o.example'],
    ],
    [
      'relay recipients',
      { relayDomains: ['r.example'], relayRecipients: table('y@r.example') },
      'x@r.example',
      '',
      [
        '! reject unknown-recipient 550 5.1.1 <x@r.example>: Recipient address rejected: User unknown in relay recipient table',
      ],
    ],
    [
      'relay domains alone',
      { relayDomains: ['.r.example'], relaySubdomains: false, relayTransport: 'lmtp:' },
      'x@a.r.example',
      '',
      ['lmtp:a.r.example x@a.r.example'],
    ],
    [
      'a code of 450',
      { localRecipients: table('u'), unknownCodes: { local: 450 }, showTable: false },
      'n@l.example',
      '',
      ['! defer unknown-recipient 450 4.1.1 <n@l.example>: Recipient address rejected: User unknown'],
    ],
    [
      'error:',
      { transport: inlineTable({ 'o.example': 'error:' }) },
      'x@o.example',
      '',
      ['! reject unknown-recipient 550 5.1.1 <x@o.example>: Recipient address rejected: Address is undeliverable'],
    ],
  ])('%s', async (_, options, to, sender, expected) => {
    expect(await ends(options, to, sender)).toEqual(expected);
  });

  it('names all that is wrong at construction', () => {
    const problems = problemsOf(() =>
      route({
        ...base,
        contentFilter: 'a b',
        includeLimit: 0,
        mailboxDomains: ['l.example'],
        relayDomains: ['.-.example'],
        relaySubdomains: false,
        virtualMailboxes: inlineTable({ a: '/' }),
        mailboxTransports: inlineTable({ a: 'x y:' }),
      }),
    );
    expect(problems.map((one) => one.code).sort()).toEqual(
      ['bad-domain', 'bad-limit', 'bad-mailbox', 'bad-transport', 'bad-transport', 'two-classes'].sort(),
    );
  });
});
