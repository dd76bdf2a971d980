/**
 * Comparisons of `${{left} < {right}}` (macro-syntax.ts): two whole numbers as numbers, all else as text by octets; with `level`
 * as compatibility levels, `major.minor.patch` (postconf(5), compatibility_level).
 */

/** The largest of C's `long`. Postfix refuses numbers that do not fit. */
const LARGEST = 9_223_372_036_854_775_807n;

/** `operator` is one of == != < <= >= >, alone or with `level`. */
export function compareValues(left: string, operator: string, right: string): boolean | { readonly why: string } {
  const isLevel = operator.endsWith('level');
  const order = isLevel ? levelOrder(left, right) : textOrder(left, right);
  return typeof order === 'number' ? holds(order, isLevel ? operator.slice(0, -5) : operator) : order;
}

function holds(order: number, operator: string): boolean {
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
    default:
      return order > 0;
  }
}

function textOrder(left: string, right: string): number | { readonly why: string } {
  const digits = /^[0-9]+$/;
  if (!digits.test(left) || !digits.test(right)) return left < right ? -1 : Number(left > right);
  // Twenty digits and more do not fit; converting many of them would not be linear.
  if (left.length > 40 || right.length > 40) return tooLarge;
  const [a, b] = [BigInt(left), BigInt(right)];
  if (a > LARGEST || b > LARGEST) return tooLarge;
  return a < b ? -1 : Number(a > b);
}

const tooLarge = { why: `expected numbers up to ${LARGEST}` };

function levelOrder(left: string, right: string): number | { readonly why: string } {
  const a = readLevel(left);
  const b = readLevel(right);
  if (a === undefined || b === undefined)
    return { why: 'expected a compatibility level: "major", "major.minor" or "major.minor.patch"' };
  for (const [at, part] of a.entries()) {
    const difference = part - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The three numbers; undefined for what is no level. */
function readLevel(text: string): readonly [number, number, number] | undefined {
  const match = /^([0-9]{1,4})(?:\.([0-9]{1,4})(?:\.([0-9]{1,4}))?)?$/.exec(text);
  if (match === null) return undefined;
  return [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
}
