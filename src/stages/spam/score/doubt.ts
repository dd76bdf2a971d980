/**
 * What lists might have said that did not answer: a list that is silent is never one that has nothing against the host, and whether it
 * matters depends on the points of the rules that look at it.
 */
import type { AnswerTo, DnsAnswer, DnsQuestion } from '../dns/dns-module.js';
import { refusalOf } from '../dns/listing.js';

const anything: DnsAnswer = Object.freeze({ kind: 'found', values: [], supposed: true });
const nothing: DnsAnswer = Object.freeze({ kind: 'not-found', why: 'no-such-name', supposed: true });

/** Names of rules that could have hit. Empty where no answer failed and no list refused one. */
export function possibleHits(
  questions: readonly DnsQuestion[],
  answer: AnswerTo,
  hitsWith: (answer: AnswerTo) => readonly string[],
): readonly string[] {
  const isSilent = (question: DnsQuestion, known: DnsAnswer): boolean =>
    known.kind === 'failed' || refusalOf(question, known) !== undefined;
  if (!questions.some((question) => isSilent(question, answer(question)))) return [];
  const instead =
    (other: DnsAnswer): AnswerTo =>
    (question) => {
      const known = answer(question);
      return isSilent(question, known) ? other : known;
    };
  return [...new Set([...hitsWith(instead(anything)), ...hitsWith(instead(nothing))])];
}
