/** Options as they were given: an object, whose names all mean something. A misspelt name would be a default that nobody chose. */
import type { Problem } from '../../values/errors.js';

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

/** A name for the log and for fields: printable ASCII, at most 100 characters, no blank at either end. */
export function nameProblems(of: string, name: unknown): readonly Problem[] {
  if (typeof name === 'string' && /^[!-~](?:[ -~]{0,98}[!-~])?$/.test(name)) return [];
  return [{ code: 'bad-option', message: `${of}: name is printable ASCII`, construct: 'name' }];
}
