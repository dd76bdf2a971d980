/**
 * Which policy a record asks for: the choice among `p`, `sp` and `np`, records without a valid one (RFC 9989 section 4.10.1), and the
 * one level less of `t=y` (section 4.7) or of `pct` (RFC 7489 section 6.6.4).
 */
import type { DmarcPolicy, DmarcPolicyFound } from '../../findings/dmarc.js';
import type { DmarcRecord } from './record.js';
import type { RecordAt } from './tree-walk.js';

export type Rfc = 9989 | 7489;

/** How the record of `at` is read, for an author's domain that is that one, or below it. */
export interface Reading {
  readonly rfc: Rfc;
  readonly at: RecordAt;
  readonly tags: Tags;
  /** The author's domain is a subdomain of the policy domain. */
  readonly below: boolean;
  /** RFC 7489: 0 up to 1; the message is in the sample of `pct` when it is below that share. */
  readonly sample: number;
}

export interface Tags {
  readonly p: DmarcPolicy;
  readonly sp: DmarcPolicy | undefined;
  readonly np: DmarcPolicy | undefined;
}

const levels: readonly DmarcPolicy[] = ['none', 'quarantine', 'reject'];

/**
 * Undefined where the record has no valid policy and wants no reports: no DMARC processing then. An absent `p` is not taken for
 * `p=none` where no reports are wanted either: section 4.10.1 says so, section 4.7 may be read otherwise, and mail goes on in both.
 */
export function policyTags(record: DmarcRecord, rfc: Rfc): Tags | undefined {
  const { p, sp, invalid } = record;
  // `np` is no tag of RFC 7489.
  const np = rfc === 9989 ? record.np : undefined;
  const wrong = invalid.includes('sp') || (rfc === 9989 && invalid.includes('np'));
  if (p !== undefined && !wrong) return { p, sp, np };
  return record.rua.length > 0 ? { p: 'none', sp: undefined, np: undefined } : undefined;
}

/** True when `np` would ask for something else than the policy of subdomains that exist. */
export function dependsOnExistence({ tags: { p, sp, np }, below }: Reading): boolean {
  return below && np !== undefined && np !== (sp ?? p);
}

export function policyOf(reading: Reading, exists: boolean): DmarcPolicyFound {
  const { at, tags, below } = reading;
  const tag = tagFor(tags, below, exists);
  const published = tags[tag] ?? tags.p;
  const record = at.record.text.slice(0, RECORD_SHOWN);
  const { faults } = at.record;
  return { domain: at.domain, record, tag, published, evaluated: evaluated(reading, published), faults };
}

const RECORD_SHOWN = 1000;

function tagFor({ sp, np }: Tags, below: boolean, exists: boolean): 'p' | 'sp' | 'np' {
  if (!below) return 'p';
  if (!exists && np !== undefined) return 'np';
  return sp === undefined ? 'p' : 'sp';
}

/** The strictest policy that the record can ask for, whatever else is found out. */
export function worstPolicy(reading: Reading): DmarcPolicy {
  const there = policyOf(reading, true).evaluated;
  const gone = policyOf(reading, false).evaluated;
  return strictness(there) > strictness(gone) ? there : gone;
}

export function milder(a: DmarcPolicy, b: DmarcPolicy): DmarcPolicy {
  return strictness(a) < strictness(b) ? a : b;
}

function evaluated({ rfc, at: { record }, sample }: Reading, published: DmarcPolicy): DmarcPolicy {
  const whole = rfc === 9989 ? !record.testing : sample * 100 < record.pct;
  return whole ? published : (levels[strictness(published) - 1] ?? 'none');
}

function strictness(policy: DmarcPolicy): number {
  return levels.indexOf(policy);
}
