/**
 * One look-up of an access stage and what follows from it: a finding, a decision, a note. The four stages differ in their
 * keys and their words only.
 */
import {
  accept,
  type CannotTellRule,
  defer,
  discard,
  type FinalOf,
  hold,
  type Redirect,
  redirect,
  reject,
} from '../../core/decision.js';
import type { Context, MaybePromise } from '../../core/stage.js';
import { isThenable } from '../../core/stage-context.js';
import type { Table } from '../../core/table.js';
import { type AccessAction, worded } from '../../tables/access-action.js';
import { type Hit, searchTable } from '../../tables/search.js';
import type { Answer } from '../../values/answer.js';
import type { SourcePosition } from '../../values/errors.js';
import { actionOf } from './access-table.js';

export type AccessFinding =
  | {
      readonly kind: 'matched';
      /** The key that was found: `192.0.2`, `user@`. */
      readonly key: string;
      readonly action: AccessAction['kind'];
      /** The right-hand side as written. */
      readonly value: string;
      readonly source: SourcePosition | undefined;
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'cannot-tell'; readonly why: string };

export type AccessDecision =
  | FinalOf<'accept'>
  | FinalOf<'reject'>
  | FinalOf<'defer'>
  | FinalOf<'discard'>
  | FinalOf<'hold'>
  | Redirect;

/** What a table may lead to before RCPT. */
export type EarlyDecision = Exclude<AccessDecision, { readonly kind: 'hold' }>;

export interface AccessOptions {
  /** When the table cannot tell, and when its answer is no action. Default `defer`. */
  readonly cannotTell?: CannotTellRule;
  /** How the table names what lies below a domain: `parent` by `example.com`, `dot` by `.example.com`. Default `parent`
   * (smtpd_access_maps is in Postfix's parent_domain_matches_subdomains). */
  readonly subdomains?: 'parent' | 'dot';
}

export interface MailAccessOptions extends AccessOptions {
  /** Characters that begin an address extension. Default none. */
  readonly recipientDelimiter?: string;
}

export interface AccessQuestion {
  readonly table: Table;
  readonly keys: readonly string[];
  /** What the reply names: an address, a host. */
  readonly subject: string;
  /** `Sender address`. */
  readonly what: string;
  /** OK is taken as DUNNO. */
  readonly suspicious?: boolean;
}

export interface AccessJudgement {
  readonly finding: AccessFinding;
  readonly decision: AccessDecision | undefined;
}

type AccessContext = Context<{ readonly table: { readonly port: Table; readonly cannotTell: CannotTellRule } }>;

export const nothingAsked: AccessJudgement = { finding: { kind: 'none' }, decision: undefined };

export function judge(question: AccessQuestion, ctx: AccessContext): MaybePromise<AccessJudgement> {
  const answer = searchTable(question.table, question.keys, (key, method) =>
    // A list with patterns in it has a method for parts of a key (MixedTable); no other is asked by it.
    ctx.ask('table', method as 'lookup', key),
  );
  const conclude = (came: Answer<Hit>): AccessJudgement => judgementOf(came, question, ctx);
  return isThenable<Answer<Hit>>(answer) ? Promise.resolve(answer).then(conclude) : conclude(answer);
}

function judgementOf(answer: Answer<Hit>, question: AccessQuestion, ctx: AccessContext): AccessJudgement {
  if (answer.kind === 'not-found') return nothingAsked;
  if (answer.kind === 'cannot-tell') return { finding: { kind: 'cannot-tell', why: answer.why }, decision: undefined };
  const { key, entry } = answer.value;
  const { value, source } = entry;
  const action = actionOf(value);
  ctx.note({
    kind: 'rule',
    source: source ?? { file: question.table.name },
    text: `${key} ${value}`.slice(0, 200),
    matched: true,
    on: question.subject.slice(0, 200),
    result: value.slice(0, 200),
  });
  if (action.kind === 'warn' || action.kind === 'info') {
    const text = `${action.kind}: ${question.what} <${question.subject.slice(0, 256)}>: ${action.text.slice(0, 300)}`;
    ctx.note({ kind: 'remark', text, log: action.kind });
  }
  const finding: AccessFinding = { kind: 'matched', key, action: action.kind, value, source };
  return { finding, decision: decisionOf(action, question, `${question.table.name}: ${key} ${value}`) };
}

function decisionOf(action: AccessAction, question: AccessQuestion, detail: string): AccessDecision | undefined {
  switch (action.kind) {
    case 'ok':
      return question.suspicious === true ? undefined : accept('access', detail);
    case 'reject':
      return reject('access', worded(action.reply, question.subject, question.what), detail);
    case 'defer':
      return defer('access', worded(action.reply, question.subject, question.what), detail);
    case 'discard':
      return discard('access', detail);
    case 'hold':
      return hold('access', detail);
    case 'redirect':
      return redirect(action.to, 'access', detail);
    default:
      return undefined;
  }
}

/** `accessTable` lets no HOLD into a table that is asked before RCPT. */
export function early(decision: AccessDecision | undefined): EarlyDecision | undefined {
  if (decision?.kind === 'hold') throw new Error('HOLD before RCPT');
  return decision;
}
