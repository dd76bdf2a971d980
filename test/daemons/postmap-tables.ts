/** Generates tables of every type, with keys that meet them, from a seed: the same seed gives the same tables. */

export interface Random {
  /** 0 to below `count`. */
  below(count: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: <T>(from: readonly T[]): T => from[below(from.length)] as T,
  };
}

export interface GeneratedTable {
  readonly type: string;
  readonly text: string;
  readonly keys: readonly string[];
}

type Maker = (random: Random, type: string) => GeneratedTable;

export const types = 'hash btree lmdb cdb texthash cidr pcre regexp aliases'.split(' ');

export function generateTable(random: Random, type: string): GeneratedTable {
  return (makers[type] ?? indexed)(random, type);
}

/** Lines with odd spacing, comments, empty lines and continuation around them. */
function decorate(random: Random, statements: readonly string[]): string {
  const eol = random.chance(0.1) ? '\r\n' : '\n';
  // Nothing is there that it continues: Postfix leaves the first line out.
  const out: string[] = random.chance(0.02) ? ['  indented first'] : [];
  for (const statement of statements) {
    if (random.chance(0.1)) out.push(random.pick(['# comment', '', '   ', '\t# another', '#', '# über']));
    // Postfix keeps the CR of a line that is continued: see KNOWN.md.
    const at = eol === '\n' && random.chance(0.15) ? statement.search(/[ \t](?=[^ \t]*$)/) : -1;
    if (at <= 0) out.push(statement + random.pick(['', '', '', ' ', '\t', '  ']));
    else {
      out.push(statement.slice(0, at));
      if (random.chance(0.3)) out.push(random.pick(['# inside', '', '  # inside']));
      out.push(statement.slice(at));
    }
  }
  return out.join(eol) + (random.chance(0.9) ? eol : '');
}

const space = (random: Random): string => random.pick([' ', '\t', '  ', ' \t ', '\t\t', ' \v']);
const names =
  'a b aa ab root user user+ext x.y "a"b é über Ä straße σας ΣΑΣ ǅ 日本 __proto__ constructor toString'.split(' ');
const domains = 'a.example B.example sub.a.example münchen.example .a.example example'.split(' ');

function word(random: Random): string {
  const name = random.pick(names);
  return random.pick([
    name,
    name.toUpperCase(),
    `${name}@${random.pick(domains)}`,
    random.pick(domains),
    `@${random.pick(domains)}`,
  ]);
}

function text(random: Random): string {
  const pieces = [
    'OK',
    'REJECT',
    '550 5.7.1 no',
    'x, y',
    '"quoted  text"',
    '#no comment',
    'é ü',
    'a\\b',
    '{x}',
    "'",
    'DUNNO',
    'a:b',
  ];
  const count = 1 + random.below(3);
  const long = random.chance(0.02) ? ` ${'long '.repeat(1500)}end` : '';
  return Array.from({ length: count }, () => random.pick(pieces)).join(random.pick([' ', '  ', '\t'])) + long;
}

/** Sometimes the same key again, in other letters. */
function again(random: Random, keys: readonly string[]): string {
  const key = random.pick(keys);
  return random.pick([key, key.toLowerCase(), key.toUpperCase()]);
}

function indexed(random: Random, type: string): GeneratedTable {
  const keys: string[] = [];
  const statements = Array.from({ length: 1 + random.below(40) }, () => {
    if (random.chance(0.004)) return random.pick(['alone', '"open x', '" open', '\\ x']);
    const quoted = random.chance(0.1)
      ? `"${random.pick(['a b', 'c\\"d', 'e\\\\ f', 'g\th'])}"${random.pick(['', '@a.example'])}`
      : '';
    const key = quoted !== '' ? quoted : keys.length > 0 && random.chance(0.1) ? again(random, keys) : word(random);
    keys.push(key);
    return `${key}${random.chance(0.02) ? ':' : ''}${space(random)}${text(random)}`;
  });
  const asked = [...keys, ...keys.map((key) => key.toUpperCase()), ...keys.map((key) => key.toLowerCase())];
  return {
    type,
    text: decorate(random, statements),
    keys: [...asked, ...Array.from({ length: 20 }, () => word(random))],
  };
}

