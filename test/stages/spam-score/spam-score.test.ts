import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import { spamFinding } from '../../../src/findings/spam.js';
import type { Scorer, ScorerQuestion } from '../../../src/ports/scorer.js';
import { spamScore } from '../../../src/stages/spam-score/index.js';
import { type Answer, cannotTell, found } from '../../../src/values/answer.js';
import { runPolicy, said } from '../facts.js';

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

  it.each<[string, Answer<never>]>([
    ['cannot tell', cannotTell('down')],
    ['a scorer that breaks its promise', { kind: 'not-found', why: 'down' }],
  ])('defers, and never calls it clean: %s', async (name, answer) => {
    const { scorer } = scorerOf(answer);
    const outcome = await runPolicy(definePolicy({ message: [spamScore({ scorer })] }), {});
    expect(spamFinding.in(outcome.findings)).toMatchObject({ result: 'cannot-tell', incomplete: ['down'] });
    if (name === 'cannot tell') expect(said(outcome)).toMatch(/^defer cannot-tell 451 4\.3\.0/);
  });

  it('goes on with the finding where the operator says so', async () => {
    const { scorer } = scorerOf(cannotTell('down'));
    const stage = spamScore({ scorer, cannotTell: 'continue' });
    const outcome = await runPolicy(definePolicy({ message: [stage] }), {});
    expect(said(outcome)).toBe('continue');
    expect(spamFinding.in(outcome.findings)?.result).toBe('cannot-tell');
  });
});
