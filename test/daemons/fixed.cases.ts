/** Configurations and sessions that chance does not come to: each is put to both servers by fixed.test.ts. */
import { content, type Dialogue, type Step, say } from './dialogue.js';
import type { Surroundings } from './generate/feature.js';
import type { PostfixFiles } from './postfix-files.js';

export interface FixedCase {
  readonly name: string;
  /** Replaces lines of `base`. `@SINK@` and `@SINK2@` are ports of servers that take all mail, `@LOGINS@` of one that knows logins. */
  readonly mainCf: readonly string[];
  readonly maps?: Readonly<Record<string, string>>;
  readonly masterCf?: string;
  /** Options of the second service; sessions then go there. */
  readonly second?: readonly string[];
  readonly sessions: readonly (readonly Step[])[];
}

export const base: readonly string[] = [
  'myhostname = mx.school.example',
  'mydomain = school.example',
  'mydestination = school.example, lab.example, localhost',
  'local_recipient_maps = texthash:$config_directory/users',
  'alias_maps =',
  'virtual_mailbox_domains = virt.example',
  'virtual_mailbox_maps = texthash:$config_directory/mailboxes',
  'relayhost = [127.0.0.1]:@SINK@',
  'relay_domains = relay.example',
  'mynetworks = 127.0.0.0/8, 192.0.2.0/25',
  'smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination',
];

export const baseMaps: Readonly<Record<string, string>> = {
  users: 'alice x\nbob x\ndave x\n',
  mailboxes: 'carol@virt.example v/carol/\nerin@virt.example v/erin/\n',
};

const from = (ip: string, name = 'client.example'): Step => say(`XCLIENT ADDR=${ip} NAME=${name}`);
const outside = from('198.51.100.1');

let count = 0;
/** One transaction from outside with a message. */
function mail(sender: string, recipients: readonly string[], more = '', client: Step = outside): readonly Step[] {
  count += 1;
  const id = `fixed-${count}`;
  return [
    ...(client === here ? [] : [client]),
    say('EHLO client.example'),
    say(`MAIL FROM:<${sender}>`),
    ...recipients.map((one) => say(`RCPT TO:<${one}>`)),
    say('DATA'),
    content(
      `X-Case: ${id}\n${more}Date: Mon, 01 Jan 2024 00:00:00 +0000\nMessage-Id: <${id}@client.example>\nFrom: a@far.example\nTo: alice\nSubject: x\n\nHello\n`,
    ),
    say('QUIT'),
  ];
}
const here: Step = say();

/** Names of the HELO commands of a session; bad.example is refused. */
const heloOrders: readonly (readonly string[])[] = [
  [],
  ['good.example'],
  ['bad.example'],
  ['bad.example', 'good.example'],
  ['good.example', 'bad.example'],
];

