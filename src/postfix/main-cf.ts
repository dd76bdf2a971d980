/**
 * The syntax of main.cf (postconf(5)): logical lines `name = value`, comments, continuation. A name given twice: the
 * last one counts, as in Postfix. No meaning here: see expand.ts for `$name`, parameters.ts for what we know.
 */
import { logicalLines } from '../tables/logical-lines.js';
import type { Problem, SourcePosition } from '../values/errors.js';

export interface Setting {
  readonly name: string;
  /** As written, trimmed, continuation lines joined. */
  readonly value: string;
  readonly source: SourcePosition;
}

export interface MainCf {
  readonly settings: ReadonlyMap<string, Setting>;
  /** Settings that a later line of the same name replaced. */
  readonly overridden: readonly Setting[];
  /** `leading-space`, `no-equals`, `bad-name`. */
  readonly problems: readonly Problem[];
}

const NAME = /^[A-Za-z0-9_-]{1,200}$/;

/** Never throws. Linear. */
export function readMainCf(text: string, file: string): MainCf {
  const settings = new Map<string, Setting>();
  const overridden: Setting[] = [];
  const problems: Problem[] = [];
  for (const { text: line, line: number } of logicalLines(text)) {
    const source = { file, line: number };
    const equals = line.indexOf('=');
    const name = line.slice(0, Math.max(equals, 0)).trim();
    const fault = faultOf(line, equals, name);
    if (fault !== undefined) {
      problems.push({ ...fault, source, construct: line });
      continue;
    }
    const before = settings.get(name);
    if (before !== undefined) overridden.push(before);
    settings.set(name, { name, value: line.slice(equals + 1).trim(), source });
  }
  return { settings, overridden, problems };
}

function faultOf(line: string, equals: number, name: string): Pick<Problem, 'code' | 'message'> | undefined {
  if (/^[ \t\v\f\r]/.test(line)) {
    return { code: 'leading-space', message: 'a line that begins with white space has nothing to continue here' };
  }
  if (equals < 0) return { code: 'no-equals', message: 'expected "name = value"' };
  if (!NAME.test(name)) return { code: 'bad-name', message: 'expected the name of a parameter before "="' };
  return undefined;
}
