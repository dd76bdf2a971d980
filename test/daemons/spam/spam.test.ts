/**
 * Spam scores beside SpamAssassin's own, by Debian's rules and without network tests: the same mail, rule by rule. Generated mail from
 * one seed (POSTERN_SEED), more of it with POSTERN_SPAM_MESSAGES=n; `compare.ts` shows which rules differ.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seed } from '../seed.js';
import { addTotal } from '../totals.js';
import { type Corpus, conformanceCorpus, ordinaryCorpus, spamCorpus } from './generate/corpus.js';
import { hostileMessages } from './generate/hostile.js';
import { type PosternScores, scoreWithPostern } from './ours.js';
import { compareOpinions, noParity, type Parity, percent, reportOf } from './parity.js';
import { askSpamAssassin, hasSpamAssassin, type Opinion, RULES, writeSite } from './spam-assassin.js';

const MESSAGES = Number(process.env.POSTERN_SPAM_MESSAGES ?? 200);
/** Most messages have a dozen of rules on purpose: how often the score is near is another thing than with mail as it comes. */
const GOALS = { hits: 98, scores: 90 };

const conformance = conformanceCorpus();
const corpora = {
  ordinary: ordinaryCorpus(seed, Math.ceil(MESSAGES / 4)),
  samples: spamCorpusIfPossible(),
  conformance: conformance ?? new Map<string, string>(),
  hostile: new Map(Object.entries(hostileMessages(0.002))),
};
const site = mkdtempSync(join(tmpdir(), 'postern-site-'));
let postern: PosternScores;
let opinions: ReadonlyMap<string, Opinion | string>;

function spamCorpusIfPossible(): Corpus {
  return hasSpamAssassin() ? spamCorpus(seed, MESSAGES, RULES) : new Map();
}

beforeAll(async () => {
  if (!hasSpamAssassin()) throw new Error('SpamAssassin is not installed: run test/daemons/install.sh');
  writeSite(site);
  postern = scoreWithPostern(RULES, site);
  opinions = await askSpamAssassin(new Map(Object.values(corpora).flatMap((corpus) => [...corpus])), site);
}, 600_000);
afterAll(() => rmSync(site, { recursive: true, force: true }));

function compared(corpus: Corpus, title: string): Parity {
  const parity = noParity();
  for (const [name, text] of corpus) {
    const theirs = opinions.get(name);
    if (theirs === undefined || typeof theirs === 'string') throw new Error(`SpamAssassin about ${name}: ${theirs}`);
    compareOpinions(parity, name, theirs, postern.score(text), postern.claims);
  }
  process.stdout.write(`${reportOf(parity, title, postern.claims, 12)}\n`);
  addTotal('messages scored by SpamAssassin too', parity.messages);
  addTotal('hits of rules', parity.hits.all);
  addTotal('hits of sub-rules', parity.subRules.all);
  return parity;
}

function expectGoals(parity: Parity): void {
  expect(percent(parity.hits)).toBeGreaterThanOrEqual(GOALS.hits);
  expect(percent(parity.subRules)).toBeGreaterThanOrEqual(GOALS.hits);
  expect(percent(parity.scores)).toBeGreaterThanOrEqual(GOALS.scores);
  expect([...parity.otherPoints]).toEqual([]);
}

describe('the same rules hit', { timeout: 600_000 }, () => {
  test('in ordinary mail', () => {
    expectGoals(compared(corpora.ordinary, 'ordinary mail'));
  });

  test('in mail that has what the rules look for', () => {
    const parity = compared(corpora.samples, 'mail full of samples');
    expectGoals(parity);
    // Otherwise the generator has lost its way.
    expect(parity.rulesHit.size).toBeGreaterThan(Math.min(350, MESSAGES));
    expect(parity.subRulesHit.size).toBeGreaterThan(Math.min(900, MESSAGES * 3));
  });

  test('in mail written for other software', (ctx) => {
    if (conformance === undefined) return ctx.skip('no conformance data: ../shared/conformance is absent');
    expectGoals(compared(conformance, 'mail of other test suites'));
  });
});

describe('hostile mail', { timeout: 120_000 }, () => {
  test('the same rules hit in short ones', () => {
    expectGoals(compared(corpora.hostile, 'short hostile mail'));
  });

  test.each(Object.entries(hostileMessages()))('%s', (_name, text) => {
    const { score, hits, sub } = postern.score(text);
    expect(Number.isFinite(score)).toBe(true);
    // Whatever is done to a message, something of it is looked at.
    expect(Object.keys(hits).length + Object.keys(sub).length).toBeGreaterThan(0);
  });
});
