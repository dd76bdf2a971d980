/** Features of access control: the smtpd_*_restrictions lists, access maps of every type, restriction classes. */
import type { Feature, Part, Surroundings } from './feature.js';
import { type Entry, keyed, type MadeMap, makeMap } from './maps.js';
import type { Random } from './random.js';

/** What stands behind a key; names of restrictions and classes are actions too. */
const actions = [
  'OK',
  'ok',
  '12345',
  'DUNNO',
  'DUNNO',
  'REJECT',
  'REJECT not welcome here',
  'reject lower case',
  '554 go away',
  '550 5.7.9 with a code of its own',
  '450 4.7.8 later perhaps',
  '521 5.7.1 closed',
  'DEFER',
  'DEFER in a while',
  'DEFER_IF_PERMIT if nothing else',
  'DEFER_IF_REJECT instead of no',
  'DISCARD quietly',
  'HOLD for a look',
  'REDIRECT dave@school.example',
  'PREPEND X-Access: seen',
  'WARN noted',
  'INFO noted too',
  'BCC carol@virt.example',
  'permit_auth_destination',
  'reject_unauth_destination',
  'reject_non_fqdn_sender, permit',
] as const;

type Attribute = 'client' | 'helo' | 'sender' | 'recipient';

const keys: Readonly<Record<Attribute, readonly string[]>> = {
  client: [
    '198.51.100.1',
    '198.51.100',
    '203.0.113',
    '203',
    '192.0.2.7',
    '2001:db8::66',
    '2001:db8',
    'client.example',
    '.example',
    'example',
    'spam.example',
    '.spam.example',
    'far.example',
    'unknown',
  ],
  helo: [
    'client.example',
    'localhost',
    'nodots',
    'spam.example',
    '.example',
    'example',
    '[198.51.100.1]',
    '198.51.100',
  ],
  sender: [
    'a@far.example',
    'a@',
    'far.example',
    '.far.example',
    'sub.far.example',
    'alice@school.example',
    'spam.example',
    'school.example',
    '<>',
    'bare',
    'bare@',
    'example',
    '.example',
    'a+b@far.example',
  ],
  recipient: [
    'alice@school.example',
    'alice@',
    'bob@',
    'school.example',
    'relay.example',
    '.relay.example',
    'sub.relay.example',
    'ghost@school.example',
    'virt.example',
    'carol@virt.example',
    'postmaster@',
    '.example',
    'example',
  ],
};

/** Restrictions that need nothing but the session. */
const plain: Readonly<Record<Attribute, readonly string[]>> = {
  client: ['permit_mynetworks', 'reject_unknown_client_hostname', 'reject_unknown_reverse_client_hostname', 'permit'],
  helo: [
    'reject_invalid_helo_hostname',
    'reject_non_fqdn_helo_hostname',
    'permit_mynetworks',
    'reject_invalid_hostname',
  ],
  sender: ['reject_non_fqdn_sender', 'reject_unlisted_sender', 'permit_mynetworks', 'reject_sender_login_mismatch'],
  recipient: [
    'reject_non_fqdn_recipient',
    'reject_unlisted_recipient',
    'permit_auth_destination',
    'reject_unauth_destination',
    'defer_unauth_destination',
    'permit_mynetworks',
    'reject_unauth_pipelining',
    'reject_multi_recipient_bounce',
  ],
};

/** In any list, now and then. */
const rare = ['permit', 'reject', 'defer', 'defer_if_permit', 'defer_if_reject', 'reject_plaintext_session'];

/** Which attributes a list may look at without waiting for later commands. */
const attributesOf: Readonly<Record<string, readonly Attribute[]>> = {
  client: ['client'],
  helo: ['client', 'helo'],
  sender: ['client', 'helo', 'sender'],
  relay: ['client', 'sender', 'recipient'],
  recipient: ['client', 'helo', 'sender', 'recipient'],
  data: ['client', 'helo', 'sender'],
  end_of_data: ['client', 'sender'],
};

function cidr(random: Random, name: string): MadeMap {
  const file = `cidr_${name}`;
  const rules = [
    '2001:db8::/47',
    '[2001:db8:1::]/48',
    '198.51.100.0/25',
    '203.0.113.6',
    '192.0.2.128/25',
    '!203.0.113.0/24',
    '0.0.0.0/0',
  ];
  const lines = random.some(rules, 1, 3).map((rule) => `${rule} ${random.pick(actions)}`);
  return { spec: `cidr:$config_directory/${file}`, files: { [file]: `${lines.join('\n')}\n` }, index: [] };
}

/** Tables that need no file. */
const constant = [
  'static:DUNNO',
  'static:OK',
  'static:{REJECT all of them}',
  'randmap:{REJECT}',
  'randmap:{DUNNO, DUNNO}',
  'fail:always',
] as const;

