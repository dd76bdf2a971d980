/**
 * The words of smtpd_*_restrictions (postconf(5)) as restrictions: every list, classes of smtpd_restriction_classes,
 * and the settings beside them. What nobody knows is a problem with its place; what needs an ability that the program
 * did not give (the DNS, policy services) is left out and reported.
 */
import type { AddressResolver } from '../ports/address-resolver.js';
import type { PolicyService } from '../ports/policy-service.js';
import type { RecipientValidator } from '../ports/recipient-validator.js';
import type { Resolver } from '../ports/resolver.js';
import {
  checkPolicyService,
  type Need,
  type ReplyCodes,
  type Restriction,
  type RestrictionList,
  type RestrictionSettings,
  readWords,
} from '../stages/restrictions/index.js';
import { inlineTable } from '../tables/index.js';
import type { Problem, SourcePosition } from '../values/errors.js';
import { splitList } from './lists.js';
import type { Maps } from './maps.js';
import { type PolicyServiceCall, readPolicyService } from './policy-endpoint.js';

/** The parameters, as one service sees them. */
export interface Parameters {
  text(name: string): string;
  source(name: string): SourcePosition;
}

export interface RestrictionsContext {
  readonly view: Parameters;
  readonly maps: Pick<Maps, 'one' | 'list'>;
  readonly resolver?: Resolver;
  readonly recipients?: RecipientValidator;
  readonly addresses?: AddressResolver;
  /** Makes the client of `inet:host:port` or `unix:path`. */
  readonly policyService?: (endpoint: string, options: PolicyServiceCall) => PolicyService;
}

export interface LeftOut {
  readonly parameter: string;
  /** In the words of main.cf. */
  readonly text: string;
  readonly why: string;
  /** What the program that reads the configuration could have given. */
  readonly missing?: 'resolver' | 'policyService';
}

export interface ReadRestrictions {
  readonly lists: Readonly<Record<RestrictionList, readonly Restriction[]>>;
  /** All but networks and destinations, which are the site's. */
  readonly settings: RestrictionSettings;
  /** smtpd_delay_reject. */
  readonly delayReject: boolean;
  /** Postfix would have applied them. */
  readonly left: readonly LeftOut[];
  readonly problems: readonly Problem[];
}

const parameters: Readonly<Record<RestrictionList, string>> = {
  client: 'smtpd_client_restrictions',
  helo: 'smtpd_helo_restrictions',
  sender: 'smtpd_sender_restrictions',
  relay: 'smtpd_relay_restrictions',
  recipient: 'smtpd_recipient_restrictions',
  data: 'smtpd_data_restrictions',
  endOfData: 'smtpd_end_of_data_restrictions',
};

export function readRestrictions(context: RestrictionsContext): ReadRestrictions {
  return new Reader(context).read();
}

class Reader {
  readonly #context: RestrictionsContext;
  readonly #problems: Problem[] = [];
  readonly #left: LeftOut[] = [];
  readonly #classNames: ReadonlySet<string>;
  readonly #classes = new Map<string, readonly Restriction[]>();
  /** Classes that are being read: one among them names itself. */
  readonly #open = new Set<string>();
  #settings: RestrictionSettings = {};

  constructor(context: RestrictionsContext) {
    this.#context = context;
    this.#classNames = new Set(splitList(context.view.text('smtpd_restriction_classes')));
  }

