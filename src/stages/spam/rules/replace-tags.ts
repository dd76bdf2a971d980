/**
 * Tags in patterns (Mail::SpamAssassin::Plugin::ReplaceTags(3)): `<A>` stands for the expression of `replace_tag A`, with others
 * before, between and behind where `<pre X>`, `<inter X>` and `<post X>` say so. Only for the rules of `replace_rules` lines.
 */
import type { PatternSource, RuleTest } from './rule.js';
import type { Settings } from './settings.js';

export interface ReplaceTags {
  readonly start: string;
  readonly end: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly before: ReadonlyMap<string, string>;
  readonly between: ReadonlyMap<string, string>;
  readonly behind: ReadonlyMap<string, string>;
}

/** A tag may stand for others. */
const PASSES = 6;
const LENGTH_LIMIT = 262_144;

export function replaceTags(settings: Settings): ReplaceTags {
  return {
    start: settings.last('replace_start')?.value ?? '<',
    end: settings.last('replace_end')?.value ?? '>',
    tags: named(settings, 'replace_tag'),
    before: named(settings, 'replace_pre'),
    between: named(settings, 'replace_inter'),
    behind: named(settings, 'replace_post'),
  };
}

function named(settings: Settings, keyword: string): ReadonlyMap<string, string> {
  return new Map(
    settings.of(keyword).map(({ value }) => {
      const [, name = '', text = ''] = /^(\S+)\s*(.*)$/s.exec(value) ?? [];
      return [name, text];
    }),
  );
}

/** The test with its tags put in; a text: what is wrong. Patterns of `header`, `body`, `rawbody`, `full` and `uri` rules. */
export function withTags(test: RuleTest, tags: ReplaceTags): RuleTest | string {
  switch (test.kind) {
    case 'header':
    case 'body':
    case 'rawbody':
    case 'full':
    case 'uri': {
      const pattern = expanded(test.pattern, tags);
      return pattern === undefined ? `with its tags the pattern is longer than ${LENGTH_LIMIT}` : { ...test, pattern };
    }
    default:
      return test;
  }
}

function expanded(source: PatternSource, tags: ReplaceTags): PatternSource | undefined {
  let { text } = source;
  for (let pass = 0; pass < PASSES; pass++) {
    const once = onePass(text, tags, source.flags === '');
    if (once.text.length > LENGTH_LIMIT) return undefined;
    text = once.text;
    if (!once.again) break;
  }
  return { text, flags: source.flags };
}

function onePass(text: string, tags: ReplaceTags, bare: boolean): { readonly text: string; readonly again: boolean } {
  const [afterPre, pre] = withoutMark(text, 'pre', tags.before, tags);
  const [afterPost, post] = withoutMark(afterPre, 'post', tags.behind, tags);
  const [rest, inter] = withoutMark(afterPost, 'inter', tags.between, tags);
  const pieces = rest.split(/(<[^<>]+>)/);
  let again = false;
  const replaced = pieces.map((piece, at) => {
    const isTag = at % 2 === 1;
    // Two tags side by side have an empty piece between them. The plugin meets one at the beginning too, where no flags stand.
    if (!isTag) return piece === '' && (at > 0 || bare) && at < pieces.length - 1 ? inter : piece;
    const replacement = tags.tags.get(piece.slice(tags.start.length, -tags.end.length));
    const known = replacement !== undefined && piece.startsWith(tags.start) && piece.endsWith(tags.end);
    if (known && /<[^>]+>/.test(replacement)) again = true;
    return `${pre}${known ? replacement : piece}${post}`;
  });
  return { text: replaced.join(''), again };
}

/** Without the first `<pre X>`, and what X stands for. */
function withoutMark(
  text: string,
  word: 'pre' | 'post' | 'inter',
  meanings: ReadonlyMap<string, string>,
  { start, end }: ReplaceTags,
): readonly [string, string] {
  const from = text.indexOf(`${start}${word} `);
  const to = from === -1 ? -1 : text.indexOf(end, from + start.length);
  if (to === -1) return [text, ''];
  const name = text.slice(from + start.length + word.length + 1, to);
  return [text.slice(0, from) + text.slice(to + end.length), meanings.get(name) ?? ''];
}
