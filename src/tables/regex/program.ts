/**
 * A regular expression table as a program: rules and jumps in the order in which they are written. An `if` whose
 * condition does not hold goes on behind its `endif`. The first rule that matches ends the search.
 */
import type { RegexEngine, RegexMatcher } from '../../ports/regex-engine.js';
import { decodeText, encodeLatin1 } from '../../values/bytes.js';
import type { Problem, SourcePosition } from '../../values/errors.js';
import type { LogicalLine } from '../logical-lines.js';
import { type Condition, type Dialect, parseRuleLine, type RuleLine } from './rule-line.js';
import { parseTemplate, type Template } from './substitution.js';

export interface Test {
  readonly matcher: RegexMatcher;
  readonly negated: boolean;
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
}

export interface Program {
  readonly steps: readonly Step[];
  readonly rules: readonly Rule[];
  /** Statements with problems are left out of the program. */
  readonly problems: readonly Problem[];
}

interface Building {
  readonly engine: RegexEngine;
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
  engine: RegexEngine,
): Program {
  const building: Building = { engine, file, steps: [], rules: [], problems: [], open: [] };
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
  const constant = template.highest === 0 ? template.pieces.join('') : undefined;
  steps.push({ kind: 'rule', tests, rule: rules.length, template });
  rules.push({ source, text: readable(text), result, constant });
}

function groupProblem({ highest }: Template, { matcher, negated }: Test): string | undefined {
  if (highest === 0) return undefined;
  if (negated) return `"$${highest}" in the result of a negated pattern, which has no groups`;
  return highest > matcher.groups ? `"$${highest}", and the pattern has ${matcher.groups} groups` : undefined;
}

function compile({ engine, problems }: Building, condition: Condition, source: SourcePosition): Test | undefined {
  const compiled = engine.compile(condition.pattern, condition.flags);
  if (compiled.kind === 'compiled') return { matcher: compiled.matcher, negated: condition.negated };
  const { construct, why } = compiled;
  const message = `in ${clip(condition.text)}: ${why}`;
  problems.push({ code: `${compiled.kind}-pattern`, message, construct: clip(construct), source });
  return undefined;
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
