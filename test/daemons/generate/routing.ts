/** Features of addresses and routing: domains, aliases, rewriting, transports. */
import type { Feature } from './feature.js';
import { indexed, makeMap } from './maps.js';

export const routing: readonly Feature[] = [
  {
    name: 'aliases',
    chance: 0.7,
    make(random) {
      const entries = [
        'team: alice, bob',
        'nested: team, dave',
        'away: y@far.example',
        'listed: :include:/dev/null, alice',
        'postmaster: alice',
        'abuse: postmaster',
        ...(random.chance(0.3) ? ['loop: loop'] : []),
        ...(random.chance(0.3) ? ['owner-team: bob'] : []),
        ...(random.chance(0.3) ? ['ghost: dave'] : []),
      ];
      const type = random.pick(['hash', 'hash', 'btree', 'lmdb', 'texthash']);
      const text = `# aliases\n${entries.join('\n')}\n`;
      if (type === 'texthash') {
        // postmap's own form: a key without its colon.
        return {
          main: ['alias_maps = texthash:$config_directory/aliases'],
          files: { aliases: text.replace(/^([\w-]+):/gm, '$1') },
        };
      }
      return {
        main: [`alias_maps = ${type}:$config_directory/aliases`],
        files: { aliases: text },
        index: [`alias:${type}:aliases`],
      };
    },
  },
  {
    name: 'virtual-aliases',
    chance: 0.7,
    make(random) {
      const map = makeMap(random, 'virtual', [
        ['sales@vali.example', 'alice@school.example, y@far.example'],
        ['self@vali.example', 'self@vali.example'],
        ['@catch.example', 'carol@virt.example'],
        ['erin@virt.example', 'erin@virt.example, bob@school.example'],
        ['moved@school.example', 'carol@virt.example'],
        ...(random.chance(0.4) ? ([['team', 'dave']] as const) : []),
        ...(random.chance(0.2) ? ([['@virt.example', '@school.example']] as const) : []),
      ]);
      return {
        main: [
          `virtual_alias_maps = ${map.spec}`,
          `virtual_alias_domains = ${random.pick(['vali.example, catch.example', 'vali.example catch.example'])}`,
        ],
        files: map.files,
        index: map.index,
      };
    },
  },
  {
    name: 'recipient-delimiter',
    chance: 0.6,
    make: (random) => ({ main: [`recipient_delimiter = ${random.pick(['+', '-', '+-'])}`] }),
  },
  {
    name: 'transport',
    chance: 0.6,
    make(random, { sinks }) {
      const [first, second] = sinks;
      const map = makeMap(
        random,
        'transport',
        [
          ['discarded@relay.example', 'discard:'],
          ['refused@relay.example', random.pick(['error:no such office', 'error:5.7.0 closed for good', 'error:'])],
          ['later@relay.example', 'retry:4.3.0 come back later'],
          ['relay.example', `smtp:[127.0.0.1]:${second}`],
          ['.relay.example', `relay:[127.0.0.1]:${second}`],
          ...(random.chance(0.3) ? ([['user@', `smtp:[127.0.0.1]:${first}`]] as const) : []),
          ...(random.chance(0.3) ? ([['bob@school.example', `smtp:[127.0.0.1]:${second}`]] as const) : []),
          ...(random.chance(0.3) ? ([['lab.example', 'local:']] as const) : []),
          ...(random.chance(0.3) ? ([['*', `smtp:[127.0.0.1]:${first}`]] as const) : []),
          ...(random.chance(0.3) ? ([['far.example', `:[127.0.0.1]:${second}`]] as const) : []),
        ],
        indexed,
      );
      return { main: [`transport_maps = ${map.spec}`], files: map.files, index: map.index };
    },
  },
  {
    name: 'relocated',
    chance: 0.35,
    make(random) {
      const map = makeMap(random, 'relocated', [
        ['moved@school.example', 'moved@new.example'],
        ['bob', 'bob@elsewhere.example, telephone 12'],
        ['@vali.example', 'nobody'],
        ['gone@relay.example', 'gone@new.example'],
      ]);
      return { main: [`relocated_maps = ${map.spec}`], files: map.files, index: map.index };
    },
  },
  {
    name: 'canonical',
    chance: 0.35,
    make(random) {
      const kind = random.pick(['', 'sender_', 'recipient_']);
      const map = makeMap(random, `${kind}canonical`, [
        ['a@far.example', 'A.Far@far.example'],
        ['ghost@school.example', 'dave@school.example'],
        ['@sub.relay.example', '@relay.example'],
        ['carol', 'erin'],
      ]);
      return {
        main: [
          `${kind}canonical_maps = ${map.spec}`,
          ...(random.chance(0.3) ? ['canonical_classes = envelope_recipient, envelope_sender'] : []),
        ],
        files: map.files,
        index: map.index,
      };
    },
  },
  {
    name: 'masquerade',
    chance: 0.2,
    make: (random) => ({
      main: [
        'masquerade_domains = far.example',
        ...(random.chance(0.5) ? ['masquerade_exceptions = root, x'] : []),
        ...(random.chance(0.4) ? ['masquerade_classes = envelope_sender, envelope_recipient, header_sender'] : []),
      ],
    }),
  },
  {
    name: 'luser-relay',
    chance: 0.2,
    make: (random) => ({
      main: [
        `luser_relay = ${random.pick(['dave', 'dave@school.example', 'y@far.example', '$user@far.example', 'dave+$local'])}`,
        'local_recipient_maps =',
      ],
    }),
  },
  { name: 'any-local', chance: 0.15, make: () => ({ main: ['local_recipient_maps ='] }) },
  {
    name: 'relay-recipients',
    chance: 0.3,
    make(random) {
      const map = makeMap(random, 'relay_recipients', [
        ['user@relay.example', 'x'],
        ['discarded@relay.example', 'x'],
        ['@sub.relay.example', 'x'],
      ]);
      return { main: [`relay_recipient_maps = ${map.spec}`], files: map.files, index: map.index };
    },
  },
  {
    // A table that cannot tell, behind the others.
    name: 'failing-table',
    chance: 0.07,
    make: (random) => ({
      main: [
        random.pick([
          'virtual_alias_maps = fail:v',
          'virtual_alias_domains = fail:d',
          'relocated_maps = fail:r',
          'transport_maps = fail:t',
          'canonical_maps = fail:c',
          'relay_recipient_maps = fail:r',
          'local_recipient_maps = hash:$config_directory/users fail:l',
          'virtual_mailbox_domains = virt.example, fail:m',
          'relay_domains = relay.example, fail:y',
          'mynetworks = 127.0.0.0/8, fail:n',
        ]),
      ],
    }),
  },
  { name: 'no-percent-hack', chance: 0.2, make: () => ({ main: ['allow_percent_hack = no'] }) },
  { name: 'no-swap-bangpath', chance: 0.2, make: () => ({ main: ['swap_bangpath = no'] }) },
  { name: 'append-dot-mydomain', chance: 0.2, make: () => ({ main: ['append_dot_mydomain = yes'] }) },
  { name: 'myorigin', chance: 0.3, make: () => ({ main: ['myorigin = $mydomain'] }) },
  {
    name: 'excluded-networks',
    chance: 0.12,
    make: (random) => ({
      main: [
        `mynetworks = ${random.pick(['!192.0.2.7, 192.0.2.0/25', '192.0.2.0/25, [::ffff:198.51.100.0]/120', '!$config_directory/not_ours, 192.0.2.0/24'])}, 127.0.0.0/8`,
      ],
      files: { not_ours: '192.0.2.128/25\n' },
    }),
  },
  {
    name: 'excluded-domains',
    chance: 0.1,
    make: (random) => ({
      main: [
        random.pick([
          'relay_domains = !sub.relay.example, relay.example',
          'mydestination = !lab.example, school.example, lab.example, localhost',
          'virtual_mailbox_domains = !$config_directory/not_local, virt.example',
        ]),
      ],
      files: { not_local: 'lab.example\n' },
    }),
  },
  {
    // Copies that nobody can get are among them.
    name: 'copies',
    chance: 0.15,
    make: (random) => ({
      main: [
        random.pick([
          'always_bcc = dave@school.example',
          'always_bcc = ghost@school.example',
          'sender_bcc_maps = inline:{@far.example=dave, {x@b.example=carol@virt.example}}',
          'recipient_bcc_maps = inline:{{alice@school.example=bob@school.example}, @virt.example=y@far.example}',
        ]),
      ],
    }),
  },
  { name: 'untrusted-routing', chance: 0.2, make: () => ({ main: ['allow_untrusted_routing = yes'] }) },
];
