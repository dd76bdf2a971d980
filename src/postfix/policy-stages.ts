/**
 * The stages of one smtpd(8) service, in the order in which Postfix's programs come to their verdicts: smtpd's
 * restrictions, canonical addresses, where the recipient's mail goes; at the end of data loops, the sender's canonical
 * address, copies, the checks of cleanup(8) on the header as it came, sizes, and then its addresses.
 */
import { definePolicy, type Policy } from '../core/policy.js';
import type { AnyStage } from '../core/stage.js';
import { type ContentChecksOptions, contentChecks, lateContentChecks } from '../stages/content-checks/index.js';
import { loopDetection } from '../stages/loop-detection/index.js';
import { recipientRewriting, rewriteAddresses, rewriteRecipients } from '../stages/rewriting/index.js';
import { bcc, type RouteOptions, route } from '../stages/routing/index.js';
import { declaredSize, sizeLimit } from '../stages/size-limit/index.js';
import { isConfigurationError } from '../values/errors.js';
import { type Abilities, restrictionAbilities } from './abilities.js';
import { contentVerdict } from './late-verdict.js';
import type { ParameterView } from './parameter-view.js';
import type { Judge } from './report.js';
import { restrictionStages } from './restriction-stages.js';
import { changesEnvelope, changesHeader, rewritingOptions } from './rewriting-options.js';
import { copyOptions, routingOptions, wordsOf } from './routing-options.js';
import type { PostfixSettings } from './settings.js';
import type { Site } from './site.js';

type Override = 'no_header_body_checks' | 'no_unknown_recipient_checks' | 'no_milters' | 'no_address_mappings';

const overrideWords: readonly Override[] = [
  'no_header_body_checks',
  'no_unknown_recipient_checks',
  'no_milters',
  'no_address_mappings',
];

/** Undefined where something is wrong: the site has the problems. */
export function readPolicy(
  site: Site,
  view: ParameterView,
  settings: PostfixSettings,
  abilities: Abilities,
  judge: Judge,
): Policy | undefined {
  const without: ReadonlySet<Override> = new Set(wordsOf(view, 'receive_override_options', overrideWords));
  const { messageSizeLimit: maxBytes } = settings;
  const { cleanup } = site.programsFor(view);
  const mapping = !without.has('no_address_mappings');
  const routing = routingOptions(site, view, settings, mapping);
  const { contentFilter } = routing;
  judge(
    'content_filter',
    'honoured',
    contentFilter === undefined ? 'to no filter' : `every message to ${contentFilter}`,
  );
  const asked = restrictionAbilities(view, routing, !without.has('no_unknown_recipient_checks'), abilities);
  const restrictions = restrictionStages(site, view, settings, judge, asked);
  const rewriting = rewritingStages(site, view, settings, mapping);
  const checks = without.has('no_header_body_checks')
    ? noChecks
    : contentStages(site, cleanup, restrictions?.last.length !== 0);
  const lists: Readonly<Record<'connect' | 'helo' | 'mail' | 'rcpt' | 'data' | 'message', readonly AnyStage[]>> = {
    connect: restrictions?.connect ?? [],
    helo: restrictions?.helo ?? [],
    mail: [...(maxBytes === undefined ? [] : [declaredSize({ maxBytes })]), ...(restrictions?.mail ?? [])],
    rcpt: [...(restrictions?.rcpt ?? []), ...rewriting.rcpt, ...routeStage(site, view, routing)],
    data: restrictions?.data ?? [],
    message: [
      ...(restrictions?.message ?? []),
      ...built(site, cleanup, 'hopcount_limit', () => loopDetection({ maxReceived: cleanup.count('hopcount_limit') })),
      ...rewriting.sender,
      ...(mapping ? copies(site, view, settings, routing) : []),
      ...checks.first,
      // What the checks refuse is no longer written, and cannot be too large.
      ...(maxBytes === undefined ? [] : [sizeLimit({ maxBytes })]),
      ...rewriting.header,
      ...checks.last,
      ...(restrictions?.last ?? []),
    ],
  };
  return site.allProblems().length > 0 ? undefined : definePolicy(lists);
}

