/**
 * The engine over re2js, RE2 in plain JavaScript: linear in the text whatever the pattern. The only importer of re2js,
 * none of whose types leave this file. A pattern is compiled when it is first run: most of a large table's never are.
 */
import { RE2JS } from 're2js';
import type { CompiledRegex, RegexEngine, RegexFlags, RegexMatcher } from '../../ports/regex-engine.js';
import { maskInnerLf, type Rendering } from './render.js';
import { type Translated, translate } from './translate.js';

export const re2jsEngine: RegexEngine = Object.freeze({ name: 're2js', compile });

function compile(pattern: string, flags: RegexFlags): CompiledRegex {
  const translated = translate(pattern, flags);
  if (translated.kind !== 'translated') return translated;
  const tests = lazily((as) => RE2JS.compile(translated.render(as)));
  if (translated.counted) {
    // The parser has seen to everything but the size of the program, which counted repetitions multiply.
    try {
      tests('plain');
    } catch (error) {
      return { kind: 'unsupported', construct: pattern, why: `the engine refuses it: ${String(error)}` };
    }
  }
  return { kind: 'compiled', matcher: matcherOf(translated, tests) };
}

type Programs = (as: Rendering) => RE2JS;

function lazily(make: Programs): Programs {
  const made: Partial<Record<Rendering, RE2JS>> = {};
  return (as) => {
    const program = made[as] ?? make(as);
    made[as] = program;
    return program;
  };
}

function matcherOf(translated: Translated, tests: Programs): RegexMatcher {
  const { groups, required, masked, longest } = translated;
  const captures = longest ? lazily((as) => RE2JS.compile(translated.render(as), RE2JS.LONGEST_MATCH)) : tests;
  const maskFor = (text: string): boolean => masked && text.charCodeAt(text.length - 1) === 10;
  return {
    groups,
    required,
    test: (text) => (maskFor(text) ? tests('masked').test(maskInnerLf(text)) : tests('plain').test(text)),
    exec(text) {
      const mask = maskFor(text);
      const matcher = captures(mask ? 'masked' : 'plain').matcher(mask ? maskInnerLf(text) : text);
      if (!matcher.find()) return undefined;
      // By index, from the text as it was given: a masked one has other characters in it.
      return Array.from({ length: groups + 1 }, (_, group) => {
        const start = matcher.start(group);
        return start < 0 ? undefined : text.slice(start, matcher.end(group));
      });
    },
  };
}
