/**
 * Templates of replies with `$name`, as Postfix's mac_expand(3) reads them: `$name`, `${name}`, `$(name)`, `$$`, `${name?text}`
 * (when the value is not empty), `${name:text}` (when it is), `${name?{text}:{text}}`, `${{text} == {text}?...}` with == != < <=
 * >= > (as numbers when both are). One level: what a value holds is not expanded. Other than in Postfix a template is read whole
 * before it is used, so that an error in a branch never taken is found too. Its size and nesting are bounded.
 */
import { excerpt } from '../../../values/characters.js';
import { malformed, type Parsed, parsed } from '../../../values/parsed.js';

export type Template = readonly Piece[];

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'choice'; readonly test: Test; readonly yes: Template; readonly no: Template };

type Test =
  | { readonly kind: 'is-set'; readonly name: string }
  | { readonly kind: 'compare'; readonly left: Template; readonly operator: string; readonly right: Template };

const LONGEST = 10_000;
const DEEPEST = 20;
const OPERATOR = /^(?:==|!=|<=|>=|<|>)/;

/** `at` counts from the begin of `text`. */
export function parseTemplate(text: string): Parsed<Template> {
  if (text.length > LONGEST) return malformed(`a template has at most ${LONGEST} characters`, LONGEST);
  return pieces(text, 0, text.length, 0);
}

