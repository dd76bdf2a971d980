/**
 * What DKIM found out (RFC 6376): one entry for each signature, in the words of RFC 8601 section 2.7.1. Read by the stages that
 * align (dmarc), score, or write fields. Which stage makes it: `dkim`.
 */
import { type FindingKey, finding } from '../core/finding.js';

/** RFC 8601 section 2.7.1. */
export type DkimResult = 'none' | 'pass' | 'fail' | 'policy' | 'neutral' | 'temperror' | 'permerror';

export interface DkimSignature {
  readonly result: Exclude<DkimResult, 'none'>;
  /** Why it is not `pass`; for the log and the trace. */
  readonly why: string | undefined;
  /** `d=`, the signing domain: A-label form, lower case. Undefined where the field could not be read. */
  readonly domain: string | undefined;
  /** `i=`, or the default that RFC 6376 section 3.5 gives it. */
  readonly identity: string | undefined;
  /** `s=`. */
  readonly selector: string | undefined;
  /** `a=`: `rsa-sha256`, `ed25519-sha256`. */
  readonly algorithm: string | undefined;
  /** The first octets of `b=`, which name the signature in Authentication-Results (RFC 6008). */
  readonly signatureStart: string | undefined;
  /** `h=`, in lower case, in order. */
  readonly signedFields: readonly string[];
  /** Of those, the names that stand in `h=` more often than in the message: no further field of theirs can be added unnoticed
   * (RFC 6376 section 5.4.2). */
  readonly oversigned: readonly string[];
  /** `t=y` of the key: the domain is testing DKIM (RFC 6376 section 3.6.1). */
  readonly testing: boolean;
  /** Octets of the canonical body: those signed and all of them, where `l=` leaves some out: anybody may have appended these. */
  readonly unsignedBody: { readonly signed: number; readonly total: number } | undefined;
}

export interface DkimFinding {
  /** `pass` when a signature passes, else that of the most telling one; `none` without signatures. */
  readonly result: DkimResult;
  readonly signatures: readonly DkimSignature[];
  /** The limit that kept signatures from being looked at, with the figures (`signatures: 5000, at most 10`); undefined when all were. */
  readonly limit: string | undefined;
}

export const dkimFinding: FindingKey<'dkim', DkimFinding> = finding('dkim');
