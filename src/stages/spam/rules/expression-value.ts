/**
 * What an expression is worth, as Perl has it: `&&` and `||` give one of their sides, comparisons 1 or 0, so that a meta rule over
 * counted hits has a count itself. Made once into functions, called for each message.
 */
import { type BinaryOperator, type Expression, hasDivision, namesIn, strength } from './expression.js';

export type Value<S> = (state: S) => number;

/** What names and calls are worth. */
export interface Names<S> {
  name(name: string): Value<S>;
  call(name: string, argument: string): Value<S>;
  /** Costs much to know: `&&` asks for it last. Default: none does. */
  isDear?(name: string): boolean;
}

export function evaluatorOf<S>(expression: Expression, names: Names<S>): Value<S> {
  const value = partOf(expression, names);
  if (!hasDivision(expression)) return value;
  return (state) => {
    try {
      return value(state);
    } catch (error) {
      if (error !== divisionByZero) throw error;
      // Perl dies of it, and a rule that dies has not hit.
      return 0;
    }
  };
}

const divisionByZero: Error = new Error('division by zero');

function divided(a: number, b: number): number {
  if (b === 0) throw divisionByZero;
  return a / b;
}

function partOf<S>(expression: Expression, names: Names<S>): Value<S> {
  switch (expression.kind) {
    case 'number': {
      const { value } = expression;
      return () => value;
    }
    case 'name':
      return names.name(expression.name);
    case 'call':
      return names.call(expression.name, expression.argument);
    case 'unary': {
      const of = partOf(expression.of, names);
      return expression.operator === '!' ? (state) => (of(state) === 0 ? 1 : 0) : (state) => -of(state);
    }
    case 'choice': {
      const { test, yes, no } = expression;
      const [a, b, c] = [partOf(test, names), partOf(yes, names), partOf(no, names)];
      return (state) => (a(state) !== 0 ? b(state) : c(state));
    }
    case 'binary':
      return chain(expression, names);
  }
}

type Binary = Extract<Expression, { kind: 'binary' }>;

/** `a || b || c`, `a + b - c` as one list: a chain may be thousands long, and the stack is not. */
function chain<S>(expression: Binary, names: Names<S>): Value<S> {
  const { operator } = expression;
  const sides: Expression[] = [];
  const between: BinaryOperator[] = [];
  let left: Expression = expression;
  while (left.kind === 'binary' && strength(left.operator) === strength(operator)) {
    sides.push(left.right);
    between.push(left.operator);
    left = left.left;
  }
  sides.push(left);
  sides.reverse();
  between.reverse();
  const parts = sides.map((side) => partOf(side, names));
  if (operator === '||') return anyOf(parts);
  if (operator === '&&') return allOf(parts, sides, names);
  return foldOf(
    parts,
    between.map((one) => operators[one as keyof typeof operators]),
  );
}

function anyOf<S>(parts: readonly Value<S>[]): Value<S> {
  return (state) => {
    for (const part of parts) {
      const value = part(state);
      if (value !== 0) return value;
    }
    return 0;
  };
}

/** Worth 0 or the last side, in whatever order the sides are looked at. */
function allOf<S>(parts: readonly Value<S>[], sides: readonly Expression[], names: Names<S>): Value<S> {
  const dear = sides.map((side) => [...namesIn(side)].some((name) => names.isDear?.(name) === true));
  const first = parts.filter((_, at) => !dear[at]);
  const then = parts.filter((_, at) => dear[at]);
  const last = parts[parts.length - 1] as Value<S>;
  return (state) => {
    for (const part of first) if (part(state) === 0) return 0;
    for (const part of then) if (part(state) === 0) return 0;
    return last(state);
  };
}

function foldOf<S>(parts: readonly Value<S>[], combine: readonly ((a: number, b: number) => number)[]): Value<S> {
  const [first, ...others] = parts as readonly [Value<S>, ...Value<S>[]];
  return (state) => {
    let value = first(state);
    for (let i = 0; i < others.length; i++) {
      value = (combine[i] as (a: number, b: number) => number)(value, (others[i] as Value<S>)(state));
    }
    return value;
  };
}

const operators: Readonly<Record<Exclude<BinaryOperator, '||' | '&&'>, (a: number, b: number) => number>> = {
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '==': (a, b) => (a === b ? 1 : 0),
  '!=': (a, b) => (a !== b ? 1 : 0),
  '<': (a, b) => (a < b ? 1 : 0),
  '<=': (a, b) => (a <= b ? 1 : 0),
  '>': (a, b) => (a > b ? 1 : 0),
  '>=': (a, b) => (a >= b ? 1 : 0),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': divided,
};
