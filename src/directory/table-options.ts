/** A directory and options, of which a table is made: checked once, all problems at once. */
import { ConfigurationError, type Problem } from '../values/errors.js';
import { aDirectory, checkedOptions, isRight, type OptionRule, required } from '../values/given-options.js';

/** Throws ConfigurationError `options`: `no-such-option`, `bad-option`. */
export function checkedTable<T extends object>(
  of: string,
  directory: unknown,
  options: T,
  rules: { readonly [K in keyof T]-?: OptionRule },
): T {
  const problems: Problem[] = [];
  isRight(of, 'directory', directory, required(aDirectory), problems);
  const given = checkedOptions(of, options, rules, problems);
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return given;
}
