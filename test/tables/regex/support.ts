import { re2IfInstalled } from '../../../src/adapters/re2/index.js';
import type { RegexEngine } from '../../../src/ports/regex-engine.js';
import type { RegexFlags } from '../../../src/tables/regex/flags.js';
import { type CompiledPattern, compilePattern } from '../../../src/tables/regex/pattern.js';
import { re2jsEngine } from '../../../src/tables/regex/re2js-engine.js';
import { type Subject, subjectOf } from '../../../src/tables/regex/subject.js';
import { encodeLatin1 } from '../../../src/values/bytes.js';

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

const native = await re2IfInstalled();
if (native === undefined) {
  process.stdout.write(
    'skipped: the engine over native re2, which is not installed (npm install --no-save re2@1.24.0)\n',
  );
}

/** Those that are there: the same tests for each. */
export const engines: readonly RegexEngine[] = native === undefined ? [re2jsEngine] : [re2jsEngine, native];

export function matcher(pattern: string, flags: Partial<RegexFlags> = {}, engine = re2jsEngine): CompiledPattern {
  const compiled = compilePattern(pattern, { ...pcre, ...flags }, engine);
  if (compiled.kind !== 'compiled') throw new Error(`${pattern}: ${compiled.why}`);
  return compiled;
}

/** `text`: octets in Latin-1. */
export function subject(text: string): Subject {
  return subjectOf(encodeLatin1(text));
}
