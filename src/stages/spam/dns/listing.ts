/** Whether what the DNS answers is a listing that a rule is about. A question that failed never is. */

import { errorAnswer } from '../../../values/dns-list.js';
import { parseIp } from '../../../values/ip.js';
import type { AnswerTo, DnsAnswer, DnsQuestion } from './dns-module.js';
import type { Subtest } from './subtest.js';

const ERRORS = '127.255.255.';

/** What is asked of a list for one name: texts never without addresses, which alone tell errors from listings. */
export function listQuestions(type: 'A' | 'TXT', name: string): readonly DnsQuestion[] {
  return type === 'A'
    ? [{ type, name }]
    : [
        { type: 'A', name },
        { type, name },
      ];
}

export function isListed(type: 'A' | 'TXT', name: string, subtest: Subtest, answer: AnswerTo): boolean {
  const found = answer({ type: 'A', name });
  const addresses = listings(found, subtest.aboutErrors);
  if (type === 'A' || (addresses.length === 0 && !isSupposed(found))) return fits(found, addresses, subtest);
  const texts = answer({ type: 'TXT', name });
  return texts.kind === 'found' && fits(texts, texts.values, subtest);
}

/** Why an answer says nothing of the host: the list reports an error. Undefined for others. */
export function refusalOf({ type }: DnsQuestion, answer: DnsAnswer): string | undefined {
  if (type !== 'A' || answer.kind !== 'found') return undefined;
  const error = answer.values.find((value) => value.startsWith(ERRORS));
  const ip = error === undefined ? undefined : parseIp(error);
  return ip?.kind === 'parsed' ? errorAnswer(ip.value) : undefined;
}

function fits(answer: DnsAnswer, values: readonly string[], subtest: Subtest): boolean {
  return isSupposed(answer) || values.some((value) => subtest.fits(value));
}

function isSupposed(answer: DnsAnswer): boolean {
  return answer.kind === 'found' && answer.supposed === true;
}

/** Those of 127.0.0.0/8, without errors of the list. */
function listings(answer: DnsAnswer, withErrors: boolean): readonly string[] {
  if (answer.kind !== 'found') return [];
  return answer.values.filter((value) => value.startsWith('127.') && (withErrors || !value.startsWith(ERRORS)));
}
