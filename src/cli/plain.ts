/**
 * Anything that an outcome holds as plain data for JSON: addresses as text, fields as name and value, messages and
 * bytes by their size, never by their content. Keys come in a fixed order: `kind`, then the alphabet. Finite for any
 * value, also for one that contains itself.
 */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

const DEPTH_LIMIT = 20;

/** Undefined where the value has no form in JSON: a function, a symbol, undefined. */
export function toPlain(value: unknown): Plain | undefined {
  return plainOf(value, []);
}

function plainOf(value: unknown, within: readonly object[]): Plain | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : objectOf(value, within);
    default:
      return undefined;
  }
}

function objectOf(value: object, within: readonly object[]): Plain {
  if (within.includes(value)) return '(contains itself)';
  if (within.length >= DEPTH_LIMIT) return '(too deep)';
  const inner = [...within, value];
  if (value instanceof Uint8Array) return { kind: 'bytes', size: value.length };
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Error) return value.message;
  if (value instanceof Map) return recordOf(Object.fromEntries(value), inner);
  if (value instanceof Set) return listOf([...value], inner);
  if (Array.isArray(value)) return listOf(value, inner);
  return known(value) ?? recordOf(value, inner);
}

function listOf(values: readonly unknown[], within: readonly object[]): Plain {
  return values.map((one) => plainOf(one, within) ?? null);
}

function recordOf(value: object, within: readonly object[]): Plain {
  const record = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(record).sort((a, b) => (a === 'kind' ? -1 : b === 'kind' ? 1 : a < b ? -1 : 1));
  const out: Record<string, Plain> = {};
  for (const key of keys) {
    const plain = plainOf(record[key], within);
    if (plain !== undefined) Object.defineProperty(out, key, { value: plain, enumerable: true });
  }
  return out;
}

interface Kinded {
  readonly kind?: unknown;
  readonly text?: unknown;
  readonly ascii?: unknown;
  readonly name?: unknown;
  readonly value?: unknown;
  readonly size?: unknown;
  readonly address?: { readonly text?: unknown };
}

/** The values that have a short form of their own. */
function known(value: Kinded): Plain | undefined {
  const { kind, text, ascii, name, size } = value;
  if (kind === 'null-path') return '<>';
  if (kind === 'domain' && typeof ascii === 'string') return ascii;
  if (kind === 'field' && typeof name === 'string') return { name, value: String(value.value) };
  if (kind === 'recipient' && typeof value.address?.text === 'string') return value.address.text;
  if ((kind === 'message' || kind === 'body') && typeof size === 'number') return { kind, size };
  const textual = kind === 'mailbox' || kind === 'ip' || kind === 'network' || kind === 'address-literal';
  return textual && typeof text === 'string' ? text : undefined;
}
