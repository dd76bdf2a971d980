/**
 * Rules that ask the DNS: lists of hosts (check_rbl) and of domains in URIs (URIDNSBL), and questions that the rule itself words
 * (AskDNS). What is asked and what an answer means are apart: the stage asks in between, all questions at once, then those that
 * their answers make, within one time limit.
 */
import type { Problem } from '../../../values/errors.js';
import type { SpamRule } from '../rules/rule.js';
import type { Settings } from '../rules/settings.js';
import type { SpamSubject } from '../subject.js';

export interface DnsQuestion {
  readonly type: 'A' | 'AAAA' | 'TXT' | 'NS' | 'MX';
  readonly name: string;
}

/**
 * `values`: addresses, texts, names, or `10 mx.example`. `failed`: could not tell, which is never a listing. `supposed`: nobody has
 * answered so; it stands in the place of a failure, to see what the failure may have hidden. One that is found fits whatever a rule
 * asks of a list.
 */
export type DnsAnswer =
  | { readonly kind: 'found'; readonly values: readonly string[]; readonly supposed?: boolean }
  | { readonly kind: 'not-found'; readonly why?: string; readonly supposed?: boolean }
  | { readonly kind: 'failed'; readonly why: string };

/** A question that was not put has failed. */
export type AnswerTo = (question: DnsQuestion) => DnsAnswer;

export interface DnsRules {
  /** Names of the rules that it decides. */
  readonly rules: ReadonlySet<string>;
  /** Rules that would be its own, and why it cannot decide them. */
  readonly unsupported?: ReadonlyMap<string, string>;
  /** Bounded; without repetitions. */
  questions(subject: SpamSubject): readonly DnsQuestion[];
  /** Those that answers make, with others that were put before. Bounded as well. */
  further?(subject: SpamSubject, answer: AnswerTo): readonly DnsQuestion[];
  /** Names of rules that hit, `answer` being that of a question that was put. */
  hits(subject: SpamSubject, answer: AnswerTo): readonly string[];
}

export interface DnsModule {
  /** Takes of `rules` those that it decides; a wrong one goes into `problems`. */
  prepare(settings: Settings, rules: readonly SpamRule[], problems: Problem[]): DnsRules;
}
