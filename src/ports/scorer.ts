/**
 * A spam scorer outside: spamd, rspamd. It is shown the message with what is known of the transaction, and says how many points it
 * has and by which rules. What is done about it is for stages that read the finding.
 */
import type { PortCall } from '../core/stage.js';
import type { SpamHit } from '../findings/spam.js';
import type { Answer } from '../values/answer.js';
import type { IpAddress } from '../values/ip.js';
import type { Message } from '../values/message.js';

export interface ScorerQuestion {
  readonly message: Message;
  /** Empty for the null path. */
  readonly sender: string;
  readonly recipients: readonly string[];
  /** Undefined for mail of this host itself. */
  readonly client: { readonly ip: IpAddress | undefined; readonly name: string | undefined } | undefined;
  readonly helo: string | undefined;
  /** The name that the client has logged in with. */
  readonly login: string | undefined;
}

export interface ScorerVerdict {
  /** Points; negative for wanted mail. */
  readonly score: number;
  /** From how many points on the scorer itself calls it spam; undefined where it does not tell. */
  readonly required: number | undefined;
  readonly hits: readonly SpamHit[];
  /** What the scorer would have done, in its own words. Advice only. */
  readonly advice: string | undefined;
  /** What the scorer was not shown, or did not look at, in words: octets beyond a limit. Empty: all of the message. */
  readonly incomplete: readonly string[];
}

export interface Scorer {
  /** For the log and the trace: `spamd`. */
  readonly name: string;
  /** Never `not-found`. */
  score(question: ScorerQuestion, call: PortCall): Promise<Answer<ScorerVerdict>>;
}
