/**
 * Where mail goes, from main.cf: the options of `route` as the programs of Postfix would read them, each its own
 * parameters: cleanup(8) virtual aliases, trivial-rewrite(8) transports, local(8) aliases and mailboxes, virtual(8) its
 * own.
 */
import type { BccOptions, RouteOptions } from '../stages/routing/index.js';
import { splitList } from './lists.js';
import type { ParameterView } from './parameter-view.js';
import type { PostfixSettings } from './settings.js';
import type { Site } from './site.js';

/** `aliasing`: false where receive_override_options turns address mappings off. */
export function routingOptions(
  site: Site,
  smtpd: ParameterView,
  settings: PostfixSettings,
  aliasing: boolean,
): RouteOptions {
  const { cleanup, rewrite } = site.programsFor(smtpd);
  const filter = smtpd.text('content_filter');
  const localRecipients = site.table(smtpd, 'local_recipient_maps');
  if (localRecipients === undefined && site.accounts === undefined && smtpd.isSet('local_recipient_maps')) {
    const why = 'every local recipient is taken and has a mailbox, where Postfix bounces those without an account';
    site.judge('local_recipient_maps', 'not-honoured', why, true);
  }
  return {
    localDomains: settings.localDomains,
    localRecipients: localRecipients ?? 'all',
    // smtpd(8) knows aliases only where $alias_maps is among local_recipient_maps.
    aliasesListed: false,
    virtualDomains: settings.virtualDomains,
    mailboxDomains: settings.mailboxDomains,
    relayDomains: settings.relayDomains,
    relaySubdomains: parentsOf(rewrite).has('relay_domains'),
    recipientDelimiter: settings.recipientDelimiter,
    origin: settings.origin.ascii,
    ...(rewrite.flag('append_dot_mydomain') && { dotDomain: rewrite.text('mydomain') }),
    percentHack: rewrite.flag('allow_percent_hack'),
    bangPaths: rewrite.flag('swap_bangpath'),
    // The restrictions ask: at RCPT, and where main.cf wants it.
    rejectUnlisted: false,
    ownerRequestSpecial: rewrite.flag('owner_request_special'),
    propagateExtensions: wordsOf(cleanup, 'propagate_unmatched_extensions', [
      'canonical',
      'virtual',
      'alias',
      'include',
    ]),
    virtualExpansionLimit: atLeastOne(cleanup, 'virtual_alias_expansion_limit'),
    virtualRecursionLimit: atLeastOne(cleanup, 'virtual_alias_recursion_limit'),
    showTable: smtpd.flag('show_user_unknown_table_name'),
    unknownCodes: {
      local: smtpd.count('unknown_local_recipient_reject_code'),
      virtual: smtpd.count('unknown_virtual_alias_reject_code'),
      mailbox: smtpd.count('unknown_virtual_mailbox_reject_code'),
      relay: smtpd.count('unknown_relay_recipient_reject_code'),
    },
    ...given('virtualAliases', aliasing ? site.table(cleanup, 'virtual_alias_maps') : undefined),
    ...given('canonical', aliasing ? site.table(cleanup, 'canonical_maps') : undefined),
    ...given('senderCanonical', aliasing ? site.table(cleanup, 'sender_canonical_maps') : undefined),
    ...given('recipientCanonical', aliasing ? site.table(cleanup, 'recipient_canonical_maps') : undefined),
    ...given('virtualMailboxes', site.table(smtpd, 'virtual_mailbox_maps')),
    ...given('relayRecipients', site.table(smtpd, 'relay_recipient_maps')),
    ...given('relocated', site.table(rewrite, 'relocated_maps')),
    ...(filter !== '' && { contentFilter: filter }),
    ...transportOptions(site, rewrite),
    ...localOptions(site),
  };
}

function transportOptions(site: Site, rewrite: ParameterView): Partial<RouteOptions> {
  return {
    transportSubdomains: parentsOf(rewrite).has('transport_maps') ? 'parent' : 'dot',
    ...given('transport', site.table(rewrite, 'transport_maps')),
    ...given('senderRelayHosts', site.table(rewrite, 'sender_dependent_relayhost_maps')),
    ...given('senderTransports', site.table(rewrite, 'sender_dependent_default_transport_maps')),
    ...given('relayHost', textOf(rewrite, 'relayhost')),
    localTransport: rewrite.text('local_transport'),
    virtualTransport: rewrite.text('virtual_transport'),
    relayTransport: rewrite.text('relay_transport'),
    defaultTransport: rewrite.text('default_transport'),
  };
}

/** Nothing where there are no copies. */
export function copyOptions(
  site: Site,
  cleanup: ParameterView,
): Pick<BccOptions, 'always' | 'senderCopies' | 'recipientCopies'> {
  const always = textOf(cleanup, 'always_bcc');
  const senderCopies = site.table(cleanup, 'sender_bcc_maps');
  const recipientCopies = site.table(cleanup, 'recipient_bcc_maps');
  return {
    ...(always !== undefined && { always }),
    ...(senderCopies !== undefined && { senderCopies }),
    ...(recipientCopies !== undefined && { recipientCopies }),
  };
}

function localOptions(site: Site): Partial<RouteOptions> {
  const { local } = site.programs;
  return {
    ...given('aliases', site.table(local, 'alias_maps')),
    ...given('users', site.accounts),
    ...given('includes', site.includes),
    expandOwnerAlias: local.flag('expand_owner_alias'),
    commandsFrom: wordsOf(local, 'allow_mail_to_commands', ['alias', 'include', 'forward']).filter(isNoForward),
    filesFrom: wordsOf(local, 'allow_mail_to_files', ['alias', 'include', 'forward']).filter(isNoForward),
    ...given('mailboxTransport', textOf(local, 'mailbox_transport')),
    ...given('mailboxTransports', site.table(local, 'mailbox_transport_maps')),
    ...given('fallbackTransport', textOf(local, 'fallback_transport')),
    ...given('fallbackTransports', site.table(local, 'fallback_transport_maps')),
    ...given('luserRelay', textOf(local, 'luser_relay')),
    ...given('homeMailbox', textOf(local, 'home_mailbox')),
  };
}

const isNoForward = (word: 'alias' | 'include' | 'forward'): word is 'alias' | 'include' => word !== 'forward';

/** parent_domain_matches_subdomains: the features for which a domain stands for all below it. */
export function parentsOf(view: ParameterView): ReadonlySet<string> {
  return new Set(splitList(view.text('parent_domain_matches_subdomains')));
}

/** The words of a list that are known; others are a problem. */
export function wordsOf<const W extends string>(view: ParameterView, name: string, known: readonly W[]): W[] {
  return splitList(view.text(name)).flatMap((word): readonly W[] => {
    const found = known.find((one) => one === word.toLowerCase());
    if (found === undefined) view.fault(name, 'bad-word', `expected ${known.join(', ')}`, word);
    return found === undefined ? [] : [found];
  });
}

function atLeastOne(view: ParameterView, name: string): number {
  return Math.max(1, view.count(name));
}

function textOf(view: ParameterView, name: string): string | undefined {
  return view.text(name) || undefined;
}

function given<K extends keyof RouteOptions>(key: K, value: RouteOptions[K] | undefined): Partial<RouteOptions> {
  return value === undefined ? {} : ({ [key]: value } as Partial<RouteOptions>);
}
