/**
 * A table of access(5) actions: checked when the stage is built where its values are known, and with every answer where
 * they are not. An answer that is no action is "could not tell", never "no entry".
 */

import type { CannotTellRule, SpecialKind } from '../../core/decision.js';
import { andThen } from '../../core/stage-context.js';
import type { Table, TableEntry } from '../../core/table.js';
import { type AccessAction, readAction } from '../../tables/access-action.js';
import { knownEntries, refuseTable } from '../../tables/memory-table.js';
import { type Answer, cannotTell as unreadable } from '../../values/answer.js';

export interface AccessTable<K extends SpecialKind> {
  /** What the stage asks: the table given, but for answers that are no action. */
  readonly asks: { readonly table: { readonly port: Table; readonly cannotTell: CannotTellRule } };
  /** Those of `allowed` that the table can lead to. */
  readonly decides: readonly K[];
}

/** Throws ConfigurationError `table` with every value that is no action, or leads to what is not allowed here. */
export function accessTable<K extends SpecialKind>(
  table: Table,
  allowed: readonly K[],
  cannotTell: CannotTellRule = 'defer',
): AccessTable<K> {
  const entries = knownEntries(table);
  const problems = (entries ?? []).flatMap((entry) => {
    const read = readAllowed(entry.value, allowed);
    if (read.kind === 'action') return [];
    const { code, message } = read;
    return [{ code, message, source: entry.source ?? { file: table.name }, construct: entry.value }];
  });
  refuseTable(problems);
  const kinds = new Set<string>(entries?.map((entry) => actionOf(entry.value).kind));
  const decides = entries === undefined ? allowed : allowed.filter((kind) => kinds.has(kind));
  if (entries !== undefined) return { asks: { table: { port: table, cannotTell } }, decides };
  const lookup: Table['lookup'] = (key, call) => andThen(table.lookup(key, call), (came) => check(came, allowed));
  return { asks: { table: { port: { name: table.name, lookup }, cannotTell } }, decides };
}

/** The action of a value that was checked. */
export function actionOf(value: string): AccessAction {
  const read = readAction(value);
  return read.kind === 'action' ? read.action : { kind: 'dunno' };
}

function check(answer: Answer<TableEntry>, allowed: readonly SpecialKind[]): Answer<TableEntry> {
  if (answer.kind !== 'found') return answer;
  const read = readAllowed(answer.value.value, allowed);
  return read.kind === 'action' ? answer : unreadable(read.message, false);
}

function readAllowed(value: string, allowed: readonly SpecialKind[]): ReturnType<typeof readAction> {
  const read = readAction(value);
  if (read.kind === 'fault') return read;
  const { kind } = read.action;
  // A mail held before RCPT would be kept for recipients that nobody has judged: a relay, once it is released.
  const why = kind === 'hold' && !allowed.includes('hold') ? heldTooEarly : beyondOneStage.get(kind);
  const code = kind === 'restrictions' ? 'unknown-action' : 'unsupported-action';
  return why === undefined ? read : { kind: 'fault', code, message: why };
}

const heldTooEarly = 'HOLD stands in tables of recipientAccess only, where relay control has been asked before';
const together = 'not here, where one table stands alone: smtpdRestrictions knows it';

/** What needs more than one stage's own decision. */
const beyondOneStage: ReadonlyMap<string, string> = new Map([
  ['defer-if-permit', `DEFER_IF_PERMIT: ${together}; write DEFER`],
  ['defer-if-reject', `DEFER_IF_REJECT: ${together}; write DEFER or DUNNO`],
  ['filter', `FILTER: ${together}; set the next hop with a stage of routing`],
  ['prepend', `PREPEND: ${together}; change the header with a stage at the message`],
  ['bcc', `BCC: ${together}; add recipients with a stage at the message`],
  ['restrictions', `this is no action of an access table; names of restrictions: ${together}`],
]);
