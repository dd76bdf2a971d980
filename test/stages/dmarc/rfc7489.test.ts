/** The mode of RFC 7489: public suffixes instead of the tree walk, `pct`, and none of the new tags. */
import { describe, expect, it, vi } from 'vitest';
import type { PublicSuffix } from '../../../src/ports/public-suffix.js';
import type { DmarcMode } from '../../../src/stages/dmarc/index.js';
import { cannotTell } from '../../../src/values/answer.js';
import { said } from '../facts.js';
import { dkimId, judge, type Records, runDmarc, spfSaid, suffixed } from './support.js';

const publicSuffix: PublicSuffix = { organizationalDomain: suffixed };

describe('policy discovery', () => {
  it.each<[string, Records, string, string | undefined, string]>([
    [
      'the author',
      { 'a.example.com': 'v=DMARC1; p=none', 'example.com': 'v=DMARC1; p=reject' },
      'a.example.com',
      'a.example.com',
      'none',
    ],
    ['the organizational domain', { 'example.com': 'v=DMARC1; p=reject' }, 'a.b.example.com', 'example.com', 'reject'],
    ['nothing between them', { 'b.example.com': 'v=DMARC1; p=reject' }, 'a.b.example.com', undefined, 'none'],
    ['nothing above', { com: 'v=DMARC1; p=reject; psd=y' }, 'a.example.com', undefined, 'none'],
    [
      'a longer suffix',
      { 'co.example': 'v=DMARC1; p=reject', 'x.co.example': 'v=DMARC1; p=quarantine' },
      'a.x.co.example',
      'x.co.example',
      'quarantine',
    ],
    ['a public suffix writes', { 'co.example': 'v=DMARC1; p=reject' }, 'co.example', 'co.example', 'reject'],
    ['a public suffix without record', {}, 'co.example', undefined, 'none'],
    ['sp', { 'example.com': 'v=DMARC1; p=reject; sp=quarantine' }, 'a.example.com', 'example.com', 'quarantine'],
    ['no np', { 'example.com': 'v=DMARC1; p=none; np=reject' }, 'gone.example.com', 'example.com', 'none'],
    [
      'a wrong np does not matter',
      { 'example.com': 'v=DMARC1; p=reject; np=block' },
      'gone.example.com',
      'example.com',
      'reject',
    ],
    ['no t', { 'example.com': 'v=DMARC1; p=reject; t=y' }, 'example.com', 'example.com', 'reject'],
    [
      'two records end it',
      { 'a.example.com': ['v=DMARC1; p=none', 'v=DMARC1; p=none'], 'example.com': 'v=DMARC1; p=reject' },
      'a.example.com',
      undefined,
      'none',
    ],
  ])('%s', (_, records, author, domain, requested) => {
    const judged = judge(records, { author, rfc: 7489 });
    expect([judged.policy?.domain, judged.requested]).toEqual([domain, requested]);
    expect(judged.asked.length).toBeLessThanOrEqual(2);
  });
});

describe('alignment', () => {
  const records = { 'x.co.example': 'v=DMARC1; p=reject', 'a.x.co.example': 'v=DMARC1; p=none; psd=n' };

  it.each<[string, string, string]>([
    ['x.co.example', 'b.x.co.example', 'pass'],
    ['x.co.example', 'y.co.example', 'fail'],
    ['x.co.example', 'co.example', 'fail'],
    ['a.x.co.example', 'b.x.co.example', 'pass'],
  ])('%s and %s', (author, domain, result) => {
    expect(judge(records, { author, rfc: 7489, identifiers: [dkimId(domain)] }).result).toBe(result);
  });
});

describe('pct', () => {
  it.each<[string, number, string, string]>([
    ['p=reject; pct=30', 0.29, 'reject', 'reject'],
    ['p=reject; pct=30', 0.3, 'reject', 'quarantine'],
    ['p=quarantine; pct=30', 0.99, 'quarantine', 'none'],
    ['p=reject; pct=100', 0.9999, 'reject', 'reject'],
    ['p=reject; pct=0', 0, 'reject', 'quarantine'],
    ['p=none; pct=0', 0.5, 'none', 'none'],
  ])('%s, random %d', (tags, sample, published, evaluated) => {
    const records = { 'example.com': `v=DMARC1; ${tags}` };
    expect(judge(records, { author: 'example.com', rfc: 7489, sample }).policy).toMatchObject({ published, evaluated });
  });

  it('takes the random value that is injected, once a message', async () => {
    const random = vi.fn(() => 0.6);
    const mode: DmarcMode = { rfc: 7489, publicSuffix, random };
    const run = (pct: number) =>
      runDmarc({ records: { 'example.com': `v=DMARC1; p=reject; pct=${pct}` }, options: { mode } });
    expect(said((await run(50)).outcome)).toBe('quarantine sender-policy 250 2.0.0 Ok');
    expect(said((await run(70)).outcome)).toMatch(/^reject/);
    expect(random).toHaveBeenCalledTimes(2);
  });

  it('without one, every message is in the sample, but for pct=0', async () => {
    const mode: DmarcMode = { rfc: 7489, publicSuffix };
    const run = (pct: number) =>
      runDmarc({ records: { 'example.com': `v=DMARC1; p=reject; pct=${pct}` }, options: { mode } });
    expect(said((await run(1)).outcome)).toMatch(/^reject/);
    expect(said((await run(0)).outcome)).toMatch(/^quarantine/);
  });
});

describe('the public suffix list', () => {
  it('that cannot tell defers', async () => {
    const mode: DmarcMode = { rfc: 7489, publicSuffix: { organizationalDomain: () => cannotTell('no list') } };
    const { outcome, finding } = await runDmarc({ options: { mode } });
    expect(finding.result).toBe('temperror');
    expect(said(outcome)).toMatch(/^defer cannot-tell 451 4.7.1/);
  });

  it('is asked through the policy', async () => {
    const mode: DmarcMode = { rfc: 7489, publicSuffix };
    const records = { 'example.com': 'v=DMARC1; p=reject' };
    const { finding } = await runDmarc({ records, spf: spfSaid('pass', 'bounce.example.com'), options: { mode } });
    expect(finding).toMatchObject({
      result: 'pass',
      organizationalDomain: 'example.com',
      queries: ['_dmarc.example.com'],
    });
  });
});
