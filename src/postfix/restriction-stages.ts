/**
 * smtpd_*_restrictions of one service as stages: the lists as main.cf or `-o` has them, and the guard against an open
 * relay.
 */
import {
  type Need,
  type Restriction,
  type SettingsFor,
  type SmtpdRestrictionsStages,
  smtpdRestrictions,
} from '../stages/restrictions/index.js';
import { isConfigurationError, type Problem } from '../values/errors.js';
import type { ParameterView } from './parameter-view.js';
import type { Judge } from './report.js';
import { type ReadRestrictions, type RestrictionsContext, readRestrictions } from './restrictions.js';
import type { PostfixSettings } from './settings.js';
import type { Site } from './site.js';

/** What the program that reads a configuration can ask. */
export type RestrictionAbilities = Pick<
  RestrictionsContext,
  'resolver' | 'recipients' | 'addresses' | 'policyService'
> & {
  /** What the program has said that it does without. */
  readonly without?: readonly Omissible[];
};

export type Omissible = 'resolver' | 'policyService';

export function restrictionStages(
  site: Site,
  view: ParameterView,
  settings: PostfixSettings,
  judge: Judge,
  abilities: RestrictionAbilities = {},
): SmtpdRestrictionsStages | undefined {
  const read = readRestrictions({ view, maps: site.maps, ...abilities });
  for (const problem of [...read.problems, ...missing(view, read, abilities)]) site.problems.push(problem);
  for (const [parameter, left] of byParameter(read)) {
    // The names of classes are the operator's own, and guard no less.
    judge(parameter, 'not-honoured', `left out: ${left.join('; ')}`, true);
  }
  guardRelay(view, read);
  try {
    return stagesOf(read, settings, site.programsFor(view));
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    const source = view.source('smtpd_recipient_restrictions');
    for (const one of error.problems) site.problems.push(one.source === undefined ? { ...one, source } : one);
    return undefined;
  }
}

function stagesOf(
  { lists, settings, delayReject }: ReadRestrictions,
  site: PostfixSettings,
  { rewrite }: Site['programs'],
): SmtpdRestrictionsStages {
  const { networks, localDomains, virtualDomains, mailboxDomains, relayDomains } = site;
  const final = [...localDomains, ...virtualDomains, ...mailboxDomains];
  const destinations = { final, relay: relayDomains, local: localDomains };
  // trivial-rewrite(8) resolves routes, for smtpd too.
  const routes = { percentHack: rewrite.flag('allow_percent_hack'), bangPaths: rewrite.flag('swap_bangpath') };
  // Who wrote the words is no compiler: construction says what they need.
  const given = { ...settings, ...routes, networks, destinations } as SettingsFor<Need>;
  return smtpdRestrictions<Need>({ ...lists, ...given, delayReject });
}

const needCodes = { resolver: 'needs-resolver', policyService: 'needs-policy-service' } as const;

/** A check that is dropped takes mail that Postfix refuses: only where the program says so. */
function missing(
  view: ParameterView,
  { left }: ReadRestrictions,
  { without = [] }: RestrictionAbilities,
): readonly Problem[] {
  return left.flatMap(({ parameter, text, why, missing: option }) => {
    if (option === undefined || without.includes(option)) return [];
    const message = `${parameter}: ${why}: give readPostfix() the option ${option}, or without: ['${option}'] to leave such checks out`;
    return [{ code: needCodes[option], message, source: view.source(parameter), construct: text }];
  });
}

function byParameter({ left }: ReadRestrictions): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, string[]>();
  for (const { parameter, text, why } of left) {
    const texts = all.get(parameter) ?? [];
    texts.push(`${text} (${why})`);
    all.set(parameter, texts);
  }
  return all;
}

/** smtpd(8) does not start either: "specify at least one working instance of: reject_unauth_destination, ...". */
function guardRelay(view: ParameterView, { lists }: ReadRestrictions): void {
  if (guards(lists.relay) || guards(lists.recipient)) return;
  const message =
    'this or smtpd_recipient_restrictions must hold reject_unauth_destination, defer_unauth_destination, reject, defer or defer_if_permit, before any permit: anybody could relay';
  const byDefault = !view.isSet('smtpd_relay_restrictions') && view.text('smtpd_relay_restrictions') === '';
  const level = `; it is empty by default, for compatibility_level = ${view.text('compatibility_level')}: from 1 on it has one`;
  view.fault('smtpd_relay_restrictions', 'open-relay', `${message}${byDefault ? level : ''}`);
}

const guardWords: ReadonlySet<string> = new Set([
  'reject',
  'defer',
  'defer_if_permit',
  'reject_unauth_destination',
  'defer_unauth_destination',
]);

/** As smtpd looks for it: not behind `permit`, not where it only warns, through classes. */
function guards(list: readonly Restriction[]): boolean {
  for (const one of list) {
    if (one.form === 'warn') continue;
    if (one.form === 'class' ? guards(one.inner) : guardWords.has(one.text)) return true;
    if (one.text === 'permit') return false;
  }
  return false;
}
