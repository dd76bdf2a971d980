/**
 * What a virus scanner found in the message. Made by the stage `virus`, read by policies and marks.
 */
import { type FindingKey, finding } from '../core/finding.js';

export interface VirusFinding {
  readonly result: 'clean' | 'infected' | 'unscannable' | 'cannot-tell';
  /** What was found; empty unless `infected`. */
  readonly names: readonly string[];
  /** Why it is `unscannable` or `cannot-tell`. */
  readonly why: string | undefined;
  /** Of the scanner that answered, or should have. */
  readonly scanner: string;
}

export const virusFinding: FindingKey<'virus', VirusFinding> = finding('virus');
