/**
 * check_host() (RFC 7208 section 4): from a domain to its record, along the terms of the record, into included records and on
 * along redirects. Mechanisms that ask the DNS are in mechanisms.ts. Failures are values: a verdict that is `permerror` or
 * `temperror` ends the evaluation.
 */
import { excerpt } from '../../values/characters.js';
import { matchesByDns, sharesPrefix } from './mechanisms.js';
import { isSpfRecord, parseSpfRecord } from './parse-record.js';
import { type Asking, askTexts } from './questions.js';
import type { SpfDirective, SpfMacroString, SpfModifier, SpfQualifier, SpfRecord } from './record.js';
import { type Evaluation, expand, type Place, permerror, spend, temperror, type Verdict, within } from './state.js';
import { checkableDomain, targetName } from './target-name.js';

/** `place.domain` is checkable. */
export function* checkDomain(evaluation: Evaluation, start: Place): Asking<Verdict> {
  let place = start;
  for (;;) {
    const record = yield* fetchRecord(evaluation, place);
    if (record.kind === 'verdict') return record;
    const verdict = yield* evaluateTerms(evaluation, record.record, place);
    if (verdict !== undefined) return verdict;
    const { redirect } = record.record;
    if (redirect === undefined) return neutral;
    const next = yield* follow(evaluation, redirect, place);
    if (next.kind === 'verdict') return next;
    place = next;
  }
}

/** RFC 7208 section 4.7: as if the record ended in `?all`. */
const neutral: Verdict = Object.freeze({ kind: 'verdict', result: 'neutral' });
const none: Verdict = Object.freeze({ kind: 'verdict', result: 'none' });

type Fetched = Verdict | { readonly kind: 'record'; readonly record: SpfRecord };

/** RFC 7208 sections 4.4 and 4.5. */
function* fetchRecord({ limits, records }: Evaluation, { domain, redirect }: Place): Asking<Fetched> {
  const answer = yield* askTexts(domain);
  if (answer.kind === 'cannot-tell') return temperror(`the record of ${domain}: ${answer.why}`);
  const found = answer.kind === 'found' ? answer.value.filter(isSpfRecord) : [];
  const [text] = found;
  if (text === undefined) {
    // RFC 7208 section 6.1.
    return redirect === undefined ? none : permerror(`${redirect.slice(0, 200)}: ${domain} has no SPF record`);
  }
  if (found.length > 1) return permerror(`${domain} has ${found.length} SPF records`);
  if (text.length > limits.recordLength) {
    return permerror(`the record of ${domain} has ${text.length} octets, more than ${limits.recordLength}`);
  }
  records.push({ domain, text });
  const parsed = parseSpfRecord(text);
  if (parsed.kind === 'parsed') return { kind: 'record', record: parsed.value };
  const [first] = parsed.errors;
  return permerror(`the record of ${domain}, ${first?.term} at ${parsed.at}: ${parsed.why}`);
}

/** Undefined when no directive matches. */
function* evaluateTerms(evaluation: Evaluation, record: SpfRecord, place: Place): Asking<Verdict | undefined> {
  for (const directive of record.directives) {
    const { mechanism } = directive;
    let matched: boolean | Verdict;
    if (mechanism.kind === 'all') matched = true;
    else if (mechanism.kind === 'ip4' || mechanism.kind === 'ip6') {
      matched = sharesPrefix(evaluation.facts.ip.words, mechanism.words, mechanism.prefix);
    } else {
      const refused = spend(evaluation, directive.text, place);
      if (refused !== undefined) matched = refused;
      else if (mechanism.kind === 'include') matched = yield* include(evaluation, directive, place);
      else matched = yield* matchesByDns(evaluation, directive.text, mechanism, place);
    }
    evaluation.note?.(directive.text, place.domain, matched);
    if (matched === false) continue;
    if (matched !== true && matched.result !== 'pass') return matched;
    // The qualifier is that of an include, the evidence that of the record included.
    const match = matched === true ? { mechanism: directive.text, domain: place.domain } : matched.match;
    return { kind: 'verdict', result: results[directive.qualifier], match, record, place };
  }
  return undefined;
}

const results: Readonly<Record<SpfQualifier, 'pass' | 'fail' | 'softfail' | 'neutral'>> = {
  '+': 'pass',
  '-': 'fail',
  '~': 'softfail',
  '?': 'neutral',
};

/** RFC 7208 section 5.2. The verdict is `pass` for a match, or an error. */
function* include(evaluation: Evaluation, directive: SpfDirective, place: Place): Asking<false | Verdict> {
  const { mechanism, text } = directive;
  if (mechanism.kind !== 'include') return false;
  const target = yield* recursionTarget(evaluation, mechanism.domain, text, place);
  if (target.kind === 'verdict') return target.result === 'neutral' ? false : target;
  if (place.depth >= evaluation.limits.nesting) {
    return permerror(`${within(text, place)}: more than ${evaluation.limits.nesting} records deep`);
  }
  const inner: Place = {
    kind: 'place',
    domain: target.domain,
    depth: place.depth + 1,
    outer: place,
    redirect: undefined,
  };
  const verdict = yield* checkDomain(evaluation, inner);
  switch (verdict.result) {
    case 'pass':
    case 'temperror':
    case 'permerror':
      return verdict;
    case 'none':
      return permerror(`${within(text, place)}: ${target.domain} has no SPF record`);
    default:
      return false;
  }
}

/** RFC 7208 section 6.1: the same evaluation for another domain. */
function* follow(evaluation: Evaluation, redirect: SpfModifier, place: Place): Asking<Place | Verdict> {
  const refused = spend(evaluation, redirect.text, place);
  if (refused !== undefined) return refused;
  const target = yield* recursionTarget(evaluation, redirect.value, redirect.text, place);
  evaluation.note?.(redirect.text, place.domain, target.kind === 'verdict' ? target : true);
  if (target.kind === 'verdict') return target;
  return { kind: 'place', domain: target.domain, depth: place.depth, outer: place, redirect: redirect.text };
}

/** A domain for another check_host(); `neutral` for a term that matches nothing. */
function* recursionTarget(
  evaluation: Evaluation,
  spec: SpfMacroString,
  text: string,
  place: Place,
): Asking<{ readonly kind: 'target'; readonly domain: string } | Verdict> {
  const expanded = spec.plain ? spec.text : yield* expand(evaluation, spec, place);
  if (expanded === undefined) return neutral;
  const where = within(text, place);
  const domain = checkableDomain(targetName(expanded) ?? '');
  // check_host() is "none" for it (RFC 7208 section 4.3), and that is permerror here (sections 5.2 and 6.1).
  if (domain === undefined) return permerror(`${where}: no domain name: ${excerpt(expanded)}`);
  // The answers would be the same again, until the limit of look-ups.
  for (let at: Place | undefined = place; at !== undefined; at = at.outer) {
    if (at.domain.toLowerCase() === domain.toLowerCase()) return permerror(`${where}: comes back to ${domain}`);
  }
  return { kind: 'target', domain };
}
