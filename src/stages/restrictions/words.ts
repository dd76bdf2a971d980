/**
 * Restrictions from Postfix's words, as main.cf and the right-hand sides of access tables have them: each name with what it
 * takes behind it. What Postfix has and we refuse is refused with the reason; what nobody knows is a problem.
 */
import type { Table } from '../../core/table.js';
import type { Problem, SourcePosition } from '../../values/errors.js';
import * as access from './access.js';
import * as addresses from './addresses.js';
import * as lists from './block-lists.js';
import * as client from './client.js';
import * as destinations from './destinations.js';
import * as generic from './generic.js';
import * as helo from './helo.js';
import type { Restriction, RestrictionOptions } from './restriction.js';
import { checkServerAccess, type ServersOf } from './server-access.js';

/** What the words refer to. */
export interface WordContext {
  readonly source?: SourcePosition;
  /** Opens `type:map`; undefined when it cannot, and has said why. Without it no table may be named. */
  readonly table?: (text: string) => Table | undefined;
  /** `inet:host:port`, `unix:path`, or `{ inet:host:port, timeout = 10s, default_action = DUNNO }`; the same. */
  readonly policyService?: (text: string, options: RestrictionOptions) => Restriction | undefined;
  /** The members of a class; undefined for a name that is none. */
  readonly restrictionClass?: (name: string) => readonly Restriction[] | undefined;
  /** A table without a name in front of it is that of the list in which it stands. Default: it is a problem. */
  readonly bareTables?: boolean;
}

export interface ReadWords {
  readonly restrictions: readonly Restriction[];
  readonly problems: readonly Problem[];
}

type Make = (options: RestrictionOptions) => Restriction;
type MakeWith<A> = (argument: A, options: RestrictionOptions) => Restriction;

const plain: Readonly<Record<string, Make>> = {
  permit: generic.permitAll,
  reject: generic.rejectAll,
  defer: generic.deferAll,
  defer_if_permit: generic.deferIfPermit,
  defer_if_reject: generic.deferIfReject,
  reject_unauth_pipelining: generic.rejectUnauthPipelining,
  reject_plaintext_session: generic.rejectPlaintextSession,
  reject_multi_recipient_bounce: generic.rejectMultiRecipientBounce,
  permit_mynetworks: client.permitMynetworks,
  permit_inet_interfaces: client.permitInetInterfaces,
  permit_sasl_authenticated: client.permitSaslAuthenticated,
  permit_tls_all_clientcerts: client.permitTlsAllClientcerts,
  permit_tls_clientcerts: client.permitTlsClientcerts,
  permit_naked_ip_address: client.permitNakedIpAddress,
  reject_unknown_client: client.rejectUnknownClientHostname,
  reject_unknown_client_hostname: client.rejectUnknownClientHostname,
  reject_unknown_forward_client_hostname: client.rejectUnknownClientHostname,
  reject_unknown_reverse_client_hostname: client.rejectUnknownReverseClientHostname,
  reject_invalid_hostname: helo.rejectInvalidHeloHostname,
  reject_invalid_helo_hostname: helo.rejectInvalidHeloHostname,
  reject_non_fqdn_hostname: helo.rejectNonFqdnHeloHostname,
  reject_non_fqdn_helo_hostname: helo.rejectNonFqdnHeloHostname,
  reject_unknown_hostname: helo.rejectUnknownHeloHostname,
  reject_unknown_helo_hostname: helo.rejectUnknownHeloHostname,
  reject_non_fqdn_sender: addresses.rejectNonFqdnSender,
  reject_non_fqdn_recipient: addresses.rejectNonFqdnRecipient,
  reject_unknown_address: addresses.rejectUnknownSenderDomain,
  reject_unknown_sender_domain: addresses.rejectUnknownSenderDomain,
  reject_unknown_recipient_domain: addresses.rejectUnknownRecipientDomain,
  reject_unlisted_sender: addresses.rejectUnlistedSender,
  reject_unlisted_recipient: addresses.rejectUnlistedRecipient,
  check_recipient_maps: addresses.rejectUnlistedRecipient,
  reject_sender_login_mismatch: addresses.rejectSenderLoginMismatch,
  reject_authenticated_sender_login_mismatch: addresses.rejectAuthenticatedSenderLoginMismatch,
  reject_unauthenticated_sender_login_mismatch: addresses.rejectUnauthenticatedSenderLoginMismatch,
  reject_known_sender_login_mismatch: addresses.rejectKnownSenderLoginMismatch,
  permit_auth_destination: destinations.permitAuthDestination,
  reject_unauth_destination: destinations.rejectUnauthDestination,
  defer_unauth_destination: destinations.deferUnauthDestination,
};

const withZone: Readonly<Record<string, MakeWith<string>>> = {
  reject_rbl: lists.rejectRblClient,
  reject_rbl_client: lists.rejectRblClient,
  reject_rhsbl_client: lists.rejectRhsblClient,
  reject_rhsbl_reverse_client: lists.rejectRhsblReverseClient,
  reject_rhsbl_helo: lists.rejectRhsblHelo,
  reject_rhsbl_sender: lists.rejectRhsblSender,
  reject_rhsbl_recipient: lists.rejectRhsblRecipient,
  permit_dnswl_client: lists.permitDnswlClient,
  permit_rhswl_client: lists.permitRhswlClient,
};

const withTable: Readonly<Record<string, MakeWith<Table>>> = {
  check_client_access: access.checkClientAccess,
  check_reverse_client_hostname_access: access.checkReverseClientHostnameAccess,
  check_helo_access: access.checkHeloAccess,
  check_sender_access: access.checkSenderAccess,
  check_recipient_access: access.checkRecipientAccess,
  check_sasl_access: access.checkSaslAccess,
  check_ccert_access: access.checkCcertAccess,
  ...serverWords(),
};

