/**
 * Notes: what a stage may write into the trace while it works: the rules that it considered, and remarks.
 * Questions to ports are noted by `ctx.ask` itself. Notes are plain data and never hold a message body.
 */
import type { SourcePosition } from '../values/errors.js';

/** A rule that was considered, matching or not. */
export interface RuleNote {
  readonly kind: 'rule';
  readonly source: SourcePosition;
  /** The rule as its author wrote it, at most 200 characters. */
  readonly text: string;
  readonly matched: boolean;
  /** What it was held against, at most 200 characters; header text and addresses, never body text. */
  readonly on?: string;
  /** What the rule said when it matched (`REJECT No programs`). */
  readonly result?: string;
  /** A backtracking engine was asked for it: the rule stands in a table that the operator trusts. */
  readonly trusted?: true;
}

export interface RemarkNote {
  readonly kind: 'remark';
  readonly text: string;
  /** The remark is what the operator asked for (Postfix's WARN, INFO, warn_if_reject): servers write it to their log. */
  readonly log?: 'info' | 'warn';
}

export type Note = RuleNote | RemarkNote;
