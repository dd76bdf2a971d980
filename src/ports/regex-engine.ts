/**
 * The regular expression engine behind `pcre:` and `regexp:` tables. Whatever implements it must answer in time linear
 * in the text. Patterns and texts are octets written as Latin-1, one code unit from 0 to 255 each, so that `.` matches
 * any octet of 8-bit text. What a linear-time engine cannot do is an answer (`unsupported`), never an approximation.
 */

/** What the letters behind a pattern come to, defaults applied. */
export interface RegexFlags {
  /** `pcre`: pcre_table(5). `posix-extended`, `posix-basic`: regexp_table(5) without and with its flag `x`. */
  readonly syntax: 'pcre' | 'posix-extended' | 'posix-basic';
  /** ASCII letters match without regard to case (the C locale, as Postfix's tables do). */
  readonly ignoreCase: boolean;
  /** `^` and `$` match at inner line ends too. For POSIX (REG_NEWLINE) `.` and `[^x]` then do not match LF. */
  readonly multiline: boolean;
  /** pcre only: `.` matches LF. */
  readonly dotAll: boolean;
  /** pcre only: white space and `#` comments in the pattern mean nothing. */
  readonly extended: boolean;
  /** pcre only: matches at the beginning of the text alone. */
  readonly anchored: boolean;
  /** pcre only: `$` does not match before a final LF. */
  readonly dollarEndOnly: boolean;
  /** pcre only: quantifiers are lazy, and greedy with `?`. */
  readonly ungreedy: boolean;
}

export interface RegexMatcher {
  /** Number of capturing groups. */
  readonly groups: number;
  /**
   * Strings of which a matching text has, for each list, at least one; ASCII and Latin-1 letters in lower case
   * (`toLowerCase`). Empty where nothing is required. A quick way to pass over texts that cannot match.
   */
  readonly required: readonly (readonly string[])[];
  test(text: string): boolean;
  /** The whole match and then the groups; a group that took no part is undefined. Undefined: no match. */
  exec(text: string): readonly (string | undefined)[] | undefined;
}

export type CompiledRegex =
  | { readonly kind: 'compiled'; readonly matcher: RegexMatcher }
  /** A pattern of its syntax, which needs backtracking or something else that this engine has not. */
  | { readonly kind: 'unsupported'; readonly construct: string; readonly why: string }
  /** Not a pattern of its syntax. `at` is an index in the pattern. */
  | { readonly kind: 'malformed'; readonly construct: string; readonly why: string; readonly at: number };

export interface RegexEngine {
  readonly name: string;
  compile(pattern: string, flags: RegexFlags): CompiledRegex;
}
