/**
 * The time that a port is given for an answer. Ports are to give up a little before the evaluation does: then "could not tell" still
 * reaches the stage, and what was declared for it is done.
 */
import type { Running } from './evaluation.js';
import type { PortCall } from './stage.js';

/** The part of an evaluation's time that is left to the stage, and the most of it in milliseconds. */
const MARGIN_PART = 0.05;
const MARGIN_MS = 250;

export function portCallOf(evaluation: Running): PortCall {
  const margin = Math.min(MARGIN_MS, evaluation.timeLimit * MARGIN_PART);
  return {
    deadline: evaluation.deadline - margin,
    get signal() {
      return evaluation.signal;
    },
  };
}
