/**
 * A regular expression table as a program: rules and jumps in the order in which they are written. An `if` whose
 * condition does not hold goes on behind its `endif`. The first rule that matches ends the search.
 */
import type { BacktrackingRegex } from '../../ports/backtracking-regex.js';
import type { RegexEngine } from '../../ports/regex-engine.js';
import { decodeText, encodeLatin1 } from '../../values/bytes.js';
import type { Problem, SourcePosition } from '../../values/errors.js';
import type { LogicalLine } from '../logical-lines.js';
import { type CompiledPattern, compilePattern } from './pattern.js';
import { type Condition, type Dialect, parseRuleLine, type RuleLine } from './rule-line.js';
import { parseTemplate, type Template } from './substitution.js';
import type { PatternRefusal } from './translate.js';
import { type TrustedPattern, trustedPattern } from './trusted-pattern.js';

export interface Test {
  readonly matcher: CompiledPattern | TrustedPattern;
  readonly negated: boolean;
}

/** What patterns are compiled for. */
export interface PatternEngines {
  readonly engine: RegexEngine;
  /** For a table that the operator trusts: runs what `engine` cannot. */
  readonly trusted?: BacktrackingRegex | undefined;
}

export type Step = RuleStep | IfStep;

export interface RuleStep {
  readonly kind: 'rule';
  /** All must hold; captures are those of the first. */
  readonly tests: readonly Test[];
  /** Index in the list of rules. */
  readonly rule: number;
  readonly template: Template;
}

export interface IfStep {
  readonly kind: 'if';
  readonly test: Test;
  /** Index of the step behind the `endif`; known when that has been read. */
  skipTo: number;
}

/** A rule as it is written. */
export interface Rule {
  readonly source: SourcePosition;
  /** The logical line, for people. */
  readonly text: string;
  /** The right-hand side, before substitution, as its octets in Latin-1. */
  readonly result: string;
  /** What the right-hand side is when it names no group; undefined when it does. */
  readonly constant: string | undefined;
  /** A backtracking engine is asked for it, or for an `if` around it. */
  readonly trusted?: true;
}

export interface Program {
  readonly steps: readonly Step[];
  readonly rules: readonly Rule[];
  /** Statements with problems are left out of the program. */
  readonly problems: readonly Problem[];
}

interface Building extends PatternEngines {
  readonly dialect: Dialect;
  readonly file: string;
  readonly steps: Step[];
  readonly rules: Rule[];
  readonly problems: Problem[];
  /** An `if` that had a problem leaves `step` undefined, so that its `endif` finds its match. */
  readonly open: { readonly line: number; readonly step: IfStep | undefined }[];
}

export function buildProgram(
  lines: readonly LogicalLine[],
  dialect: Dialect,
  file: string,
  engines: PatternEngines,
): Program {
  const building: Building = { ...engines, dialect, file, steps: [], rules: [], problems: [], open: [] };
  for (const line of lines) add(building, line, parseRuleLine(line.text, dialect));
  const { steps, rules, problems, open } = building;
  for (const { line, step } of open) {
    if (step !== undefined) step.skipTo = steps.length;
    problems.push({ code: 'no-endif', message: 'no "endif" for this "if"', source: { file, line } });
  }
  return { steps, rules, problems: problems.map(readableProblem) };
}

function add(building: Building, { text, line }: LogicalLine, parsed: RuleLine): void {
  const { steps, problems, open, file } = building;
  const source: SourcePosition = { file, line };
  switch (parsed.kind) {
    case 'wrong':
      problems.push({ ...parsed.problem, source });
      // Blocks are followed through wrong statements, so that one mistake does not bring others.
      if (parsed.statement === 'if') open.push({ line, step: undefined });
      if (parsed.statement === 'endif') close(building, source);
      return;
    case 'endif':
      close(building, source);
      return;
    case 'if': {
      const test = compile(building, parsed.condition, source);
      const step: IfStep | undefined = test === undefined ? undefined : { kind: 'if', test, skipTo: 0 };
      if (step !== undefined) steps.push(step);
      open.push({ line, step });
      return;
    }
    case 'rule':
      addRule(building, parsed, text, source);
  }
}

