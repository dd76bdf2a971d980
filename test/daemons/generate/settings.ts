/** Features that are single parameters of the SMTP server. */
import type { Feature } from './feature.js';

const parameter = (chance: number, name: string, ...values: readonly string[]): Feature => ({
  name,
  chance,
  make: (random) => ({ main: [`${name} = ${random.pick(values)}`] }),
});

export const settings: readonly Feature[] = [
  parameter(0.25, 'smtpd_helo_required', 'yes'),
  parameter(0.25, 'strict_rfc821_envelopes', 'yes'),
  parameter(0.15, 'soft_bounce', 'yes'),
  parameter(0.1, 'smtputf8_enable', 'no'),
  parameter(0.1, 'strict_smtputf8', 'yes'),
  parameter(0.2, 'message_size_limit', '2000', '700'),
  parameter(0.15, 'smtpd_delay_reject', 'no'),
  parameter(0.2, 'smtpd_reject_unlisted_recipient', 'no'),
  parameter(0.2, 'smtpd_reject_unlisted_sender', 'yes'),
  parameter(0.1, 'unknown_local_recipient_reject_code', '450'),
  parameter(0.1, 'relay_domains_reject_code', '454'),
  parameter(0.1, 'access_map_reject_code', '454', '550'),
  parameter(0.1, 'reject_code', '454'),
  parameter(0.1, 'show_user_unknown_table_name', 'no'),
  parameter(0.1, 'disable_vrfy_command', 'yes'),
  parameter(0.1, 'smtpd_recipient_limit', '3'),
  parameter(0.1, 'parent_domain_matches_subdomains', ''),
  parameter(0.15, 'resolve_null_domain', 'yes'),
  parameter(0.1, 'resolve_dequoted_address', 'no'),
];
