/**
 * A virus scanner: clamd, the command-line `clamscan`, or several put together. It is shown the message as it is and says what it
 * found; what is done about it is the stage's. A scanner that knows that it did not look at all of the message never says `clean`.
 */
import type { PortCall } from '../core/stage.js';
import type { Answer } from '../values/answer.js';
import type { Message } from '../values/message.js';

/** `by`: which of several scanners says so; absent where there is one. `instead`: why another one, asked first, has not. */
export type ScanVerdict =
  /** All of the message was given to the scanner, which found nothing and told of no part that it left out. What it leaves out
   * silently counts too: clamd(8) what is over its limits, unless clamd.conf(5) says `AlertExceedsMax yes`. */
  (
    | { readonly kind: 'clean' }
    /** Names in the scanner's own words, at least one; printable ASCII. */
    | { readonly kind: 'infected'; readonly names: readonly string[] }
    /** The scanner works and cannot look at this message, and will not be able to the next time. */
    | { readonly kind: 'unscannable'; readonly cause: UnscannableCause; readonly why: string }
  ) & { readonly by?: string; readonly instead?: string };

/** `too-large`: for the scanner's limit. `refused`: the scanner says so in its own words. */
export type UnscannableCause = 'too-large' | 'encrypted' | 'damaged' | 'refused';

export interface Scanner {
  /** For the log, the trace and the field X-Virus-Scanned: `clamd`. */
  readonly name: string;
  /** Never `not-found`. "Could not tell": absent, silent, too slow, restarting, or an answer that is none. */
  scan(message: Message, call: PortCall): Promise<Answer<ScanVerdict>>;
}
