/**
 * The engine that runs the patterns of `pcre:` and `regexp:` tables. Tables parse and translate the patterns themselves;
 * an engine is given programs in the syntax of RE2, without flags, and must answer in time linear in the text. Texts are
 * octets, each a code point from 0 to 255 (Latin-1), so that `.` matches any octet of 8-bit text; U+0100 occurs as well.
 */

/** A text in the forms that engines read. Each is made when it is first asked for. */
export interface RegexText {
  /** One code unit for each octet. */
  readonly string: string;
  /** The same code points in UTF-8. */
  readonly utf8: Uint8Array;
}

export interface RegexProgram {
  /** True when the pattern matches anywhere in the text. */
  test(text: RegexText): boolean;
}

export interface RegexSet {
  /** Indices of the patterns that match anywhere in the text, in any order. Undefined: could not tell (no memory). */
  match(text: RegexText): readonly number[] | undefined;
}

/** For instance a program that is too large. Whoever asked falls back on the engine that is always there. */
export interface RegexRefusal {
  readonly kind: 'refused';
  readonly why: string;
}

export type CompiledRegex = { readonly kind: 'compiled'; readonly program: RegexProgram } | RegexRefusal;
export type CompiledRegexSet = { readonly kind: 'compiled'; readonly set: RegexSet } | RegexRefusal;

export interface RegexEngine {
  /** Of the package. */
  readonly name: string;
  compile(source: string): CompiledRegex;
  /** Many patterns in one pass. Undefined where the engine has nothing that beats one pattern after the other. */
  readonly compileSet: ((sources: readonly string[]) => CompiledRegexSet) | undefined;
}