/** Restrictions of Postfix that are refused, and why. */
const refused: Readonly<Record<string, string>> = {
  reject_unverified_sender: 'addresses are not probed: use reject_unlisted_sender, reject_unknown_sender_domain',
  reject_unverified_recipient: 'addresses are not probed: use reject_unlisted_recipient',
  sleep: 'a stage does not hold up a session: use limits of the server',
  permit_mx_backup: 'it lets strangers relay through us: name the domains in relay_domains',
  check_relay_domains: 'removed in Postfix 3.9: write reject_unauth_destination',
  reject_maps_rbl: 'removed in Postfix 3.9: write reject_rbl_client and the name of the list',
  check_etrn_access: 'no server here knows ETRN',
};
const refusedWithArgument: ReadonlySet<string> = new Set(['sleep', 'check_etrn_access']);

export function readWords(words: readonly string[], context: WordContext): ReadWords {
  const reader = new WordReader(words, context);
  while (!reader.done) reader.element();
  return { restrictions: reader.restrictions, problems: reader.problems };
}

/** As a right-hand side has them: blanks and commas between, no tables. */
export function restrictionsOf(text: string, classes: ReadonlyMap<string, readonly Restriction[]>): ReadWords {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  return readWords(words, { restrictionClass: (name) => classes.get(name.toLowerCase()) });
}

class WordReader {
  readonly restrictions: Restriction[] = [];
  readonly problems: Problem[] = [];
  readonly #words: readonly string[];
  readonly #context: WordContext;
  #at = 0;

  constructor(words: readonly string[], context: WordContext) {
    this.#words = words;
    this.#context = context;
  }

  get done(): boolean {
    return this.#at >= this.#words.length;
  }

  element(): void {
    const read = this.#read();
    if (read !== undefined) this.restrictions.push(read);
  }

  get #options(): RestrictionOptions {
    const { source } = this.#context;
    return source === undefined ? {} : { source };
  }

  #read(warns = 0): Restriction | undefined {
    const word = this.#words[this.#at++] as string;
    const name = word.toLowerCase();
    if (name === 'warn_if_reject') return this.#warning(word, warns);
    if (Object.hasOwn(refused, name)) return this.#refused(word, name);
    const make = own(plain, name);
    if (make !== undefined) return make(this.#options);
    const zone = own(withZone, name);
    if (zone !== undefined) return this.#argued(word, (argument) => zone(argument, this.#options));
    const table = own(withTable, name);
    if (table !== undefined) return this.#argued(word, (argument) => this.#table(table, argument));
    if (name === 'check_policy_service') return this.#argued(word, (argument) => this.#policy(word, argument));
    if (word.includes(':')) return this.#bare(word);
    return this.#class(word);
  }

  #warning(word: string, warns: number): Restriction | undefined {
    if (this.done) return this.#lacks(word);
    if (warns > 0) return this.#read(warns);
    const one = this.#read(warns + 1);
    return one && generic.warnIfReject(one, this.#options);
  }

  #refused(word: string, name: string): undefined {
    const takes = refusedWithArgument.has(name) && !this.done;
    const construct = takes ? `${word} ${this.#words[this.#at++] ?? ''}` : word;
    this.#problem('unsupported-restriction', `not supported: ${refused[name] ?? ''}`, construct);
  }

  #argued(word: string, make: (argument: string) => Restriction | undefined): Restriction | undefined {
    const argument = this.#words[this.#at];
    if (argument === undefined) return this.#lacks(word);
    this.#at++;
    return make(argument);
  }

  #table(make: MakeWith<Table>, argument: string): Restriction | undefined {
    const { table: open } = this.#context;
    if (open === undefined) {
      this.#problem('table-in-table', 'a table cannot be named here: define a restriction class', argument);
      return undefined;
    }
    const table = open(argument);
    return table && make(table, this.#options);
  }

  #policy(word: string, argument: string): Restriction | undefined {
    const { policyService } = this.#context;
    if (policyService === undefined) {
      this.#problem('no-policy-service', 'policy services cannot be asked here', `${word} ${argument}`);
      return undefined;
    }
    return policyService(argument, this.#options);
  }

  #bare(word: string): Restriction | undefined {
    if (this.#context.bareTables === true) return this.#table(access.checkListAccess, word);
    this.#problem('bare-table', 'write check_client_access, check_sender_access or the like in front', word);
    return undefined;
  }

  #class(word: string): Restriction | undefined {
    const members = this.#context.restrictionClass?.(word);
    if (members !== undefined) return generic.restrictionClass(word, members, this.#options);
    this.#problem('unknown-restriction', 'no such restriction', word);
    return undefined;
  }

  #lacks(word: string): undefined {
    this.#problem('missing-argument', 'the restriction lacks its argument', word);
  }

  #problem(code: string, message: string, construct: string): void {
    const { source } = this.#context;
    this.problems.push({ code, message, construct, ...(source !== undefined && { source }) });
  }
}

function serverWords(): Record<string, MakeWith<Table>> {
  const all: Record<string, MakeWith<Table>> = {};
  const whose: readonly ServersOf[] = ['client', 'reverse_client_hostname', 'helo', 'sender', 'recipient'];
  for (const of of whose) {
    for (const type of ['a', 'mx', 'ns'] as const) {
      all[`check_${of}_${type}_access`] = (table, options) => checkServerAccess(of, type, table, options);
    }
  }
  return all;
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
