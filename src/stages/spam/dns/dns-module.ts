/**
 * Rules that ask the DNS: lists of hosts (check_rbl) and of domains in URIs (URIDNSBL). What is asked and what an answer means are
 * apart: the stage asks in between, all questions at once, within one time limit.
 */
import type { Problem } from '../../../values/errors.js';
import type { SpamRule } from '../rules/rule.js';
import type { Settings } from '../rules/settings.js';
import type { SpamSubject } from '../subject.js';

export interface DnsQuestion {
  readonly type: 'A' | 'TXT' | 'NS' | 'MX';
  readonly name: string;
}

/** `values`: addresses, texts or names. `failed`: could not tell, which is never a listing. */
export type DnsAnswer =
  | { readonly kind: 'found'; readonly values: readonly string[] }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'failed'; readonly why: string };

export interface DnsRules {
  /** Names of the rules that it decides. */
  readonly rules: ReadonlySet<string>;
  /** Rules that would be its own, and why it cannot decide them. */
  readonly unsupported?: ReadonlyMap<string, string>;
  /** Bounded; without repetitions. */
  questions(subject: SpamSubject): readonly DnsQuestion[];
  /** Names of rules that hit, `answer` being that of a question that was put. */
  hits(subject: SpamSubject, answer: (question: DnsQuestion) => DnsAnswer): readonly string[];
}

export interface DnsModule {
  readonly plugin: string;
  readonly settings: readonly string[];
  /** Takes of `rules` those that it decides; a wrong one goes into `problems`. */
  prepare(settings: Settings, rules: readonly SpamRule[], problems: Problem[]): DnsRules;
}
