/**
 * Templates of replies with `$name`; the syntax is in macro-syntax.ts. One level: what a value holds is not expanded. Other than in
 * Postfix a template is read whole before it is used, so that an error in a branch never taken is found too. Its size and
 * nesting are bounded.
 */
import { compareValues } from '../../../values/macro-compare.js';
import { type MacroTest, type Reference, readReference, type Span } from '../../../values/macro-syntax.js';
import { malformed, type Parsed, parsed } from '../../../values/parsed.js';

export type Template = readonly Piece[];

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'choice'; readonly test: Test; readonly yes: Template; readonly no: Template };

type Test =
  | Extract<MacroTest, { readonly kind: 'name' }>
  | { readonly kind: 'comparison'; readonly left: Template; readonly operator: string; readonly right: Template };

const LONGEST = 10_000;
const DEEPEST = 20;

/** `at` counts from the begin of `text`. */
export function parseTemplate(text: string): Parsed<Template> {
  if (text.length > LONGEST) return malformed(`a template has at most ${LONGEST} characters`, LONGEST);
  return pieces(text, { from: 0, to: text.length }, 0);
}

/** The names that stand there, in order, those of tests too. */
export function templateNames(template: Template): readonly string[] {
  return template.flatMap((piece) => {
    if (piece.kind === 'text') return [];
    if (piece.kind === 'value') return [piece.name];
    const { test, yes, no } = piece;
    const tested = test.kind === 'name' ? [test.name] : [...templateNames(test.left), ...templateNames(test.right)];
    return [...tested, ...templateNames(yes), ...templateNames(no)];
  });
}

/** A name without value is ''. */
export function renderTemplate(template: Template, values: ReadonlyMap<string, string>): string {
  return template
    .map((piece) => {
      if (piece.kind === 'text') return piece.text;
      if (piece.kind === 'value') return values.get(piece.name) ?? '';
      return renderTemplate(holds(piece.test, values) ? piece.yes : piece.no, values);
    })
    .join('');
}

/** What cannot be compared (numbers of twenty digits, no level) does not hold. */
function holds(test: Test, values: ReadonlyMap<string, string>): boolean {
  if (test.kind === 'name') return (values.get(test.name) ?? '') !== '';
  return compareValues(renderTemplate(test.left, values), test.operator, renderTemplate(test.right, values)) === true;
}

function pieces(text: string, { from, to }: Span, depth: number): Parsed<Template> {
  if (depth > DEEPEST) return malformed(`nested more than ${DEEPEST} deep`, from);
  const all: Piece[] = [];
  for (let at = from; at < to; ) {
    const dollar = text.indexOf('$', at);
    const stop = dollar < 0 || dollar >= to ? to : dollar;
    if (stop > at) all.push({ kind: 'text', text: text.slice(at, stop) });
    if (stop === to) break;
    const read = readReference(text, stop, to);
    if (read.kind === 'malformed') return read;
    const piece = pieceOf(read.value, text, depth + 1);
    if (piece.kind === 'malformed') return piece;
    all.push(piece.value);
    at = read.value.end;
  }
  return parsed(all);
}

function pieceOf(reference: Reference, text: string, depth: number): Parsed<Piece> {
  if (reference.kind === 'dollar') return parsed({ kind: 'text', text: '$' });
  const { whenTrue, whenFalse } = reference;
  const isPlain = whenTrue === undefined && whenFalse === undefined;
  if (isPlain && reference.test.kind === 'name') return parsed({ kind: 'value', name: reference.test.name });
  const test = testOf(reference.test, text, depth);
  if (test.kind === 'malformed') return test;
  const yes = isPlain ? parsed<Template>([{ kind: 'text', text: 'true' }]) : branch(text, whenTrue, depth);
  if (yes.kind === 'malformed') return yes;
  const no = branch(text, whenFalse, depth);
  if (no.kind === 'malformed') return no;
  return parsed({ kind: 'choice', test: test.value, yes: yes.value, no: no.value });
}

function branch(text: string, span: Span | undefined, depth: number): Parsed<Template> {
  return span === undefined ? parsed([]) : pieces(text, span, depth);
}

function testOf(test: MacroTest, text: string, depth: number): Parsed<Test> {
  if (test.kind === 'name') return parsed(test);
  const left = pieces(text, test.left, depth);
  if (left.kind === 'malformed') return left;
  const right = pieces(text, test.right, depth);
  if (right.kind === 'malformed') return right;
  return parsed({ kind: 'comparison', left: left.value, operator: test.operator, right: right.value });
}
