/**
 * `$name` in values of main.cf, as mac_expand(3) of Postfix does it: `$name`, `${name}`, `$(name)`, `${name?text}` and
 * `${name:text}` (text when the name is set, or is not), `${name?{text}:{text}}`, `$$`. Comparisons (`${{a} == {b}?...}`)
 * are refused. A value is expanded once and may grow to 100,000 characters: doubling names cannot run away.
 */
import type { Problem, SourcePosition } from '../values/errors.js';
import type { Setting } from './main-cf.js';

export interface Expander {
  /** The expanded value of a parameter, its default where it is not set, undefined where it has neither. */
  value(name: string): string | undefined;
  /** The names that were read, directly or through `$name`. */
  readonly used: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

const LENGTH_LIMIT = 100_000;
const DEPTH_LIMIT = 100;

export function expander(settings: ReadonlyMap<string, Setting>, defaults: Readonly<Record<string, string>>): Expander {
  return new Expansion(settings, defaults);
}

class Expansion implements Expander {
  readonly used: Set<string> = new Set();
  readonly problems: Problem[] = [];
  readonly #settings: ReadonlyMap<string, Setting>;
  readonly #defaults: Readonly<Record<string, string>>;
  readonly #known = new Map<string, string>();
  readonly #open = new Set<string>();
  readonly #reported = new Set<string>();

  constructor(settings: ReadonlyMap<string, Setting>, defaults: Readonly<Record<string, string>>) {
    this.#settings = settings;
    this.#defaults = defaults;
  }

  value(name: string): string | undefined {
    this.used.add(name);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const setting = this.#settings.get(name);
    const raw = setting?.value ?? (Object.hasOwn(this.#defaults, name) ? this.#defaults[name] : undefined);
    if (raw === undefined) return undefined;
    const source = setting?.source ?? { file: `default of ${name}` };
    if (this.#open.has(name) || this.#open.size >= DEPTH_LIMIT) {
      this.#problem('expansion-loop', `the value of ${name} leads back to itself`, source, raw);
      return '';
    }
    this.#open.add(name);
    const expanded = this.#expand(raw, source);
    this.#open.delete(name);
    this.#known.set(name, expanded);
    return expanded;
  }

  #expand(text: string, source: SourcePosition): string {
    let out = '';
    for (let at = 0; at < text.length; ) {
      const dollar = text.indexOf('$', at);
      if (dollar < 0) return this.#bounded(out + text.slice(at), source);
      out += text.slice(at, dollar);
      const { value, end } = this.#reference(text, dollar, source);
      out += value;
      at = end;
      if (out.length > LENGTH_LIMIT) break;
    }
    return this.#bounded(out, source);
  }

  #bounded(text: string, source: SourcePosition): string {
    if (text.length <= LENGTH_LIMIT) return text;
    this.#problem('too-long', `a value may expand to ${LENGTH_LIMIT} characters`, source, text);
    return '';
  }

  /** What stands at a `$`, and where the text goes on. */
  #reference(text: string, dollar: number, source: SourcePosition): { readonly value: string; readonly end: number } {
    const next = text.charAt(dollar + 1);
    if (next === '$') return { value: '$', end: dollar + 2 };
    if (next === '{' || next === '(') {
      const close = closing(text, dollar + 1);
      if (close < 0) {
        this.#problem('bad-expansion', `"${next}" has no partner`, source, text.slice(dollar));
        return { value: '', end: text.length };
      }
      return { value: this.#braced(text.slice(dollar + 2, close), source), end: close + 1 };
    }
    const name = /^[A-Za-z0-9_]*/.exec(text.slice(dollar + 1, dollar + 201))?.[0] ?? '';
    if (name === '') this.#problem('bad-expansion', 'expected a name behind "$"', source, text.slice(dollar));
    return { value: name === '' ? '' : this.#named(name, source), end: dollar + 1 + name.length };
  }

  /** Between the braces: `name`, `name?text`, `name:text`, `name?{text}:{text}`. */
  #braced(text: string, source: SourcePosition): string {
    const name = /^[A-Za-z0-9_]*/.exec(text.slice(0, 200))?.[0] ?? '';
    const operator = text.charAt(name.length);
    if (name !== '' && name.length === text.length) return this.#named(name, source);
    if (name === '' || (operator !== '?' && operator !== ':')) {
      this.#problem('bad-expansion', 'expected a name, or "name?text" or "name:text"', source, `\${${text}}`);
      return '';
    }
    const isSet = (this.value(name) ?? '') !== '';
    const { first, second } = branches(text.slice(name.length + 1), operator);
    const chosen = isSet === (operator === '?') ? first : second;
    return this.#nested(chosen, source);
  }

  #depth = 0;
  #nested(text: string, source: SourcePosition): string {
    if (this.#depth >= DEPTH_LIMIT) {
      this.#problem('bad-expansion', `nested more than ${DEPTH_LIMIT} deep`, source, text);
      return '';
    }
    this.#depth++;
    const expanded = this.#expand(text, source);
    this.#depth--;
    return expanded;
  }

  #named(name: string, source: SourcePosition): string {
    const value = this.value(name);
    if (value !== undefined) return value;
    this.#problem('unknown-parameter', `$${name} is neither set nor has a default that is known here`, source);
    return '';
  }

  #problem(code: string, message: string, source: SourcePosition, construct?: string): void {
    const key = `${source.line}:${message}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.problems.push(construct === undefined ? { code, message, source } : { code, message, source, construct });
  }
}

/** The index of the partner of the bracket at `open`, or -1. Only brackets of its kind count. */
function closing(text: string, open: number): number {
  const opens = text.charAt(open);
  const closes = opens === '{' ? '}' : ')';
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text.charAt(at) === opens) depth++;
    else if (text.charAt(at) === closes && --depth === 0) return at;
  }
  return -1;
}

/** `text`, or `{text}:{text}` behind `?`. White space around the parts of the second form does not count. */
function branches(text: string, operator: string): { readonly first: string; readonly second: string } {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return { first: text, second: '' };
  const close = closing(trimmed, 0);
  if (close < 0) return { first: text, second: '' };
  const first = trimmed.slice(1, close).trim();
  const rest = trimmed.slice(close + 1).trim();
  if (operator !== '?' || !rest.startsWith(':')) return { first, second: '' };
  const second = rest.slice(1).trim();
  return { first, second: second.startsWith('{') && second.endsWith('}') ? second.slice(1, -1).trim() : second };
}
