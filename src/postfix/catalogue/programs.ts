/**
 * Which program of Postfix reads a parameter, as far as a wrong answer could mislead: `-o` on the line of another
 * program has no effect there. Of the tables of parameters that smtpd(8), cleanup(8), trivial-rewrite(8), local(8) and
 * virtual(8) of 3.7 hold.
 */

/** Of cleanup(8), trivial-rewrite(8), local(8) or virtual(8), and not of smtpd(8). */
const notOfSmtpd: readonly RegExp[] = [
  /^(?:(?:mime_|nested_|milter_)?header_checks|body_checks|body_checks_size_limit|hopcount_limit|masquerade_(?:classes|domains|exceptions))$/,
  /^(?:always_bcc|(?:sender|recipient)_bcc_maps|(?:sender_|recipient_)?canonical_classes|remote_header_rewrite_domain)$/,
  /^(?:propagate_unmatched_extensions|virtual_alias_(?:expansion|recursion|address_length)_limit|message_(?:reject|strip)_characters)$/,
  /^(?:relay_domains|virtual_(?:alias|mailbox)_domains|relocated_maps|transport_maps|swap_bangpath|allow_percent_hack|append_at_myorigin)$/,
  /^(?:(?:local|virtual|relay|default)_transport|sender_dependent_(?:default_transport|relayhost)_maps)$/,
  /^(?:alias_maps|home_mailbox|luser_relay|(?:mailbox|fallback)_transport(?:_maps)?|allow_mail_to_(?:commands|files))$/,
  /^(?:expand_owner_alias|mail_spool_directory|virtual_mailbox_base)$/,
];

/** True where it is known that `command` does not read it. */
export function isOfAnotherProgram(parameter: string, command: string): boolean {
  return command === 'smtpd' ? notOfSmtpd.some((pattern) => pattern.test(parameter)) : parameter.startsWith('smtpd_');
}
