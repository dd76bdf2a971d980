/** An outcome as plain data: what `--json` prints. The order of keys is fixed and part of the format. */
import type { Decision } from '../core/decision.js';
import type { Note } from '../core/note.js';
import type { Outcome } from '../core/outcome.js';
import type { AskLine, PhaseTrace, TracedEdit, TraceLine } from '../core/trace.js';
import type { SourcePosition } from '../values/errors.js';
import { decidedBy } from './decided-by.js';
import { type Plain, toPlain } from './plain.js';

export interface OutcomeDataOptions {
  /** Default true. False makes the data the same for each run. */
  readonly durations?: boolean;
}

type PlainRecord = Readonly<Record<string, Plain>>;

export function outcomeData(outcome: Outcome, options: OutcomeDataOptions = {}): PlainRecord {
  const { durations = true } = options;
  const { message } = outcome;
  return record({
    decision: decisionData(outcome.decision),
    complete: outcome.complete,
    phase: outcome.phase,
    sender: plain(outcome.sender),
    message: message && { size: message.size, fields: message.header.length },
    recipients: outcome.recipients.map((one) => recipientData(outcome, one)),
    findings: plain(outcome.findings),
    edits: outcome.edits.map(editData),
    trace: outcome.trace.phases.map((phase) => phaseData(phase, durations)),
  });
}

function recipientData(outcome: Outcome, one: Outcome['recipients'][number]): Plain {
  const { recipient, decision } = one;
  const by = decidedBy(outcome.trace, decision);
  return record({
    address: recipient.address.text,
    original: recipient.original.text,
    origin: plain(recipient.origin),
    nextHop: recipient.nextHop && plain(recipient.nextHop),
    decision: decisionData(decision),
    decidedBy:
      by && record({ phase: by.phase, stage: by.stage, enforced: by.enforced, rule: by.rule && noteData(by.rule) }),
    complete: one.complete,
    findings: plain(one.findings),
  });
}

function decisionData(decision: Decision): Plain {
  if (decision.kind === 'continue') return { kind: 'continue' };
  if (decision.kind === 'for-some') {
    const groups = decision.groups.map((group) =>
      record({ recipients: group.recipients.map((one) => one.address.text), decision: decisionData(group.decision) }),
    );
    return { kind: 'for-some', groups };
  }
  const { kind, reason, reply, detail } = decision;
  const to = decision.kind === 'redirect' ? decision.to.text : undefined;
  const { code, enhanced, lines } = reply;
  return record({ kind, reason, to, reply: record({ code, enhanced, lines: plain(lines) }), detail });
}

function phaseData(phase: PhaseTrace, durations: boolean): Plain {
  const lines = phase.lines.map((line) => lineData(line, durations));
  return record({ phase: phase.phase, recipient: phase.recipient, ms: durations ? phase.ms : undefined, lines });
}

function lineData(line: TraceLine, durations: boolean): Plain {
  return record({
    stage: line.stage,
    form: line.form,
    recipient: line.recipient,
    ended: line.ended,
    error: line.error,
    decision: decisionData(line.decision),
    enforced: line.enforced,
    findings: line.findings && plain(line.findings),
    notes: line.notes.map(noteData),
    asked: line.asked.map((ask) => askData(ask, durations)),
    edits: line.edits.map(editData),
    lines: line.lines.map((member) => lineData(member, durations)),
    ms: durations ? line.ms : undefined,
  });
}

function noteData(note: Note): Plain {
  if (note.kind === 'remark') return { kind: 'remark', text: note.text };
  const { kind, source, text, matched, on, result } = note;
  return record({ kind, source: sourceData(source), text, matched, on, result });
}

function sourceData({ file, line }: SourcePosition): Plain {
  return record({ file, line });
}

function askData(ask: AskLine, durations: boolean): Plain {
  const { port, method, args, answer, ms } = ask;
  return record({ port, method, args: plain(args), answer: plain(answer), ms: durations ? ms : undefined });
}

function editData({ edit, applied }: TracedEdit): Plain {
  return record({ applied, edit: plain(edit) });
}

function plain(value: unknown): Plain {
  return toPlain(value) ?? null;
}

/** Without the keys whose value is undefined. */
function record(values: Readonly<Record<string, Plain | undefined>>): PlainRecord {
  const out: Record<string, Plain> = {};
  for (const [key, value] of Object.entries(values)) if (value !== undefined) out[key] = value;
  return out;
}
