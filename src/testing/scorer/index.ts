/** For tests: a scripted scorer in memory, and the suite that every scorer must pass. No Node module, no framework. */
export { type ScorerConformance, scorerConformance } from './conformance.js';
export { type Judge, type Judgement, memoryScorer } from './judge.js';
