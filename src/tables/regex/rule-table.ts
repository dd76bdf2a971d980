/**
 * `pcre:` and `regexp:` tables (pcre_table(5), regexp_table(5)): the first rule that matches gives the result. Patterns
 * run on a linear-time engine, over octets written as Latin-1; where the literals that a pattern requires are not, it is
 * not run. Problems of a table are thrown all at once when it is made.
 */
import type { MaybePromise, PortCall } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Table, TableEntry } from '../../core/table.js';
import type { BacktrackingRegex } from '../../ports/backtracking-regex.js';
import type { RegexEngine } from '../../ports/regex-engine.js';
import { type Answer, found, notFound } from '../../values/answer.js';
import { decodeLatin1, decodeText, encodeLatin1, encodeUtf8 } from '../../values/bytes.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { logicalLines } from '../logical-lines.js';
import { nulProblems } from '../source-text.js';
import { Answers } from './answers.js';
import { buildProgram, type Program, type Rule } from './program.js';
import { re2jsEngine } from './re2js-engine.js';
import type { Dialect } from './rule-line.js';
import { type FoundRule, searchOf } from './search.js';
import { substitute } from './substitution.js';

export interface RuleMatch {
  readonly rule: Rule;
  /** Of the rule, in `rules`. */
  readonly index: number;
  /** The right-hand side with its substitutions, as octets in Latin-1. */
  readonly value: string;
}

export interface RuleTable extends Table {
  readonly kind: 'rule-table';
  readonly patterns: true;
  readonly rules: readonly Rule[];
  /** The engines that must be asked, where the operator trusts a table with such patterns; undefined: none. */
  readonly trusted?: readonly BacktrackingRegex[];
  /** The first rule that matches `text`: octets in Latin-1. A table with `trusted` needs `answers`; see there. */
  match(text: string, answers?: Answers): RuleMatch | undefined;
  /**
   * One pass over `octets`: a body or the beginning of one, a whole header. Undefined: no rule can match in any piece.
   */
  scan(octets: Uint8Array): TextScan | undefined;
}

/** A text that has been searched for what the rules require. */
export interface TextScan {
  /**
   * The first offset >= `from` where a piece that some rule may match can lie; the size of the text when there is none.
   * Pieces that end before it need not be looked at.
   */
  next(from: number): number;
  /** The first rule that matches the piece from `start` to before `end`: a body line without its line end, a header field. */
  match(start: number, end: number, answers?: Answers): RuleMatch | undefined;
}

/** The text of a table, for stages that check what its results mean: all that is wrong with it then comes at once. */
export interface RuleSource extends RuleTableOptions {
  readonly pcre?: string | Uint8Array;
  readonly regexp?: string | Uint8Array;
}

export interface RuleTableOptions {
  /** Named in problems, traces and the table's name. Default `inline`. */
  readonly file?: string;
  /** Default: re2js. `re2Engine()` of `postern/adapters/re2` is faster where no literal of a pattern can be searched for. */
  readonly engine?: RegexEngine;
  /**
   * The table is trusted: patterns that no linear-time engine can run (look-around, back-references, atomic groups) are run
   * by this engine, `regexWorker()` of `postern/adapters/regex-worker`. Default: they are refused. Who sets it takes upon
   * himself that a text from outside may make such a pattern take exponential time: it is cut at the deadline, and the mail
   * gets "could not tell" (451), so whoever finds such a text can keep the engine busy. Mind too that each such text is one
   * more way through another thread: slower by far than the patterns that run here.
   */
  readonly trusted?: BacktrackingRegex | undefined;
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
  const { file = 'inline', engine = re2jsEngine, trusted } = options;
  const octets = decodeLatin1(typeof text === 'string' ? encodeUtf8(text) : text);
  const lines = logicalLines(octets);
  const nul = octets.includes('\0') ? nulProblems(lines, file) : [];
  const program = buildProgram(lines, dialect, file, { engine, trusted });
  return { table: tableOf(program, `${dialect}:${file}`, engine), problems: [...nul, ...program.problems] };
}

/** The table of a program, whatever problems it had. */
function tableOf({ steps, rules }: Program, name: string, engine: RegexEngine): RuleTable {
  const search = searchOf(steps, engine);
  const matchOf = (found: FoundRule | undefined): RuleMatch | undefined => {
    if (found === undefined) return undefined;
    const { step } = found.rule;
    const rule = rules[step.rule] as Rule;
    return { rule, index: step.rule, value: rule.constant ?? substituted(found) };
  };
  const scan = (octets: Uint8Array): TextScan | undefined => {
    const begun = search.begin(octets);
    if (begun === undefined) return undefined;
    return { next: begun.next, match: (start, end, answers) => matchOf(begun.first(start, end, answers)) };
  };
  const match: RuleTable['match'] = (text, answers) => scan(encodeLatin1(text))?.match(0, text.length, answers);
  const trusted = trustedOf(steps);
  return Object.freeze({
    kind: 'rule-table',
    name,
    patterns: true,
    rules,
    match,
    scan,
    ...(trusted.length > 0 && { trusted }),
    lookup(key: string, call?: PortCall) {
      const text = decodeLatin1(encodeUtf8(key));
      return trusted.length > 0 ? lookUpTrusted(match, text, call) : entryOf(match(text));
    },
  });
}

/** The engines of a program's trusted patterns, each once. */
function trustedOf(steps: Program['steps']): readonly BacktrackingRegex[] {
  const tests = steps.flatMap((step) => (step.kind === 'if' ? [step.test] : step.tests));
  return [...new Set(tests.flatMap(({ matcher }) => (matcher.kind === 'trusted' ? [matcher.engine] : [])))];
}

function lookUpTrusted(
  match: RuleTable['match'],
  text: string,
  call: PortCall | undefined,
): MaybePromise<Answer<TableEntry>> {
  const answers = new Answers();
  const known = match(text, answers);
  if (answers.pending === 0) return entryOf(known);
  const settled = answers.settle((engine, question) => engine.search(question, call));
  return andThen(settled, (failed): Answer<TableEntry> => failed ?? entryOf(match(text, answers)));
}

function entryOf(match: RuleMatch | undefined): Answer<TableEntry> {
  if (match === undefined) return notFound();
  const { rule, value } = match;
  const entry = { value: decodeText(encodeLatin1(value)), source: rule.source };
  return found(rule.trusted === true ? { ...entry, trusted: true } : entry);
}

function substituted({ rule, subject, groups = [] }: FoundRule): string {
  const { tests, template } = rule.step;
  const matcher = tests[0]?.matcher;
  return substitute(template, matcher?.kind === 'compiled' ? (matcher.exec(subject) ?? []) : groups);
}