function routeStage(site: Site, view: ParameterView, options: RouteOptions): readonly AnyStage[] {
  return built(site, view, 'mydestination', () => route(options));
}

function rewritingStages(
  site: Site,
  view: ParameterView,
  settings: PostfixSettings,
  mapping: boolean,
): Readonly<Record<'rcpt' | 'sender' | 'header', readonly AnyStage[]>> {
  const { cleanup } = site.programsFor(view);
  const options = rewritingOptions(site, view, settings, mapping);
  const at = 'canonical_maps';
  return {
    rcpt: changesEnvelope(options) ? built(site, cleanup, at, () => rewriteRecipients(options)) : [],
    sender: changesEnvelope(options)
      ? built(site, cleanup, at, () => rewriteAddresses({ ...options, parts: ['sender'] }))
      : [],
    header: changesHeader(options)
      ? built(site, cleanup, at, () => rewriteAddresses({ ...options, parts: ['header'] }))
      : [],
  };
}

/**
 * For senders as they are rewritten, and before the verdicts on content: what is held or redirected takes its copies
 * along.
 */
function copies(
  site: Site,
  view: ParameterView,
  settings: PostfixSettings,
  routing: RouteOptions,
): readonly AnyStage[] {
  const { cleanup } = site.programsFor(view);
  const options = copyOptions(site, cleanup);
  if (Object.keys(options).length === 0) return [];
  const canonical = rewritingOptions(site, view, settings, true);
  return built(site, cleanup, 'always_bcc', () =>
    bcc({
      ...routing,
      ...options,
      ...(changesEnvelope(canonical) && { rewriting: recipientRewriting(canonical) }),
    }),
  );
}

interface ContentStages {
  readonly first: readonly AnyStage[];
  /** HOLD and REDIRECT, when the header has been rewritten. */
  readonly last: readonly AnyStage[];
}

const noChecks: ContentStages = { first: [], last: [] };

function contentStages(site: Site, cleanup: ParameterView, mayHold: boolean): ContentStages {
  const rules = (name: string) => site.maps.rules(cleanup.text(name), cleanup.source(name));
  const header = rules('header_checks');
  const body = rules('body_checks');
  const options: ContentChecksOptions = {
    ...(header !== undefined && { header }),
    mimeHeader: rules('mime_header_checks') ?? 'none',
    nestedHeader: rules('nested_header_checks') ?? 'none',
    ...(body !== undefined && { body }),
    headerSizeLimit: cleanup.count('header_size_limit'),
    // 0 is no limit to cleanup(8).
    bodySizeLimit: cleanup.count('body_checks_size_limit') || Number.POSITIVE_INFINITY,
    lineLimit: cleanup.count('line_length_limit'),
    nestingLimit: cleanup.count('mime_nesting_limit'),
    boundaryLimit: cleanup.count('mime_boundary_length_limit'),
    mime: !cleanup.flag('disable_mime_input_processing'),
  };
  const { mimeHeader, nestedHeader } = options;
  if (header === undefined && body === undefined && mimeHeader === 'none' && nestedHeader === 'none') return noChecks;
  const last: AnyStage[] = [];
  const first = built(site, cleanup, header === undefined ? 'body_checks' : 'header_checks', () => {
    const { stage, verdicts } = lateContentChecks(options);
    if (verdicts.length === 0) return contentChecks(options);
    last.push(contentVerdict(verdicts, mayHold));
    return stage;
  });
  return { first, last };
}

/** A stage, or none and its problems. Those that come without a place stand at the parameter. */
function built(site: Site, view: ParameterView, parameter: string, make: () => AnyStage): readonly AnyStage[] {
  try {
    return [make()];
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    for (const one of error.problems)
      site.problems.push(one.source === undefined ? { ...one, source: view.source(parameter) } : one);
    return [];
  }
}
