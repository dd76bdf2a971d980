/** Generated tables of patterns, pcre and regexp. */
import { blocks, decorate, type GeneratedTable, type Random, space, text } from './postmap-text.js';

const atoms = 'a b c x 1 @ \\. foo bar é [abc] [^a] [a-c1] [[:digit:]] [[:alpha:]_] . (a|b) (foo) (b+) (x|) ()'.split(
  ' ',
);
const pcreAtoms = [
  ...atoms,
  '\\d',
  '\\w',
  '\\S',
  '(?:ab)',
  '\\x61',
  '(?i:B)',
  '\\bfoo',
  '[\\d@]',
  'a{1,2}?',
  '\\/',
  '\\Q.\\E',
];
const subjects = [
  'a',
  'b',
  'ab',
  'foo',
  'FOO',
  'foobar',
  'abc1',
  'x@a.example',
  '1',
  '12',
  'é',
  'É',
  'bbb',
  '.',
  'a b',
  'aXb',
  'aaaa',
  'c/d',
  '_',
  'xfoo x',
];

export function patterns(random: Random, type: string): GeneratedTable {
  const pcre = type === 'pcre';
  const body = (): string => {
    const parts = Array.from({ length: 1 + random.below(4) }, () => {
      const quantifier = random.chance(0.25)
        ? random.pick(pcre ? ['*', '+', '?', '{2}', '{1,3}', '*?', '+?', '??'] : ['*', '+', '?', '{2}', '{1,3}'])
        : '';
      const atom = random.pick(pcre ? pcreAtoms : atoms);
      // Captures of a loop over nothing differ: see KNOWN.md.
      return /[*+?}]$|^\\[bQ]|^\((x\|)?\)$/.test(atom) ? atom : `${atom}${quantifier}`;
    });
    const whole = parts.join('');
    const either = random.chance(0.15) ? `${whole}|${random.pick(atoms)}` : whole;
    return random.pick([either, `^${either}`, `${either}$`, `^(${either})$`]);
  };
  const flags = (): string =>
    random.chance(0.25)
      ? random.pick(pcre ? ['i', 'm', 's', 'x', 'A', 'E', 'U', 'X', 'ii', 'is'] : ['i', 'm', 'ii', 'im'])
      : '';
  const pattern = (): string => {
    const made = body();
    const delimiter = random.pick(
      ['/', '/', '/', '/', '!', '%', '~'].filter((one) => one === '/' || !made.includes(one)),
    );
    // A "!" in front would negate.
    if (delimiter === '!') return `/${made.replaceAll(/(?<!\\)\//g, '\\/')}/${flags()}`;
    const inside = delimiter === '/' ? made.replaceAll(/(?<!\\)\//g, '\\/') : made;
    return `${delimiter}${inside}${delimiter}${flags()}`;
  };
  const rule = (): string => {
    if (random.chance(0.004))
      return random.pick(['/open', '/a/q x', '/(/ x', '/a/ $9', 'word x', '/a/ $x', '/[/ x', '!/(a)/ $1']);
    const made = pattern();
    const groups = groupsOf(made);
    const reference = groups > 0 ? 1 + random.below(groups) : 0;
    const substitution =
      reference > 0 && random.chance(0.5)
        ? random.pick([`<$${reference}>`, `\${${reference}}x`, `$(${reference})`, `$$${reference}$${reference}`])
        : random.pick(['', '', '$$']);
    const negated = substitution === '' && random.chance(0.15) ? random.pick(['!', '!!!', '! ']) : '';
    return `${negated}${made}${space(random)}${text(random)}${substitution === '' ? '' : ` ${substitution}`}`;
  };
  const condition = (): string => `${random.pick([' ', ' ', ''])}${random.chance(0.2) ? '!' : ''}${pattern()}`;
  const statements = blocks(random, 1 + random.below(15), 0, rule, condition);
  return {
    type,
    text: decorate(random, statements),
    keys: [
      ...subjects,
      ...Array.from(
        { length: 25 },
        () => `${random.pick(subjects)}${random.pick(['', ' ', '@'])}${random.pick(subjects)}`,
      ),
    ],
  };
}

/** Groups of a pattern made of our atoms. */
function groupsOf(pattern: string): number {
  return [...pattern.matchAll(/\((?!\?)/g)].length - [...pattern.matchAll(/\\\(/g)].length;
}
