/**
 * The decoding half of Punycode (RFC 3492 section 6.2), for one label. The encoding half and all tables of IDNA come
 * from the platform's URL; only it can say whether a decoded label is a right one (domain.ts asks it).
 */

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;

/** `bcher-kva` gives `bücher` (the `xn--` left out); undefined when it is no Punycode. Labels are at most 63 long. */
export function decodePunycode(label: string): string | undefined {
  const delimiter = label.lastIndexOf('-');
  const output = [...label.slice(0, Math.max(delimiter, 0))];
  let bias = 72;
  let code = 128;
  let index = 0;
  let at = delimiter < 0 ? 0 : delimiter + 1;
  while (at < label.length) {
    const read = decodeInteger(label, at, bias);
    if (read === undefined) return undefined;
    const count = output.length + 1;
    bias = adapt(read.value, count, index === 0);
    const next = index + read.value;
    code += Math.floor(next / count);
    index = next % count;
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined;
    output.splice(index, 0, String.fromCodePoint(code));
    index++;
    at = read.end;
  }
  return output.join('');
}

/** A generalised variable-length integer (RFC 3492 section 3.3). */
function decodeInteger(label: string, start: number, bias: number): { value: number; end: number } | undefined {
  let value = 0;
  let weight = 1;
  for (let at = start, k = BASE; at < label.length; at++, k += BASE) {
    const digit = digitOf(label.charCodeAt(at));
    if (digit === undefined) return undefined;
    value += digit * weight;
    if (value > 0x7fffffff) return undefined;
    const threshold = Math.min(Math.max(k - bias, T_MIN), T_MAX);
    if (digit < threshold) return { value, end: at + 1 };
    weight *= BASE - threshold;
  }
  return undefined;
}

function digitOf(code: number): number | undefined {
  if (code >= 0x61 && code <= 0x7a) return code - 0x61;
  return code >= 0x30 && code <= 0x39 ? code - 0x30 + 26 : undefined;
}

/** RFC 3492 section 6.1. */
function adapt(delta: number, count: number, first: boolean): number {
  let rest = first ? Math.floor(delta / 700) : delta >> 1;
  rest += Math.floor(rest / count);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) >> 1; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + 38));
}