export const fixedCases: readonly FixedCase[] = [
  {
    name: 'excluded networks',
    mainCf: ['mynetworks = !192.0.2.7, 192.0.2.0/24, 127.0.0.0/8'],
    sessions: ['192.0.2.7', '192.0.2.8', '198.51.100.1'].map((ip) =>
      mail('a@far.example', ['y@far.example'], '', from(ip)),
    ),
  },
  {
    name: 'excluded domains',
    mainCf: [
      'relay_domains = !no.relay.example, relay.example',
      'mydestination = !lab.example, school.example, lab.example',
    ],
    sessions: [
      mail('a@far.example', [
        'u@relay.example',
        'u@no.relay.example',
        'u@sub.relay.example',
        'dave@lab.example',
        'alice@school.example',
      ]),
    ],
  },
  {
    name: 'IPv4-mapped networks',
    mainCf: [
      'mynetworks = [::ffff:198.51.100.0]/120, 127.0.0.0/8',
      'smtpd_client_restrictions = check_client_access cidr:$config_directory/clients',
    ],
    maps: { clients: '::ffff:203.0.113.0/120 REJECT mapped\n' },
    sessions: ['198.51.100.1', '203.0.113.5', '192.0.2.8'].map((ip) =>
      mail('a@far.example', ['y@far.example'], '', from(ip)),
    ),
  },
  {
    name: '-o relay_domains',
    mainCf: [],
    second: ['relay_domains=other.example'],
    sessions: [
      mail('a@far.example', ['u@relay.example', 'u@other.example', 'dave@lab.example', 'alice@school.example']),
    ],
  },
  {
    name: '-o cleanup_service_name',
    mainCf: [
      'virtual_alias_maps = inline:{sales@school.example=alice@school.example}',
      'header_checks = pcre:$config_directory/checks',
    ],
    maps: { checks: '/^X-Flag:/ REJECT flagged\n' },
    second: ['cleanup_service_name=cleanup2'],
    masterCf:
      'cleanup2 unix n - n - 0 cleanup\n  -o header_checks=\n  -o virtual_alias_maps=inline:{sales@school.example=bob@school.example}\n  -o always_bcc=dave@school.example\n',
    sessions: [mail('a@far.example', ['sales@school.example', 'alice@school.example'], 'X-Flag: 1\n')],
  },
  ...['yes', 'no'].flatMap((untrusted) =>
    [
      'reject_unauth_destination',
      'permit_auth_destination, reject',
      'permit_mynetworks, permit_auth_destination, reject_unlisted_recipient, reject',
    ].map((relay) => ({
      name: `routes in local parts, ${untrusted}, ${relay}`,
      mainCf: [
        `allow_untrusted_routing = ${untrusted}`,
        `smtpd_relay_restrictions = ${relay}`,
        'smtpd_recipient_restrictions = check_recipient_access inline:{bob@school.example=REJECT}',
      ],
      sessions: [
        mail('a@far.example', [
          'user%far.example@school.example',
          'ghost%lab.example@school.example',
          'alice%lab.example@school.example',
          'bob%lab.example@school.example',
          'bob%school.example@lab.example',
          'lab.example!alice@school.example',
          'alice%school.example@relay.example',
          '"alice@lab.example"@school.example',
          'carol%virt.example@school.example',
          'ghost%virt.example@school.example',
          'user%relay.example@school.example',
          'alice%school.example@virt.example',
        ]),
      ],
    })),
  ),
  {
    name: 'HTTP, and XCLIENT where it is not due',
    mainCf: ['smtpd_delay_reject = no', 'smtpd_client_restrictions = check_client_access inline:{192.0.2.99=REJECT}'],
    sessions: [
      [from('192.0.2.99'), say('GET / HTTP/1.0')],
      [outside, say('POST / HTTP/1.1')],
      [
        say('EHLO client.example'),
        say('MAIL FROM:<a@far.example>'),
        say('XCLIENT'),
        say('XCLIENT ADDR=192.0.2.5'),
        say('RSET'),
        say('XCLIENT ADDR=::ffff:192.0.2.5'),
        say('XCLIENT ADDR=IPV6:192.0.2.5'),
        say('XCLIENT'),
        say('QUIT'),
      ],
    ],
  },
  {
    name: 'REDIRECT and FILTER',
    mainCf: [
      'header_checks = pcre:$config_directory/checks',
      'smtpd_sender_restrictions = check_sender_access inline:{{both@far.example=class_both}, {b2@far.example=class_2}}',
      'smtpd_restriction_classes = class_both, class_2',
      'class_both = check_sender_access inline:{{both@far.example=FILTER smtp:[127.0.0.1]:@SINK2@}}, check_sender_access inline:{{both@far.example=REDIRECT dave@school.example}}',
      'class_2 = check_sender_access inline:{{b2@far.example=REDIRECT dave@school.example}}, check_sender_access inline:{{b2@far.example=FILTER smtp:[127.0.0.1]:@SINK2@}}',
    ],
    maps: {
      checks:
        '/^X-Filter:/ FILTER smtp:[127.0.0.1]:@SINK2@\n/^X-Redirect:/ REDIRECT bob@school.example\n/^X-Hold:/ HOLD\n/^X-Bcc:/ BCC carol@virt.example\n',
    },
    sessions: [
      mail('both@far.example', ['alice@school.example']),
      mail('b2@far.example', ['alice@school.example']),
      mail('a@far.example', ['alice@school.example', 'bob@school.example'], 'X-Filter: 1\nX-Redirect: 1\n'),
      mail('a@far.example', ['alice@school.example', 'bob@school.example'], 'X-Redirect: 1\nX-Filter: 1\n'),
      mail('a@far.example', ['alice@school.example'], 'X-Hold: 1\nX-Filter: 1\nX-Redirect: 1\n'),
      mail('a@far.example', ['alice@school.example'], 'X-Bcc: 1\nX-Filter: 1\nX-Redirect: 1\n'),
      mail('a@far.example', ['alice@school.example'], 'X-Bcc: 1\nX-Filter: 1\n'),
      mail('both@far.example', ['alice@school.example'], 'X-Redirect: 1\n'),
    ],
  },
  {
    name: 'REDIRECT and FILTER, content_filter',
    mainCf: [
      'header_checks = pcre:{{/^X-Redirect:/ REDIRECT bob@school.example}, {/^X-Bcc:/ BCC carol@virt.example}, {/^X-Bad:/ REDIRECT ghost@school.example}}',
      'content_filter = smtp:[127.0.0.1]:@SINK2@',
    ],
    sessions: [
      mail('a@far.example', ['alice@school.example'], 'X-Redirect: 1\n'),
      mail('a@far.example', ['alice@school.example'], 'X-Bcc: 1\n'),
      mail('a@far.example', ['alice@school.example'], 'X-Bad: 1\n'),
    ],
  },
  {
    name: 'copies to nobody',
    mainCf: [
      'header_checks = pcre:$config_directory/checks',
      'virtual_alias_maps = inline:{@virt.example=@school.example}',
      'always_bcc = ghost@school.example',
      'smtpd_sender_restrictions = check_sender_access inline:{{b@far.example=BCC ghost@school.example}}',
      'transport_maps = inline:{{later@relay.example=retry:not now},{never@relay.example=error:never}}',
    ],
    maps: {
      checks:
        '/^X-Bcc: 1/ BCC carol@virt.example\n/^X-Bcc: 2/ BCC later@relay.example\n/^X-Bcc: 3/ BCC never@relay.example\n',
    },
    sessions: [
      mail('a@far.example', ['alice@school.example'], 'X-Bcc: 1\n'),
      mail('a@far.example', ['alice@school.example'], 'X-Bcc: 2\n'),
      mail('a@far.example', ['alice@school.example'], 'X-Bcc: 3\n'),
      mail('b@far.example', ['alice@school.example']),
    ],
  },
  ...[
    'canonical_maps = inline:{{dave=bob@lab.example}, {carol@virt.example=far@relay.example}}',
    'recipient_canonical_maps = inline:{{dave@school.example=erin@virt.example}, {carol@virt.example=dave@school.example}}',
    'recipient_canonical_maps = inline:{{dave@school.example=bob@school.example}, {bob@school.example=dave@school.example}}',
    'recipient_canonical_maps = pipemap:{pcre:{{/^dave/ x}},fail:d}',
  ].map((canonical) => ({
    name: `copies through ${canonical}`,
    mainCf: [
      canonical,
      'always_bcc = dave@school.example',
      'sender_bcc_maps = inline:{b@far.example=carol@virt.example}',
      'recipient_bcc_maps = inline:{erin@virt.example=copy@a.relay.example}',
      'masquerade_domains = relay.example',
      'masquerade_classes = envelope_recipient',
    ],
    sessions: [
      mail('a@far.example', ['alice@school.example']),
      mail('b@far.example', ['alice@school.example', 'erin@virt.example']),
      mail('a@far.example', ['dave@school.example']),
    ],
  })),
  {
    name: 'a line that is no field, and what a body is then',
    mainCf: [
      'nested_header_checks = regexp:$config_directory/checks',
      'body_checks = regexp:$config_directory/checks',
      'body_checks_size_limit = 64',
    ],
    maps: { checks: '/cheap/ REPLACE X-Replaced: instead\n' },
    sessions: [17, 18, 19].flatMap((size) =>
      ['X-A: 1', 'Content-Type: message/rfc822', 'Content-Type: multipart/mixed; boundary=b'].map((field) =>
        mail(
          'a@far.example',
          ['alice@school.example'],
          `${field}\n${'x'.repeat(size)}\nX-B: 1\n--b\nX-C: ${'y'.repeat(28)}\n\ncheap\n`,
        ),
      ),
    ),
  },
  ...['reject_sender_login_mismatch', 'reject_known_sender_login_mismatch'].map((word) => ({
    name: `${word}, and nobody owns an address`,
    mainCf: [
      'smtpd_sasl_auth_enable = yes',
      'smtpd_sasl_type = dovecot',
      'smtpd_sasl_path = inet:127.0.0.1:@LOGINS@',
      `smtpd_sender_restrictions = ${word}`,
    ],
    sessions: ['', ' LOGIN=alice'].map((login) =>
      mail('a@far.example', ['alice@school.example'], '', from('198.51.100.1', `client.example${login}`)),
    ),
  })),
  ...[
    ['smtpd_helo_restrictions = defer_if_permit, check_helo_access inline:{bad.example=REJECT}'],
    [
      'smtpd_helo_restrictions = check_helo_access inline:{bad.example=class_a}',
      'smtpd_restriction_classes = class_a',
      'class_a = defer_if_permit, reject',
    ],
    [
      'smtpd_helo_restrictions = check_helo_access inline:{bad.example=REJECT}',
      'smtpd_client_restrictions = defer_if_permit',
    ],
  ].map((more, i) => ({
    name: `put off before a refused HELO, ${i}`,
    mainCf: ['smtpd_delay_reject = no', ...more],
    sessions: heloOrders.map((names) => [
      outside,
      ...names.map((name) => say(`EHLO ${name}`)),
      say('MAIL FROM:<a@far.example>'),
      say('RCPT TO:<alice@school.example>'),
      say('RSET'),
      say('MAIL FROM:<a@far.example>'),
      say('RCPT TO:<alice@school.example>'),
      say('QUIT'),
    ]),
  })),
  {
    name: 'domains without a dot',
    mainCf: [
      'append_dot_mydomain = yes',
      'mydestination = school.example, lab.example, localhost, short.school.example',
      'smtpd_sender_restrictions = check_sender_access texthash:$config_directory/senders, reject_unlisted_sender',
      'smtpd_recipient_restrictions = check_recipient_access texthash:$config_directory/recipients, reject_unauth_destination',
    ],
    maps: {
      senders: 'u@nofqdn.school.example REJECT whole\nv@nofqdn REJECT short\n',
      recipients: 'bob@short.school.example REJECT whole\ndave@short REJECT short\n',
    },
    sessions: ['u@nofqdn', 'v@nofqdn', 'ghost@short', 'alice@short', 'a@far.example'].map((sender) =>
      mail(sender, ['alice@short', 'bob@short', 'dave@short', 'ghost@short', 'x@nowhere', 'alice@localhost']),
    ),
  },
  {
    name: 'domains without a dot, fully qualified',
    mainCf: [
      'append_dot_mydomain = yes',
      'mydestination = school.example, lab.example, localhost, short.school.example',
      'smtpd_recipient_restrictions = reject_non_fqdn_sender, reject_non_fqdn_recipient, reject_unlisted_recipient',
    ],
    sessions: [
      mail('u@nofqdn', ['alice@school.example']),
      mail('a@far.example', ['alice@short', 'x@nowhere', 'alice@school.example']),
    ],
  },
  {
    name: 'header fields of this host',
    mainCf: [
      'canonical_maps = inline:{alice=alice.a@school.example,a@far.example=b@far.example}',
      'masquerade_domains = far.example',
      'local_recipient_maps =',
    ],
    sessions: [
      mail('a@far.example', ['alice@school.example'], '', here),
      mail('a@far.example', ['alice@school.example']),
    ],
  },
  ...['recipient', 'relay', 'data', 'end_of_data', 'sender'].map(
    (list): FixedCase => ({
      name: `DISCARD behind defer_if_permit, ${list}`,
      mainCf: [
        `smtpd_${list}_restrictions = defer_if_permit, check_sender_access inline:{a@far.example=DISCARD}, reject_unauth_destination`,
      ],
      sessions: [
        mail('a@far.example', ['alice@school.example', 'bob@school.example']),
        mail('b@far.example', ['alice@school.example']),
      ],
    }),
  ),
  {
    name: 'senders that canonical maps know',
    mainCf: [
      'sender_canonical_maps = inline:{s@school.example=alice@school.example}',
      'recipient_canonical_maps = inline:{r@school.example=alice@school.example}',
      'canonical_maps = inline:{c@school.example=alice@school.example}',
      'virtual_alias_maps = inline:{v@school.example=alice@school.example}',
      'smtpd_sender_restrictions = reject_unlisted_sender',
    ],
    sessions: ['s', 'r', 'c', 'v', 'ghost'].map((name) =>
      mail(`${name}@school.example`, [`${name}@school.example`, 'alice@school.example']),
    ),
  },
  ...['yes', 'no'].map((wanted) => ({
    name: `unlisted recipients, ${wanted}`,
    mainCf: [
      `smtpd_reject_unlisted_recipient = ${wanted}`,
      'relay_recipient_maps = inline:{user@relay.example=x}',
      'transport_maps = inline:{{ghost@school.example=smtp:[127.0.0.1]:@SINK2@},{gone@virt.example=discard:},{err@school.example=error:5.1.1 gone}}',
      'relocated_maps = inline:{moved@school.example=new@far.example}',
    ],
    sessions: [
      mail('a@far.example', [
        'ghost@school.example',
        'gone@virt.example',
        'other@relay.example',
        'user@relay.example',
        'nobody@school.example',
        'moved@school.example',
        'err@school.example',
        'nobody@virt.example',
        'alice@school.example',
      ]),
    ],
  })),
];

