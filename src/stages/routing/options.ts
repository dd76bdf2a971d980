/**
 * The options of `route` and `recipientValidator`, in Postfix's words where it has one (named in parentheses). What is made
 * of them is in compile.ts.
 */
import type { CannotTellRule } from '../../core/decision.js';
import type { Table } from '../../core/table.js';
import type { DomainEntry } from '../../tables/domain-set.js';
import type { Mailbox } from '../../values/address.js';

export interface RouteOptions {
  /** Domains whose addresses are users of this host (mydestination): exact names, address literals, and tables
   * that have them as keys. */
  readonly localDomains: readonly DomainEntry[];
  /** The users of the local domains (local_recipient_maps): a table (user+ext@domain, user@domain, user+ext, user, @domain),
   * or `all`. */
  readonly localRecipients: Table | 'all';
  /** Whether a name in `aliases` is known though it is not in `localRecipients`. Default true; in Postfix it is not. */
  readonly aliasesListed?: boolean;
  /** Names that have a mailbox on this host (Postfix: the password file): who is not in it gets `fallbackTransport` or
   * `luserRelay`. Default: `localRecipients`. */
  readonly users?: Table;
  /** Aliases of local users, aliases(5) (alias_maps): keys without domain. */
  readonly aliases?: Table;
  /** The text of `:include:` files, keyed by their paths. Without it such a member cannot be delivered to. */
  readonly includes?: Table;
  /** What aliases may lead to (allow_mail_to_commands, allow_mail_to_files). Default both from `alias`, not from `include`. */
  readonly commandsFrom?: readonly ExpansionSource[];
  readonly filesFrom?: readonly ExpansionSource[];
  /** Domains whose addresses exist only in `virtualAliases` (virtual_alias_domains). Without `mailboxDomains`, also in
   * `mailbox` where that is a table. */
  readonly virtualDomains?: readonly DomainEntry[];
  /** Domains whose addresses are in `virtualMailboxes` (virtual_mailbox_domains). */
  readonly mailboxDomains?: readonly DomainEntry[];
  /** The mailboxes of `mailboxDomains`, keyed as virtual(5) (virtual_mailbox_maps). Values are paths; slashes at both ends
   * do not count. */
  readonly virtualMailboxes?: Table;
  /** virtual(5), for addresses of any domain, applied again to what it gives (virtual_alias_maps). */
  readonly virtualAliases?: Table;
  /** Domains that we relay for (relay_domains), with all below them unless `relaySubdomains` is false; then `.domain` names
   * what lies below. */
  readonly relayDomains?: readonly DomainEntry[];
  readonly relaySubdomains?: boolean;
  /** The addresses of relay domains, where they are known (relay_recipient_maps). */
  readonly relayRecipients?: Table;
  /** relocated(5): users that have moved, with where to. */
  readonly relocated?: Table;
  /** transport(5): where addresses and domains go, above all defaults; `*` is for local domains too. */
  readonly transport?: Table;
  /** Whether `example.com` in `transport` stands for `a.example.com` too (parent_domain_matches_subdomains), or `.example.com`
   * does. Default `dot`. */
  readonly transportSubdomains?: 'parent' | 'dot';
  /** Where each class goes, as in transport(5). Defaults `local`, `virtual`, `smtp:`, `smtp:`. */
  readonly localTransport?: string;
  readonly virtualTransport?: string;
  readonly relayTransport?: string;
  readonly defaultTransport?: string;
  /** The next hop for relay and other domains in place of the domain itself (relayhost): `[hub.example]:587`. */
  readonly relayHost?: string;
  /** By sender, `@domain` or `<>` (sender_dependent_relayhost_maps, sender_dependent_default_transport_maps). */
  readonly senderRelayHosts?: Table;
  readonly senderTransports?: Table;
  /** Where mail for local users goes instead of a mailbox of ours, as in transport(5) (mailbox_transport), and by user name. */
  readonly mailboxTransport?: string;
  readonly mailboxTransports?: Table;
  /** The same for names that are not in `users` (fallback_transport). */
  readonly fallbackTransport?: string;
  readonly fallbackTransports?: Table;
  /** An address for names that are not in `users`, with `$user`, `$local`, `$domain`, `$extension`, `$recipient`,
   * `$recipient_delimiter`, `${name?text}`, `${name:text}` (luser_relay). */
  readonly luserRelay?: string;
  /** Where every message goes first, as in transport(5) (content_filter): aliases of local users are not followed. */
  readonly contentFilter?: string;
  /** The mailbox name for an address of a local or virtual domain: a function, or a table keyed as virtual(5). Default: the
   * local part without extension, in lower case. */
  readonly mailbox?: ((address: Mailbox) => string) | Table;
  /** Below the mailbox name of a local user, which is then a home folder (home_mailbox): `Maildir/`. Default none. */
  readonly homeMailbox?: string;
  /** Characters that begin an address extension. Default none. */
  readonly recipientDelimiter?: string;
  /** Leave `owner-x` and `x-request` whole where `-` is a delimiter, and look for `owner-x` of an alias `x`
   * (owner_request_special). Default true. */
  readonly ownerRequestSpecial?: boolean;
  /** The owner of a list is what `owner-x` holds, not its name (expand_owner_alias). Default false. */
  readonly expandOwnerAlias?: boolean;
  /** What an unmatched extension goes along with (propagate_unmatched_extensions). Default `canonical` and `virtual`. */
  readonly propagateExtensions?: readonly ExtensionSource[];
  /** Read `user%domain` and `domain!user` at a local domain as `user@domain` (allow_percent_hack, swap_bangpath). Default
   * true. */
  readonly percentHack?: boolean;
  readonly bangPaths?: boolean;
  /** The domain of bare names in aliases (myorigin). Default: the first of `localDomains`. */
  readonly origin?: string;
  /** Appended to domains without a dot in aliases (append_dot_mydomain with mydomain). Default none. */
  readonly dotDomain?: string;
  /** Addresses that virtual aliases may come to, for one recipient (virtual_alias_expansion_limit). Default 1,000. */
  readonly virtualExpansionLimit?: number;
  /** How deep virtual aliases may lead to one another (virtual_alias_recursion_limit). Default 1,000. */
  readonly virtualRecursionLimit?: number;
  /** Addresses that one recipient may come to through aliases of all kinds. Default 50,000. */
  readonly expansionLimit?: number;
  /** Characters of one `:include:` file. Default 4 MiB. */
  readonly includeLimit?: number;
  /** Say in which table an address is not (show_user_unknown_table_name). Default true. */
  readonly showTable?: boolean;
  /** Reply codes for unknown users (unknown_local_recipient_reject_code and the like). Default 550 each. */
  readonly unknownCodes?: Partial<Readonly<Record<Exclude<AddressClass, 'remote'>, number>>>;
  /** What `rewriteRecipients` and `rewriteAddresses` rewrite is known (canonical_maps and the like); for the validator. */
  readonly canonical?: Table;
  readonly recipientCanonical?: Table;
  readonly senderCanonical?: Table;
  /** Whether `route` asks the tables of users, of relay domains too, before it follows aliases. False where another stage has done so
   * (smtpd_reject_unlisted_recipient): then what nothing can be delivered to is refused, and no more. Default true. */
  readonly rejectUnlisted?: boolean;
  /** What an alias with a member that cannot be delivered to comes to: `reject` refuses it at RCPT, so that the sender hears
   * of it; `skip` delivers to the other members, and the finding and the trace tell of the one left out. There is no bounce
   * that could be sent later. Default `reject`. */
  readonly deadMembers?: 'reject' | 'skip';
  /** When a table cannot tell. Going on is not offered: an unknown user would be refused for good. Default `defer`. */
  readonly cannotTell?: Exclude<CannotTellRule, 'continue'>;
}

