/**
 * What we know of main.cf's parameters: those that are honoured with their defaults (postconf(5) of Postfix 3.7), those
 * that mean nothing here, and what it means that others are not honoured. Nothing that is set goes unnamed.
 */

/** Parameters that the policy or the settings are made of. A default of '' is Postfix's, unless a comment says otherwise. */
export const honoured: Readonly<Record<string, string>> = {
  // Postfix asks the system; a configuration that is read elsewhere must not change with the machine.
  myhostname: 'localhost',
  mydomain: '',
  myorigin: '$myhostname',
  mydestination: '$myhostname, localhost.$mydomain, localhost',
  // Postfix's default is this host's own addresses (mynetworks_style = host): of those, loopback is certain.
  mynetworks: '127.0.0.0/8 [::1]/128',
  relay_domains: '',
  // Postfix's default holds proxy:unix:passwd.byname, the system's accounts; see the report.
  local_recipient_maps: '',
  // Postfix's default is hash:/etc/aliases or the like, as it was built; see the report.
  alias_maps: '',
  virtual_maps: '',
  virtual_alias_maps: '$virtual_maps',
  virtual_alias_domains: '$virtual_alias_maps',
  virtual_mailbox_domains: '$virtual_mailbox_maps',
  virtual_mailbox_maps: '',
  transport_maps: '',
  relayhost: '',
  recipient_delimiter: '',
  header_checks: '',
  body_checks: '',
  message_size_limit: '10240000',
  header_size_limit: '102400',
  body_checks_size_limit: '51200',
  line_length_limit: '2048',
  hopcount_limit: '50',
  virtual_alias_expansion_limit: '1000',
  virtual_alias_recursion_limit: '1000',
  smtpd_recipient_limit: '1000',
  smtpd_client_restrictions: '',
  smtpd_helo_restrictions: '',
  smtpd_sender_restrictions: '',
  smtpd_relay_restrictions: 'permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination',
  smtpd_recipient_restrictions: '',
};

/** Further names that values may refer to by `$name`. `config_directory` is the folder that is read. */
export const otherDefaults: Readonly<Record<string, string>> = {
  mail_name: 'Postfix',
  mail_version: '3.7.0',
  data_directory: '/var/lib/postfix',
  queue_directory: '/var/spool/postfix',
  daemon_directory: '/usr/libexec/postfix',
  command_directory: '/usr/sbin',
  default_database_type: 'hash',
  alias_database: '',
};

/** Parameters of Postfix's own processes, files and logs. */
const irrelevantNames: ReadonlySet<string> = new Set(
  `alias_database biff command_directory compatibility_level config_directory daemon_directory data_directory
   debug_peer_level debug_peer_list debugger_command default_database_type default_privs default_process_limit
   html_directory inet_protocols mail_name mail_owner mail_spool_directory mail_version mailq_path maillog_file
   manpage_directory meta_directory mynetworks_style newaliases_path process_id_directory queue_directory
   readme_directory sample_directory sendmail_path setgid_group shlib_directory smtpd_etrn_restrictions
   syslog_facility syslog_name tls_random_source`.split(/\s+/),
);
const irrelevantPattern = /^(?:smtpd?|lmtp)_tls_(?:loglevel|session_cache_[a-z_]+)$|^(?:qmgr|queue|bounce)_[a-z_]+$/;

/** First match counts. What it means for the mail that we do not honour it. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/^inet_interfaces$/, 'the program that starts the server says where it listens'],
  [/^content_filter$/, 'mail is not sent through that filter: viruses and spam it would stop are not stopped'],
  [/^smtpd_milters$|^non_smtpd_milters$/, 'no milter is asked'],
  [/^smtpd_sasl_auth_enable$/, 'whether clients may log in is said where the server is started'],
  [/^smtpd_sasl_|^broken_sasl_auth_clients$/, 'how clients log in is said where the server is started'],
  [/^smtpd_tls_auth_only$/, 'our servers offer AUTH under TLS alone, whatever it says'],
  [/^smtpd_tls_|^smtpd_use_tls$|^smtpd_enforce_tls$/, 'TLS of the server is set up where it is started'],
  [/^smtp_|^lmtp_|^relay_/, 'it governs mail that is sent on: say it to the transport'],
  [/^smtpd_helo_required$/, 'clients without HELO are not refused for it'],
  [/^strict_rfc821_envelopes$/, 'our servers read paths strictly or not as their own options say'],
  [/^smtpd_data_restrictions$|^smtpd_end_of_data_restrictions$/, 'these restrictions are not applied'],
  [/^smtpd_delay_reject$/, 'restrictions are always applied at RCPT, as with "yes"'],
  [/^smtpd_restriction_classes$/, 'restriction classes are not known; lists that name one lack it'],
  [/^smtpd_/, 'the SMTP server does not follow it'],
  [
    /^(?:canonical|sender_canonical|recipient_canonical|masquerade|relocated|generic|sender_bcc|recipient_bcc)_/,
    'addresses are not rewritten by it',
  ],
  [/^(?:mime|nested)_header_checks$|^smtp_.*_checks$/, 'these headers are not checked'],
  [
    /^local_transport$|^virtual_transport$|^default_transport$|^mailbox_command|^mailbox_transport|^fallback_/,
    'mail of our own users goes to the mail store',
  ],
  [
    /^home_mailbox$|^virtual_mailbox_base$|^mailbox_size_limit$|^virtual_(?:uid|gid|minimum)/,
    'where mailboxes lie, and whose they are, is said to the mail store',
  ],
  [/_destination_(?:recipient|concurrency)_limit$/, 'limits of a transport are said to it'],
  [/^soft_bounce$/, 'refusals stay permanent'],
  [/^append_|^always_bcc$|^luser_relay$|^owner_request_special$/, 'the address part of it is not applied'],
];

export type ParameterStatus = 'honoured' | 'irrelevant' | 'not-honoured';

/** What becomes of a parameter that the policy is not made of. */
export function statusOf(name: string): { readonly status: ParameterStatus; readonly why: string } {
  if (irrelevantNames.has(name) || irrelevantPattern.test(name)) {
    return { status: 'irrelevant', why: "it governs Postfix's own processes" };
  }
  const known = meanings.find(([pattern]) => pattern.test(name));
  return { status: 'not-honoured', why: known?.[1] ?? 'not known here: it has no effect' };
}