/** The names that stand there, in order, those of tests too. */
export function templateNames(template: Template): readonly string[] {
  return template.flatMap((piece) => {
    if (piece.kind === 'text') return [];
    if (piece.kind === 'value') return [piece.name];
    const { test, yes, no } = piece;
    const tested = test.kind === 'is-set' ? [test.name] : [...templateNames(test.left), ...templateNames(test.right)];
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

function holds(test: Test, values: ReadonlyMap<string, string>): boolean {
  if (test.kind === 'is-set') return (values.get(test.name) ?? '') !== '';
  const [left, right] = [renderTemplate(test.left, values), renderTemplate(test.right, values)];
  const numbers = /^[0-9]+$/.test(left) && /^[0-9]+$/.test(right);
  const order = numbers ? Number(left) - Number(right) : left < right ? -1 : Number(left > right);
  switch (test.operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

function pieces(text: string, start: number, end: number, depth: number): Parsed<Template> {
  if (depth > DEEPEST) return malformed(`nested more than ${DEEPEST} deep`, start);
  const all: Piece[] = [];
  let at = start;
  while (at < end) {
    const dollar = text.indexOf('$', at);
    const stop = dollar < 0 || dollar >= end ? end : dollar;
    if (stop > at) all.push({ kind: 'text', text: text.slice(at, stop) });
    if (stop === end) break;
    const one = reference(text, stop, end, depth);
    if (one.kind === 'malformed') return one;
    all.push(one.value.piece);
    at = one.value.end;
  }
  return parsed(all);
}

interface Reference {
  readonly piece: Piece;
  readonly end: number;
}

/** What stands at a `$`. */
function reference(text: string, dollar: number, end: number, depth: number): Parsed<Reference> {
  const open = text.charAt(dollar + 1);
  if (open === '$' && dollar + 1 < end) return parsed({ piece: { kind: 'text', text: '$' }, end: dollar + 2 });
  if (dollar + 1 < end && (open === '{' || open === '(')) {
    const close = closing(text, dollar + 1, end);
    if (close < 0) return malformed(`"${open}" has no partner`, dollar + 1);
    const piece = expression(text, dollar + 2, close, depth);
    return piece.kind === 'parsed' ? parsed({ piece: piece.value, end: close + 1 }) : piece;
  }
  const name = nameAt(text, dollar + 1, end);
  if (name === '') return malformed('a name is expected behind "$"; "$$" is the character', dollar);
  return parsed({ piece: { kind: 'value', name }, end: dollar + 1 + name.length });
}

/** Between the brackets. */
function expression(text: string, start: number, end: number, depth: number): Parsed<Piece> {
  let at = blanks(text, start, end);
  if (text.charAt(at) === '{' && at < end) return comparison(text, at, end, depth);
  const name = nameAt(text, at, end);
  if (name === '') return malformed('a name is expected', at);
  at = blanks(text, at + name.length, end);
  if (at === end) return parsed({ kind: 'value', name });
  return choice(text, at, end, depth, { kind: 'is-set', name });
}

function comparison(text: string, start: number, end: number, depth: number): Parsed<Piece> {
  const left = braced(text, start, end, depth);
  if (left.kind === 'malformed') return left;
  const at = blanks(text, left.value.end, end);
  const operator = OPERATOR.exec(text.slice(at, Math.min(at + 2, end)))?.[0];
  if (operator === undefined) return malformed('"==", "!=", "<", "<=", ">=" or ">" is expected', at);
  const right = braced(text, blanks(text, at + operator.length, end), end, depth);
  if (right.kind === 'malformed') return right;
  const test: Test = { kind: 'compare', left: left.value.template, operator, right: right.value.template };
  const next = blanks(text, right.value.end, end);
  if (next < end) return choice(text, next, end, depth, test);
  return parsed({ kind: 'choice', test, yes: [{ kind: 'text', text: 'true' }], no: [] });
}

/** `?text`, `:text`, `?{text}`, `?{text}:{text}`, `?{text}:text`, `:{text}`. */
function choice(text: string, at: number, end: number, depth: number, test: Test): Parsed<Piece> {
  const operator = text.charAt(at);
  if (operator !== '?' && operator !== ':') return malformed('"?" or ":" is expected', at);
  const first = branch(text, at + 1, end, depth);
  if (first.kind === 'malformed') return first;
  const { template, end: behind } = first.value;
  const next = blanks(text, behind, end);
  if (next === end) {
    const [yes, no]: [Template, Template] = operator === '?' ? [template, []] : [[], template];
    return parsed({ kind: 'choice', test, yes, no });
  }
  if (operator === ':') return malformed(`unexpected text: ${excerpt(text.slice(next, end))}`, next);
  if (text.charAt(next) !== ':') return malformed('":" is expected', next);
  const second = branch(text, next + 1, end, depth);
  if (second.kind === 'malformed') return second;
  const rest = blanks(text, second.value.end, end);
  if (rest < end) return malformed(`unexpected text: ${excerpt(text.slice(rest, end))}`, rest);
  return parsed({ kind: 'choice', test, yes: template, no: second.value.template });
}

interface Branch {
  readonly template: Template;
  readonly end: number;
}

/** In braces, or all that is left. */
function branch(text: string, start: number, end: number, depth: number): Parsed<Branch> {
  const brace = blanks(text, start, end);
  if (brace < end && text.charAt(brace) === '{') return braced(text, brace, end, depth);
  const template = pieces(text, start, end, depth + 1);
  return template.kind === 'parsed' ? parsed({ template: template.value, end }) : template;
}

function braced(text: string, open: number, end: number, depth: number): Parsed<Branch> {
  if (open >= end || text.charAt(open) !== '{') return malformed('"{text}" is expected', open);
  const close = closing(text, open, end);
  if (close < 0) return malformed('"{" has no partner', open);
  const template = pieces(text, open + 1, close, depth + 1);
  return template.kind === 'parsed' ? parsed({ template: template.value, end: close + 1 }) : template;
}

/** The partner of the bracket at `open`; brackets of the other kind do not count. */
function closing(text: string, open: number, end: number): number {
  const [left, right] = text.charAt(open) === '{' ? ['{', '}'] : ['(', ')'];
  let level = 0;
  for (let at = open; at < end; at++) {
    if (text.charAt(at) === left) level++;
    else if (text.charAt(at) === right && --level === 0) return at;
  }
  return -1;
}

function nameAt(text: string, start: number, end: number): string {
  return /^[A-Za-z0-9_]*/.exec(text.slice(start, Math.min(end, start + 100)))?.[0] ?? '';
}

function blanks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && /[ \t\r\n\f\v]/.test(text.charAt(at))) at++;
  return at;
}
