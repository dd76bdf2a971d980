/** Tables and keys from random numbers: every parameter that decides what is found, in any combination. */
import type { Random } from '../generate/random.js';
import { BASE, urlNames } from './tree.js';

export interface GeneratedLdapTable {
  readonly lines: string;
  readonly keys: readonly string[];
  /** Terminal or leaf attributes are named: see `carried-over` in KNOWN.md. */
  readonly byEntry: boolean;
}

const PEOPLE = `ou=people,${BASE}`;
const filters = [
  'uid=%s',
  '(uid=%u)',
  '(mail=%s)',
  '(|(uid=%s)(mail=%s))',
  '(|(uid=%u)(cn=%U))',
  '(mail=%u@*)',
  '(|(uid=%s)(uid=shared)(uid=two))',
  '(uid=%u*)',
];
const usual = [BASE, BASE, PEOPLE];
const unusual = [`ou=%d,${BASE}`, `cn=%u,${PEOPLE}`, `dc=gone,${BASE}`, `cn=%s,${PEOPLE}`, ''];
const odd = ['(&(uid=%u)(mail=*@%d))', '(& (uid=%u) (!(cn=%1)))', '(|(mail=*@%2.%1)(uid=%u))', '(|(cn=%S)(mail=%D))'];
const formats = ['%s', '%s', '<%s>', '<%s>', '%u', '%u at %d', '%s %S', '%U', '%D:%s', '%1.%2', '[%d]', '%%%s', 'OK'];
const users = [
  'ann bob local at words here dort shared two team inner outer ended loop ring1 drop zero nobody shared1'.split(' '),
  [
    'a*b',
    'x)(uid=*',
    'back\\slash',
    'Miller, Ann',
    '"quoted"',
    'müller',
    'MÜLLER',
    '#hash',
    'plus+ext',
    '*',
    '\\2a',
    '%s',
  ],
  urlNames,
];
const domains = [
  'a.example',
  'A.example',
  'b.example',
  'münchen.example',
  'sub.a.example',
  'example',
  '',
  'a..example',
  '.',
];

export function generateLdapTable(random: Random): GeneratedLdapTable {
  const base = random.pick(random.chance(0.25) ? unusual : usual);
  const lines = [`query_filter = ${random.pick(random.chance(0.25) ? odd : filters)}`, `search_base = ${base}`];
  const scope =
    base === PEOPLE && random.chance(0.3) ? 'one' : random.chance(0.1) ? random.pick(['one', 'base']) : 'sub';
  if (scope !== 'sub') lines.push(`scope = ${scope}`);
  const special = random.some(['memberDn', 'memberUrl'], 0, 2);
  if (special.length > 0) lines.push(`special_result_attribute = ${special.join(random.pick([', ', ' ', ',']))}`);
  const [terminal, leaf] = [random.chance(0.15), random.chance(0.3)];
  if (terminal) lines.push('terminal_result_attribute = maildrop');
  if (leaf) lines.push(`leaf_result_attribute = ${random.pick(['mail', 'mail', 'uid'])}`);
  lines.push(
    `result_attribute = ${random.pick(['mail', 'mail', 'mail, uid', 'cn', 'description mail', 'maildrop', leaf ? '' : 'MAIL'])}`,
  );
  if (random.chance(0.6)) lines.push(`result_format = ${random.pick(formats)}`);
  if (random.chance(0.2))
    lines.push(
      `domain = ${random.pick(['a.example', '!b.example, inline:{b.example=x}, a.example', 'inline:{example=x}'])}`,
    );
  if (random.chance(0.2)) lines.push(`expansion_limit = ${1 + random.below(4)}`);
  if (random.chance(0.2)) lines.push(`size_limit = ${1 + random.below(4)}`);
  if (random.chance(0.1)) lines.push(`recursion_limit = ${1 + random.below(4)}`);
  return { lines: lines.join('\n'), keys: keysFor(random), byEntry: terminal || leaf };
}

function keysFor(random: Random): readonly string[] {
  const user = (): string => random.pick(random.pick(users));
  const address = (): string => `${user()}@${random.pick(domains)}`;
  const one = (): string => random.pick([user, user, address, address, () => `@${random.pick(domains)}`])();
  return [...new Set(Array.from({ length: 10 }, () => (random.chance(0.1) ? one().toUpperCase() : one())))];
}