function aliases(random: Random, type: string): GeneratedTable {
  const keys: string[] = [];
  const statements = Array.from({ length: 1 + random.below(30) }, () => {
    if (random.chance(0.004)) return random.pick(['alone', 'a b: c', ': x', 'name:']);
    const bare = random.pick(['root', 'Postmaster', 'a+b', 'über', 'owner-list', '__proto__', 'x.y', 'list-request']);
    const odd = random.pick(['two words', 'co:lon', 'at@sign', 'qu\\"ote']);
    const name = random.chance(0.15) ? odd : bare;
    keys.push(name.replaceAll('\\', ''));
    const values = ['root', 'a@a.example', '"|prog arg"', '/dev/null', ':include:/x', '"a b"@x.example', 'x (comment)'];
    const list = Array.from({ length: 1 + random.below(3) }, () => random.pick(values)).join(
      random.pick([',', ', ', ' , ']),
    );
    return `${name === odd ? `"${name}"` : name}${random.pick(['', '', ' '])}:${random.pick(['', ' ', '\t'])}${list}`;
  });
  return {
    type,
    text: decorate(random, statements),
    keys: [...keys, ...keys.map((key) => key.toUpperCase()), 'nobody', 'a'],
  };
}

function cidr(random: Random, type: string): GeneratedTable {
  const keys: string[] = [];
  const four = (): number[] => Array.from({ length: 4 }, () => random.pick([0, 1, 2, 10, 127, 192, 255]));
  const network = (): string => {
    const bad = [
      '1.2.3.4/8',
      '1.2.3.4/33',
      '1.2.3',
      '01.2.3.4',
      '::1/129',
      '[::1',
      '1.2.3.4/',
      'x',
      '1.2.3.4/-1',
      ':::',
      '1::2::3',
    ];
    if (random.chance(0.004)) return random.pick(bad);
    if (random.chance(0.7)) {
      const octets = four();
      keys.push(octets.join('.'));
      const prefix = random.pick([0, 1, 7, 8, 9, 15, 16, 20, 24, 30, 31, 32]);
      const bits = octets.reduce((all, octet) => all * 256 + octet, 0);
      const masked = prefix === 0 ? 0 : (bits & (-1 << (32 - prefix))) >>> 0;
      const address = [24, 16, 8, 0].map((shift) => (masked >>> shift) & 255).join('.');
      return prefix === 32 && random.chance(0.5) ? address : bracketed(random, address, prefix);
    }
    const forms: readonly [string, number, string][] = [
      ['2001:db8::', 32, '2001:db8:1::5'],
      ['2001:DB8:1::', 48, '2001:0db8:0001:0::1'],
      ['::', 0, 'fe80::1'],
      ['fe80::', 10, 'FE80::abcd'],
      ['::ffff:1.2.3.0', 120, '::ffff:1.2.3.4'],
      ['::1', 128, '0:0:0:0:0:0:0:1'],
      ['2001:db8::1.2.3.4', 128, '2001:db8::102:304'],
    ];
    const [address, prefix, key] = random.pick(forms);
    keys.push(key);
    return prefix === 128 && random.chance(0.5) ? address : bracketed(random, address, prefix);
  };
  const negation = (): string => (random.chance(0.2) ? random.pick(['!', '! ', '!!', '! ! ! ']) : '');
  const statements = blocks(
    random,
    1 + random.below(25),
    0,
    () => `${negation()}${network()}${space(random)}${text(random)}`,
    () => `${random.pick([' ', '  '])}${negation()}${network()}`,
  );
  const other = Array.from({ length: 30 }, () => four().join('.'));
  return {
    type,
    text: decorate(random, statements),
    keys: [...keys, ...other, 'host.example', '1.2.3', '::', '::ffff:10.0.0.1', '1.2.3.04', '[::1]', 'fe80::1%lo'],
  };
}

function bracketed(random: Random, address: string, prefix: number): string {
  return random.pick([
    `${address}/${prefix}`,
    `${address}/${prefix}`,
    `[${address}]/${prefix}`,
    `[${address}/${prefix}]`,
  ]);
}

/** Statements, some of them in blocks within blocks. */
function blocks(
  random: Random,
  count: number,
  depth: number,
  rule: () => string,
  condition: () => string,
): readonly string[] {
  const out: string[] = [];
  for (let i = 0; i < count; i++) {
    if (depth < 4 && random.chance(0.12)) {
      out.push(`${random.pick(['if', 'IF', 'If'])}${condition()}`);
      for (const line of blocks(random, random.below(5), depth + 1, rule, condition)) out.push(line);
      if (!random.chance(0.01)) out.push(random.pick(['endif', 'ENDIF', 'EndIf']));
    } else if (random.chance(0.002)) out.push('endif');
    else out.push(rule());
  }
  return out;
}

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

function patterns(random: Random, type: string): GeneratedTable {
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

const makers: Readonly<Record<string, Maker>> = { aliases, cidr, pcre: patterns, regexp: patterns };
