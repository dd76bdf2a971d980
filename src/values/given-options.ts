/**
 * Options as they were given: an object, whose names all mean something, and whose values are what they should be. A
 * misspelt name would be a default that nobody chose, and in the rules of a login an open door.
 */
import type { Problem } from './errors.js';

/** The options, or none where they are no object; what is wrong goes to `problems`. `of`: whose, for messages. */
export function givenOptions<T extends object>(
  of: string,
  options: T,
  names: readonly string[],
  problems: Problem[],
): T {
  if (typeof options !== 'object' || (options as unknown) === null || Array.isArray(options)) {
    problems.push({ code: 'bad-option', message: `${of}: options are an object`, construct: 'options' });
    return {} as T;
  }
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const message = `${of}: there is no option "${name}": ${names.join(', ')}`;
    problems.push({ code: 'no-such-option', message, construct: name });
  }
  return options;
}

/** What the value of an option must be. */
export interface OptionRule {
  /** Behind "is": `true or false`. */
  readonly what: string;
  /** Undefined is wrong too. */
  readonly required?: true;
  holds(value: unknown): boolean;
}

export const aFlag: OptionRule = { what: 'true or false', holds: (value) => typeof value === 'boolean' };
export const aText: OptionRule = { what: 'a text', holds: (value) => typeof value === 'string' };
export const aFunction: OptionRule = { what: 'a function', holds: (value) => typeof value === 'function' };
export const texts: OptionRule = {
  what: 'a list of texts, such as ["..."]',
  holds: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
};

export function oneOf(...words: readonly string[]): OptionRule {
  return { what: words.map((word) => `"${word}"`).join(' or '), holds: (value) => words.includes(value as string) };
}

/** `what`: `a directory`. */
export function portWith(what: string, ...methods: readonly string[]): OptionRule {
  const holds = (value: unknown): boolean => {
    const port = (value ?? {}) as Readonly<Record<string, unknown>>;
    return methods.every((method) => typeof port[method] === 'function');
  };
  return { what: `${what}: it has ${methods.join(', ')}`, holds };
}

export function required(rule: OptionRule): OptionRule {
  return { ...rule, required: true };
}

export const aDirectory: OptionRule = portWith('a directory', 'findUser', 'findGroup', 'groupsOf', 'membersOf');

/** As `givenOptions`; without those whose value breaks its rule. */
export function checkedOptions<T extends object>(
  of: string,
  options: T,
  rules: { readonly [K in keyof T]-?: OptionRule },
  problems: Problem[],
): T {
  const given = givenOptions(of, options, Object.keys(rules), problems);
  const entries = (Object.entries(rules) as [keyof T, OptionRule][])
    .map(([name, rule]) => [name, rule, given[name]] as const)
    .filter(([name, rule, value]) => isRight(of, String(name), value, rule, problems));
  return Object.fromEntries(entries.map(([name, , value]) => [name, value])) as T;
}

/** Of an option, or of an argument. */
export function isRight(of: string, construct: string, value: unknown, rule: OptionRule, problems: Problem[]): boolean {
  if (value === undefined ? rule.required !== true : rule.holds(value)) return true;
  problems.push({ code: 'bad-option', message: `${of}: ${construct} is ${rule.what}`, construct });
  return false;
}

/** A name for the log and for fields: printable ASCII, at most 100 characters, no blank at either end. */
export function nameProblems(of: string, name: unknown): readonly Problem[] {
  if (typeof name === 'string' && /^[!-~](?:[ -~]{0,98}[!-~])?$/.test(name)) return [];
  return [{ code: 'bad-option', message: `${of}: name is printable ASCII`, construct: 'name' }];
}
