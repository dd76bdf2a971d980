/** The options of readPostfix() that a program without types may get wrong. */
import { ConfigurationError, type Problem } from '../values/errors.js';
import type { PostfixOptions } from './read-postfix.js';

type Check = readonly [name: keyof PostfixOptions, expected: string, fits: (value: unknown) => boolean];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const isFunction = (value: unknown): boolean => typeof value === 'function';

const checks: readonly Check[] = [
  ['resolver', 'a Resolver', (value) => isObject(value) && isFunction(value.addresses)],
  ['policyService', 'a function that makes the client of a policy service', isFunction],
  ['credentials', 'an object', isObject],
  [
    'without',
    "a list of 'resolver', 'policyService'",
    (value) => Array.isArray(value) && value.every((one) => ['resolver', 'policyService'].includes(one)),
  ],
  [
    'trusted',
    "{ tables: ['pcre:FILE', ...], engine }",
    (value) =>
      isObject(value) &&
      isObject(value.engine) &&
      Array.isArray(value.tables) &&
      value.tables.every((one) => typeof one === 'string'),
  ],
  ['unix', 'a function, as systemAccounts() gives one', isFunction],
  ['ldap', 'a function that makes an LdapSearch, as `open` of ldapTables()', isFunction],
  ['random', 'a function', isFunction],
  ['defaultType', 'the type of a table', (value) => typeof value === 'string'],
  ['patterns', 'an object', isObject],
];

/** Throws ConfigurationError `options`. */
export function checkOptions(options: PostfixOptions): void {
  const problems = checks.flatMap(([name, expected, fits]): readonly Problem[] => {
    const value: unknown = options[name];
    if (value === undefined || fits(value)) return [];
    return [{ code: 'bad-option', message: `${name}: ${expected} is expected` }];
  });
  if (problems.length > 0) throw new ConfigurationError('options', problems);
}
