// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of main.cf
/**
 * `$name` in values of main.cf and master.cf, as Postfix 3.7 expands it; the syntax is in macro-syntax.ts. Whether a
 * name "has a value" is asked of its text before expansion; a branch that is not taken is not read. A value is expanded
 * once and may grow to 100,000 characters: doubling names cannot run away.
 */
import type { Problem, SourcePosition } from '../values/errors.js';
import { compareValues } from '../values/macro-compare.js';
import { type MacroTest, type Reference, readReference, type Span } from '../values/macro-syntax.js';
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
      const read = readReference(text, dollar);
      if (read.kind === 'malformed') {
        this.#problem('bad-expansion', read.why, source, text.slice(dollar));
        return out;
      }
      out += this.#reference(read.value, text, source);
      at = read.value.end;
    }
    return out;
  }

  #reference(reference: Reference, text: string, source: SourcePosition): string {
    if (reference.kind === 'dollar') return '$';
    const { test, whenTrue, whenFalse } = reference;
    const isPlain = whenTrue === undefined && whenFalse === undefined;
    if (isPlain && test.kind === 'name') return this.#named(test.name, source);
    const holds = test.kind === 'name' ? this.#isSet(test.name) : this.#compared(test, text, source);
    if (isPlain) return holds ? 'true' : '';
    const branch = holds ? whenTrue : whenFalse;
    return branch === undefined ? '' : this.#span(text, branch, source);
  }

  #span(text: string, { from, to }: Span, source: SourcePosition): string {
    return this.expand(text.slice(from, to), source);
  }

  #isSet(name: string): boolean {
    this.referred.add(name);
    return (this.raw(name) ?? '') !== '';
  }

  #compared(test: Extract<MacroTest, { kind: 'comparison' }>, text: string, source: SourcePosition): boolean {
    const [left, right] = [this.#span(text, test.left, source), this.#span(text, test.right, source)];
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
