/**
 * Expressions of `meta` rules and of `if` lines (Mail::SpamAssassin::Conf(3)): numbers, names, calls, Perl's operators with Perl's
 * precedence. Read in linear time, with a bound on nesting; what a name is worth is the caller's.
 */

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  /** `plugin (X)`, `can(X::y)`, `rules_matching(A_*)`. */
  | { readonly kind: 'call'; readonly name: string; readonly argument: string }
  | { readonly kind: 'unary'; readonly operator: '!' | '-'; readonly of: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression };

export type BinaryOperator =
  | '||'
  | '&&'
  | '|'
  | '^'
  | '&'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/';

export type ExpressionRead =
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'malformed'; readonly why: string };

/** From weakest to strongest (perlop). */
const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|', '^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/'],
];

/** Operators of the same strength are read from left to right. */
export function strength(operator: BinaryOperator): number {
  return levels.findIndex((level) => level.includes(operator));
}

const NESTING_LIMIT = 200;
const TOKEN_LIMIT = 5000;

/** `calls`: names that are followed by an argument in parentheses. */
export function readExpression(text: string, calls: ReadonlySet<string>): ExpressionRead {
  const tokens = tokensOf(text);
  if (typeof tokens === 'string') return { kind: 'malformed', why: tokens };
  const reader: Reader = { tokens, at: 0, depth: 0, calls };
  try {
    const expression = readChoice(reader);
    if (reader.at < tokens.length) fail(`an operator is expected before ${tokens[reader.at]}`);
    return { kind: 'expression', expression };
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'malformed', why: error.message };
    throw error;
  }
}

class Malformed extends Error {}

function fail(why: string): never {
  throw new Malformed(why);
}

interface Reader {
  readonly tokens: readonly string[];
  readonly calls: ReadonlySet<string>;
  at: number;
  depth: number;
}

const token = /\s*(?:(\d+(?:\.\d*)?|\.\d+)|([A-Za-z_][\w:*?]*)|(\|\||&&|[=!<>]=|[-+*/()!<>^&|?:]))/y;

/** Stars and question marks belong to a name only inside of a call: `rules_matching(A_*)`; they are split off elsewhere. */
function tokensOf(text: string): string[] | string {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  token.lastIndex = 0;
  while (token.lastIndex < end) {
    const from = token.lastIndex;
    const match = token.exec(text);
    if (match === null) return `unexpected ${JSON.stringify(text.slice(from, from + 20).trim())}`;
    if (tokens.length === TOKEN_LIMIT) return `more than ${TOKEN_LIMIT} words`;
    const [, number, name, operator = ''] = match;
    const trimmed = name === undefined || inCall(tokens) ? name : /^[\w:]*\w/.exec(name)?.[0];
    if (name !== undefined && trimmed !== undefined) token.lastIndex -= name.length - trimmed.length;
    tokens.push(number ?? trimmed ?? operator);
  }
  return tokens;
}

function inCall(tokens: readonly string[]): boolean {
  return tokens.at(-1) === '(' && tokens.at(-2) === 'rules_matching';
}

function readChoice(reader: Reader): Expression {
  const test = readBinary(reader, 0);
  if (!take(reader, '?')) return test;
  deeper(reader);
  const yes = readChoice(reader);
  expect(reader, ':');
  const no = readChoice(reader);
  reader.depth--;
  return { kind: 'choice', test, yes, no };
}

function readBinary(reader: Reader, level: number): Expression {
  const operators = levels[level];
  if (operators === undefined) return readUnary(reader);
  let left = readBinary(reader, level + 1);
  for (;;) {
    const operator = reader.tokens[reader.at];
    if (operator === undefined || !operators.includes(operator)) return left;
    reader.at++;
    const right = readBinary(reader, level + 1);
    left = { kind: 'binary', operator: operator as BinaryOperator, left, right };
  }
}

function readUnary(reader: Reader): Expression {
  const operator = reader.tokens[reader.at];
  if (operator !== '!' && operator !== '-' && operator !== '+') return readPrimary(reader);
  reader.at++;
  deeper(reader);
  const of = readUnary(reader);
  reader.depth--;
  return operator === '+' ? of : { kind: 'unary', operator, of };
}

function readPrimary(reader: Reader): Expression {
  const word = reader.tokens[reader.at++];
  if (word === undefined) return fail('a name, a number or ( is expected at the end');
  if (word === '(') {
    deeper(reader);
    const inner = readChoice(reader);
    expect(reader, ')');
    reader.depth--;
    return inner;
  }
  if (/^[\d.]/.test(word)) return { kind: 'number', value: Number(word) };
  if (!/^\w/.test(word)) return fail(`a name, a number or ( is expected before ${word}`);
  return reader.calls.has(word) ? readCall(reader, word) : { kind: 'name', name: word };
}

function readCall(reader: Reader, name: string): Expression {
  expect(reader, '(');
  const argument = reader.tokens[reader.at++];
  if (argument === undefined || !/^[\w*?]/.test(argument)) return fail(`${name}() expects a name`);
  expect(reader, ')');
  return { kind: 'call', name, argument };
}

function deeper(reader: Reader): void {
  if (++reader.depth > NESTING_LIMIT) fail(`nested deeper than ${NESTING_LIMIT}`);
}

function take(reader: Reader, word: string): boolean {
  if (reader.tokens[reader.at] !== word) return false;
  reader.at++;
  return true;
}

function expect(reader: Reader, word: string): void {
  if (!take(reader, word)) fail(`${word} is expected ${before(reader.tokens[reader.at])}`);
}

function before(word: string | undefined): string {
  return word === undefined ? 'at the end' : `before ${word}`;
}

/** Names in it, each once. */
export function namesIn(expression: Expression): ReadonlySet<string> {
  const names = new Set<string>();
  for (const one of partsOf(expression)) if (one.kind === 'name') names.add(one.name);
  return names;
}

export function hasCall(expression: Expression): boolean {
  for (const one of partsOf(expression)) if (one.kind === 'call') return true;
  return false;
}

/** Only what is divided can go wrong. */
export function hasDivision(expression: Expression): boolean {
  for (const one of partsOf(expression)) if (one.kind === 'binary' && one.operator === '/') return true;
  return false;
}

function* partsOf(expression: Expression): Generator<Expression> {
  // Chains of `||` lean to the left as deep as they are long: no recursion there.
  const open: Expression[] = [expression];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    yield one;
    if (one.kind === 'unary') open.push(one.of);
    else if (one.kind === 'binary') open.push(one.left, one.right);
    else if (one.kind === 'choice') open.push(one.test, one.yes, one.no);
  }
}
