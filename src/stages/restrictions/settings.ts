/**
 * What the restrictions need to know beside themselves: our networks and domains, ports, codes of replies. Defaults are those
 * of postconf(5).
 */
import type { Table } from '../../core/table.js';
import type { AddressResolver } from '../../ports/address-resolver.js';
import type { RecipientValidator } from '../../ports/recipient-validator.js';
import type { Resolver } from '../../ports/resolver.js';
import type { ConfigurationError, Problem } from '../../values/errors.js';
import type { Template } from './dns/index.js';
import { DEFAULT_RBL_REPLY, rblReplyTemplate } from './dns/index.js';
import { domainList, type MatchEntry, type MatchList, networkList } from './match-list.js';
import type { Restriction } from './restriction.js';

/** The reply codes that an operator may choose. */
export interface ReplyCodes {
  /** access_map_reject_code: 554. */
  readonly accessReject: number;
  /** access_map_defer_code: 450. */
  readonly accessDefer: number;
  /** reject_code: 554. */
  readonly reject: number;
  /** defer_code: 450. */
  readonly defer: number;
  /** relay_domains_reject_code: 554. */
  readonly relayDomains: number;
  /** maps_rbl_reject_code: 554. */
  readonly rbl: number;
  /** invalid_hostname_reject_code: 501. */
  readonly invalidHostname: number;
  /** non_fqdn_reject_code: 504. */
  readonly nonFqdn: number;
  /** unknown_address_reject_code: 450. */
  readonly unknownAddress: number;
  /** unknown_client_reject_code: 450. */
  readonly unknownClient: number;
  /** unknown_hostname_reject_code: 450. */
  readonly unknownHostname: number;
  /** unknown_local_recipient_reject_code: 550. */
  readonly unknownLocalRecipient: number;
  /** unknown_relay_recipient_reject_code: 550. */
  readonly unknownRelayRecipient: number;
  /** unknown_virtual_alias_reject_code: 550. */
  readonly unknownVirtualAlias: number;
  /** unknown_virtual_mailbox_reject_code: 550. */
  readonly unknownVirtualMailbox: number;
  /** multi_recipient_bounce_reject_code: 550. */
  readonly multiRecipientBounce: number;
  /** plaintext_reject_code: 450. */
  readonly plaintext: number;
}

export const defaultCodes: ReplyCodes = Object.freeze({
  accessReject: 554,
  accessDefer: 450,
  reject: 554,
  defer: 450,
  relayDomains: 554,
  rbl: 554,
  invalidHostname: 501,
  nonFqdn: 504,
  unknownAddress: 450,
  unknownClient: 450,
  unknownHostname: 450,
  unknownLocalRecipient: 550,
  unknownRelayRecipient: 550,
  unknownVirtualAlias: 550,
  unknownVirtualMailbox: 550,
  multiRecipientBounce: 550,
  plaintext: 450,
});

/** What happens when the DNS cannot tell: `defer_if_permit` lets a later restriction refuse for good. */
export type TempfailAction = 'defer_if_permit' | 'defer';

export interface Destinations {
  /** mydestination, virtual_alias_domains, virtual_mailbox_domains: exact names. */
  readonly final: readonly MatchEntry[];
  /** relay_domains: with all below them, unless `subdomains` is `dot`. */
  readonly relay?: readonly MatchEntry[];
  /** mydestination: those of `final` where routes in local parts are followed (`allowUntrustedRouting`). Default: all of them. */
  readonly local?: readonly MatchEntry[];
}

