/** What the letters behind a pattern come to (pcre_table(5), regexp_table(5)), defaults applied. */
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
  /**
   * pcre only: what Perl has otherwise (perlre(1), flag `aa` on octets): letter case of all of Latin-1, `{,n}`, unknown escapes as
   * letters, quantified assertions, more flags. Default: false.
   */
  readonly perl?: boolean;
}
