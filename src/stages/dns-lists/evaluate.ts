/** Asks all lists at once, adds up, and decides: what the two stages have in common. */
import { type CannotTellRule, defer, type FinalOf, reject } from '../../core/decision.js';
import type { Context } from '../../core/stage.js';
import type { DnsListsFinding, ListResult, ListSubject } from '../../findings/dns-lists.js';
import { type CannotTell, cannotTell } from '../../values/answer.js';
import { listQuery } from '../../values/dns-list.js';
import type { Domain } from '../../values/domain.js';
import type { IpAddress } from '../../values/ip.js';
import { reply } from '../../values/reply.js';
import type { CompiledList, CompiledLists } from './compile.js';
import { actionAt, isOpen, judge, scoreOf, silentLists } from './judge.js';
import { type ListPort, listPort } from './list-port.js';
import type { DnsListsOptions, DomainListsOptions } from './options.js';

export interface ListAsks {
  /** A list that cannot tell counts nothing, and may leave the decision open. */
  readonly lists: { readonly port: ListPort; readonly cannotTell: 'continue' };
  readonly decision: { readonly port: DecisionPort; readonly cannotTell: CannotTellRule };
  readonly [name: string]: { readonly port: object; readonly cannotTell: CannotTellRule };
}

/** How a stage says that lists which could not tell might have changed its decision, for the pipeline to do what was declared. */
export interface DecisionPort {
  readonly open: (why: string) => CannotTell;
}

/** What there is to look up; undefined where the snapshot has none. */
export type Subjects = { readonly [S in ListSubject]?: IpAddress | Domain | undefined };

export interface Evaluated {
  readonly finding: DnsListsFinding;
  readonly decision?: FinalOf<'reject'> | FinalOf<'defer'>;
}

export function listAsks(options: DnsListsOptions | DomainListsOptions, lists: readonly CompiledList[]): ListAsks {
  return {
    lists: { port: listPort(options.resolver, lists), cannotTell: 'continue' },
    decision: { port: { open: (why) => cannotTell(why) }, cannotTell: options.cannotTell ?? 'defer' },
  };
}

/** `before`: what the total starts from. */
export async function evaluate(
  ctx: Pick<Context<ListAsks>, 'ask'>,
  compiled: CompiledLists,
  subjects: Subjects,
  before: number,
  options: DnsListsOptions | DomainListsOptions,
): Promise<Evaluated> {
  const { reasons = 'refused' } = options;
  const asked = compiled.lists.filter(({ of }) => subjects[of] !== undefined);
  const answers = await Promise.all(asked.map((list) => askOne(ctx, list, subjects[list.of])));
  const score = scoreOf(answers);
  const total = before + score;
  const action = actionAt(compiled, total);
  const silent = options.cannotTell === 'continue' ? [] : silentLists(asked, answers);
  const open = isOpen(compiled, total, silent);
  const wanted = reasons === 'listed' || (reasons === 'refused' && action !== 'none' && !open);
  const results = wanted ? await Promise.all(answers.map((one) => withReason(ctx, one))) : answers;
  const finding: DnsListsFinding = { results, score, total };
  if (open) await ctx.ask('decision', 'open', `no answer of ${silent.map(({ zone }) => zone).join(', ')}`);
  if (open || action === 'none') return { finding };
  return { finding, decision: refusal(results, total, action) };
}

async function askOne(
  ctx: Pick<Context<ListAsks>, 'ask'>,
  list: CompiledList,
  subject: IpAddress | Domain | undefined,
): Promise<ListResult> {
  const { zone, of } = list;
  // Lists without subject are not asked.
  if (subject === undefined) throw new Error(`nothing to look up in ${zone}`);
  const query = listQuery(subject, zone);
  const answer = await ctx.ask('lists', 'listings', zone, query);
  return judge(list, { zone, of, subject: subject.kind === 'ip' ? subject.text : subject.ascii, query }, answer);
}

async function withReason(ctx: Pick<Context<ListAsks>, 'ask'>, result: ListResult): Promise<ListResult> {
  if (result.kind !== 'listed') return result;
  const answer = await ctx.ask('lists', 'reason', result.query);
  return answer.kind === 'found' ? { ...result, reason: answer.value } : result;
}

const words: Readonly<Record<ListSubject, string>> = {
  'client-address': 'client',
  'client-name': 'client',
  helo: 'HELO name',
  sender: 'sender domain',
};

/** Names the list that counts most. */
function refusal(
  results: readonly ListResult[],
  total: number,
  kind: 'reject' | 'defer',
): FinalOf<'reject'> | FinalOf<'defer'> {
  const listed = results.flatMap((one) => (one.kind === 'listed' && one.weight > 0 ? [one] : []));
  const [first] = [...listed].sort((a, b) => b.weight - a.weight);
  const blocked = first && `${words[first.of]} [${first.subject}] blocked using ${first.zone}`;
  const text = ['Service unavailable', blocked, first?.reason].filter((part) => part !== undefined).join('; ');
  const detail = `total ${total}: ${listed.map(({ query, answers }) => `${query} is ${answers.join(', ')}`).join('; ')}`;
  const line = text.slice(0, 400);
  return kind === 'reject'
    ? reject('sender-policy', reply(554, '5.7.1', line), detail)
    : defer('sender-policy', reply(450, '4.7.1', line), detail);
}
