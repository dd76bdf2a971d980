/** Host names by Postfix's valid_hostname(3): RFC 1034 section 3.5 with `_`, and not of digits alone. */

const LONGEST_NAME = 255;
const LABEL = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/;

export function isHostName(name: string): boolean {
  if (name === '' || name.length > LONGEST_NAME) return false;
  return name.split('.').every((label) => LABEL.test(label)) && /[^0-9.]/.test(name);
}

/** One final dot says that the name is whole. */
export function withoutDot(name: string): string {
  return name.length > 1 && name.endsWith('.') && !name.endsWith('..') ? name.slice(0, -1) : name;
}
