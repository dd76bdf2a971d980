import type { RegexFlags, RegexMatcher } from '../../../src/ports/regex-engine.js';
import { re2jsEngine } from '../../../src/tables/regex/re2js-engine.js';
import { isConfigurationError, type Problem } from '../../../src/values/errors.js';

export const pcre: RegexFlags = {
  syntax: 'pcre',
  ignoreCase: true,
  multiline: false,
  dotAll: true,
  extended: false,
  anchored: false,
  dollarEndOnly: false,
  ungreedy: false,
};
export const ere: RegexFlags = { ...pcre, syntax: 'posix-extended' };
export const bre: RegexFlags = { ...pcre, syntax: 'posix-basic' };

export function matcher(pattern: string, flags: Partial<RegexFlags> = {}): RegexMatcher {
  const compiled = re2jsEngine.compile(pattern, { ...pcre, ...flags });
  if (compiled.kind !== 'compiled') throw new Error(`${pattern}: ${compiled.why}`);
  return compiled.matcher;
}

/** The problems that `make` throws. */
export function problemsOf(make: () => unknown): readonly Problem[] {
  try {
    make();
  } catch (error) {
    if (isConfigurationError(error)) return error.problems;
    throw error;
  }
  return [];
}
