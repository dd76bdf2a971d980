/**
 * What becomes of a parameter that nothing here reads: it means nothing in one process that accepts mail (irrelevant),
 * or it is not honoured, what that means for the mail, and whether it guards security. A guard decides who may send,
 * relay or log in, what content is refused, what is encrypted, or as whom programs run. The columns of master.cf
 * (chroot, unprivileged, process limits) are no guards here: they confine Postfix's own processes, ours runs with the
 * rights of who starts it.
 */

export type ParameterStatus = 'honoured' | 'irrelevant' | 'not-honoured' | 'unknown';

export interface KnownStatus {
  readonly status: 'irrelevant' | 'not-honoured';
  readonly why: string;
  readonly guards: boolean;
  /** False where no rule names it. */
  readonly named: boolean;
}

type Rule = readonly [pattern: RegExp, why: string];

const irrelevant: readonly Rule[] = [
  [
    /^(?:alias_database|biff|compatibility_level|config_directory|alternate_config_directories|default_database_type|mail_(?:name|version|owner|release_date)|setgid_group|process_(?:id|id_directory|name)|service_(?:name|throttle_time)|stress|syslog_.*|maillog_.*|openssl_path|tcp_windowsize)$/,
    "it governs Postfix's own processes and logs",
  ],
  [
    /_(?:directory|path)$|^(?:import|export)_environment$|^mail_spool_directory$/,
    "it says where Postfix's own programs and files lie",
  ],
  [
    /_service_name$|^(?:ipc|qmgr|queue|bounce|anvil|flush|fast_flush|showq|postlog|postmulti|multi_instance|proxy_read|proxy_write|trigger|daemon|connection_cache|hash_queue|fork|debug|debugger|berkeley|lmdb|max|tlsmgr|tlsproxy|dnsblog|application_event|postlogd|sendmail|master_service)_/,
    "it governs Postfix's own processes and queue",
  ],
  [
    /^(?:.*_)?(?:delivery_slot_.*|recipient_refill_.*|minimum_delivery_slots|extra_recipient_limit|initial_destination_concurrency|destination_concurrency_(?:failed|negative|positive).*|transport_rate_delay|destination_rate_delay|recipient_limit)$|^destination_concurrency_feedback_debug$/,
    "it schedules Postfix's queue",
  ],
  [
    /^(?:minimal_backoff_time|maximal_backoff_time|maximal_queue_lifetime|transport_retry_time|in_flow_delay|delay_.*|confirm_delay_cleared|duplicate_filter_limit|stale_lock_time|deliver_lock_.*|mailbox_delivery_lock|virtual_mailbox_lock|default_process_limit|authorized_(?:flush|mailq|submit|verp)_.*|enable_long_queue_ids|dont_remove|backwards_bounce.*|fault_injection_code|helpful_warnings|info_log_address_format|sun_mailtool_compatibility|respectful_logging|show_user_unknown_table_name|frozen_delivered_to|local_login_sender_maps|empty_address_local_login.*)$/,
    "it governs Postfix's own queue, logs and local submission",
  ],
  [
    /^(?:notify_classes|.*_notice_recipient|disable_verp_bounces|default_verp_delimiters|verp_delimiter_filter|enable_threaded_bounces|double_bounce_sender|bounce_template_file|internal_mail_filter_classes)$/,
    'no notices are sent by this server',
  ],
  [/^(?:postscreen|qmqpd)_/, 'it is for a daemon that is no part of this server'],
  [
    /^(?:smtpd?|lmtp)_tls_(?:loglevel|session_cache_.*)$|^smtpd_tls_(?:dh.*|eecdh_grade|always_issue_session_ids)$|^tls_/,
    "the TLS library keeps its own settings: Node's",
  ],
  [/^broken_sasl_auth_clients$/, 'only clients older than RFC 2554 need another form of the AUTH line'],
  [/^(?:smtpd_tls_auth_only)$/, 'AUTH is always offered under TLS alone'],
  [
    /^(?:smtpd_etrn_restrictions|disable_vrfy_command|smtpd_client_port_logging|smtpd_log_access.*|smtpd_history.*|smtpd_delay_open.*|smtpd_authorized_verp_clients|smtpd_authorized_xforward_hosts|smtpd_sasl_service|smtpd_policy_service_policy_context|smtpd_noop_commands|smtpd_service_name|smtpd_tls_fingerprint_digest)$/,
    'there is no such command, log or question here, so that nobody is let in by it',
  ],
  [/^milter_/, 'no milter is asked'],
  [/^(?:lmtp_|smtp_address_verify|address_verify_)/, 'there is no such delivery or probe'],
  [
    /^(?:cleanup_replace_stray_cr_lf|tls_random.*|dns_ncache.*|dnssec_probe|known_tcp_ports|smtpd_peername_lookup|default_delivery_status_filter|.*_delivery_status_filter|enable_original_recipient|header_from_format|detect_8bit_encoding_header|disable_mime_output_conversion|undisclosed_recipients_header)$/,
    'the message or the connection comes out the same without it',
  ],
];

