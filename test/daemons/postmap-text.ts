/** What generated tables of all types have in common: random numbers, odd spacing, blocks of conditions. */

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

/** Lines with odd spacing, comments, empty lines and continuation around them. */
export function decorate(random: Random, statements: readonly string[]): string {
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

export const space = (random: Random): string => random.pick([' ', '\t', '  ', ' \t ', '\t\t', ' \v']);
export function text(random: Random): string {
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

/** Statements, some of them in blocks within blocks. */
export function blocks(
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
