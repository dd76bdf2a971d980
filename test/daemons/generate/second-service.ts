/** A second smtpd service in master.cf, with options of its own that override main.cf. */
import type { Feature, Surroundings } from './feature.js';

const options = ({ sinks }: Surroundings): readonly string[] => [
  'smtpd_recipient_restrictions=permit_mynetworks,reject',
  'smtpd_relay_restrictions=permit_sasl_authenticated,reject',
  'smtpd_client_restrictions=',
  'smtpd_sender_restrictions=reject_non_fqdn_sender,reject_unlisted_sender',
  '{ smtpd_sender_restrictions = check_sender_access inline:{ far.example=REJECT }, permit }',
  '{ smtpd_helo_restrictions = reject_non_fqdn_helo_hostname, check_helo_access inline:{ spam.example=HOLD } }',
  'smtpd_helo_required=yes',
  'smtpd_delay_reject=no',
  'soft_bounce=yes',
  'message_size_limit=1500',
  'mynetworks=198.51.100.0/24',
  'smtpd_reject_unlisted_recipient=no',
  'strict_rfc821_envelopes=yes',
  'smtpd_recipient_limit=2',
  'receive_override_options=no_header_body_checks',
  'receive_override_options=no_unknown_recipient_checks,no_address_mappings',
  `content_filter=smtp:[127.0.0.1]:${sinks[1]}`,
  'access_map_reject_code=550',
];

export const secondService: Feature = {
  name: 'second-service',
  chance: 0.5,
  make(random, surroundings) {
    const chosen = random.some(options(surroundings), 1, 3);
    // The later one of two with one name would win; one of a name is easier to read.
    const byName = new Map(chosen.map((one) => [/\w+/.exec(one)?.[0], one]));
    return { main: [], second: [...byName.values()] };
  },
};
