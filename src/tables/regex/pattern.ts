/**
 * A pattern ready to run: parsed here, run by an engine. Its programs are compiled when they are first run, for most of
 * a large table's never are. Whether a pattern can be run at all does not depend on the engine that runs it: re2js
 * decides, runs what another engine refuses, and finds all captures.
 */
import type { RegexEngine, RegexProgram } from '../../ports/regex-engine.js';
import type { RegexFlags } from './flags.js';
import { type Captures, capturesOf, re2jsEngine } from './re2js-engine.js';
import type { Rendering } from './render.js';
import type { Clause } from './required-literals.js';
import type { Subject } from './subject.js';
import { type PatternRefusal, type Translated, translate } from './translate.js';

export interface CompiledPattern {
  readonly kind: 'compiled';
  /** Number of capturing groups. */
  readonly groups: number;
  /** Lists of strings, of each of which a matching text has at least one, in lower case; the best list first. */
  readonly required: readonly Clause[];
  /** A program that matches in every text a part of which the pattern matches; undefined when it matches everywhere. */
  anywhere(): string | undefined;
  test(text: Subject): boolean;
  /** The whole match and then the groups; a group that took no part is undefined. Undefined: no match. */
  exec(text: Subject): readonly (string | undefined)[] | undefined;
}

export function compilePattern(
  pattern: string,
  flags: RegexFlags,
  engine: RegexEngine,
): CompiledPattern | PatternRefusal {
  const translated = translate(pattern, flags);
  if (translated.kind !== 'translated') return translated;
  for (const one of [translated, ...translated.also.map((other) => other.translated)]) {
    // The parser has seen to everything but the size of the program, which counted repetitions multiply.
    const tried = one.counted ? re2jsEngine.compile(one.render('plain')) : undefined;
    if (tried?.kind === 'refused') {
      return { kind: 'unsupported', construct: pattern, why: `the engine refuses it: ${tried.why}` };
    }
  }
  return allOf(translated, engine);
}

/** A pattern and those that must hold beside it. */
function allOf(translated: Translated, engine: RegexEngine): CompiledPattern {
  const main = compiled(translated, engine);
  if (translated.also.length === 0) return main;
  const also = translated.also.map((one) => ({ negated: one.negated, pattern: compiled(one.translated, engine) }));
  const others = (text: Subject): boolean => also.every(({ negated, pattern }) => pattern.test(text) !== negated);
  return {
    ...main,
    required: [...main.required, ...also.flatMap(({ negated, pattern }) => (negated ? [] : pattern.required))],
    test: (text) => main.test(text) && others(text),
    exec: (text) => (others(text) ? main.exec(text) : undefined),
  };
}

function compiled(translated: Translated, engine: RegexEngine): CompiledPattern {
  const { groups, required, masked, longest, anywhere } = translated;
  const programs = lazily((as) => programOf(translated.render(as), engine));
  const captures = lazily<Captures>((as) => capturesOf(translated.render(as), groups, longest));
  return {
    kind: 'compiled',
    groups,
    required,
    anywhere,
    test: (text) => (masked && text.endsInLf ? programs('masked').test(text.masked) : programs('plain').test(text)),
    exec(text) {
      const mask = masked && text.endsInLf;
      const found = captures(mask ? 'masked' : 'plain')(mask ? text.masked.string : text.string);
      if (found === undefined) return undefined;
      // By index, from the text as it was given: a masked one has other characters in it.
      return Array.from({ length: groups + 1 }, (_, group) => {
        const start = found[2 * group] as number;
        return start < 0 ? undefined : text.string.slice(start, found[2 * group + 1]);
      });
    },
  };
}

function programOf(source: string, engine: RegexEngine): RegexProgram {
  const compiled = engine.compile(source);
  if (compiled.kind === 'compiled') return compiled.program;
  const fallback = re2jsEngine.compile(source);
  if (fallback.kind === 'compiled') return fallback.program;
  throw new Error(`a program that no engine takes: ${fallback.why}`);
}

function lazily<T>(make: (as: Rendering) => T): (as: Rendering) => T {
  const made: Partial<Record<Rendering, T>> = {};
  return (as) => {
    const one = made[as] ?? make(as);
    made[as] = one;
    return one;
  };
}
