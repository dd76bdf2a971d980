/** Features that ask the DNS, and the records they find. */
import type { Feature, Part } from './feature.js';
import type { Random } from './random.js';

export const records: readonly string[] = [
  'client.example. A 198.51.100.1',
  'mail.far.example. A 198.51.100.77',
  'far.example. MX 10 mail.far.example.',
  'far.example. NS ns.far.example.',
  'ns.far.example. A 198.51.100.53',
  'sub.far.example. A 198.51.100.78',
  'spam.example. MX 5 mx.spam.example.',
  'spam.example. NS ns.spam.example.',
  'ns.spam.example. A 203.0.113.53',
  'mx.spam.example. A 203.0.113.6',
  'b.example. A 198.51.100.2',
  'nullmx.example. MX 0 .',
  'nomx.example. TXT "nothing else"',
  'dangling.example. MX 10 gone.dangling.example.',
  'school.example. MX 10 mx.school.example.',
  'mx.school.example. A 192.0.2.1',
  'relay.example. MX 10 mx.school.example.',
  'localhost. A 127.0.0.1',
  // Lists of addresses and names.
  '6.113.0.203.bl.example. A 127.0.0.2',
  '6.113.0.203.bl.example. TXT "listed: see http://bl.example/"',
  '1.100.51.198.bl.example. A 127.0.0.10',
  '1.100.51.198.bl.example. A 127.0.1.4',
  '6.6.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.example. A 127.0.0.2',
  'six.client.example. AAAA 2001:db8::66',
  '9.100.51.198.odd.example. A 192.0.2.99',
  '7.2.0.192.white.example. A 127.0.0.5',
  '77.100.51.198.white.example. A 127.0.0.9',
  'spam.example.names.example. A 127.0.0.3',
  'spam.example.names.example. TXT "a bad name"',
  'client.example.names.example. A 127.0.0.4',
];

const lists: Readonly<Record<'client' | 'helo' | 'sender' | 'recipient', readonly string[]>> = {
  client: [
    'reject_rbl_client bl.example',
    'reject_rbl_client bl.example=127.0.0.2',
    'reject_rbl_client bl.example=127.0.[0..1].[4;10..12]',
    'reject_rbl_client odd.example',
    'reject_rbl_client broken.example',
    'permit_dnswl_client white.example',
    'permit_dnswl_client white.example=127.0.0.5',
    'permit_dnswl_client broken.example',
    'reject_rhsbl_client names.example',
    'reject_rhsbl_reverse_client names.example',
    'permit_rhswl_client names.example=127.0.0.4',
  ],
  helo: ['reject_unknown_helo_hostname', 'reject_rhsbl_helo names.example'],
  sender: [
    'reject_unknown_sender_domain',
    'reject_unknown_sender_domain',
    'reject_rhsbl_sender names.example',
    'check_sender_mx_access cidr:$config_directory/mx_access',
    'check_sender_ns_access cidr:$config_directory/mx_access',
    'check_sender_a_access cidr:$config_directory/mx_access',
    'check_helo_mx_access cidr:$config_directory/mx_access',
    'check_client_mx_access cidr:$config_directory/mx_access',
  ],
  recipient: ['reject_unknown_recipient_domain', 'reject_rhsbl_recipient names.example'],
};

function some(random: Random, name: keyof typeof lists): Part {
  const chosen = random.some(lists[name], 1, 3);
  return {
    main: [
      `smtpd_${name}_restrictions = ${chosen.join(', ')}`,
      ...(random.chance(0.2) ? ['unknown_address_reject_code = 550'] : []),
      ...(random.chance(0.2)
        ? ['default_rbl_reply = $rbl_code Refused by $rbl_domain because of $rbl_what ($rbl_class)']
        : []),
    ],
    files: {
      mx_access: `203.0.113.0/24 REJECT bad neighbours\n198.51.100.77 ${random.pick(['OK', 'DUNNO', 'REJECT'])}\n`,
    },
  };
}

/** Not with `xRestrictions` features of the same list: the later one wins. */
export const withDns: readonly Feature[] = (['client', 'helo', 'sender', 'recipient'] as const).map((name) => ({
  name: `dns-${name}`,
  chance: 0.2,
  make: (random) => some(random, name),
}));
