/**
 * What DMARC found out (RFC 9989, or RFC 7489 where a site still wants that): the author, whose policy applies and what it asks,
 * and which identifiers align. It never says what the site does. Read by the stages that score, write fields or report. Which
 * stage makes it: `dmarc`.
 */
import { type FindingKey, finding } from '../core/finding.js';
import type { DkimResult } from './dkim.js';
import type { SpfResult } from './spf.js';

/** RFC 9989 section 9.2. An author that is not clear is `permerror`, never `none`: nobody may take it for "no policy". */
export type DmarcResult = 'none' | 'pass' | 'fail' | 'temperror' | 'permerror';

/** From the mildest: what a domain asks receivers to do with mail that fails (RFC 9989 section 4.7, tag `p`). */
export type DmarcPolicy = 'none' | 'quarantine' | 'reject';

/**
 * Why nobody can say whose policy applies. `none` and `several-fields` count what some readers see: a From field behind a bare CR
 * makes several of one, and is no author by itself. `malformed`: no address, none with a domain name, or text
 * with two readings.
 */
export type UnclearAuthor = 'none' | 'several-fields' | 'several-addresses' | 'group' | 'malformed';

export type DmarcAuthor =
  | {
      readonly kind: 'one';
      /** A-label form, lower case. */
      readonly domain: string;
      readonly address: string;
    }
  | {
      readonly kind: UnclearAuthor;
      readonly why: string;
      /** The first ten domains that the From fields name, each once; for the log. None of fields that were too long to read for it. */
      readonly domains: readonly string[];
    };

export interface DmarcPolicyFound {
  /** The DMARC Policy Domain: whose record it is (RFC 9989 section 3.2.5). */
  readonly domain: string;
  /** As published: Latin-1 octets of hostile origin, cut at 1,000. */
  readonly record: string;
  /** The tag that was taken. A subdomain of the policy domain is only asked for its existence (`np`) when its message fails. */
  readonly tag: 'p' | 'sp' | 'np';
  /** What that tag says. */
  readonly published: DmarcPolicy;
  /** The same after `t=y` or `pct` (of RFC 7489): `policy.dmarc` of Authentication-Results. */
  readonly evaluated: DmarcPolicy;
  /** Parts of the record that were ignored, at most ten. */
  readonly faults: readonly string[];
}

/** `unknown`: not looked for, since the result was known without it, or the DNS did not answer. */
export type DmarcAlignment = 'strict' | 'relaxed' | 'none' | 'unknown';

/** An authenticated identifier, or one that might have been. */
export interface DmarcIdentifier {
  readonly mechanism: 'spf' | 'dkim';
  /** Domain of MAIL FROM (of HELO for the null path), or `d=` of the signature. */
  readonly domain: string;
  /** `s=` of the signature. */
  readonly selector: string | undefined;
  readonly result: SpfResult | DkimResult;
  /** In the mode that the record asks for: where that is strict, a relative is `none`. */
  readonly alignment: DmarcAlignment;
  /** Passes, aligns, and nothing speaks against it: this one makes the message pass. */
  readonly counts: boolean;
  /** Why a passing, aligned one does not count, or why the alignment is not known. */
  readonly why: string | undefined;
}

/** A fail that the site does not act upon (the "PolicyOverride" of RFC 9990). */
export interface DmarcOverride {
  readonly reason: 'arc';
  /** The trusted sealer that saw the message pass, and its `i=`. */
  readonly sealer: string;
  readonly instance: number;
}

export interface DmarcFinding {
  /** `not-evaluated`: nobody looked, for the client has logged in, or the mail is from this host itself; all but `author` is empty. */
  readonly result: DmarcResult | 'not-evaluated';
  readonly author: DmarcAuthor;
  /** Undefined where there is none, or where it could not be found out. */
  readonly policy: DmarcPolicyFound | undefined;
  /** Of the author's domain; undefined where it did not have to be found out. */
  readonly organizationalDomain: string | undefined;
  /** What the owner of the domain asks for this message: `none` for all that do not fail. Not what the site does. */
  readonly requested: DmarcPolicy;
  /** SPF first, then the signatures in order; at most 32. */
  readonly identifiers: readonly DmarcIdentifier[];
  readonly override: DmarcOverride | undefined;
  /** Why it is not `pass` or `none`; for the log and the trace. No text of the domain's record. */
  readonly why: string | undefined;
  /** The names asked for, in order. */
  readonly queries: readonly string[];
}

export const dmarcFinding: FindingKey<'dmarc', DmarcFinding> = finding('dmarc');
