/** Asks all lists at once, adds up, and decides: what the two stages have in common. */
import { type CannotTellRule, defer, type FinalOf, reject } from '../../core/decision.js';
import type { Context } from '../../core/stage.js';
import type { DnsListsFinding, ListResult, ListSubject } from '../../findings/dns-lists.js';
import { listQuery } from '../../values/dns-list.js';
import type { Domain } from '../../values/domain.js';
import type { IpAddress } from '../../values/ip.js';
import { reply } from '../../values/reply.js';
import type { CompiledList, CompiledLists } from './compile.js';
import { actionAt, addUp, isOpen, judge, scoreOf, silentLists, type Totals } from './judge.js';
import { type ListPort, listPort } from './list-port.js';
import type { DnsListsOptions, DomainListsOptions } from './options.js';

export type ListAsks = {
  readonly lists: { readonly port: ListPort; readonly cannotTell: SilenceRule; readonly mayOverlook: string };
};
type SilenceRule = Exclude<CannotTellRule, 'hold' | 'quarantine'>;

/** What there is to look up; undefined where the snapshot has none. */
export type Subjects = { readonly [S in ListSubject]?: IpAddress | Domain | undefined };

export interface Evaluated {
  readonly finding: DnsListsFinding;
  readonly decision?: FinalOf<'reject'> | FinalOf<'defer'>;
}

export function listAsks(options: DnsListsOptions | DomainListsOptions, lists: readonly CompiledList[]): ListAsks {
  const port = listPort(options.resolver, lists);
  return {
    lists: { port, cannotTell: options.cannotTell ?? 'defer', mayOverlook: 'no answer of it changes the decision' },
  };
}

/** `before`: what the totals start from. */
export async function evaluate(
  ctx: Pick<Context<ListAsks>, 'ask' | 'overlook'>,
  compiled: CompiledLists,
  subjects: Subjects,
  before: Totals,
  options: DnsListsOptions | DomainListsOptions,
): Promise<Evaluated> {
  const { reasons = 'refused', cannotTell: rule = 'defer' } = options;
  const asked = compiled.lists.filter(({ of }) => subjects[of] !== undefined);
  const answers = await Promise.all(asked.map((list) => askOne(ctx, list, subjects[list.of])));
  const score = scoreOf(answers);
  const totals = addUp(before, score, rule === 'continue' ? [] : silentLists(asked, answers));
  const action = actionAt(compiled, totals.total);
  const open = rule === 'continue' ? undefined : openDecision(compiled, totals, rule);
  const wanted = reasons === 'listed' || (reasons === 'refused' && action !== 'none' && open === undefined);
  const results = wanted ? await Promise.all(answers.map((one) => withReason(ctx, one))) : answers;
  const finding: DnsListsFinding = { results, score, ...totals };
  if (open !== undefined) return { finding, decision: open };
  ctx.overlook('lists', 'the decision is the same with it');
  return action === 'none' ? { finding } : { finding, decision: refusal(results, totals.total, action) };
}

/** What was declared for silence, where the answers that are missing, here or of the stage before, might change the decision. */
function openDecision(
  compiled: CompiledLists,
  totals: Totals,
  rule: 'defer' | 'reject',
): FinalOf<'reject'> | FinalOf<'defer'> | undefined {
  if (!isOpen(compiled, totals)) return undefined;
  const { total, least, most } = totals;
  const detail = `total ${total}, and from ${least} to ${most} with the answers of the lists that could not tell`;
  const text = 'Service unavailable; lists in the DNS could not tell about the sender';
  return rule === 'defer'
    ? defer('cannot-tell', reply(451, '4.7.1', `${text}, try again later`), detail)
    : reject('cannot-tell', reply(550, '5.7.1', text), detail);
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
