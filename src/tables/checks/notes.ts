/**
 * How checks write themselves into the trace: rules that matched with what they matched, and, when somebody wants
 * detail, those that matched nothing.
 */
import type { Note } from '../../core/note.js';
import { decodeText, encodeLatin1 } from '../../values/bytes.js';
import { sanitiseFieldText } from '../../values/make-field.js';
import type { RuleMatch, RuleTable } from '../regex/index.js';

const TEXT_LIMIT = 200;

export interface Notes {
  readonly detail: boolean;
  note(note: Note): void;
}

/** Octets as people may see them: UTF-8 where it is, `?` for each control character, at most 200 characters. */
export function shown(octets: string): string {
  return clip(sanitiseFieldText(decodeText(encodeLatin1(octets.slice(0, 4 * TEXT_LIMIT)))));
}

export function clip(text: string): string {
  return text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT - 3)}...` : text;
}

/** `on`: header text, or for a body the number of the line and nothing of it. */
export function noteMatch(ctx: Notes, { rule, value }: RuleMatch, on: string, hidden: boolean): void {
  // A result with a substitution may hold body text.
  const result = hidden ? rule.result : value;
  ctx.note({
    kind: 'rule',
    source: rule.source,
    text: clip(rule.text),
    matched: true,
    on: shown(on),
    result: shown(result),
    ...(rule.trusted && { trusted: true }),
  });
}

/** One note for each rule that matched nothing in the whole message. */
export function noteOthers(ctx: Notes, table: RuleTable, matched: ReadonlySet<number>): void {
  for (const [index, { source, text, trusted }] of table.rules.entries()) {
    if (matched.has(index)) continue;
    ctx.note({ kind: 'rule', source, text: clip(text), matched: false, ...(trusted && { trusted }) });
  }
}

export function remark(ctx: Notes, text: string, log?: 'info' | 'warn'): void {
  ctx.note(log === undefined ? { kind: 'remark', text } : { kind: 'remark', text, log });
}