const failing: Readonly<Record<string, string>> = {
  virtual_alias_maps: 'fail:v',
  virtual_alias_domains: 'fail:d',
  relocated_maps: 'fail:r',
  transport_maps: 'fail:t',
  canonical_maps: 'fail:c',
  sender_canonical_maps: 'fail:c',
  recipient_canonical_maps: 'fail:c',
  relay_recipient_maps: 'fail:r',
  local_recipient_maps: 'texthash:$config_directory/users fail:l',
  virtual_mailbox_domains: 'virt.example, fail:m',
  virtual_mailbox_maps: 'texthash:$config_directory/mailboxes fail:m',
  relay_domains: 'relay.example, fail:y',
  mynetworks: '127.0.0.0/8, fail:n',
  mydestination: 'school.example, fail:z',
  alias_maps: 'fail:a',
  smtpd_sender_login_maps: 'fail:s',
  sender_bcc_maps: 'fail:b',
  recipient_bcc_maps: 'fail:b',
  sender_dependent_relayhost_maps: 'fail:h',
};
const orders: readonly (readonly string[])[] = [
  [
    'smtpd_relay_restrictions = reject_unauth_destination, reject_unlisted_recipient, reject_non_fqdn_sender, reject_unlisted_sender',
    'smtpd_sender_restrictions = check_sender_access inline:{b@far.example=REJECT}',
  ],
  [
    'smtpd_recipient_restrictions = reject_unlisted_sender, reject_unknown_recipient_domain, permit_mynetworks, check_sender_access inline:{a@far.example=OK}, reject_unauth_destination',
  ],
];