const guards: readonly Rule[] = [
  [
    /^(?:content_filter|smtpd_proxy_filter|default_filter_nexthop)$/,
    'mail is not sent through that filter: viruses and spam it would stop are not stopped',
  ],
  [/^(?:non_)?smtpd_milters$|^smtpd_milter_maps$/, 'no milter is asked: what it would refuse or sign is not'],
  [
    /^smtpd_.*_restrictions$|^smtpd_restriction_classes$|^smtpd_sender_login_maps$|^smtpd_reject_unlisted_/,
    'mail that it refuses is taken',
  ],
  [
    /^(?:mime_|nested_|milter_)?header_checks$|^body_checks$|^message_reject_characters$|^receive_override_options$/,
    'content that it refuses is taken',
  ],
  [/^strict_(?:7bit|8bit|mime|rfc821)|^disable_mime_input_processing$/, 'messages that it refuses are taken'],
  [
    /^smtpd_(?:forbid|command_filter|upstream_proxy_protocol)|^smtpd_client_.*_rate_limit$/,
    'clients that it stops are not stopped',
  ],
  [
    /^smtpd_(?:tls|sasl|enforce_tls|use_tls)|^relay_clientcerts$/,
    'the encryption or login that it asks for is not asked for',
  ],
  [/^smtp_(?:tls|sasl|use_tls|enforce_tls)/, 'mail sent on does not follow it: say it to the transport'],
  [/^smtp_.*_checks$/, 'mail sent on is not checked by it'],
  [
    /^(?:default_privs|allow_mail_to_(?:commands|files)|allow_min_user|local_command_shell|command_expansion_filter|execution_directory_expansion_filter|forward_expansion_filter|strict_mailbox_ownership)$/,
    'it is not what decides which programs and files mail may reach, and as whom',
  ],
  [/^(?:permit_mx_backup_networks|allow_untrusted_routing|proxy_interfaces)$/, 'who may relay is not decided by it'],
];

/** First match counts. What it means for the mail that we do not honour it. */
const meanings: readonly Rule[] = [
  [/^smtp_/, 'it governs mail that is sent on: say it to the transport'],
  [
    /^virtual_(?:uid|gid)_maps$|^virtual_minimum_uid$|^home_mailbox$|^virtual_mailbox_base$/,
    'where mailboxes lie, and whose they are, is said to the mail store',
  ],
  [/^(?:virtual_)?mailbox_(?:size_)?limit$/, 'mailboxes have no limit of their size here'],
  [
    /^(?:local|virtual|default|relay|error)_transport$|^mailbox_command|^mailbox_transport|^fallback_|_dependent_|^forward_path$/,
    'mail of our own users goes to the mail store, other mail to smtp',
  ],
  [
    /^resolve_dequoted_address$/,
    'quotes never hide a route: "user@elsewhere.example"@here is refused as an attempt to relay, and not as a user of that name',
  ],
  [
    /canonical_|^masquerade_|^relocated_maps$|^smtp_generic|_bcc_maps$|^always_bcc$|^luser_relay$|^append_|^swap_bangpath$|^resolve_|^allow_percent_hack$|_header_rewrite_|^remote_header|^owner_request|^expand_owner|^reset_owner|^propagate_unmatched/,
    'addresses are not rewritten by it',
  ],
  [/_destination_(?:recipient|concurrency)_limit$/, 'limits of a transport are said to it'],
  [/_time_limit$/, 'how long a program of master.cf (pipe, spawn) may run is said where it is started'],
  [
    /_code$|_action$|_reason$|^rbl_reply_maps$|^default_rbl_reply$|^smtpd_reject_footer/,
    'replies have the codes and texts of the default',
  ],
  [/^soft_bounce$/, 'refusals stay permanent'],
  [
    /^smtpd_(?:soft_error_limit|error_sleep_time)$/,
    'no reply is delayed: a client that errs is cut off at smtpd_hard_error_limit',
  ],
  [/^smtpd_banner$/, 'the greeting is "220 NAME ESMTP"'],
  [/^smtpd_discard_ehlo_/, 'EHLO offers all that the server has'],
  [
    /^header_|^message_|^mime_|^always_add_missing_headers$|^virtual_alias_address_length_limit$/,
    'the text of messages stays as it came',
  ],
  [/^smtpd_/, 'the SMTP server does not follow it'],
];

/** Values that mean what is always done here. */
const asAlways: Readonly<Record<string, string>> = {
  smtpd_sasl_authenticated_header: 'no',
  allow_untrusted_routing: 'no',
  strict_mailbox_ownership: 'yes',
  mailbox_size_limit: '0',
  virtual_mailbox_limit: '0',
};

/** Whether nothing need be done for this value, as written. */
export function isAlwaysSo(name: string, value: string): boolean {
  return Object.hasOwn(asAlways, name) && asAlways[name] === value.toLowerCase();
}

/** What becomes of a known parameter that nothing reads. */
export function statusOf(name: string): KnownStatus {
  const guard = guards.find(([pattern]) => pattern.test(name));
  const nothing = irrelevant.find(([pattern]) => pattern.test(name));
  if (nothing !== undefined) return { status: 'irrelevant', why: nothing[1], guards: false, named: true };
  if (guard !== undefined) return { status: 'not-honoured', why: guard[1], guards: true, named: true };
  const known = meanings.find(([pattern]) => pattern.test(name));
  return {
    status: 'not-honoured',
    why: known?.[1] ?? 'nothing here follows it',
    guards: false,
    named: known !== undefined,
  };
}

/** For rows whose verdict was found by their value. */
export function guardsSecurity(name: string): boolean {
  return guards.some(([pattern]) => pattern.test(name));
}
