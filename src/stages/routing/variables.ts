/**
 * `$name`, `$(name)`, `${name}`, `${name?text}` and `${name:text}` in luser_relay (local(8)). A name that is not known is
 * empty. One pass; texts do not nest.
 */
export function expandVariables(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replace(
    /\$(?:([A-Za-z0-9_]+)|\(([^()]{0,200})\)|\{([^{}]{0,200})\})/g,
    (_, bare?: string, round?: string, curly?: string) => expandOne(bare ?? round ?? curly ?? '', values),
  );
}

function expandOne(expression: string, values: Readonly<Record<string, string | undefined>>): string {
  const end = expression.search(/[^A-Za-z0-9_]/);
  const name = end < 0 ? expression : expression.slice(0, end);
  const value = (Object.hasOwn(values, name) ? values[name] : undefined) ?? '';
  if (end < 0) return value;
  const other = expandNames(expression.slice(end + 1), values);
  const operator = expression.charAt(end);
  if (operator === '?') return value === '' ? '' : other;
  return operator === ':' && value === '' ? other : value;
}

function expandNames(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replace(
    /\$([A-Za-z0-9_]+)/g,
    (_, name: string) => (Object.hasOwn(values, name) ? values[name] : undefined) ?? '',
  );
}
