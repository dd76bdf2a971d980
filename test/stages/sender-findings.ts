/** Findings about the sender for tests, and a stage that gives them without looking at anything. */
import type { FindingKey } from '../../src/core/finding.js';
import { type AnyStage, defineStage } from '../../src/core/stage.js';
import { type ArcFinding, arcFinding } from '../../src/findings/arc.js';
import { type DkimFinding, type DkimSignature, dkimFinding } from '../../src/findings/dkim.js';
import { type DmarcFinding, dmarcFinding } from '../../src/findings/dmarc.js';
import { type DnsListsFinding, dnsListsFinding } from '../../src/findings/dns-lists.js';
import { type ReverseDnsFinding, reverseDnsFinding } from '../../src/findings/reverse-dns.js';
import { type SpfCheck, type SpfFinding, spfFinding } from '../../src/findings/spf.js';

export function spfCheckOf(over: Partial<SpfCheck> = {}): SpfCheck {
  return {
    identity: 'mailfrom',
    result: 'pass',
    domain: 'sender.example',
    sender: 'a@sender.example',
    mechanism: 'mx',
    mechanismDomain: 'sender.example',
    explanation: undefined,
    problem: undefined,
    lookups: 1,
    voidLookups: 0,
    unanswered: [],
    records: [],
    ...over,
  };
}

export function spfFindingOf(over: Partial<SpfCheck> = {}): SpfFinding {
  const mailFrom = spfCheckOf(over);
  return { result: mailFrom.result, mailFrom, helo: undefined };
}

export function signatureOf(over: Partial<DkimSignature> = {}): DkimSignature {
  return {
    result: 'pass',
    why: undefined,
    domain: 'sender.example',
    identity: '@sender.example',
    selector: 's1',
    algorithm: 'rsa-sha256',
    signatureStart: 'ab/+cd1234',
    signedFields: ['from'],
    oversigned: [],
    testing: false,
    unsignedBody: undefined,
    ...over,
  };
}

export function dmarcFindingOf(over: Partial<DmarcFinding> = {}): DmarcFinding {
  return {
    result: 'pass',
    author: { kind: 'one', domain: 'sender.example', address: 'a@sender.example' },
    policy: {
      domain: 'sender.example',
      record: 'v=DMARC1; p=reject',
      tag: 'p',
      published: 'reject',
      evaluated: 'reject',
      faults: [],
    },
    organizationalDomain: 'sender.example',
    requested: 'none',
    identifiers: [],
    override: undefined,
    why: undefined,
    queries: [],
    ...over,
  };
}

export interface GivenFindings {
  readonly spf?: SpfFinding;
  readonly dkim?: DkimFinding;
  readonly arc?: ArcFinding;
  readonly dmarc?: DmarcFinding;
  readonly reverseDns?: ReverseDnsFinding;
  readonly dnsLists?: DnsListsFinding;
}

/** A stage at mail for each finding that is given. */
export function givers(given: GivenFindings): readonly AnyStage[] {
  return [
    ...giver(spfFinding, given.spf),
    ...giver(dkimFinding, given.dkim),
    ...giver(arcFinding, given.arc),
    ...giver(dmarcFinding, given.dmarc),
    ...giver(reverseDnsFinding, given.reverseDns),
    ...giver(dnsListsFinding, given.dnsLists),
  ];
}

function giver<K extends string, V>(key: FindingKey<K, V>, value: V | undefined): readonly AnyStage[] {
  if (value === undefined) return [];
  const run = () => ({ findings: key.of(value) as never });
  return [defineStage({ name: `give ${key.key}`, at: 'mail', gives: [key], run })];
}
