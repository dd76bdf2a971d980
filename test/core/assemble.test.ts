/** Policies built at run time are told the same sentences as the compiler says, all at once. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type AnyStage,
  beyond,
  definePolicy,
  defineStage,
  eachRecipient,
  hold,
  isConfigurationError,
  type Problem,
  parallel,
  sequence,
  spamFinding,
  spamMarks,
  tolerate,
  when,
} from '../../src/index.js';
import { folder, sentenceOf } from '../types/compile.js';
import { dkim, dmarc, headerChecks, permit, quota, quotaFinding, readPrefs, spam, spf } from '../types/stages.js';

type Lists = Readonly<Record<string, readonly AnyStage[]>>;
const build =
  (lists: Lists): (() => unknown) =>
  () =>
    definePolicy(lists);
const some = (...stages: readonly AnyStage[]): AnyStage[] => [...stages];
const anyParallel = parallel as unknown as (...stages: AnyStage[]) => AnyStage;
const anySequence = sequence as unknown as (name: string, ...stages: AnyStage[]) => AnyStage;
const anyEach = eachRecipient as unknown as (stage: AnyStage) => AnyStage;
const reader = defineStage({ name: 'reader', at: 'message', needs: [quotaFinding], run: () => undefined });
const crowd = defineStage({ name: 'crowd', at: 'data', run: () => undefined });
const scored = defineStage({
  name: 'scored',
  at: 'message',
  gives: [spamFinding],
  run: () => ({
    findings: spamFinding.of({ result: 'scored', score: 0, required: 5, hits: [], scorer: 'x', incomplete: [] }),
  }),
});
const suspicious = defineStage({ name: 'suspicious', at: 'mail', decides: ['hold'], run: () => hold('moderation') });

const cases: readonly (readonly [string, () => unknown])[] = [
  ['01-message-stage-at-rcpt', build({ rcpt: some(headerChecks) })],
  ['02-need-before-giver', build({ mail: some(spf), message: some(dmarc, dkim) })],
  ['03-giver-inside-when', build({ mail: some(when(false, spf)), message: some(dkim, dmarc) })],
  ['04-giver-behind-accept', build({ mail: some(permit, spf), message: some(dkim, dmarc) })],
  ['05-rcpt-stage-at-message', build({ message: some(quota) })],
  ['06-each-need-unmet', build({ message: some(anyEach(readPrefs)) })],
  ['07-no-such-phase', build({ recpt: some(quota) })],
  ['16-parallel-with-edits', () => anyParallel(dkim, spam)],
  ['17-sequence-order', () => anySequence('authentication', dmarc, dkim)],
  ['20-recipient-finding-at-message', build({ rcpt: some(quota), message: some(reader) })],
  ['21-parallel-needs-sibling', () => anyParallel(dkim, dmarc)],
  ['22-each-recipient-of-message-stage', () => anyEach(headerChecks)],
  ['32-rcpt-stage-at-data', build({ data: some(quota) })],
  ['33-data-stage-at-rcpt', build({ rcpt: some(crowd) })],
  ['34-marks-before-rules', build({ message: some(spamMarks(), scored) })],
  ['34-marks-before-rules', () => anySequence('spam', spamMarks(), scored)],
  ['25-tolerated-giver', build({ mail: some(tolerate(spf, 'a test')), message: some(dkim, dmarc) })],
];

function problemsOf(run: () => unknown): readonly Problem[] {
  try {
    run();
  } catch (error) {
    if (isConfigurationError(error)) return error.problems;
    throw error;
  }
  return [];
}

describe('the sentence at construction is the compiler’s', () => {
  test.each(cases)('%s', (name, run) => {
    const sentence = sentenceOf(join(folder, 'wrong', `${name}.ts`));
    expect(problemsOf(run).map((problem) => problem.message)).toEqual([sentence]);
  });
});

describe('servers', () => {
  const abilities = { phases: ['mail'], edits: ['remove-header'], decides: ['quarantine'] } as const;
  test.each([
    ['08-server-lacks-edit', definePolicy({ message: [spam] }), { ...abilities, phases: ['message'] as const }, 'spam'],
    ['18-server-never-reaches', definePolicy({ message: [headerChecks] }), abilities, 'headerChecks'],
    ['19-server-lacks-decision', definePolicy({ mail: [suspicious] }), abilities, 'suspicious'],
  ])('%s', (name, policy, server, stage) => {
    const sentence = sentenceOf(join(folder, 'wrong', `${name}.ts`));
    expect(beyond(policy, server).map((problem) => problem.message)).toEqual([`${sentence} (${stage})`]);
  });

  test('every lack is named at once, with all stages that ask', () => {
    const policy = definePolicy({ mail: [suspicious], message: [spam, sequence('more', spam), headerChecks] });
    const problems = beyond(policy, { phases: ['mail'], edits: [], decides: [] });
    expect(problems.map((problem) => problem.code)).toEqual([
      'server-lacks-phase',
      'server-lacks-edit',
      'server-lacks-decision',
    ]);
  });
});

describe('construction', () => {
  test('names every problem at once, under one code', () => {
    const run = build({ recpt: [], rcpt: some(headerChecks), message: some(dmarc) });
    const problems = problemsOf(run);
    expect(problems.map((problem) => problem.code)).toEqual([
      'no-such-phase',
      'wrong-phase',
      'unmet-need',
      'unmet-need',
    ]);
    expect(run).toThrow(expect.objectContaining({ code: 'policy' }));
  });

  test('refuses what is not a stage', () => {
    const run = build({ message: [{ name: 'x' } as unknown as AnyStage] });
    expect(problemsOf(run)[0]?.code).toBe('not-a-stage');
  });

  test('takes what is in order', () => {
    expect(problemsOf(build({ mail: some(spf), message: some(anyParallel(dkim), dmarc, spam) }))).toEqual([]);
    expect(problemsOf(build({ rcpt: some(quota), message: some(anyEach(readPrefs)) }))).toEqual([]);
    expect(problemsOf(build({ message: some(anyEach(quota), anyEach(readPrefs)) }))).toEqual([]);
    expect(problemsOf(build({ mail: some(permit, spf), deliver: some(headerChecks) }))).toEqual([]);
  });

  test('a need met only behind an early accept at rcpt is not met at deliver', () => {
    const permitRcpt = defineStage({ name: 'permitRcpt', at: 'rcpt', accepts: true, run: () => undefined });
    const atDelivery = defineStage({ name: 'atDelivery', at: 'deliver', needs: [quotaFinding], run: () => undefined });
    expect(problemsOf(build({ rcpt: some(permitRcpt, quota), deliver: some(atDelivery) }))).toHaveLength(1);
    expect(problemsOf(build({ rcpt: some(quota, permitRcpt), deliver: some(atDelivery) }))).toEqual([]);
  });
});