function close({ open, problems, steps }: Building, source: SourcePosition): void {
  const matching = open.pop();
  if (matching === undefined) problems.push({ code: 'no-if', message: 'no "if" for this "endif"', source });
  else if (matching.step !== undefined) matching.step.skipTo = steps.length;
}

function addRule(
  building: Building,
  { conditions, result }: Extract<RuleLine, { kind: 'rule' }>,
  text: string,
  source: SourcePosition,
): void {
  const { steps, rules, problems } = building;
  const tests = conditions.flatMap((condition) => compile(building, condition, source) ?? []);
  const parsed = parseTemplate(result);
  if (parsed.kind === 'malformed') {
    problems.push({ code: 'bad-substitution', message: parsed.why, construct: parsed.construct, source });
    return;
  }
  const [first] = tests;
  if (first === undefined || tests.length < conditions.length) return;
  const { template } = parsed;
  const problem = groupProblem(template, first);
  if (problem !== undefined) {
    problems.push({ code: 'bad-substitution', message: problem, construct: result, source });
    return;
  }
  const whole = withGroups(building, tests, template, conditions[0], source);
  if (whole === undefined) return;
  const constant = template.highest === 0 ? template.pieces.join('') : undefined;
  steps.push({ kind: 'rule', tests: whole, rule: rules.length, template });
  const trusted = [...whole, ...building.open.map(({ step }) => step?.test)].some(isTrusted);
  rules.push({ source, text: readable(text), result, constant, ...(trusted && { trusted: true }) });
}

function isTrusted(test: Test | undefined): boolean {
  return test?.matcher.kind === 'trusted';
}

/** A backtracking engine is to say what the groups that the result names hold. */
function withGroups(
  { problems }: Building,
  tests: readonly Test[],
  template: Template,
  condition: Condition | undefined,
  source: SourcePosition,
): readonly Test[] | undefined {
  const [first, ...others] = tests;
  if (condition === undefined || first?.matcher.kind !== 'trusted' || template.highest === 0) return tests;
  const wanted = new Set(template.pieces.filter((piece) => typeof piece === 'number'));
  const matcher = first.matcher.withGroups([...wanted]);
  if (matcher.kind === 'trusted') return [{ ...first, matcher }, ...others];
  problems.push(refused(matcher, condition, source));
  return undefined;
}

function groupProblem({ highest }: Template, { matcher, negated }: Test): string | undefined {
  if (highest === 0) return undefined;
  if (negated) return `"$${highest}" in the result of a negated pattern, which has no groups`;
  return highest > matcher.groups ? `"$${highest}", and the pattern has ${matcher.groups} groups` : undefined;
}

function compile(building: Building, condition: Condition, source: SourcePosition): Test | undefined {
  const { engine, trusted, dialect, problems } = building;
  const { pattern, flags, negated } = condition;
  let matcher: Test['matcher'] | PatternRefusal = compilePattern(pattern, flags, engine);
  if (matcher.kind === 'unsupported' && trusted !== undefined) {
    matcher = trustedPattern(pattern, flags, trusted, `${dialect}:${source.file}:${source.line}`);
  }
  if (matcher.kind === 'compiled' || matcher.kind === 'trusted') return { matcher, negated };
  problems.push(refused(matcher, condition, source));
  return undefined;
}

function refused({ kind, construct, why }: PatternRefusal, condition: Condition, source: SourcePosition): Problem {
  return {
    code: `${kind}-pattern`,
    message: `in ${clip(condition.text)}: ${why}`,
    construct: clip(construct),
    source,
  };
}

function clip(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** For people: octets that are UTF-8 are shown as such. */
function readable(octets: string): string {
  return decodeText(encodeLatin1(octets));
}

function readableProblem(problem: Problem): Problem {
  const { message, construct } = problem;
  if (construct === undefined) return { ...problem, message: readable(message) };
  return { ...problem, message: readable(message), construct: readable(construct) };
}
