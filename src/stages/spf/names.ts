/** Names of the client that its address has in the DNS and that have its address: `ptr` and `%{p}` (RFC 7208 sections 5.5 and 7.3). */
import { type Answer, found, notFound } from '../../values/answer.js';
import { sameIp } from '../../values/ip.js';
import { type Asking, askAddresses, askNames } from './questions.js';
import type { Evaluation } from './state.js';

/** The PTR names that count, in lower case. A DNS failure is no name at all. */
export function* namesOf(evaluation: Evaluation): Asking<Answer<readonly string[]>> {
  const { facts, limits } = evaluation;
  if (evaluation.names === undefined) {
    const answer = yield* askNames(facts.ip);
    if (answer.kind === 'cannot-tell') {
      evaluation.unanswered.add(`names of ${facts.ip.text}: ${answer.why}`);
      return answer;
    }
    const all = answer.kind === 'found' ? answer.value : [];
    evaluation.names = all.slice(0, limits.ptrNames).map((name) => name.toLowerCase().replace(/\.$/, ''));
  }
  return evaluation.names.length > 0 ? found(evaluation.names) : notFound();
}

/** RFC 7208 section 5.5: a name whose addresses cannot be told is skipped. */
export function* isValidated(evaluation: Evaluation, name: string): Asking<boolean> {
  const { facts, validated } = evaluation;
  const known = validated.get(name);
  if (known !== undefined) return known;
  const answer = yield* askAddresses(name, facts.ip.version, true);
  if (answer.kind === 'cannot-tell') evaluation.unanswered.add(`addresses of ${name}: ${answer.why}`);
  const valid = answer.kind === 'found' && answer.value.some((ip) => sameIp(ip, facts.ip));
  validated.set(name, valid);
  return valid;
}

/** `%{p}`: the domain itself, else a name below it, else any (RFC 7208 section 7.3). */
export function* validatedName(evaluation: Evaluation, domain: string): Asking<string | undefined> {
  const names = yield* namesOf(evaluation);
  if (names.kind !== 'found') return undefined;
  const target = domain.toLowerCase();
  const rank = (name: string): number => (name === target ? 0 : isWithin(name, target) ? 1 : 2);
  for (const name of [...names.value].sort((a, b) => rank(a) - rank(b))) {
    if (yield* isValidated(evaluation, name)) return name;
  }
  return undefined;
}

/** True for the domain itself and what lies below it. Both in lower case. */
export function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}
