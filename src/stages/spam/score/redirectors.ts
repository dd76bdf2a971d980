/**
 * Sites that send their visitors on (`redirector_pattern`, Mail::SpamAssassin::Conf(3)): what their URIs say where to.
 */
import { capturesOf, re2jsEngine } from '../../../tables/regex/re2js-engine.js';
import type { Problem } from '../../../values/errors.js';
import type { Redirector } from '../mail/index.js';
import { compileRulePattern, makePatternSet, type SetMember } from '../patterns/index.js';
import { readPattern } from '../rules/pattern-source.js';
import type { Settings } from '../rules/settings.js';
import type { SkippedRule } from './slot.js';
import { piecesOf } from './text-pieces.js';

interface Target {
  readonly member: SetMember;
  /** Made when the pattern first matches. */
  readonly target: (uri: string) => string | undefined;
}

/** One for all patterns, of which the first that matches and tells a name with a dot counts. */
export function readRedirectors(
  settings: Settings,
  problems: Problem[],
  skipped: SkippedRule[],
): readonly Redirector[] {
  const targets: Target[] = [];
  for (const { keyword, value, source } of settings.of('redirector_pattern')) {
    const read = readPattern(value);
    if (read.kind === 'malformed') {
      problems.push({ code: 'bad-line', message: `${keyword}: ${read.why}`, source, construct: value });
      continue;
    }
    const program = programOf(read.pattern.text, read.pattern.flags);
    const pattern = compileRulePattern(read.pattern);
    if (program !== undefined && pattern.kind === 'pattern') {
      targets.push({ member: { pattern, most: 1 }, target: targetOf(program) });
    } else {
      const why = pattern.kind === 'refused' ? pattern.why : 'what it captures cannot be had in linear time';
      skipped.push({ name: keyword, score: 0, reason: 'pattern', why, source });
    }
  }
  if (targets.length === 0) return [];
  const set = makePatternSet(targets.map(({ member }) => member));
  return [
    (uri) => {
      const matched: number[] = [];
      set.run(piecesOf([uri]), (member) => matched.push(member));
      for (const member of matched.sort((a, b) => a - b)) {
        const target = targets[member]?.target(uri);
        if (target?.includes('.')) return target;
      }
      return undefined;
    },
  ];
}

/** In the syntax of RE2; undefined where it has none. */
function programOf(text: string, flags: string): string | undefined {
  // RE2 cannot look back. Behind a question mark: either nothing is between, or what ends in one of the class. Behind `q=`, whose last
  // octet is one of the class: either nothing, or what ends in one of the class or in a blank as `%20`.
  const plain = text
    .replaceAll(/\\\?\.\*(\??)\(\?<=(\[\?[^\]\\]*\])\)/g, '\\?(?:.*$1$2)?$1')
    .replaceAll(/q=\[\^&\]\*\?\(\?<=%20\|\.\.\[=\+\\s\]\)/g, 'q=(?:[^&]*?(?:%20|[=+\\t-\\r ]))??');
  const known = flags.replace(/[^ims]/g, '');
  const program = known === '' ? plain : `(?${known})${plain}`;
  return re2jsEngine.compile(program).kind === 'compiled' ? program : undefined;
}

function targetOf(program: string): (uri: string) => string | undefined {
  let captures: ReturnType<typeof capturesOf> | undefined;
  return (uri) => {
    captures ??= capturesOf(program, 1, false);
    const [, , from = -1, to = -1] = captures(uri) ?? [];
    return from === -1 ? undefined : uri.slice(from, to);
  };
}
