/**
 * What SPF found out (RFC 7208): one check for each identity that was checked, in the RFC's own words. Read by the stages
 * that align (dmarc), score, or write fields. Which stage makes it: `spf`.
 */
import { type FindingKey, finding } from '../core/finding.js';

/** RFC 7208 section 2.6. */
export type SpfResult = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';

/** One call of check_host() (RFC 7208 section 4). */
export interface SpfCheck {
  /** Whose domain was checked: that of MAIL FROM (for the null path: postmaster at the HELO name), or the HELO name. */
  readonly identity: 'mailfrom' | 'helo';
  readonly result: SpfResult;
  /** A-label form, lower case; as given where it is no domain name. */
  readonly domain: string;
  /** `<sender>` of RFC 7208 section 4.1: local part, without quotes and escapes, and domain. */
  readonly sender: string;
  /** The directive that matched, as written, `include:` followed (`-all`, `ip4:192.0.2.0/24`); undefined when none did. */
  readonly mechanism: string | undefined;
  /** The domain whose record the matching directive stood in. */
  readonly mechanismDomain: string | undefined;
  /** What the domain says of a fail (RFC 7208 section 6.2): printable US-ASCII of hostile origin. */
  readonly explanation: string | undefined;
  /** What was wrong, for `permerror` and `temperror`: the term and the reason. */
  readonly problem: string | undefined;
  /** Terms that cost a look-up, and those that found nothing (RFC 7208 section 4.6.4). */
  readonly lookups: number;
  readonly voidLookups: number;
  /** The records that were read, in order: that of `domain` first. */
  readonly records: readonly SpfRecordText[];
  /**
   * Questions without an answer that RFC 7208 passes over, and why: PTR names (section 5.5), their addresses, an explanation
   * (section 6.2). A `ptr` that got none does not match, and the result may be another when asked again.
   */
  readonly unanswered: readonly string[];
}

export interface SpfRecordText {
  /** Whose record it is. */
  readonly domain: string;
  /** Octets as Latin-1, of hostile origin. */
  readonly text: string;
}

export interface SpfFinding {
  /** That of `mailFrom`, or of `helo` where the HELO name alone was checked; `none` where neither was: see the stage. */
  readonly result: SpfResult;
  readonly mailFrom: SpfCheck | undefined;
  readonly helo: SpfCheck | undefined;
}

export const spfFinding: FindingKey<'spf', SpfFinding> = finding('spf');
