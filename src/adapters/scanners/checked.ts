/** What is wrong with scanners that are put together, all at once: problems `bad-option`. */
import type { Scanner } from '../../ports/scanner.js';
import type { Problem } from '../../values/errors.js';

/** `of`: the function, `where`: which argument, for messages. */
export function scannerProblems(of: string, where: string, scanner: unknown): readonly Problem[] {
  const { name, scan } = (scanner ?? {}) as { readonly [P in keyof Scanner]?: unknown };
  if (typeof name === 'string' && name !== '' && typeof scan === 'function') return [];
  return [{ code: 'bad-option', message: `${of}: ${where} is a scanner: a name and scan()`, construct: where }];
}
