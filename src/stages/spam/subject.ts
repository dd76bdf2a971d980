/**
 * What is under evaluation: the message as rules see it, with what is known of its way and of its sender. Built once for a message;
 * rules, functions and DNS questions read it.
 */
import type { ArcFinding } from '../../findings/arc.js';
import type { DkimFinding } from '../../findings/dkim.js';
import type { DmarcFinding } from '../../findings/dmarc.js';
import type { SpfFinding } from '../../findings/spf.js';
import type { MailView } from './mail/mail-view.js';
import type { Relays } from './relays/relay.js';

export interface SpamSubject {
  readonly mail: MailView;
  readonly relays: Relays;
  readonly envelope: SpamEnvelope;
  /** Of stages before; undefined where none looked. */
  readonly findings: SpamInputs;
  readonly now: Date;
  /** What several functions work out once for a message: `key` is a constant of the module that owns it. */
  memo<T>(key: MemoKey<T>, make: (subject: SpamSubject) => T): T;
}

export interface MemoKey<T> {
  readonly kind: 'memo';
  /** Never read. */
  readonly '~type'?: T;
}

export interface SpamEnvelope {
  /** Empty for the null path; undefined where nobody knows it (a message from a file). */
  readonly sender: string | undefined;
  readonly recipients: readonly string[];
}

export interface SpamInputs {
  readonly spf?: SpfFinding;
  readonly dkim?: DkimFinding;
  readonly dmarc?: DmarcFinding;
  readonly arc?: ArcFinding;
}
