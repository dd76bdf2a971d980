/** What a list's answer means by its rules, and what all lists come to. Given answers in, values out. */
import type { DnsListsFinding, ListQuestion, ListResult } from '../../findings/dns-lists.js';
import type { Answer } from '../../values/answer.js';
import type { IpAddress } from '../../values/ip.js';
import { matchesFilter } from '../../values/reply-filter.js';
import type { AnswerRule, CompiledList, CompiledLists } from './compile.js';

/** `answer` has no error answers in it: see list-port.ts. */
export function judge(list: CompiledList, question: ListQuestion, answer: Answer<readonly IpAddress[]>): ListResult {
  if (answer.kind === 'cannot-tell') return { ...question, kind: 'cannot-tell', why: answer.why };
  if (answer.kind === 'not-found') return { ...question, kind: 'not-listed', answers: [] };
  const ips = answer.value;
  const matched = list.rules.filter((rule) => ips.some((ip) => matches(rule, ip)));
  if (matched.length === 0) return { ...question, kind: 'not-listed', answers: ips.map(({ text }) => text) };
  const counted = ips.filter((ip) => matched.some((rule) => matches(rule, ip)));
  return {
    ...question,
    kind: 'listed',
    answers: counted.map(({ text }) => text),
    meanings: matched.flatMap(({ name }) => (name === undefined ? [] : [name])),
    weight: matched.reduce((sum, { weight }) => sum + weight, 0),
    reason: undefined,
  };
}

function matches({ filter, mask }: AnswerRule, ip: IpAddress): boolean {
  const [word = 0] = ip.words;
  return (filter === undefined || matchesFilter(filter, ip)) && (mask === undefined || (word & mask & 0xffffff) !== 0);
}

export function scoreOf(results: readonly ListResult[]): number {
  return results.reduce((sum, one) => (one.kind === 'listed' ? sum + one.weight : sum), 0);
}

export type Action = 'reject' | 'defer' | 'none';

export function actionAt({ rejectAt, deferAt }: Pick<CompiledLists, 'rejectAt' | 'deferAt'>, total: number): Action {
  if (total >= rejectAt) return 'reject';
  return total >= deferAt ? 'defer' : 'none';
}

/** Lists without answer, those apart that the operator lets be silent. `results` stand in the order of `asked`. */
export function silentLists(asked: readonly CompiledList[], results: readonly ListResult[]): readonly CompiledList[] {
  return asked.filter(({ optional }, index) => !optional && results[index]?.kind === 'cannot-tell');
}

/** A total, and what it might be with the answers of lists that could not tell. */
export type Totals = Pick<DnsListsFinding, 'total' | 'least' | 'most'>;

export const nothing: Totals = Object.freeze({ total: 0, least: 0, most: 0 });

export function addUp(before: Totals, score: number, silent: readonly CompiledList[]): Totals {
  const least = silent.reduce((sum, { range }) => sum + range[0], before.least + score);
  const most = silent.reduce((sum, { range }) => sum + range[1], before.most + score);
  return { total: before.total + score, least, most };
}

/** True when the answers that are missing might change what is done: spare a refusal, or lead to one. */
export function isOpen(
  thresholds: Pick<CompiledLists, 'rejectAt' | 'deferAt'>,
  { total, least, most }: Totals,
): boolean {
  const action = actionAt(thresholds, total);
  return actionAt(thresholds, least) !== action || (action === 'none' && actionAt(thresholds, most) !== 'none');
}
