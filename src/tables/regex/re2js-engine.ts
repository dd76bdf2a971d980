/**
 * The engine over re2js, RE2 in plain JavaScript: linear in the text whatever the pattern. The only importer of re2js,
 * none of whose types leave this file. It is always there, and the only one that is asked for captures.
 */
import { RE2JS } from 're2js';
import type { CompiledRegex, RegexEngine } from '../../ports/regex-engine.js';

export const re2jsEngine: RegexEngine = Object.freeze({ name: 're2js', compile, compileSet: undefined });

function compile(source: string): CompiledRegex {
  try {
    const program = RE2JS.compile(source);
    return { kind: 'compiled', program: { test: (text) => program.test(text.string) } };
  } catch (error) {
    return { kind: 'refused', why: String(error) };
  }
}

/** Where the match and its groups begin and end: `[from, to, from, to, ...]`, -1 for a group that took no part. */
export type Captures = (text: string) => readonly number[] | undefined;

/** `longest`: of the leftmost matches the longest counts, not the first. The program is one that `compile` took. */
export function capturesOf(source: string, groups: number, longest: boolean): Captures {
  const program = longest ? RE2JS.compile(source, RE2JS.LONGEST_MATCH) : RE2JS.compile(source);
  return (text) => {
    const matcher = program.matcher(text);
    if (!matcher.find()) return undefined;
    const found: number[] = [];
    for (let group = 0; group <= groups; group++) found.push(matcher.start(group), matcher.end(group));
    return found;
  };
}