  read(): ReadRestrictions {
    this.#settings = this.#readSettings();
    const list = (name: RestrictionList): readonly Restriction[] =>
      this.#list(parameters[name], name !== 'data' && name !== 'endOfData');
    const lists = {
      client: list('client'),
      helo: list('helo'),
      sender: list('sender'),
      relay: list('relay'),
      recipient: list('recipient'),
      data: list('data'),
      endOfData: list('endOfData'),
    };
    for (const name of this.#classNames) this.#class(name);
    const settings = { ...this.#settings, classes: Object.fromEntries(this.#classes) };
    const delayReject = this.#context.view.text('smtpd_delay_reject').toLowerCase() !== 'no';
    return { lists, settings, delayReject, left: this.#left, problems: this.#problems };
  }

  #list(parameter: string, bareTables: boolean): readonly Restriction[] {
    const { view, maps } = this.#context;
    const source = view.source(parameter);
    const read = readWords(splitList(view.text(parameter)), {
      source,
      bareTables,
      table: (text) => maps.one(text, source),
      policyService: (text, options) => this.#policyService(parameter, text, options.source ?? source),
      restrictionClass: (name) => (this.#classNames.has(name) ? this.#class(name) : undefined),
    });
    for (const problem of read.problems) this.#problems.push(problem);
    return read.restrictions.filter((one) => this.#isAble(parameter, one));
  }

  #class(name: string): readonly Restriction[] {
    const known = this.#classes.get(name);
    if (known !== undefined) return known;
    if (this.#open.has(name)) {
      const message = 'the restriction class names itself, directly or through another';
      this.#problem('class-in-itself', message, this.#context.view.source(name), name);
      return [];
    }
    if (splitList(this.#context.view.text(name)).length === 0) {
      const message = 'the restriction class needs a definition, as smtpd wants it: name = restriction, ...';
      this.#problem('empty-class', message, this.#context.view.source('smtpd_restriction_classes'), name);
    }
    this.#open.add(name);
    const members = this.#list(name, true);
    this.#open.delete(name);
    this.#classes.set(name, members);
    return members;
  }

  /** False, and reported, for what the program gave no means for. */
  #isAble(parameter: string, one: Restriction): boolean {
    if (one.form === 'class') return true;
    for (const need of one.needs) {
      const why = unable[need];
      if (why === undefined || this.#settings[need] !== undefined) continue;
      this.#left.push({ parameter, text: one.text, why, ...(need === 'resolver' && { missing: need }) });
      return false;
    }
    return true;
  }

  #policyService(parameter: string, text: string, source: SourcePosition): Restriction | undefined {
    const { view, policyService } = this.#context;
    const read = readPolicyService(text);
    if (typeof read === 'string') {
      this.#problem('bad-policy-service', read, source, text);
      return undefined;
    }
    if (policyService === undefined) {
      const why = 'the program gave no way to ask policy services (policyService)';
      this.#left.push({ parameter, text: `check_policy_service ${text}`, why, missing: 'policyService' });
      return undefined;
    }
    const { endpoint, call, defaultAction, policyContext } = read;
    const service = policyService(endpoint, call);
    return checkPolicyService(service, {
      source,
      name: endpoint,
      defaultAction: defaultAction ?? (view.text('smtpd_policy_service_default_action') || undefined) ?? noService,
      policyContext: policyContext ?? view.text('smtpd_policy_service_policy_context'),
    });
  }

  #readSettings(): RestrictionSettings {
    const { view, maps, resolver, recipients, addresses } = this.#context;
    const table = (name: string) => maps.list(view.text(name), view.source(name));
    const flag = (name: string): boolean => view.text(name).toLowerCase() === 'yes';
    const name = 'smtpd_sender_login_maps';
    // Where nobody owns an address, a client that is logged in owns none either (smtpd).
    const senderLogins = table(name) ?? inlineTable({}, { name });
    const rblReplies = table('rbl_reply_maps');
    const clientCertificates = table('relay_clientcerts');
    const parents = splitList(view.text('parent_domain_matches_subdomains'));
    const tempfail = (name: string) => (/^(?:defer)$/i.test(view.text(name)) ? 'defer' : 'defer_if_permit');
    return {
      ...(resolver !== undefined && { resolver }),
      ...(recipients !== undefined && { recipients }),
      ...(addresses !== undefined && { addresses }),
      senderLogins,
      ...(rblReplies !== undefined && { rblReplies }),
      ...(clientCertificates !== undefined && { clientCertificates }),
      ...(view.text('default_rbl_reply') !== '' && { rblReply: view.text('default_rbl_reply') }),
      codes: this.#codes(),
      recipientDelimiter: view.text('recipient_delimiter'),
      accessSubdomains: parents.includes('smtpd_access_maps') ? 'parent' : 'dot',
      networkSubdomains: parents.includes('mynetworks') ? 'parent' : 'dot',
      relaySubdomains: parents.includes('relay_domains') ? 'parent' : 'dot',
      nullSenderKey: view.text('smtpd_null_access_lookup_key') || '<>',
      rejectUnlistedRecipient: recipients !== undefined && flag('smtpd_reject_unlisted_recipient'),
      rejectUnlistedSender: recipients !== undefined && flag('smtpd_reject_unlisted_sender'),
      showTableName: flag('show_user_unknown_table_name'),
      relayBeforeRecipient: flag('smtpd_relay_before_recipient_restrictions'),
      allowUntrustedRouting: flag('allow_untrusted_routing'),
      unknownAddressTempfail: tempfail('unknown_address_tempfail_action'),
      unknownHeloTempfail: tempfail('unknown_helo_hostname_tempfail_action'),
      logins: flag('smtpd_sasl_auth_enable'),
      softBounce: flag('soft_bounce'),
    };
  }

  #codes(): Partial<ReplyCodes> {
    const { view } = this.#context;
    const codes: Partial<Record<keyof ReplyCodes, number>> = {};
    for (const [key, name] of Object.entries(codeNames) as [keyof ReplyCodes, string][]) {
      const text = view.text(name);
      if (/^[45][0-9][0-9]$/.test(text)) codes[key] = Number(text);
      else if (text !== '') this.#problem('bad-reply-code', `${name}: 400 to 599 is expected`, view.source(name), text);
    }
    return codes;
  }

  #problem(code: string, message: string, source: SourcePosition, construct: string): void {
    this.#problems.push({ code, message, source, construct });
  }
}

const noService = '451 4.3.5 Server configuration problem';

/** What the program may not have given. */
const unable: Readonly<Partial<Record<Need, string>>> = {
  resolver: 'it asks the DNS, and the program gave no resolver',
  recipients: 'the program does not say which addresses exist; routing refuses those that it does not know',
  ownAddresses: 'our own addresses are not known: name them in mynetworks',
  clientCertificates: 'relay_clientcerts is empty',
};

const codeNames: Readonly<Record<keyof ReplyCodes, string>> = {
  accessReject: 'access_map_reject_code',
  accessDefer: 'access_map_defer_code',
  reject: 'reject_code',
  defer: 'defer_code',
  relayDomains: 'relay_domains_reject_code',
  rbl: 'maps_rbl_reject_code',
  invalidHostname: 'invalid_hostname_reject_code',
  nonFqdn: 'non_fqdn_reject_code',
  unknownAddress: 'unknown_address_reject_code',
  unknownClient: 'unknown_client_reject_code',
  unknownHostname: 'unknown_hostname_reject_code',
  unknownLocalRecipient: 'unknown_local_recipient_reject_code',
  unknownRelayRecipient: 'unknown_relay_recipient_reject_code',
  unknownVirtualAlias: 'unknown_virtual_alias_reject_code',
  unknownVirtualMailbox: 'unknown_virtual_mailbox_reject_code',
  multiRecipientBounce: 'multi_recipient_bounce_reject_code',
  plaintext: 'plaintext_reject_code',
};
