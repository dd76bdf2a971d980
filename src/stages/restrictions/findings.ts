/** What the stages of one bundle hand on to one another, and what others may read: how the lists ended. */
import { type FindingKey, finding } from '../../core/finding.js';
import type { Recipient } from '../../core/transaction.js';
import type { Mailbox } from '../../values/address.js';
import type { KeptEffect } from './effects.js';
import type { Grounds, RestrictionList } from './restriction.js';

export interface RestrictionsFinding {
  /** How each list ended: `permit`, `reject`, ... ; lists that ran to their end are not in it. */
  readonly endedBy: Readonly<Partial<Record<RestrictionList, string>>>;
  /** What the lists want done with the message as a whole. */
  readonly effects: readonly KeptEffect[];
  /** What is put off until it is known that all else permits (defer_if_permit). */
  readonly putOff?: Grounds;
}

export interface RcptRestrictionsFinding extends RestrictionsFinding {
  /** As it was judged: before aliases and canonical addresses. */
  readonly address: Mailbox;
  /** RCPT commands of the transaction so far that no list refused. */
  readonly passed: number;
  /** DISCARD has been said, for this recipient or before: nobody is refused any more. */
  readonly discards: boolean;
}

/** Of the lists that were applied before RCPT (`delayReject: false`). */
export const clientRestrictionsFinding: FindingKey<'smtpdClientRestrictions', RestrictionsFinding> =
  finding('smtpdClientRestrictions');
export const heloRestrictionsFinding: FindingKey<'smtpdHeloRestrictions', RestrictionsFinding> =
  finding('smtpdHeloRestrictions');
export const senderRestrictionsFinding: FindingKey<'smtpdSenderRestrictions', RestrictionsFinding> =
  finding('smtpdSenderRestrictions');

/** Of one recipient. */
export const restrictionsFinding: FindingKey<'smtpdRestrictions', RcptRestrictionsFinding> =
  finding('smtpdRestrictions');

/** Of DATA and of the end of data; their effects are those of the whole transaction so far. */
export const dataRestrictionsFinding: FindingKey<'smtpdDataRestrictions', RestrictionsFinding> =
  finding('smtpdDataRestrictions');
export const endOfDataRestrictionsFinding: FindingKey<'smtpdEndOfDataRestrictions', RestrictionsFinding> =
  finding('smtpdEndOfDataRestrictions');

/** Undefined where none of the bundle's stages has seen the recipient. */
export function findingOf(recipient: Recipient | undefined): RcptRestrictionsFinding | undefined {
  return recipient && restrictionsFinding.in(recipient.findings);
}
