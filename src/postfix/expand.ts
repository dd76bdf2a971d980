// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of main.cf
/**
 * `$name` in values of main.cf and master.cf, as Postfix 3.7 expands it: `$name`, `${name}`, `$(name)`, `${name?text}` and
 * `${name:text}` (text when the name has a value, or has none), `${name?{text}:{text}}`, `${{text} == {text} ? ...}` with
 * == != < <= >= > and the same for compatibility levels (`<=level`), `$$`. Whether a name "has a value" is asked of its text
 * before expansion. A value is expanded once and may grow to 100,000 characters: doubling names cannot run away.
 */
import type { Problem, SourcePosition } from '../values/errors.js';
import { compareValues } from './expand-compare.js';
import { closing, nameAt, readBraced } from './expand-syntax.js';
import type { Setting } from './main-cf.js';

export interface Expander {
  /** The expanded value of a parameter, its default where it is not set, undefined where it has neither. */
  value(name: string): string | undefined;
  /** The same as it is written. */
  raw(name: string): string | undefined;
  /** Any text with `$name`, as at `source`. */
  expand(text: string, source: SourcePosition): string;
  /** The names that were asked for through `$name`. */
  readonly referred: ReadonlySet<string>;
  readonly problems: readonly Problem[];
  /** Names that nothing defines: they are empty, as in Postfix. */
  readonly warnings: readonly Problem[];
}

const LENGTH_LIMIT = 100_000;
const DEPTH_LIMIT = 100;

export function expander(settings: ReadonlyMap<string, Setting>, defaults: Readonly<Record<string, string>>): Expander {
  return new Expansion(settings, defaults);
}

class Expansion implements Expander {
  readonly referred: Set<string> = new Set();
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly #settings: ReadonlyMap<string, Setting>;
  readonly #defaults: Readonly<Record<string, string>>;
  readonly #known = new Map<string, string>();
  readonly #open = new Set<string>();
  readonly #reported = new Set<string>();
  #depth = 0;

  constructor(settings: ReadonlyMap<string, Setting>, defaults: Readonly<Record<string, string>>) {
    this.#settings = settings;
    this.#defaults = defaults;
  }

  value(name: string): string | undefined {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const raw = this.raw(name);
    if (raw === undefined) return undefined;
    const source = this.#settings.get(name)?.source ?? { file: `default of ${name}` };
    if (this.#open.has(name) || this.#open.size >= DEPTH_LIMIT) {
      this.#problem('expansion-loop', `the value of ${name} leads back to itself`, source, raw);
      return '';
    }
    this.#open.add(name);
    const expanded = this.expand(raw, source);
    this.#open.delete(name);
    this.#known.set(name, expanded);
    return expanded;
  }

  expand(text: string, source: SourcePosition): string {
    if (text.length > LENGTH_LIMIT) return this.#tooLong(text, source);
    if (this.#depth >= DEPTH_LIMIT) {
      this.#problem('bad-expansion', `nested more than ${DEPTH_LIMIT} deep`, source, text);
      return '';
    }
    this.#depth++;
    const expanded = this.#expanded(text, source);
    this.#depth--;
    if (expanded.length <= LENGTH_LIMIT) return expanded;
    return this.#tooLong(text, source);
  }

  #tooLong(text: string, source: SourcePosition): string {
    this.#problem('too-long', `a value may expand to ${LENGTH_LIMIT} characters`, source, text.slice(0, 80));
    return '';
  }

  raw(name: string): string | undefined {
    const set = this.#settings.get(name)?.value;
    return set ?? (Object.hasOwn(this.#defaults, name) ? this.#defaults[name] : undefined);
  }

  #expanded(text: string, source: SourcePosition): string {
    let out = '';
    for (let at = 0; at < text.length && out.length <= LENGTH_LIMIT; ) {
      const dollar = text.indexOf('$', at);
      if (dollar < 0) return out + text.slice(at);
      out += text.slice(at, dollar);
      const { value, end } = this.#reference(text, dollar, source);
      out += value;
      at = end;
    }
    return out;
  }

  /** What stands at a `$`, and where the text goes on. */
  #reference(text: string, dollar: number, source: SourcePosition): { readonly value: string; readonly end: number } {
    const next = text.charAt(dollar + 1);
    if (next === '$') return { value: '$', end: dollar + 2 };
    if (next === '{' || next === '(') {
      const close = closing(text, dollar + 1);
      if (close < 0) {
        const message = `"${next}" has no partner: expected "${next === '{' ? '}' : ')'}"`;
        this.#problem('bad-expansion', message, source, text.slice(dollar));
        return { value: '', end: text.length };
      }
      return { value: this.#braced(text.slice(dollar + 2, close), source), end: close + 1 };
    }
    const name = nameAt(text, dollar + 1);
    if (name === '') {
      this.#problem('bad-expansion', 'expected a name behind "$"; "$$" is a plain "$"', source, text.slice(dollar));
    }
    return { value: name === '' ? '' : this.#named(name, source), end: dollar + 1 + name.length };
  }

  /** Between the braces. */
  #braced(text: string, source: SourcePosition): string {
    const read = readBraced(text);
    if (read.kind === 'malformed') {
      this.#problem('bad-expansion', read.why, source, `\${${text}}`);
      return '';
    }
    const { test, whenTrue, whenFalse } = read;
    if (test.kind === 'name' && whenTrue === undefined && whenFalse === undefined)
      return this.#named(test.name, source);
    const holds = test.kind === 'name' ? this.#isSet(test.name) : this.#compared(test, source);
    if (whenTrue === undefined && whenFalse === undefined) return holds ? 'true' : '';
    return this.expand((holds ? whenTrue : whenFalse) ?? '', source);
  }

  #isSet(name: string): boolean {
    this.referred.add(name);
    return (this.raw(name) ?? '') !== '';
  }

  #compared(test: { left: string; operator: string; right: string }, source: SourcePosition): boolean {
    const [left, right] = [this.expand(test.left, source), this.expand(test.right, source)];
    const result = compareValues(left, test.operator, right);
    if (typeof result === 'boolean') return result;
    this.#problem('bad-expansion', result.why, source, `{${left}} ${test.operator} {${right}}`);
    return false;
  }

  #named(name: string, source: SourcePosition): string {
    this.referred.add(name);
    const value = this.value(name);
    if (value === undefined) this.#undefined(name, source);
    return value ?? '';
  }

  #undefined(name: string, source: SourcePosition): void {
    const message = 'neither set nor known to Postfix: it is empty';
    if (this.#isNew(`${source.file}:${source.line}:$${name}`))
      this.warnings.push({ code: 'undefined-parameter', message, source, construct: `$${name}` });
  }

  #problem(code: string, message: string, source: SourcePosition, construct: string): void {
    if (this.#isNew(`${source.file}:${source.line}:${message}`))
      this.problems.push({ code, message, source, construct });
  }

  #isNew(key: string): boolean {
    const isNew = !this.#reported.has(key);
    this.#reported.add(key);
    return isNew;
  }
}