export interface RestrictionSettings {
  readonly resolver?: Resolver;
  /** mynetworks: addresses and networks in CIDR notation, and verified names of clients. */
  readonly networks?: readonly MatchEntry[];
  /** mynetworks in parent_domain_matches_subdomains, for names in `networks`. Default `parent`. */
  readonly networkSubdomains?: 'parent' | 'dot';
  readonly destinations?: Destinations;
  /** Who knows which addresses exist. */
  readonly recipients?: RecipientValidator;
  /** What an address is looked up as. Default: routes at `destinations.local` are followed. */
  readonly addresses?: AddressResolver;
  /** smtpd_sender_login_maps: the logins that own an address, by address or `@domain`. */
  readonly senderLogins?: Table;
  /** For permit_inet_interfaces: our own addresses. */
  readonly ownAddresses?: readonly string[];
  /** relay_clientcerts: a key for each fingerprint that may relay. */
  readonly clientCertificates?: Table;
  /** Restriction classes by name, for tables that name them. */
  readonly classes?: Readonly<Record<string, readonly Restriction[]>>;
  readonly codes?: Partial<ReplyCodes>;
  /** recipient_delimiter. Default none. */
  readonly recipientDelimiter?: string;
  /** smtpd_access_maps in parent_domain_matches_subdomains. Default `parent`. */
  readonly accessSubdomains?: 'parent' | 'dot';
  /** relay_domains in parent_domain_matches_subdomains. Default `parent`. */
  readonly relaySubdomains?: 'parent' | 'dot';
  /** smtpd_null_access_lookup_key. Default `<>`. */
  readonly nullSenderKey?: string;
  /** default_rbl_reply. */
  readonly rblReply?: string;
  /** rbl_reply_maps. */
  readonly rblReplies?: Table;
  /** smtpd_reject_unlisted_recipient. Default: true where there are `recipients`. */
  readonly rejectUnlistedRecipient?: boolean;
  /** smtpd_reject_unlisted_sender. Default false. */
  readonly rejectUnlistedSender?: boolean;
  /** show_user_unknown_table_name. Default true. */
  readonly showTableName?: boolean;
  /** smtpd_relay_before_recipient_restrictions. Default true. */
  readonly relayBeforeRecipient?: boolean;
  /** allow_untrusted_routing: `user%domain@ours` is judged by the domain where the mail would go, not refused. Default false. */
  readonly allowUntrustedRouting?: boolean;
  /** What is a route beside `"user@domain"`: `user%domain` (allow_percent_hack), `domain!user` (swap_bangpath). As the routing has
   * them. Default true. */
  readonly percentHack?: boolean;
  readonly bangPaths?: boolean;
  /** unknown_address_tempfail_action. Default `defer_if_permit`. */
  readonly unknownAddressTempfail?: TempfailAction;
  /** unknown_helo_hostname_tempfail_action. Default `defer_if_permit`. */
  readonly unknownHeloTempfail?: TempfailAction;
  /** smtpd_sasl_auth_enable: without it, rules about logins say nothing. Default true. */
  readonly logins?: boolean;
  /** soft_bounce: refusals for good become refusals for now. Default false. */
  readonly softBounce?: boolean;
}

/** Settings with their defaults, compiled. */
export interface Known
  extends Omit<RestrictionSettings, 'networks' | 'destinations' | 'codes' | 'rblReply' | 'ownAddresses' | 'classes'> {
  readonly networks: MatchList;
  readonly ownAddresses: MatchList;
  readonly final: MatchList;
  readonly local: MatchList;
  readonly relay: MatchList;
  readonly codes: ReplyCodes;
  readonly rblTemplate: Template;
  readonly classes: ReadonlyMap<string, readonly Restriction[]>;
  /** Names of restrictions and classes, as right-hand sides of access tables have them. */
  readonly named: (text: string) => NamedRestrictions;
}

export interface NamedRestrictions {
  readonly restrictions: readonly Restriction[];
  readonly problems: readonly Problem[];
}

export function compileSettings(settings: RestrictionSettings, problems: Problem[]): Omit<Known, 'named'> {
  const { networks, destinations, codes, rblReply, ownAddresses, classes, ...others } = settings;
  const guarded = <T>(make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      problems.push(...(error as ConfigurationError).problems);
      return undefined;
    }
  };
  for (const [name, code] of Object.entries(codes ?? {})) {
    const good = Number.isInteger(code) && code >= 400 && code <= 599;
    if (!good) problems.push({ code: 'bad-reply-code', message: `codes.${name}: 400 to 599 is expected, not ${code}` });
  }
  return {
    ...others,
    networks: networkList(networks ?? [], 'networks', problems, others.networkSubdomains ?? 'parent'),
    ownAddresses: networkList(ownAddresses ?? [], 'ownAddresses', problems),
    final: domainList(destinations?.final ?? [], 'destinations.final', 'exact', problems),
    local: domainList(destinations?.local ?? destinations?.final ?? [], 'destinations.local', 'exact', []),
    relay: domainList(destinations?.relay ?? [], 'destinations.relay', others.relaySubdomains ?? 'parent', problems),
    codes: { ...defaultCodes, ...codes },
    rblTemplate: guarded(() => rblReplyTemplate(rblReply ?? DEFAULT_RBL_REPLY)) ?? [],
    classes: new Map(Object.entries(classes ?? {}).map(([name, list]) => [name.toLowerCase(), list])),
  };
}
