/** What a private Postfix is made of: its folder, the files of a configuration, and the lines that every instance needs. */

/** Who owns the mailboxes of virtual(8) and of the accounts made here. */
export const MAIL_UID = 5000;

export interface PostfixFolder {
  /** Everything of this instance lies below. */
  readonly root: string;
  /** main.cf, master.cf and maps. */
  readonly etc: string;
  /** Of its smtpd services. */
  readonly ports: readonly number[];
}

export interface PostfixFiles {
  /** The lines of main.cf that a site writes; what the instance itself needs is added. */
  readonly mainCf: string;
  /** Lines added to master.cf. */
  readonly masterCf?: string;
  /** Options (`-o`) of each smtpd service. Default one without options. */
  readonly services?: readonly (readonly string[])[];
  /** Beside main.cf, by name. */
  readonly maps?: Readonly<Record<string, string>>;
  /** `hash:aliases`: maps that postmap(1) must index; for those of alias_maps give `alias:hash:aliases`. */
  readonly index?: readonly string[];
  /** Accounts of the system, as local(8) and local_recipient_maps see it. */
  readonly users?: readonly string[];
}

/** Where an instance lies, and what every one has: no waiting, and mailboxes of one owner. */
export const ownPlace = ({ root }: PostfixFolder): string => `
compatibility_level = 3.6
queue_directory = ${root}/spool
data_directory = ${root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = ${root}/log
maillog_file = ${root}/log/maillog
inet_interfaces = 127.0.0.1
biff = no
in_flow_delay = 0
virtual_mailbox_base = ${root}/virtual
virtual_uid_maps = static:${MAIL_UID}
virtual_gid_maps = static:${MAIL_UID}
`;

/** The lines that an instance for SMTP sessions needs, whatever it is to do. */
export const plumbing = (folder: PostfixFolder): string => `${ownPlace(folder)}inet_protocols = all
smtp_dns_support_level = disabled
alias_database =
smtp_line_length_limit = 0
smtpd_error_sleep_time = 0
smtpd_authorized_xclient_hosts = 127.0.0.0/8
home_mailbox = Maildir/
`;

/** `probe`: what verifies addresses (Postfix.verify) must not meet the checks of content. */
export const masterCf = (services: readonly { port: number; options: readonly string[] }[]): string =>
  `${services.map(({ port, options }) => `127.0.0.1:${port} inet n - n - - smtpd${options.map((one) => `\n  -o ${one}`).join('')}`).join('\n')}
pickup unix n - n 60 1 pickup
  -o cleanup_service_name=probe
  -o message_size_limit=0
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
probe unix n - n - 0 cleanup
  -o header_checks=
  -o mime_header_checks=
  -o nested_header_checks=
  -o body_checks=
  -o always_bcc=
  -o sender_bcc_maps=
  -o recipient_bcc_maps=
  -o message_size_limit=0
`;
