/**
 * What header checks and body checks found: the rules that matched. The one of the header is also read by body checks,
 * which a PASS in the header ends.
 */
import { type FindingKey, finding } from '../../core/finding.js';
import type { SourcePosition } from '../../values/errors.js';
import type { ActionKind } from './action.js';

export interface CheckHit {
  readonly source: SourcePosition;
  /** The rule as written, at most 200 characters. */
  readonly rule: string;
  readonly action: ActionKind;
}

/**
 * What a field is to Postfix: `mime` for the fields about MIME and those of a MIME part, `nested` for others in the header of
 * an attached message, `header` for others in the message's own (header_checks(5)).
 */
export type HeaderKind = 'header' | 'mime' | 'nested';

export interface HeaderHit extends CheckHit {
  readonly kind: HeaderKind;
  /** Name of the field that matched, as it was written in the message. */
  readonly field: string;
}

export interface BodyHit extends CheckHit {
  /** Line of the body, from 1. */
  readonly line: number;
}

export interface ChecksFinding<H extends CheckHit> {
  /** In the order of the message, at most 1,000. */
  readonly hits: readonly H[];
  /** A rule said PASS: the rest of the message was not checked. */
  readonly passed: boolean;
}

export type HeaderChecksFinding = ChecksFinding<HeaderHit>;
export type BodyChecksFinding = ChecksFinding<BodyHit>;

export const headerChecksFinding: FindingKey<'headerChecks', HeaderChecksFinding> = finding('headerChecks');
export const bodyChecksFinding: FindingKey<'bodyChecks', BodyChecksFinding> = finding('bodyChecks');

export const HIT_LIMIT = 1000;
