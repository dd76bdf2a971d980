/** Small worlds for tests of DMARC: records by domain, findings of SPF and DKIM as given. */

import type { Outcome } from '../../../src/core/outcome.js';
import { definePolicy } from '../../../src/core/policy.js';
import { type AnyStage, defineStage } from '../../../src/core/stage.js';
import { type ArcFinding, arcFinding } from '../../../src/findings/arc.js';
import { type DkimFinding, type DkimResult, type DkimSignature, dkimFinding } from '../../../src/findings/dkim.js';
import { type DmarcFinding, dmarcFinding } from '../../../src/findings/dmarc.js';
import { type SpfCheck, type SpfFinding, type SpfResult, spfFinding } from '../../../src/findings/spf.js';
import { type Evaluation, nextStep, type Verdict } from '../../../src/stages/dmarc/evaluate.js';
import type { Identifier } from '../../../src/stages/dmarc/identifiers.js';
import { type DmarcOptions, dmarc } from '../../../src/stages/dmarc/index.js';
import { nameOf, recordIn } from '../../../src/stages/dmarc/knowledge.js';
import type { DmarcRecord } from '../../../src/stages/dmarc/record.js';
import type { Zone, ZoneRecords } from '../../../src/testing/ports/zone.js';
import { type ZoneResolver, zoneResolver } from '../../../src/testing/ports/zone-resolver.js';
import { type Answer, cannotTell, found, notFound } from '../../../src/values/answer.js';
import { type Facts, runPolicy } from '../facts.js';

/** DMARC records by domain; `TIMEOUT` for a name that does not answer, `EXISTS` for one that has no record but is there. */
export type Records = Readonly<Record<string, string | readonly string[]>>;

/** Organizational domains of the last two labels, of the last three below `co.example`. */
export function suffixed(domain: string): Answer<string> {
  const labels = domain.split('.');
  const size = domain.endsWith('.co.example') || domain === 'co.example' ? 3 : 2;
  return labels.length < size ? notFound('a public suffix') : found(labels.slice(-size).join('.'));
}

export interface Judged extends Verdict {
  readonly asked: readonly string[];
}

/** The evaluation by itself, synchronously. `EXISTS` is asked for at the domain, all else at `_dmarc.` below it. */
export function judge(records: Records, given: Partial<Evaluation> & { readonly author: string }): Judged {
  const evaluation: Evaluation = { identifiers: [], rfc: 9989, sample: 0, ...given };
  const known = {
    records: new Map<string, Answer<DmarcRecord>>(),
    existence: new Map<string, Answer<unknown>>(),
    organizational: new Map<string, Answer<string>>(),
  };
  const asked: string[] = [];
  for (let steps = 0; steps < 500; steps++) {
    const step = nextStep(evaluation, known);
    if (step.kind === 'done') return { ...step.verdict, asked };
    const { question } = step;
    const { kind, domain } = question;
    if (kind !== 'organizational') asked.push(nameOf(question));
    if (kind === 'record') known.records.set(domain, recordIn(texts(records[domain])));
    else if (kind === 'existence') known.existence.set(domain, existence(records[domain]));
    else known.organizational.set(domain, suffixed(domain));
  }
  throw new Error('the evaluation comes to no end');
}

function texts(record: Records[string] | undefined): Answer<readonly string[]> {
  if (record === 'TIMEOUT') return cannotTell('time-out');
  if (record === 'REFUSED') return cannotTell('refused', false);
  if (record === undefined || record === 'EXISTS' || record === 'LOST') return notFound('no-such-name');
  return found(typeof record === 'string' ? [record] : record);
}

function existence(record: Records[string] | undefined): Answer<unknown> {
  if (record === 'LOST') return cannotTell('time-out');
  return record === undefined ? notFound('no-such-name') : notFound('no-data');
}

export function spfId(domain: string, use: Identifier['use'] = 'pass'): Identifier {
  return { mechanism: 'spf', domain, selector: undefined, result: use === 'no' ? 'fail' : use, use, why: undefined };
}

