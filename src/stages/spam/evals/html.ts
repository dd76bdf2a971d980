/**
 * Functions of Mail::SpamAssassin::Plugin::HTMLEval(3): what was noticed while the HTML parts were rendered. Each part is looked at by
 * itself; one that fits is enough.
 */
import { encodeLatin1 } from '../../../values/bytes.js';
import type { HtmlFacts } from '../mail/html/facts.js';
import type { Pieces } from '../mail/pieces.js';
import { compileRulePattern } from '../patterns/index.js';
import type { RulePattern } from '../patterns/pattern-set.js';
import type { MemoKey, SpamSubject } from '../subject.js';
import { compare, wrongComparison } from './comparison.js';
import type { EvalFunction, EvalModule, Evaluator } from './eval.js';

type TextKind = 'titles' | 'anchors' | 'comments' | 'scripts';

const textKinds: ReadonlyMap<string, TextKind> = new Map([
  ['title', 'titles'],
  ['anchor', 'anchors'],
  ['comment', 'comments'],
  ['script', 'scripts'],
]);

const textKeys: Readonly<Record<TextKind, MemoKey<Pieces>>> = {
  titles: { kind: 'memo' },
  anchors: { kind: 'memo' },
  comments: { kind: 'memo' },
  scripts: { kind: 'memo' },
};

const htmlKey: MemoKey<readonly HtmlFacts[]> = { kind: 'memo' };

/** Facts of each HTML part. */
export function htmlParts(subject: SpamSubject): readonly HtmlFacts[] {
  return subject.memo(htmlKey, ({ mail }) =>
    mail.parts.flatMap(({ leaf, rendered }) => (leaf && rendered?.html !== undefined ? [rendered.html] : [])),
  );
}

function anyPart(test: (html: HtmlFacts, args: readonly string[]) => boolean): Evaluator {
  return { run: (subject, args) => htmlParts(subject).some((html) => test(html, args)) };
}

/** Above the first argument, up to the second; `inf` or none: without end. */
function within(value: number | undefined, min: string | undefined, max: string | undefined): boolean {
  if (value === undefined || !(value > Number(min))) return false;
  return max === undefined || max === 'inf' || value <= Number(max);
}

function imageOnly(html: HtmlFacts, [min, max]: readonly string[]): boolean {
  return html.inside.has('img') && within(html.numbers.length, min, max);
}

/** Characters of text for each pixel of images. */
function imageRatio({ numbers }: HtmlFacts, [min, max]: readonly string[]): boolean {
  const area = numbers.image_area ?? 0;
  return area > 0 && within((numbers.non_space_len ?? 0) / area, min, max);
}

function test(html: HtmlFacts, [name = '']: readonly string[]): boolean {
  const kind = textKinds.get(name);
  return kind !== undefined ? html[kind].length > 0 : (html.numbers[name] ?? 0) !== 0;
}

/** How often longer the title is than the subject (whose line end counts). */
const titleSubjectRatio: EvalFunction = (subject, [ratio]) => {
  const length = subject.mail.header.text('Subject')?.length ?? 0;
  if (length === 0) return false;
  return htmlParts(subject).some((html) => html.titles.some((title) => [...title].length / length > Number(ratio)));
};

const balance = {
  run: (subject: SpamSubject, [tag = '', expression = '']: readonly string[]) =>
    htmlParts(subject).some((html) => {
      const open = html.inside.get(tag);
      return open !== undefined && /^[a-zA-Z0-9]+$/.test(tag) && compare(open, expression);
    }),
  check: ([, expression = '']: readonly string[]) => wrongComparison(expression),
};

const evaluate = {
  run: (subject: SpamSubject, [name = '', expression = '']: readonly string[]) =>
    htmlParts(subject).some(({ numbers }) => {
      const value = numbers[name];
      return value !== undefined && compare(value, expression);
    }),
  check: ([, expression = '']: readonly string[]) => wrongComparison(expression),
};

/**
 * Texts as one octet for each character, since the patterns count characters here: one beyond U+00FF becomes 0x80, which no pattern for
 * octets can tell from it.
 */
function textPieces(subject: SpamSubject, kind: TextKind): Pieces {
  return subject.memo(textKeys[kind], () => {
    const texts = htmlParts(subject).flatMap((html) => html[kind]);
    const narrow = texts.map((text) => text.replace(/[\ud800-\udbff][\udc00-\udfff]|[^\0-\xff]/g, '\x80'));
    let end = 0;
    return { octets: encodeLatin1(narrow.join('')), ends: narrow.map(({ length }) => (end += length)) };
  });
}

/** `wanted`: what one text has to do with the pattern. */
function textMatch(wanted: boolean): Evaluator {
  const patterns = new Map<string, RulePattern>();
  return {
    run: (subject, [name = '', pattern = ''], _on, gaveUp) => {
      const kind = textKinds.get(name);
      const compiled = patterns.get(pattern);
      if (kind === undefined || compiled === undefined) return false;
      const texts = textPieces(subject, kind);
      return texts.ends.some((_, piece) => compiled.count(texts, piece, 1, gaveUp) > 0 === wanted);
    },
    check: ([, pattern = '']) => {
      const compiled = compileRulePattern({ text: pattern, flags: '' });
      if (compiled.kind === 'refused') return `${compiled.construct}: ${compiled.why}`;
      patterns.set(pattern, compiled);
      return undefined;
    },
  };
}

export const htmlEval: EvalModule = {
  prepare: () =>
    new Map<string, Evaluator>([
      ['html_tag_balance', balance],
      ['html_image_only', anyPart(imageOnly)],
      ['html_image_ratio', anyPart(imageRatio)],
      // In SpamAssassin 4.0.1 the charsets of `<meta>` never reach it.
      ['html_charset_faraway', { run: () => false }],
      ['html_tag_exists', anyPart((html, [tag = '']) => html.inside.has(tag))],
      ['html_test', anyPart(test)],
      ['html_eval', evaluate],
      ['html_text_match', textMatch(true)],
      ['html_text_not_match', textMatch(false)],
      ['html_title_subject_ratio', { run: titleSubjectRatio }],
      ['html_range', anyPart(({ numbers }, [name = '', min, max]) => within(numbers[name], min, max))],
      ['check_iframe_src', anyPart(({ uris }) => [...uris.values()].some(({ types }) => types.has('iframe')))],
    ]),
};
