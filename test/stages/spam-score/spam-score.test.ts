import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import { spamFinding } from '../../../src/findings/spam.js';
import type { Scorer, ScorerQuestion, ScorerVerdict } from '../../../src/ports/scorer.js';
import { spamScore } from '../../../src/stages/spam-score/index.js';
import { type Answer, cannotTell, found } from '../../../src/values/answer.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { runPolicy, said } from '../facts.js';

function problemsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (error) {
    if (isConfigurationError(error)) return error.problems.map(({ code, construct }) => `${code} ${construct}`);
  }
  return [];
}

function scorerOf(answer: Awaited<ReturnType<Scorer['score']>>): { scorer: Scorer; asked: ScorerQuestion[] } {
  const asked: ScorerQuestion[] = [];
  const scorer: Scorer = {
    name: 'test',
    score: async (question) => {
      asked.push(question);
      return answer;
    },
  };
  return { scorer, asked };
}

const verdict = found({
  score: 7.12345,
  required: 6,
  hits: [
    { name: 'B', score: 1, description: 'two' },
    { name: 'A', score: undefined, description: undefined },
  ],
  advice: 'reject',
  incomplete: ['1000 octets of 2000'],
});

describe('spamScore', () => {
  it('tells the scorer what is known and gives its verdict', async () => {
    const { scorer, asked } = scorerOf(verdict);
    const outcome = await runPolicy(definePolicy({ message: [spamScore({ scorer })] }), {
      ip: '192.0.2.7',
      name: 'mail.sender.example',
      helo: 'helo.example',
      login: 'anna',
      sender: '',
      to: ['s001@school.example', 's002@school.example'],
    });
    expect(spamFinding.in(outcome.findings)).toEqual({
      result: 'scored',
      score: 7.123,
      required: 6,
      hits: [
        { name: 'A', score: undefined, description: undefined },
        { name: 'B', score: 1, description: 'two' },
      ],
      scorer: 'test',
      advice: 'reject',
      incomplete: ['1000 octets of 2000'],
    });
    expect(said(outcome)).toBe('continue');
    const { message, client, ...rest } = asked[0] as ScorerQuestion;
    expect(message.size).toBeGreaterThan(0);
    expect([client?.ip?.text, client?.name]).toEqual(['192.0.2.7', 'mail.sender.example']);
    expect(rest).toEqual({
      sender: '',
      recipients: ['s001@school.example', 's002@school.example'],
      helo: 'helo.example',
      login: 'anna',
    });
  });

  it('knows mail of this host', async () => {
    const { scorer, asked } = scorerOf(verdict);
    await runPolicy(definePolicy({ message: [spamScore({ scorer })] }), { protocol: 'local' });
    expect(asked[0]?.client).toBeUndefined();
  });

  it('defers where the scorer cannot tell', async () => {
    const { scorer } = scorerOf(cannotTell('down'));
    const outcome = await runPolicy(definePolicy({ message: [spamScore({ scorer })] }), {});
    expect(spamFinding.in(outcome.findings)).toMatchObject({ result: 'cannot-tell', incomplete: ['down'] });
    expect(said(outcome)).toMatch(/^defer cannot-tell 451 4\.3\.0/);
  });

  it.each<[string, Answer<ScorerVerdict>]>([
    ['"not found"', { kind: 'not-found', why: 'down' }],
    ['no number', found({ score: Number.NaN, required: 5, hits: [], advice: undefined, incomplete: [] })],
  ])('defers where the scorer breaks its promise: %s', async (_, answer) => {
    const { scorer } = scorerOf(answer);
    const outcome = await runPolicy(definePolicy({ message: [spamScore({ scorer, cannotTell: 'continue' })] }), {});
    expect(said(outcome)).toMatch(/^defer stage-crashed 451/);
  });

  it.each([
    ['continue', /^continue/],
    ['defer', /^defer cannot-tell 451/],
    ['quarantine', /^quarantine cannot-tell/],
  ] as const)('mail that was not seen whole: %s', async (onIncomplete, expected) => {
    const { scorer } = scorerOf(verdict);
    const outcome = await runPolicy(definePolicy({ message: [spamScore({ scorer, onIncomplete })] }), {});
    expect(said(outcome)).toMatch(expected);
  });

  it.each([
    [{}, 'bad-option scorer'],
    [{ scorer: { name: 'x' } }, 'bad-option scorer'],
    [{ scorer: scorerOf(verdict).scorer, cannotTell: 'pass' }, 'bad-option cannotTell'],
    [{ scorer: scorerOf(verdict).scorer, cannottell: 'defer' }, 'no-such-option cannottell'],
    [undefined, 'bad-option scorer'],
  ])('refuses wrong options: %j', (options, expected) => {
    expect(problemsOf(() => spamScore(options as never))).toEqual([expected]);
  });

  it('goes on with the finding where the operator says so', async () => {
    const { scorer } = scorerOf(cannotTell('down'));
    const stage = spamScore({ scorer, cannotTell: 'continue' });
    const outcome = await runPolicy(definePolicy({ message: [stage] }), {});
    expect(said(outcome)).toBe('continue');
    expect(spamFinding.in(outcome.findings)?.result).toBe('cannot-tell');
  });
});
