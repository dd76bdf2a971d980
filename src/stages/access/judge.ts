/**
 * What the four access stages share: their type, and one look-up with what follows from it: a finding, a decision, a note.
 * They differ in their keys and their words only.
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
  type SpecialKind,
} from '../../core/decision.js';
import type { FindingKey } from '../../core/finding.js';
import type { Phase } from '../../core/phase.js';
import type { Context, MaybePromise, Stage } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Table } from '../../core/table.js';
import { type AccessAction, worded } from '../../tables/access-action.js';
import { type Hit, searchTable } from '../../tables/search.js';
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

/** A stage `N` at phase `P` gives the finding of its name. */
export interface AccessStage<N extends string, P extends Phase, D extends SpecialKind>
  extends Stage<{
    readonly name: N;
    readonly at: P;
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly [K in N]: AccessFinding };
    readonly edits: never;
    readonly accepts: true;
    readonly decides: D;
  }> {}

type AccessDecision =
  | FinalOf<'accept'>
  | FinalOf<'reject'>
  | FinalOf<'defer'>
  | FinalOf<'discard'>
  | FinalOf<'hold'>
  | Redirect;

/** What a table may lead to before RCPT. */
type EarlyDecision = Exclude<AccessDecision, { readonly kind: 'hold' }>;

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

interface AccessResult<N extends string, D extends AccessDecision> {
  readonly findings: { readonly [K in N]: AccessFinding };
  readonly decision?: D;
}

type AccessContext = Context<{ readonly table: { readonly port: Table; readonly cannotTell: CannotTellRule } }>;

/** Undefined where there is nothing to ask for. */
export function judge<N extends string>(
  finding: FindingKey<N, AccessFinding>,
  question: AccessQuestion | undefined,
  ctx: AccessContext,
): MaybePromise<AccessResult<N, AccessDecision>> {
  if (question === undefined) return { findings: finding.of({ kind: 'none' }) };
  const answer = searchTable(question.table, question.keys, (key, method) =>
    // A list with patterns in it has a method for parts of a key (MixedTable); no other is asked by it.
    ctx.ask('table', method as 'lookup', key),
  );
  return andThen(answer, (came) => {
    if (came.kind === 'not-found') return { findings: finding.of({ kind: 'none' }) };
    if (came.kind === 'cannot-tell') return { findings: finding.of({ kind: 'cannot-tell', why: came.why }) };
    const { matched, decision } = applied(came.value, question, ctx);
    const findings = finding.of(matched);
    return decision === undefined ? { findings } : { findings, decision };
  });
}

/** Before RCPT, where `accessTable` lets no HOLD in. */
export function judgeEarly<N extends string>(
  finding: FindingKey<N, AccessFinding>,
  question: AccessQuestion | undefined,
  ctx: AccessContext,
): MaybePromise<AccessResult<N, EarlyDecision>> {
  return andThen(judge(finding, question, ctx), (result) => {
    if (isEarly(result)) return result;
    throw new Error('HOLD before RCPT');
  });
}

function isEarly<N extends string>(result: AccessResult<N, AccessDecision>): result is AccessResult<N, EarlyDecision> {
  return result.decision?.kind !== 'hold';
}

interface Applied {
  readonly matched: AccessFinding;
  readonly decision: AccessDecision | undefined;
}

function applied({ key, entry }: Hit, question: AccessQuestion, ctx: AccessContext): Applied {
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
  const matched: AccessFinding = { kind: 'matched', key, action: action.kind, value, source };
  return { matched, decision: decisionOf(action, question, `${question.table.name}: ${key} ${value}`) };
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