export function dkimId(domain: string, use: Identifier['use'] = 'pass'): Identifier {
  return { mechanism: 'dkim', domain, selector: 's', result: use === 'no' ? 'fail' : use, use, why: undefined };
}

export function spfSaid(result: SpfResult, domain: string, identity: SpfCheck['identity'] = 'mailfrom'): SpfFinding {
  const none = { mechanism: undefined, mechanismDomain: undefined, explanation: undefined, problem: undefined };
  const check: SpfCheck = {
    identity,
    result,
    domain,
    sender: `a@${domain}`,
    ...none,
    lookups: 0,
    voidLookups: 0,
    unanswered: [],
    records: [],
  };
  const [mailFrom, helo] = identity === 'helo' ? [undefined, check] : [check, undefined];
  return { result, mailFrom, helo };
}

export function signature(domain: string, over: Partial<DkimSignature> = {}): DkimSignature {
  return {
    result: 'pass',
    why: undefined,
    domain,
    identity: `@${domain}`,
    selector: 's1',
    algorithm: 'rsa-sha256',
    signatureStart: 'abcdefgh',
    signedFields: ['from'],
    oversigned: [],
    testing: false,
    unsignedBody: undefined,
    ...over,
  };
}

export function dkimSaid(...signatures: readonly DkimSignature[]): DkimFinding {
  const result: DkimResult = signatures.some((one) => one.result === 'pass')
    ? 'pass'
    : (signatures[0]?.result ?? 'none');
  return { result, signatures, limit: undefined };
}

/** Zone of a `zoneResolver`, from DMARC records. */
export function zoneOf(records: Records): Zone {
  const zone: Record<string, ZoneRecords | 'TIMEOUT'> = {};
  for (const [domain, record] of Object.entries(records)) {
    const name = record === 'EXISTS' || record === 'LOST' ? domain : `_dmarc.${domain}`;
    if (record === 'TIMEOUT' || record === 'LOST') zone[name] = 'TIMEOUT';
    else zone[name] = record === 'EXISTS' ? { TXT: [] } : { TXT: typeof record === 'string' ? [record] : record };
  }
  return zone;
}

export interface Mail {
  readonly records?: Records;
  /** Default `From: a@example.com`. */
  readonly header?: string;
  readonly spf?: SpfFinding;
  readonly dkim?: DkimFinding;
  readonly arc?: ArcFinding;
  /** '' for the null path. */
  readonly sender?: string;
  readonly options?: Omit<DmarcOptions, 'resolver'>;
  /** Of the session. */
  readonly facts?: Facts;
}

export interface Ran {
  readonly outcome: Outcome;
  readonly finding: DmarcFinding;
  readonly resolver: ZoneResolver;
}

/** Runs the stage in a policy, behind stages that give these findings. */
export async function runDmarc(mail: Mail): Promise<Ran> {
  const resolver = zoneResolver(zoneOf(mail.records ?? {}));
  const stage = dmarc({ resolver, ...mail.options });
  const { spf = spfSaid('none', 'other.example'), dkim = dkimSaid(), arc } = mail;
  const list: AnyStage[] = [given(spf, dkim), ...(arc === undefined ? [] : [sealed(arc)]), stage];
  const policy = definePolicy({ message: list });
  const outcome = await runPolicy(policy, {
    message: `${mail.header ?? 'From: a@example.com'}\r\nSubject: x\r\n\r\nbody\r\n`,
    ...(mail.sender !== undefined && { sender: mail.sender }),
    ...mail.facts,
  });
  const finding = dmarcFinding.in(outcome.findings);
  if (finding === undefined) throw new Error('the stage gave no finding');
  return { outcome, finding, resolver };
}

const given = (spf: SpfFinding, dkim: DkimFinding): AnyStage =>
  defineStage({
    name: 'given',
    at: 'message',
    gives: [spfFinding, dkimFinding],
    run: () => ({ findings: { ...spfFinding.of(spf), ...dkimFinding.of(dkim) } }),
  });

const sealed = (arc: ArcFinding): AnyStage =>
  defineStage({ name: 'sealed', at: 'message', gives: [arcFinding], run: () => ({ findings: arcFinding.of(arc) }) });
