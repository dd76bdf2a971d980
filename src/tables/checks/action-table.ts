/**
 * A table whose results are actions of header_checks(5): every right-hand side is read when the table is taken, so that
 * an unknown action is an error at construction and the powers that a table needs are known. Only texts that hold
 * `$1` are read again when they are complete.
 */
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { type Rule, type RuleMatch, type RuleSource, type RuleTable, readSource } from '../regex/index.js';
import { type ActionKind, actionKind, type ParsedAction, parseAction, type Subject } from './action.js';

export interface ActionTable {
  readonly table: RuleTable;
  /** Those that occur in the table. */
  readonly kinds: ReadonlySet<ActionKind>;
  /** Wrong only where a substitution made it so: a text of a stranger that is no address, for example. */
  actionOf(match: RuleMatch): ParsedAction;
}

/** Throws ConfigurationError `table` (problems `unknown-action`, `bad-action`). */
export function actionTable(rules: RuleTable | RuleSource, subject: Subject): ActionTable {
  const read = 'kind' in rules ? { table: rules, problems: [] } : readSource(rules);
  const { table } = read;
  const problems: Problem[] = [...read.problems];
  const kinds = new Set<ActionKind>();
  const constant = table.rules.map((rule) => {
    const kind = actionKind(rule.result);
    if (kind !== undefined) kinds.add(kind);
    const parsed = rule.constant === undefined ? undefined : parseAction(rule.constant, subject);
    const problem = problemOf(rule, kind, parsed);
    if (problem !== undefined) problems.push(problem);
    return parsed;
  });
  if (problems.length > 0) throw new ConfigurationError('table', problems);
  return { table, kinds, actionOf: ({ index, value }) => constant[index] ?? parseAction(value, subject) };
}

function problemOf(rule: Rule, kind: ActionKind | undefined, parsed: ParsedAction | undefined): Problem | undefined {
  const at = { construct: rule.result.slice(0, 120), source: rule.source };
  if (parsed?.kind === 'wrong') return { code: parsed.code, message: parsed.why, ...at };
  // What a message says must not choose the action: it is written out, before any `$1`.
  if (kind === undefined) return { code: 'unknown-action', message: 'the action must be written out', ...at };
  return undefined;
}
