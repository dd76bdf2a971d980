/** What stages remark for the operator's log (WARN and INFO of Postfix's tables, warn_if_reject) goes into it. */
import type { PhaseTrace, TraceLine } from '../../core/trace.js';
import type { LogFields, Logger } from './logger.js';

/** Lines of the log that one list of stages may make: a body may match on every line. */
const LIMIT = 100;

export function logNotes(log: Logger, fields: LogFields, trace: PhaseTrace | undefined): void {
  if (trace === undefined) return;
  let count = 0;
  const walk = (lines: readonly TraceLine[]): void => {
    for (const { stage, notes, lines: inner } of lines) {
      for (const note of notes) {
        if (note.kind !== 'remark' || note.log === undefined) continue;
        if (count++ < LIMIT) log[note.log]({ event: 'remark', ...fields, stage }, note.text);
      }
      walk(inner);
    }
  };
  walk(trace.lines);
  if (count > LIMIT) log.info({ event: 'remark', ...fields }, `${count - LIMIT} more remarks are not logged`);
}
