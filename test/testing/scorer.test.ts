import { expect, test } from 'vitest';
import { memoryScorer, scorerConformance } from '../../src/testing/scorer/index.js';

const count = scorerConformance({ test, makeScorer: (judge) => memoryScorer(judge) });

test('the suite has cases', () => {
  expect(count).toBe(11);
});