export const failingCases: readonly FixedCase[] = Object.entries(failing).flatMap(([name, value]) =>
  orders.map(
    (order, i): FixedCase => ({
      name: `failing ${name}, order ${i}`,
      mainCf: [`${name} = ${value}`, ...order],
      sessions: ['a@far.example', 'alice@school.example', 'ghost@school.example', 'u@nofqdn', ''].map((sender) =>
        mail(sender, [
          'y@far.example',
          'user@relay.example',
          'bob@school.example',
          'ghost@school.example',
          'carol@virt.example',
          'ghost@virt.example',
          'alice@school.example',
        ]),
      ),
    }),
  ),
);

export function filesOf(one: FixedCase, { sinks, loginPort }: Surroundings): PostfixFiles {
  const lines = new Map<string, string>();
  const ports = { '@SINK@': sinks[0], '@SINK2@': sinks[1], '@LOGINS@': loginPort };
  const withPorts = (text: string): string =>
    Object.entries(ports).reduce((done, [name, port]) => done.replaceAll(name, String(port)), text);
  for (const line of [...base, ...one.mainCf]) lines.set(line.split('=')[0]?.trim() ?? '', withPorts(line));
  const maps = Object.entries({ ...baseMaps, ...one.maps }).map(([name, text]) => [name, withPorts(text)]);
  return {
    mainCf: [...lines.values()].join('\n'),
    users: ['alice', 'bob', 'dave'],
    services: one.second === undefined ? [[]] : [[], one.second],
    maps: Object.fromEntries(maps),
    ...(one.masterCf !== undefined && { masterCf: one.masterCf }),
  };
}

export function dialoguesOf(one: FixedCase): readonly Dialogue[] {
  return one.sessions.map((steps, i) => ({ name: String(i), steps, service: one.second === undefined ? 0 : 1 }));
}
