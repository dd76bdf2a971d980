/** Generates tables of every type, with keys that meet them, from a seed: the same seed gives the same tables. */
import { patterns } from './postmap-patterns.js';
import { blocks, decorate, type GeneratedTable, type Random, space, text } from './postmap-text.js';

type Maker = (random: Random, type: string) => GeneratedTable;

export const types = 'hash btree lmdb cdb texthash cidr pcre regexp aliases'.split(' ');

export function generateTable(random: Random, type: string): GeneratedTable {
  return (makers[type] ?? indexed)(random, type);
}

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

const makers: Readonly<Record<string, Maker>> = { aliases, cidr, pcre: patterns, regexp: patterns };
