/**
 * The parameters of an `ldap:` table as text: a file in the form of main.cf, where `$` has no meaning, or parameters of
 * main.cf itself that begin with the table's name (ldap_table(5), "OBSOLETE MAIN.CF PARAMETERS"). Values are read by
 * their type here; what a name means is settings.ts's. A password is never repeated in a problem.
 */
import type { Problem, SourcePosition } from '../../values/errors.js';
import { tableProblem } from '../memory-table.js';
import { sourceLines } from '../source-text.js';
import { isSpace } from '../white-space.js';

export interface LdapParameter {
  readonly value: string;
  readonly source: SourcePosition;
}

/** Undefined for one that is not set. */
export type LdapParameters = (name: string) => LdapParameter | undefined;

export interface ParameterText {
  readonly parameters: ReadonlyMap<string, LdapParameter>;
  /** `leading-space`, `no-equals`, `bad-name`, `nul`. */
  readonly problems: readonly Problem[];
  /** `duplicate-parameter` (the last one counts), `not-utf8`. */
  readonly warnings: readonly Problem[];
}

/** Never throws. Linear. */
export function readParameters(text: string | Uint8Array, file: string): ParameterText {
  const { lines, ...source } = sourceLines(text, file);
  const parameters = new Map<string, LdapParameter>();
  const problems = [...source.problems];
  const warnings = [...source.warnings];
  for (const { text: line, line: number } of lines) {
    const place = { file, line: number };
    const equals = line.indexOf('=');
    const name = trim(line.slice(0, Math.max(equals, 0)));
    if (isSpace(line.charCodeAt(0)) || equals < 0 || !NAME.test(name)) {
      // Without what stands there: it may be the rest of a password.
      const [code, message] = faultOf(line, equals);
      problems.push(tableProblem(code, message, place));
      continue;
    }
    const before = parameters.get(name);
    if (before !== undefined) {
      const message = `set again behind line ${before.source.line}, the last one counts`;
      warnings.push(tableProblem('duplicate-parameter', message, place, name));
    }
    parameters.set(name, { value: trim(line.slice(equals + 1)), source: place });
  }
  return { parameters, problems, warnings };
}

const NAME = /^[A-Za-z0-9_-]{1,200}$/;

function faultOf(line: string, equals: number): readonly [code: string, message: string] {
  if (isSpace(line.charCodeAt(0))) {
    return ['leading-space', 'a line that begins with white space has nothing to continue here'];
  }
  if (equals < 0) return ['no-equals', 'expected "name = value"'];
  return ['bad-name', 'expected the name of a parameter before "="'];
}

function trim(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/** Reads values by their types and gathers what is wrong with them. */
export class ParameterReader {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly #parameters: LdapParameters;
  readonly #source: SourcePosition;

  constructor(parameters: LdapParameters, source: SourcePosition) {
    this.#parameters = parameters;
    this.#source = source;
  }

  /** '' counts as a value. */
  text(name: string, byDefault = ''): string {
    return this.#parameters(name)?.value ?? byDefault;
  }

  isSet(name: string): boolean {
    return this.#parameters(name) !== undefined;
  }

  /** Elements between commas and white space. */
  words(name: string, byDefault = ''): readonly string[] {
    return this.text(name, byDefault)
      .split(/[\s,]/)
      .filter((word) => word !== '');
  }

  count(name: string, byDefault: number, least = 0, most = 2_147_483_647): number {
    const parameter = this.#parameters(name);
    if (parameter === undefined) return byDefault;
    const number = /^[0-9]{1,10}$/.test(parameter.value) ? Number(parameter.value) : -1;
    if (number >= least && number <= most) return number;
    this.fault(name, 'bad-number', `expected a whole number from ${least} to ${most}`, parameter.value);
    return byDefault;
  }

  /** `yes` and `no` in any letter case. */
  flag(name: string, byDefault = false): boolean {
    return this.oneOf(name, ['no', 'yes'], byDefault ? 'yes' : 'no') === 'yes';
  }

  oneOf<const W extends string>(name: string, words: readonly W[], byDefault: NoInfer<W>): W {
    const parameter = this.#parameters(name);
    if (parameter === undefined) return byDefault;
    const word = words.find((one) => one === parameter.value.toLowerCase());
    if (word === undefined) this.fault(name, 'bad-word', `expected ${words.join(' or ')}`, parameter.value);
    return word ?? byDefault;
  }

  source(name: string): SourcePosition {
    return this.#parameters(name)?.source ?? this.#source;
  }

  fault(name: string, code: string, message: string, construct?: string): void {
    this.problems.push(tableProblem(code, `${name}: ${message}`, this.source(name), construct));
  }

  warn(name: string, code: string, message: string, construct?: string): void {
    this.warnings.push(tableProblem(code, `${name}: ${message}`, this.source(name), construct));
  }
}