function accessMap(random: Random, name: string, attribute: Attribute): MadeMap {
  if (attribute === 'client' && random.chance(0.35)) return cidr(random, name);
  if (random.chance(0.07)) return { spec: random.pick(constant), files: {}, index: [] };
  const wanted = random.some(keys[attribute], 1, 4);
  const entries = wanted.map((key): Entry => [key, random.pick(actions)]);
  // `<` begins no in-line key, and an in-line value is one item.
  const types = wanted.some((key) => /[<[]/.test(key)) ? keyed.filter((type) => type !== 'inline') : keyed;
  return makeMap(random, name, entries, types);
}

function list(random: Random, name: string, tail: readonly string[]): Part {
  const maps: MadeMap[] = [];
  const one = (i: number): string => {
    const attribute: Attribute = random.pick(attributesOf[name] ?? ['client']);
    // Behind `permit` the guard of a relay is dead, and smtpd(8) does not start.
    if (name !== 'relay' && random.chance(0.12)) return random.pick(rare);
    const restriction = random.chance(0.5) ? random.pick(plain[attribute]) : access(attribute, i);
    return random.chance(0.08) ? `warn_if_reject ${restriction}` : restriction;
  };
  const access = (attribute: Attribute, i: number): string => {
    const map = accessMap(random, `${name}_${i}`, attribute);
    maps.push(map);
    return `check_${attribute}_access ${map.spec}`;
  };
  const items = [...Array.from({ length: 1 + random.below(4) }, (_, i) => one(i)), ...tail];
  const usable = name === 'relay' ? items.filter((item) => item !== 'permit') : items;
  return {
    main: [`smtpd_${name}_restrictions = ${usable.join(',\n    ')}`],
    files: Object.assign({}, ...maps.map(({ files }) => files)) as Record<string, string>,
    index: maps.flatMap(({ index }) => index),
  };
}

const listFeature = (name: string, chance: number, tail: readonly string[] = []): Feature => ({
  name: `${name}-restrictions`,
  chance,
  make: (random) => list(random, name, tail),
});

export const restrictions: readonly Feature[] = [
  listFeature('client', 0.4),
  listFeature('helo', 0.4),
  listFeature('sender', 0.45),
  listFeature('relay', 0.4, ['reject_unauth_destination']),
  listFeature('recipient', 0.5),
  listFeature('data', 0.2),
  listFeature('end_of_data', 0.2),
  {
    name: 'classes',
    chance: 0.3,
    make(random) {
      const map = makeMap(random, 'by_class', [
        ['alice@school.example', 'class_a'],
        ['school.example', 'class_b'],
        ['virt.example', 'class_a, permit'],
      ]);
      const inner = random.pick([
        'reject_non_fqdn_sender',
        'permit_mynetworks, reject',
        'reject_invalid_helo_hostname',
      ]);
      return {
        main: [
          'smtpd_restriction_classes = class_a, class_b',
          `class_a = ${inner}`,
          `class_b = ${random.pick(['permit', 'class_a, reject', 'check_sender_access inline:{far.example=REJECT}', 'permit_mynetworks'])}`,
          `smtpd_recipient_restrictions = check_recipient_access ${map.spec}, ${random.pick(['class_a', 'permit_mynetworks'])}`,
        ],
        files: map.files,
        index: map.index,
      };
    },
  },
  {
    name: 'sender-logins',
    chance: 0.15,
    make(random) {
      const map = makeMap(random, 'logins', [
        ['alice@school.example', 'alice'],
        ['@far.example', 'farmer, alice'],
      ]);
      const which = random.pick(['reject_sender_login_mismatch', 'reject_unauthenticated_sender_login_mismatch']);
      return {
        main: [`smtpd_sender_login_maps = ${map.spec}`, `smtpd_sender_restrictions = ${which}`],
        files: map.files,
        index: map.index,
      };
    },
  },
];

/** SASL is on: XCLIENT LOGIN counts as a login. */
export const logins: Feature = {
  name: 'logins',
  chance: 0.4,
  make: (random, { loginPort }: Surroundings) => ({
    main: [
      'smtpd_sasl_auth_enable = yes',
      'smtpd_sasl_type = dovecot',
      `smtpd_sasl_path = inet:127.0.0.1:${loginPort}`,
      `smtpd_relay_restrictions = ${random.pick(['permit_sasl_authenticated, reject_unauth_destination', 'permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination'])}`,
      ...(random.chance(0.6)
        ? [
            `smtpd_sender_restrictions = ${random.pick(['reject_sender_login_mismatch', 'reject_authenticated_sender_login_mismatch', 'reject_unauthenticated_sender_login_mismatch', 'reject_known_sender_login_mismatch'])}`,
            'smtpd_sender_login_maps = inline:{ alice@school.example=alice, { @far.example = farmer, alice } }',
          ]
        : []),
    ],
  }),
};

/** A policy service that is asked of every recipient. */
export const policyService: Feature = {
  name: 'policy-service',
  chance: 0.2,
  make: (_random, { policyPort }: Surroundings) => ({
    main: [`smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:${policyPort}`],
  }),
};

/** What the policy service says: by the recipient, so that both servers hear the same. */
export function policyAnswer(attributes: ReadonlyMap<string, string>): string {
  const recipient = attributes.get('recipient') ?? '';
  if (recipient.startsWith('bob')) return 'REJECT policy says no';
  if (recipient.startsWith('carol')) return '450 4.7.1 policy says later';
  if (recipient.startsWith('dave')) return 'PREPEND X-Policy: seen';
  if (attributes.get('sender') === 'bulk@spam.example') return 'DEFER_IF_PERMIT greylisted';
  return attributes.get('helo_name') === 'nodots' ? 'permit' : 'DUNNO';
}
