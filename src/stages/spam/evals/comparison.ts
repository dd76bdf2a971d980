/** Comparisons that rules write as an argument: `!= 0`, `< 512`. Integers alone, one comparison. */

const pattern = /^\s*(<=|>=|==|!=|<|>)\s*([+-]?(?:0|[1-9]\d*))\s*$/;

const operators: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
};

/** What is wrong with it, in words. */
export function wrongComparison(expression: string): string | undefined {
  return pattern.test(expression) ? undefined : `no comparison with a number: ${expression.slice(0, 100)}`;
}

export function compare(value: number, expression: string): boolean {
  const match = pattern.exec(expression);
  return match !== null && (operators[match[1] as string]?.(value, Number(match[2])) ?? false);
}