/** `virtual`: a virtual alias domain; `mailbox`: a virtual mailbox domain. */
export type AddressClass = 'local' | 'virtual' | 'mailbox' | 'relay' | 'remote';

export type ExpansionSource = 'alias' | 'include';
export type ExtensionSource = 'canonical' | 'virtual' | 'alias' | 'include';

export const tableNames: readonly RouteTable[] = [
  'recipientCanonical',
  'senderCanonical',
  'canonical',
  'virtualAliases',
  'relayRecipients',
  'virtualMailboxes',
  'relocated',
  'aliases',
  'includes',
  'localRecipients',
  'users',
  'mailboxTransports',
  'fallbackTransports',
  'senderRelayHosts',
  'senderTransports',
  'transport',
  'mailbox',
];

export type RouteTable =
  | 'recipientCanonical'
  | 'senderCanonical'
  | 'canonical'
  | 'virtualAliases'
  | 'relayRecipients'
  | 'virtualMailboxes'
  | 'relocated'
  | 'aliases'
  | 'includes'
  | 'localRecipients'
  | 'users'
  | 'mailboxTransports'
  | 'fallbackTransports'
  | 'senderRelayHosts'
  | 'senderTransports'
  | 'transport'
  | 'mailbox';

/** Lists of domains, asked where they hold tables. */
export type DomainList = 'localDomains' | 'virtualDomains' | 'mailboxDomains' | 'relayDomains';

/** With those that `bcc` asks. */
export type TableName = RouteTable | DomainList | 'senderCopies' | 'recipientCopies';
