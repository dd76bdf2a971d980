/**
 * `pcre:` and `regexp:` tables (pcre_table(5), regexp_table(5)): the first rule that matches gives the result. Patterns
 * run on a linear-time engine, over octets written as Latin-1; a text without the literals that a pattern requires is
 * passed over without asking the engine. Problems of a table are thrown all at once when it is made.
 */
import type { Table } from '../../core/table.js';
import type { RegexEngine } from '../../ports/regex-engine.js';
import { found, notFound } from '../../values/answer.js';
import { decodeLatin1, decodeText, encodeLatin1, encodeUtf8 } from '../../values/bytes.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { logicalLines } from '../logical-lines.js';
import { buildProgram, type Program, type Rule, type Step, type Test } from './program.js';
import { re2jsEngine } from './re2js-engine.js';
import { mayMatch } from './required-literals.js';
import type { Dialect } from './rule-line.js';
import { substitute } from './substitution.js';

export interface RuleMatch {
  readonly rule: Rule;
  /** Of the rule, in `rules`. */
  readonly index: number;
  /** The right-hand side with its substitutions, as octets in Latin-1. */
  readonly value: string;
}

/** Finds the first rule that matches a text. */
export interface RuleMatcher {
  /** `text`: octets in Latin-1. `folded`: `text.toLowerCase()`, for callers that have it already. */
  match(text: string, folded?: string): RuleMatch | undefined;
}

export interface RuleTable extends Table, RuleMatcher {
  readonly kind: 'rule-table';
  readonly patterns: true;
  readonly rules: readonly Rule[];
  /**
   * The matcher for any part of a larger text that is known in lower case; undefined when no rule can match in it.
   * One pass over a whole body spares looking at its lines.
   */
  within(folded: string): RuleMatcher | undefined;
}

/** The text of a table, for stages that check what its results mean: all that is wrong with it then comes at once. */
export interface RuleSource extends RuleTableOptions {
  readonly pcre?: string | Uint8Array;
  readonly regexp?: string | Uint8Array;
}

export interface RuleTableOptions {
  /** Named in problems, traces and the table's name. Default `inline`. */
  readonly file?: string;
  /** Default: re2js. */
  readonly engine?: RegexEngine;
}

/** From the text of a Postfix `pcre:` file. A string counts as UTF-8. Throws ConfigurationError `table`. */
export function pcreTable(text: string | Uint8Array, options: RuleTableOptions = {}): RuleTable {
  return loadTable(text, 'pcre', options);
}

/** From the text of a Postfix `regexp:` file. A string counts as UTF-8. Throws ConfigurationError `table`. */
export function regexpTable(text: string | Uint8Array, options: RuleTableOptions = {}): RuleTable {
  return loadTable(text, 'regexp', options);
}

function loadTable(text: string | Uint8Array, dialect: Dialect, options: RuleTableOptions): RuleTable {
  const { table, problems } = readTable(text, dialect, options);
  if (problems.length > 0) throw new ConfigurationError('table', problems);
  return table;
}

export interface ReadTable {
  /** Of the lines that are right. */
  readonly table: RuleTable;
  readonly problems: readonly Problem[];
}

/** Throws nothing: whoever reads on adds its own problems. */
export function readSource(source: RuleSource): ReadTable {
  const { pcre, regexp } = source;
  if (pcre !== undefined) return readTable(pcre, 'pcre', source);
  return readTable(regexp ?? '', 'regexp', source);
}

function readTable(text: string | Uint8Array, dialect: Dialect, options: RuleTableOptions): ReadTable {
  const { file = 'inline', engine = re2jsEngine } = options;
  const octets = decodeLatin1(typeof text === 'string' ? encodeUtf8(text) : text);
  const program = buildProgram(logicalLines(octets), dialect, file, engine);
  return { table: tableOf(program, `${dialect}:${file}`), problems: program.problems };
}

/** The table of a program, whatever problems it had. */
function tableOf({ steps, rules }: Program, name: string): RuleTable {
  const { match } = matcherOf(steps, rules);
  return Object.freeze({
    kind: 'rule-table',
    name,
    patterns: true,
    rules,
    match,
    within: (folded: string) => narrowed(steps, rules, folded),
    lookup(key: string) {
      const result = match(decodeLatin1(encodeUtf8(key)));
      if (result === undefined) return notFound();
      return found({ value: decodeText(encodeLatin1(result.value)), source: result.rule.source });
    },
  });
}

function matcherOf(steps: readonly Step[], rules: readonly Rule[]): RuleMatcher {
  return {
    match(text, folded = text.toLowerCase()) {
      for (let at = 0; at < steps.length; ) {
        const step = steps[at] as Step;
        at++;
        if (step.kind === 'if') {
          if (!holds(step.test, text, folded)) at = step.skipTo;
        } else if (allHold(step.tests, text, folded)) {
          const rule = rules[step.rule] as Rule;
          return { rule, index: step.rule, value: rule.constant ?? substituted(step, text) };
        }
      }
      return undefined;
    },
  };
}

function allHold(tests: readonly Test[], text: string, folded: string): boolean {
  for (const test of tests) if (!holds(test, text, folded)) return false;
  return true;
}

function holds({ matcher, negated }: Test, text: string, folded: string): boolean {
  return (mayMatch(matcher.required, folded) && matcher.test(text)) !== negated;
}

function substituted({ tests, template }: Extract<Step, { kind: 'rule' }>, text: string): string {
  return substitute(template, tests[0]?.matcher.exec(text) ?? []);
}

/** Leaves out the rules, and whole blocks, whose literals are not in the text. */
function narrowed(steps: readonly Step[], rules: readonly Rule[], folded: string): RuleMatcher | undefined {
  const kept: Step[] = [];
  /** Blocks that are open, with the index in `kept` of their `if`. */
  const open: { readonly end: number; readonly step: Extract<Step, { kind: 'if' }>; readonly at: number }[] = [];
  const closeUpTo = (at: number): void => {
    for (let last = open.at(-1); last !== undefined && last.end <= at; last = open.at(-1)) {
      open.pop();
      if (kept.length === last.at + 1) kept.pop();
      else last.step.skipTo = kept.length;
    }
  };
  for (let at = 0; at < steps.length; ) {
    closeUpTo(at);
    const step = steps[at] as Step;
    at++;
    if (step.kind === 'rule') {
      if (step.tests.every((test) => possible(test, folded))) kept.push(step);
    } else if (!possible(step.test, folded)) {
      at = step.skipTo;
    } else {
      const copy = { ...step };
      open.push({ end: step.skipTo, step: copy, at: kept.length });
      kept.push(copy);
    }
  }
  closeUpTo(steps.length);
  return kept.length === 0 ? undefined : matcherOf(kept, rules);
}

function possible({ matcher, negated }: Test, folded: string): boolean {
  return negated || mayMatch(matcher.required, folded);
}
