/** Generated configurations for routing.test.ts: Postfix's parameters and maps, and the same as options of `route`. */

import type { Table } from '../../src/core/table.js';
import type { RouteOptions } from '../../src/stages/routing/index.js';
import { aliasTable } from '../../src/tables/alias-table.js';
import { inlineTable } from '../../src/tables/simple-tables.js';

export interface Case {
  readonly id: string;
  readonly sender: string;
  readonly to: string;
}

type Map_ = Readonly<Record<string, string>>;

export interface Setup {
  readonly parameters: Map_;
  readonly maps: Readonly<Record<string, Map_>>;
  readonly includes: Map_;
  readonly cases: readonly Case[];
}

/** Accounts that a Debian system has, with home folders or without. */
const accounts = ['games', 'man', 'lp', 'news', 'uucp', 'list', 'nobody', 'mail', 'backup'];
const users = ['games', 'man', 'lp', 'news', 'uucp'];

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

export function generate(seed: number, count: number, files: string, command: string, etc: string): readonly Setup[] {
  const next = random(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const maybe = (chance: number): boolean => next() < chance;
  const targets = [
    'games',
    'man',
    'news',
    'nobody2',
    'list',
    'team',
    'GAMES',
    'v1@vbox.example',
    'x@other.example',
    'a1@alias.example',
    'games@local.example',
    'r@relay.example',
    'y@o2.example',
    'team+ext',
    'a2@alias.example',
    'man@mx.local.example',
  ];
  const some = (from: readonly string[], most: number): string =>
    Array.from({ length: 1 + Math.floor(next() * most) }, () => pick(from)).join(', ');
  return Array.from({ length: count }, (_, number) => {
    const delimiter = pick(['', '+', '+', '+-']);
    const aliases: Record<string, string> = {};
    for (const name of ['list', 'team', 'games', 'both', 'boss', 'team+ext', 'owner-list', 'self', 'aa', 'bb']) {
      if (maybe(0.6)) aliases[name] = some(targets, 3);
    }
    if (maybe(0.6)) aliases.self = `self, ${some(targets, 2)}`;
    if (maybe(0.4)) Object.assign(aliases, { aa: 'bb', bb: 'aa' });
    if (maybe(0.7)) aliases.prog = `"|${command} prog${number} arg", ${pick(users)}`;
    if (maybe(0.7)) aliases.arch = `${files}/arch${number}`;
    const list = `${files}/../list${number}`.replace('/files/..', '');
    if (maybe(0.7)) aliases.incl = `:include:${list}`;
    if (maybe(0.3)) aliases.gone = `:include:${list}-gone`;
    const includes = {
      [list]: `# members\n${some(targets, 3)}\n${pick(['news', 'incl', `"|${command} no"`, 'lp, uucp'])}\n`,
    };
    const virtual: Record<string, string> = {};
    for (const key of [
      'a1@alias.example',
      'a2@alias.example',
      'list@local.example',
      'x@other.example',
      'man',
      '@o2.example',
      'boss',
      'v2@vbox.example',
      'r@relay.example',
      'lp',
    ]) {
      if (maybe(0.45))
        virtual[key] = key.startsWith('@') ? pick(['@other.example', 'games', 'y@o2.example']) : some(targets, 3);
    }
    if (maybe(0.15)) virtual['@alias.example'] = pick(['games', '@local.example', 'v1@vbox.example']);
    const transport: Record<string, string> = {};
    const values = [
      'custom:',
      'custom:[hop]:26',
      ':[over]',
      ':',
      'smtp:',
      'error:5.7.0 go away',
      'error:',
      'retry:4.7.7 wait',
      'retry:',
      'discard:',
      'discard:why',
      'smtp:[h.example]:2525',
      'local:',
      'virtual:',
      'lmtp:unix:x',
    ];
    for (const key of [
      'other.example',
      '.other.example',
      'x@other.example',
      'games@local.example',
      'local.example',
      'relay.example',
      '*',
      'vbox.example',
      'alias.example',
      'man@',
      'y@o2.example',
      'sub.relay.example',
    ]) {
      if (maybe(key === '*' || key === 'local.example' ? 0.12 : 0.3)) transport[key] = pick(values);
    }
    const mailboxes: Record<string, string> = { 'v1@vbox.example': 'vbox/v1/', 'v2@vbox.example': 'v2/' };
    if (maybe(0.3)) mailboxes['@vbox.example'] = 'catch/all/';
    const relocated: Record<string, string> = {};
    for (const key of ['moved@local.example', 'moved', 'x@other.example', 'v1@vbox.example', '@o2.example'])
      if (maybe(0.25)) relocated[key] = 'new@place.example';
    const relayUsers = { 'r@relay.example': 'x', '@sub.relay.example': 'x' };
    const map = (name: string): string => `texthash:${etc}/${name}`;
    const parameters: Record<string, string> = {
      mydestination: 'local.example, mx.local.example',
      myorigin: 'local.example',
      recipient_delimiter: delimiter,
      alias_maps: `hash:${etc}/aliases`,
      alias_database: '',
      virtual_alias_domains: 'alias.example',
      virtual_alias_maps: map('virtual'),
      virtual_mailbox_domains: 'vbox.example',
      virtual_mailbox_maps: map('mailboxes'),
      relay_domains: 'relay.example',
      transport_maps: map('transport'),
      relocated_maps: map('relocated'),
      local_recipient_maps: pick([`$alias_maps texthash:${etc}/users`, `$alias_maps texthash:${etc}/users`, '']),
      ...(maybe(0.4) && { relay_recipient_maps: map('relayusers') }),
      ...(maybe(0.3) && { relayhost: pick(['[hub.example]', 'hub.example:587']) }),
      ...(maybe(0.25) && { default_transport: pick(['custom', 'custom:[d.example]', 'smtp', 'error:no outside']) }),
      ...(maybe(0.25) && { relay_transport: pick(['custom', 'smtp:[in.example]', 'lmtp:[in]:24']) }),
      ...(maybe(0.15) && { local_transport: pick(['custom:x', 'local:mx.local.example', 'virtual']) }),
      ...(maybe(0.15) && { virtual_transport: pick(['custom', 'lmtp:unix:private/x']) }),
      ...(maybe(0.15) && { mailbox_transport: pick(['custom:box', 'lmtp:unix:y']) }),
      ...(maybe(0.2) && { fallback_transport: pick(['custom:fall', 'custom']) }),
      ...(maybe(0.35) && {
        luser_relay: pick([
          '$user@other.example',
          'games',
          'lost+$local@o3.example',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: Postfix's variables
          '${extension?ext-$extension@other.example}${extension:news}',
          'nobody3',
        ]),
      }),
      ...(maybe(0.2) && {
        propagate_unmatched_extensions: pick(['canonical, virtual, alias', 'virtual, alias, include', '']),
      }),
      ...(maybe(0.15) && { parent_domain_matches_subdomains: pick(['relay_domains, transport_maps', '']) }),
      ...(maybe(0.15) && {
        sender_dependent_relayhost_maps: `inline:{s@sender.example=[srh.example], <>=[null.example]}`,
      }),
      ...(maybe(0.15) && { show_user_unknown_table_name: 'no' }),
      ...(maybe(0.15) && { unknown_local_recipient_reject_code: '450' }),
      ...(maybe(0.15) && { owner_request_special: 'no' }),
      ...(maybe(0.1) && { allow_percent_hack: 'no' }),
      ...(maybe(0.12) && { content_filter: 'custom:[filter]:10024' }),
    };
    const recipients = [
      ...users,
      'list',
      'team',
      'both',
      'boss',
      'self',
      'aa',
      'prog',
      'arch',
      'incl',
      'gone',
      'nobody2',
      'moved',
      'postmaster',
      'GAMES',
      'team+ext',
      'games+x',
      'list-request',
      'owner-list',
      'x%other.example',
      'y%o2.example',
      'other.example!x',
      'nobody+ext',
      '"x y"',
    ].map((local) => `${local}@${maybe(0.85) ? 'local.example' : 'mx.local.example'}`);
    const others = [
      'a1@alias.example',
      'a2@alias.example',
      'a3@alias.example',
      'a1+e@alias.example',
      'v1@vbox.example',
      'v2@vbox.example',
      'v3@vbox.example',
      'v1+e@vbox.example',
      'r@relay.example',
      'q@relay.example',
      's@sub.relay.example',
      'x@other.example',
      'x+e@other.example',
      'z@sub.other.example',
      'y@o2.example',
      'any@o2.example',
      'games@[127.0.0.1]',
      'x@[192.0.2.9]',
    ];
    const cases = [
      ...Array.from({ length: 8 }, () => pick(recipients)),
      ...Array.from({ length: 6 }, () => pick(others)),
    ];
    return {
      parameters,
      maps: {
        aliases,
        virtual,
        transport,
        mailboxes,
        relocated,
        relayusers: relayUsers,
        users: Object.fromEntries(users.map((name) => [name, 'x'])),
      },
      includes,
      cases: [...new Set(cases)].map((to, i) => ({
        id: `${number}-${i}`,
        sender: maybe(0.85) ? 's@sender.example' : 't@sender.example',
        to,
      })),
    };
  });
}

/** The same for `route`. */
export function optionsOf({ parameters: p, maps, includes }: Setup): RouteOptions {
  const table = (name: string): Table => inlineTable(maps[name] ?? {}, { name });
  const text = Object.entries(maps.aliases ?? {}).map(([key, value]) => `${key}: ${value}\n`);
  const isParent = (name: string): boolean => (p.parent_domain_matches_subdomains ?? 'relay_domains').includes(name);
  const classes = p.propagate_unmatched_extensions?.split(', ').filter((one) => one !== '');
  return {
    localDomains: ['local.example', 'mx.local.example', '[127.0.0.1]'],
    origin: 'local.example',
    localRecipients: p.local_recipient_maps === '' ? 'all' : table('users'),
    users: inlineTable(Object.fromEntries(accounts.map((name) => [name, 'x']))),
    aliases: aliasTable(text.join(''), { file: 'aliases' }),
    includes: inlineTable(includes),
    virtualDomains: ['alias.example'],
    virtualAliases: table('virtual'),
    mailboxDomains: ['vbox.example'],
    virtualMailboxes: table('mailboxes'),
    relayDomains: ['relay.example'],
    relaySubdomains: isParent('relay_domains'),
    transport: table('transport'),
    transportSubdomains: isParent('transport_maps') ? 'parent' : 'dot',
    relocated: table('relocated'),
    recipientDelimiter: p.recipient_delimiter ?? '',
    localTransport: p.local_transport ?? 'local:mx.local.example',
    relayTransport: p.relay_transport ?? 'relay',
    ...(p.default_transport !== undefined && { defaultTransport: p.default_transport }),
    ...(p.virtual_transport !== undefined && { virtualTransport: p.virtual_transport }),
    ...(p.relayhost !== undefined && { relayHost: p.relayhost }),
    ...(p.relay_recipient_maps !== undefined && { relayRecipients: table('relayusers') }),
    ...(p.mailbox_transport !== undefined && { mailboxTransport: p.mailbox_transport }),
    ...(p.fallback_transport !== undefined && { fallbackTransport: p.fallback_transport }),
    ...(p.luser_relay !== undefined && { luserRelay: p.luser_relay }),
    ...(p.content_filter !== undefined && { contentFilter: p.content_filter }),
    ...(p.sender_dependent_relayhost_maps !== undefined && {
      senderRelayHosts: inlineTable({ 's@sender.example': '[srh.example]', '<>': '[null.example]' }),
    }),
    ...(classes !== undefined && { propagateExtensions: classes as ('virtual' | 'alias' | 'include' | 'canonical')[] }),
    ...(p.show_user_unknown_table_name === 'no' && { showTable: false }),
    ...(p.unknown_local_recipient_reject_code !== undefined && { unknownCodes: { local: 450 } }),
    ...(p.owner_request_special === 'no' && { ownerRequestSpecial: false }),
    ...(p.allow_percent_hack === 'no' && { percentHack: false }),
  };
}
