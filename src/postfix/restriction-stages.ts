/** smtpd_*_restrictions of one service as stages: the lists as main.cf or `-o` has them, and the guard against an open relay. */
import {
  type Need,
  type Restriction,
  type SettingsFor,
  type SmtpdRestrictionsStages,
  smtpdRestrictions,
} from '../stages/restrictions/index.js';
import { isConfigurationError } from '../values/errors.js';
import type { ParameterView } from './parameter-view.js';
import { type ReadRestrictions, type RestrictionsContext, readRestrictions } from './restrictions.js';
import type { PostfixSettings } from './settings.js';
import type { Site } from './site.js';

/** What the program that reads a configuration can ask. */
export type RestrictionAbilities = Pick<RestrictionsContext, 'resolver' | 'recipients' | 'policyService'>;

export function restrictionStages(
  site: Site,
  view: ParameterView,
  settings: PostfixSettings,
  abilities: RestrictionAbilities = {},
): SmtpdRestrictionsStages | undefined {
  const read = readRestrictions({ view, maps: site.maps, ...abilities });
  for (const problem of read.problems) site.problems.push(problem);
  for (const [parameter, left] of byParameter(read)) {
    site.judge(parameter, 'not-honoured', `left out: ${left.join('; ')}`);
  }
  guardRelay(view, read);
  try {
    return stagesOf(read, settings);
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    const source = view.source('smtpd_recipient_restrictions');
    for (const one of error.problems) site.problems.push(one.source === undefined ? { ...one, source } : one);
    return undefined;
  }
}

function stagesOf({ lists, settings, delayReject }: ReadRestrictions, site: PostfixSettings): SmtpdRestrictionsStages {
  const { networks, localDomains, virtualDomains, mailboxDomains, relayDomains } = site;
  const destinations = { final: [...localDomains, ...virtualDomains, ...mailboxDomains], relay: relayDomains };
  // Who wrote the words is no compiler: construction says what they need.
  const given = { ...settings, networks, destinations } as SettingsFor<Need>;
  return smtpdRestrictions<Need>({ ...lists, ...given, delayReject });
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
  view.fault('smtpd_relay_restrictions', 'open-relay', message);
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
