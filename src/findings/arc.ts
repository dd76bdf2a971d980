/**
 * What the Authenticated Received Chain of a message says (RFC 8617). Read by the stages that trust forwarders (dmarc) or write
 * fields. Which stage makes it: `arc`.
 */
import { type FindingKey, finding } from '../core/finding.js';

/** RFC 8617 section 4.4; `temperror`: a key could not be fetched. */
export type ArcResult = 'none' | 'pass' | 'fail' | 'temperror';

export interface ArcSet {
  /** `i=`. */
  readonly instance: number;
  /** `d=` and `s=` of the ARC-Seal. */
  readonly domain: string | undefined;
  readonly selector: string | undefined;
  /** `cv=` of the ARC-Seal. */
  readonly chainValidation: string | undefined;
  /** The value of ARC-Authentication-Results behind `i=`: what that host says that it saw. */
  readonly authenticationResults: string | undefined;
}

export interface ArcFinding {
  readonly result: ArcResult;
  /** Why it is not `pass`; for the log and the trace. */
  readonly why: string | undefined;
  /** In order of `i=`; empty for `none`. */
  readonly sets: readonly ArcSet[];
  /** The limit that was met, with the figures (`headerOctets: 600000, at most 524288`); undefined when none was. */
  readonly limit: string | undefined;
}

export const arcFinding: FindingKey<'arc', ArcFinding> = finding('arc');
