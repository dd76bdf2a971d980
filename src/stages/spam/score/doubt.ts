/**
 * What lists might have said that did not answer: a list that is silent is never one that has nothing against the host, and whether it
 * matters depends on the points of the rules that look at it.
 */
import type { DnsAnswer, DnsQuestion } from '../dns/dns-module.js';

/** The answer to a question that was put. */
export type AnswerOf = (question: DnsQuestion) => DnsAnswer;

/** Names of rules that could have hit. Empty where no answer failed. */
export function possibleHits(
  questions: readonly DnsQuestion[],
  answer: AnswerOf,
  hitsWith: (answer: AnswerOf) => readonly string[],
): readonly string[] {
  if (questions.every((question) => answer(question).kind !== 'failed')) return [];
  const instead =
    (other: DnsAnswer): AnswerOf =>
    (question) => {
      const known = answer(question);
      return known.kind === 'failed' ? other : known;
    };
  return [...new Set([...hitsWith(instead(everyListing())), ...hitsWith(instead({ kind: 'not-found' }))])];
}

let made: DnsAnswer | undefined;

/** All that lists answer in practice (RFC 5782 section 2.1: addresses of 127.0.0.0/8), at once. */
function everyListing(): DnsAnswer {
  made ??= {
    kind: 'found',
    values: [...range(0, 1, 255), ...range(2, 30, 5)],
  };
  return made;
}

function* range(from: number, to: number, last: number): Generator<string> {
  for (let third = from; third <= to; third++)
    for (let fourth = 0; fourth <= last; fourth++) yield `127.0.${third}.${fourth}`;
}
