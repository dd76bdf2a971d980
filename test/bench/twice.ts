/**
 * A rule file once more, as other rules: other names, and patterns that look for other words. What grows with them is what every rule
 * costs; that two rules look for the same word in the same mail is no property of their number.
 */

/** The rules of the file with names of their own, and every letter of what their patterns look for moved by one. */
export function otherRules(file: string): string {
  return file.split('\n').filter(isCopied).map(otherLine).join('\n');
}

function isCopied(line: string): boolean {
  return (
    /^\s*(?:body|rawbody|uri|full|header|meta|score|tflags|replace_rules|ifplugin|if|else|endif)\b/.test(line) &&
    !/eval:/.test(line)
  );
}

function otherLine(line: string): string {
  const [, start = '', keyword = '', rest = ''] = /^(\s*)(\S+)\s*(.*)$/.exec(line) ?? [];
  if (/^(?:if|else|endif)/.test(keyword)) return line;
  if (keyword === 'meta' || keyword === 'replace_rules')
    return `${start}${keyword} ${rest.replace(/\b(?=[A-Z_][A-Z0-9_]{2,}\b)/g, 'TWICE_')}`.replace(
      /TWICE___/g,
      '__TWICE_',
    );
  const name = /^\S+/.exec(rest)?.[0] ?? '';
  const same = /exists:|if-unset/.test(rest) || !/^(?:body|rawbody|uri|full|header)$/.test(keyword);
  const test = rest.slice(name.length);
  return `${start}${keyword} ${name.startsWith('__') ? `__TWICE_${name.slice(2)}` : `TWICE_${name}`}${same ? test : otherTest(test)}`;
}

/** `header` and delimiters stay. */
function otherTest(test: string): string {
  const head = /^\s+(?:\S+\s+[=!]~\s*)?(?:m\W|\/)/.exec(test)?.[0];
  const tail = /[^\w\s\\]\w*\s*$/.exec(test)?.[0];
  if (head === undefined || tail === undefined || head.length + tail.length > test.length) return test;
  return `${head}${otherPattern(test.slice(head.length, -tail.length))}${tail}`;
}

/** What is no literal: escapes, classes, heads of groups, counts, tags of replace_tags. */
const SYNTAX =
  /\\x\{?[0-9A-Fa-f]{1,4}\}?|\\.|\[(?:\\.|\[:\w+:\]|[^\]\\])*\]|\(\?[^:=!)>]*[:=!)>]|\{[\d,]+\}|<[^<>]{1,20}>/;
const TOKEN = new RegExp(`(${SYNTAX.source})|[A-Za-z]`, 'g');

function otherPattern(pattern: string): string {
  return pattern.replace(TOKEN, (text, syntax: string | undefined) =>
    syntax === undefined ? otherLetter(text) : text,
  );
}

/** A vowel for a vowel: words that look like words. */
function otherLetter(letter: string): string {
  for (const kind of ['aeiou', 'bcdfghjklmnpqrstvwxyz', 'AEIOU', 'BCDFGHJKLMNPQRSTVWXYZ']) {
    const at = kind.indexOf(letter);
    if (at >= 0) return kind[(at + 1) % kind.length] as string;
  }
  return letter;
}
