/** The mechanisms that ask the DNS, but for include: a, mx, ptr, exists (RFC 7208 sections 5.3 to 5.7). */
import { excerpt } from '../../values/characters.js';
import type { IpAddress } from '../../values/ip.js';
import { maskWord } from '../../values/network.js';
import { isValidated, isWithin, namesOf } from './names.js';
import { type Asking, askAddresses, askMailExchangers } from './questions.js';
import type { SpfMechanism } from './record.js';
import {
  type Evaluation,
  expandTarget,
  type Place,
  permerror,
  spendVoid,
  temperror,
  type Verdict,
  within,
} from './state.js';
import { targetName } from './target-name.js';

type Asked = Extract<SpfMechanism, { readonly kind: 'a' | 'mx' | 'ptr' | 'exists' }>;

export function* matchesByDns(
  evaluation: Evaluation,
  term: string,
  mechanism: Asked,
  place: Place,
): Asking<boolean | Verdict> {
  const { domain } = mechanism;
  const target = domain === undefined ? place.domain : yield* expandTarget(evaluation, domain, place);
  if (target === undefined) return false;
  switch (mechanism.kind) {
    case 'a':
      return yield* matchesHost(evaluation, term, mechanism, target, place);
    case 'mx':
      return yield* matchesMailExchanger(evaluation, term, mechanism, target, place);
    case 'ptr':
      return yield* matchesName(evaluation, term, target.toLowerCase(), place);
    case 'exists':
      return yield* exists(evaluation, term, target, place);
  }
}

interface Prefixes {
  readonly prefix4: number;
  readonly prefix6: number;
}

/** RFC 7208 section 5.3. */
function* matchesHost(
  evaluation: Evaluation,
  term: string,
  prefixes: Prefixes,
  target: string,
  place: Place,
): Asking<boolean | Verdict> {
  const { ip } = evaluation.facts;
  const answer = yield* askAddresses(target, ip.version);
  if (answer.kind === 'cannot-tell') return untold(term, place, answer.why);
  if (answer.kind === 'not-found') return spendVoid(evaluation, term, place);
  return isAmong(ip, answer.value, prefixes);
}

/** RFC 7208 sections 5.4 and 4.6.4: the hosts beyond the limit are not passed over, they are an error. */
function* matchesMailExchanger(
  evaluation: Evaluation,
  term: string,
  prefixes: Prefixes,
  target: string,
  place: Place,
): Asking<boolean | Verdict> {
  const { facts, limits } = evaluation;
  const answer = yield* askMailExchangers(target);
  if (answer.kind === 'cannot-tell') return untold(term, place, answer.why);
  if (answer.kind === 'not-found') return spendVoid(evaluation, term, place);
  let asked = false;
  let found = false;
  for (const [i, { exchange }] of answer.value.entries()) {
    if (i >= limits.mxHosts) {
      return permerror(`${within(term, place)}: ${excerpt(target)} has more than ${limits.mxHosts} MX hosts`);
    }
    const name = targetName(exchange);
    // A null MX (RFC 7505), or a name that cannot be.
    if (name === undefined) continue;
    asked = true;
    const addresses = yield* askAddresses(name, facts.ip.version);
    if (addresses.kind === 'cannot-tell') return untold(term, place, addresses.why);
    if (addresses.kind === 'not-found') continue;
    found = true;
    if (isAmong(facts.ip, addresses.value, prefixes)) return true;
  }
  return asked && !found ? spendVoid(evaluation, term, place) : false;
}

/** RFC 7208 section 5.5. Only names that could match are validated: the others say nothing. */
function* matchesName(evaluation: Evaluation, term: string, target: string, place: Place): Asking<boolean | Verdict> {
  const names = yield* namesOf(evaluation);
  // "If a DNS error occurs while doing the PTR RR lookup, then this mechanism fails to match."
  if (names.kind === 'cannot-tell') return evaluation.isOver() ? untold(term, place, names.why) : false;
  if (names.kind === 'not-found') return spendVoid(evaluation, term, place);
  for (const name of names.value) {
    if (isWithin(name, target) && (yield* isValidated(evaluation, name))) return true;
  }
  return evaluation.isOver() ? untold(term, place, 'out of time') : false;
}

/** RFC 7208 section 5.7: A records, whatever the client's address is. */
function* exists(evaluation: Evaluation, term: string, target: string, place: Place): Asking<boolean | Verdict> {
  const answer = yield* askAddresses(target, 4);
  if (answer.kind === 'cannot-tell') return untold(term, place, answer.why);
  return answer.kind === 'found' ? true : spendVoid(evaluation, term, place);
}

function untold(term: string, place: Place, why: string): Verdict {
  return temperror(`${within(term, place)}: ${why}`);
}

function isAmong(ip: IpAddress, addresses: readonly IpAddress[], { prefix4, prefix6 }: Prefixes): boolean {
  const prefix = ip.version === 4 ? prefix4 : prefix6;
  return addresses.some((address) => sharesPrefix(ip.words, address.words, prefix));
}

export function sharesPrefix(a: readonly number[], b: readonly number[], prefix: number): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const bits = prefix - 32 * i;
    if (bits <= 0) return true;
    if (maskWord(a[i] as number, bits) !== maskWord(b[i] as number, bits)) return false;
  }
  return true;
}
