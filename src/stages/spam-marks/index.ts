export type { SpamAction, SpamField, SpamMarksOptions, Threshold } from './options.js';
export { type SpamMarksPhase, type SpamMarksStage, spamMarks } from './spam-marks.js';
