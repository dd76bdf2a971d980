/**
 * What lists might have said that did not answer: a list that is silent is never one that has nothing against the host, and whether it
 * matters depends on the points of the rules that look at it.
 */
import type { AnswerTo, DnsAnswer, DnsQuestion } from '../dns/dns-module.js';

const anything: DnsAnswer = Object.freeze({ kind: 'found', values: [], supposed: true });
const nothing: DnsAnswer = Object.freeze({ kind: 'not-found', why: 'no-such-name', supposed: true });

/** Names of rules that could have hit. Empty where no answer failed. */
export function possibleHits(
  questions: readonly DnsQuestion[],
  answer: AnswerTo,
  hitsWith: (answer: AnswerTo) => readonly string[],
): readonly string[] {
  if (questions.every((question) => answer(question).kind !== 'failed')) return [];
  const instead =
    (other: DnsAnswer): AnswerTo =>
    (question) => {
      const known = answer(question);
      return known.kind === 'failed' ? other : known;
    };
  return [...new Set([...hitsWith(instead(anything)), ...hitsWith(instead(nothing))])];
}
