/**
 * Every parameter of Postfix 3.7.11 with its default, as `postconf -d` of Debian 12's build prints it: file locations
 * are Debian's. What a default takes from the machine is fixed here, so that a configuration read elsewhere means the
 * same: see `hostDependent`. Parameters of one transport (`mailman_destination_recipient_limit`) follow from master.cf.
 */
import { defaultsAToH } from './defaults-a-h.js';
import { defaultsIToO } from './defaults-i-o.js';
import { defaultsPToSmtp } from './defaults-p-smtp.js';
import { defaultsSmtpdToZ } from './defaults-smtpd-z.js';

/** Names that defaults refer to, and that older releases had. They have no default but ''. */
const legacy: readonly string[] = [
  'authorized_verp_clients',
  'fallback_relay',
  'lmtp_per_record_deadline',
  'postscreen_blacklist_action',
  'postscreen_dnsbl_ttl',
  'postscreen_dnsbl_whitelist_threshold',
  'postscreen_whitelist_interfaces',
  'smtp_per_record_deadline',
  'smtpd_client_connection_limit_exceptions',
  'smtpd_per_record_deadline',
  'virtual_maps',
];

export const catalogue: Readonly<Record<string, string>> = {
  ...defaultsAToH,
  ...defaultsIToO,
  ...defaultsPToSmtp,
  ...defaultsSmtpdToZ,
  ...Object.fromEntries(legacy.map((name) => [name, ''])),
};

/**
 * What Postfix asks the machine for, and what it is here: myhostname the system's name (`localhost`), mydomain what
 * follows its first dot, mynetworks the system's own networks (loopback alone).
 */
export const hostDependent: ReadonlySet<string> = new Set([
  'myhostname',
  'mydomain',
  'mynetworks',
  'process_id',
  'process_name',
]);

/** Whose `$name` stand for something of each message or command: they are not expanded when the file is read. */
export const unexpanded: ReadonlySet<string> = new Set([
  'command_execution_directory',
  'default_rbl_reply',
  'forward_path',
  'luser_relay',
  'mailbox_command',
  'postscreen_expansion_filter',
  'postscreen_reject_footer',
  'smtpd_expansion_filter',
  'smtpd_reject_footer',
]);

const transportDefaults: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    `delivery_slot_cost delivery_slot_discount delivery_slot_loan destination_concurrency_failed_cohort_limit
     destination_concurrency_limit destination_concurrency_negative_feedback destination_concurrency_positive_feedback
     destination_rate_delay destination_recipient_limit extra_recipient_limit minimum_delivery_slots recipient_limit
     recipient_refill_delay recipient_refill_limit transport_rate_delay`
      .split(/\s+/)
      .map((suffix) => [suffix, `$default_${suffix}`]),
  ),
  initial_destination_concurrency: '$initial_destination_concurrency',
};

/** The parameters that a delivery agent or spawn(8) service of this name has, with their defaults. */
export function parametersOfService(name: string, command: string): Readonly<Record<string, string>> {
  const own = ['pipe', 'spawn'].includes(command) ? { [`${name}_time_limit`]: '$command_time_limit' } : {};
  if (!['smtp', 'lmtp', 'pipe', 'local', 'virtual', 'error', 'discard'].includes(command)) return own;
  const entries = Object.entries(transportDefaults).map(([suffix, value]) => [`${name}_${suffix}`, value]);
  return { ...(Object.fromEntries(entries) as Record<string, string>), ...own };
}
