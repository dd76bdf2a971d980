/**
 * The named groups of a rule's pattern, `(?<NAME>...)` (perlre(1)), read by RE2, which alone tells where groups are. Only what means the
 * same in both: ASCII, no `$`, no flag `x`, and the escapes that are listed here.
 */
import { capturesOf, re2jsEngine } from '../../../tables/regex/re2js-engine.js';
import type { PatternSource } from '../rules/rule.js';

export interface CaptureProgram {
  readonly kind: 'captures';
  /** What the named groups of the first match hold, in their order. Linear in the text; octets as Latin-1. */
  read(text: string): readonly (readonly [name: string, value: string])[];
}

export interface NoCaptures {
  readonly kind: 'refused';
  readonly why: string;
}

interface Group {
  readonly name: string;
  readonly index: number;
}

const token =
  /\\[sS]|\\(?:[dDwWbBtnrfAz]|[^A-Za-z0-9])|\(\?P?(?:<([A-Z]\w*)>|'([A-Z]\w*)')|\((?!\?)|\(\?|\[\^?\]?(?:\\[dDwWtnrf]|\\[^A-Za-z0-9]|\[:\^?[a-z]+:\]|[^\\\]])*\]|[^\\$[]/y;

export function captureProgram({ text, flags }: PatternSource): CaptureProgram | NoCaptures {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/[^\x00-\x7f]/.test(text)) return refused('octets outside of ASCII');
  if (/[xn]/.test(flags)) return refused(`the flags ${flags}`);
  const groups: Group[] = [];
  let body = '';
  let index = 0;
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) return refused(text.slice(at, at + 10));
    const [part, name = match[2]] = match;
    if (name !== undefined) groups.push({ name, index: index + 1 });
    if (name !== undefined || part === '(') index++;
    body += name !== undefined ? '(' : (spaces[part] ?? part);
  }
  const known = flags.replace(/[^ims]/g, '');
  const program = known === '' ? body : `(?${known})${body}`;
  if (re2jsEngine.compile(program).kind === 'refused') return refused('it is not in the syntax of RE2');
  return programOf(program, groups, index);
}

/** RE2 leaves the vertical tab out. */
const spaces: Readonly<Record<string, string>> = { '\\s': '[\\t-\\r ]', '\\S': '[^\\t-\\r ]' };

function refused(what: string): NoCaptures {
  return { kind: 'refused', why: `what it captures cannot be told in linear time: ${what}` };
}

function programOf(program: string, groups: readonly Group[], count: number): CaptureProgram {
  let made: ReturnType<typeof capturesOf> | undefined;
  return {
    kind: 'captures',
    read: (text) => {
      made ??= capturesOf(program, count, false);
      const found = made(text);
      if (found === undefined) return [];
      return groups.flatMap(({ name, index }) => {
        const [from = -1, to = -1] = found.slice(2 * index, 2 * index + 2);
        return from === -1 ? [] : [[name, text.slice(from, to)] as const];
      });
    },
  };
}
