export { type SpamScoreOptions, type SpamScoreStage, spamScore } from './spam-score.js';
