/**
 * The parameters as one program sees them: main.cf, and above it what `-o` of that program's line in master.cf sets.
 * What is read here, by its type, is what Postern carries out: the report counts on it.
 */
import type { Problem, SourcePosition } from '../values/errors.js';
import { unexpanded } from './catalogue/defaults.js';
import { type Expander, expander } from './expand.js';
import type { Setting } from './main-cf.js';

export interface ParameterView {
  /** Names that were asked for. */
  readonly read: ReadonlySet<string>;
  readonly values: Expander;
  readonly problems: readonly Problem[];
  /** The settings of `-o`. */
  readonly overrides: ReadonlyMap<string, Setting>;
  /** '' where nothing defines it. */
  text(name: string): string;
  /** Postfix knows `yes` and `no` in any case. */
  flag(name: string): boolean;
  /** A whole number, 0 and above. */
  count(name: string): number;
  /** Milliseconds. `unit` is that of a number without one (postconf(5) says which). */
  time(name: string, unit?: TimeUnit): number;
  /** One of `words`, in lower case; the first where it is none. */
  oneOf<const W extends string>(name: string, words: readonly [W, ...W[]]): W;
  /** Where it is set, or that it is a default. */
  source(name: string): SourcePosition;
  isSet(name: string): boolean;
  /** For what is wrong with a value that was read as text. */
  fault(name: string, code: string, message: string, construct?: string): void;
}

export type TimeUnit = keyof typeof units;

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

export interface ViewOptions {
  readonly settings: ReadonlyMap<string, Setting>;
  readonly overrides?: ReadonlyMap<string, Setting>;
  readonly defaults: Readonly<Record<string, string>>;
  /** The name of main.cf, for the source of defaults. */
  readonly file: string;
}

export function parameterView(options: ViewOptions): ParameterView {
  return new View(options);
}

class View implements ParameterView {
  readonly read: Set<string> = new Set();
  readonly values: Expander;
  readonly overrides: ReadonlyMap<string, Setting>;
  readonly #settings: ReadonlyMap<string, Setting>;
  readonly #defaults: Readonly<Record<string, string>>;
  readonly #file: string;
  readonly #problems = new Map<string, Problem>();

  constructor({ settings, overrides = new Map(), defaults, file }: ViewOptions) {
    this.#settings = overrides.size === 0 ? settings : new Map([...settings, ...overrides]);
    this.overrides = overrides;
    this.#defaults = defaults;
    this.#file = file;
    this.values = expander(this.#settings, defaults);
  }

  get problems(): readonly Problem[] {
    return [...this.#problems.values(), ...this.values.problems];
  }

  text(name: string): string {
    this.read.add(name);
    return (unexpanded.has(name) ? this.values.raw(name) : this.values.value(name)) ?? '';
  }

  flag(name: string): boolean {
    return this.oneOf(name, ['no', 'yes']) === 'yes';
  }

  count(name: string): number {
    const text = this.text(name);
    if (/^[0-9]{1,15}$/.test(text)) return Number(text);
    this.fault(name, 'bad-number', 'expected a whole number', text);
    return Number(this.#defaults[name] ?? 0) || 0;
  }

  time(name: string, unit: TimeUnit = 's'): number {
    const text = this.text(name);
    const match = /^([0-9]{1,10})\s*([smhdw]?)$/i.exec(text);
    if (match === null) this.fault(name, 'bad-time', 'expected a number and one of s, m, h, d, w', text);
    const given = (match?.[2]?.toLowerCase() || unit) as TimeUnit;
    return Number(match?.[1] ?? 0) * units[given];
  }

  oneOf<const W extends string>(name: string, words: readonly [W, ...W[]]): W {
    const text = this.text(name);
    const word = words.find((one) => one === text.toLowerCase());
    if (word === undefined) this.fault(name, 'bad-word', `expected ${words.join(' or ')}`, text);
    return word ?? words[0];
  }

  source(name: string): SourcePosition {
    return this.#settings.get(name)?.source ?? { file: `${this.#file} (default of ${name})` };
  }

  isSet(name: string): boolean {
    this.read.add(name);
    return this.#settings.has(name);
  }

  fault(name: string, code: string, message: string, construct?: string): void {
    const source = this.source(name);
    const problem = { code, message: `${name}: ${message}`, source };
    this.#problems.set(`${name} ${code} ${construct}`, construct === undefined ? problem : { ...problem, construct });
  }
}
