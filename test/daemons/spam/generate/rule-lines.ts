/**
 * What rule files look for, read line by line without any of their conditions: only to make mail that has it. What the rules mean
 * is left to those that are compared.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Place = 'body' | 'rawbody' | 'full' | 'uri' | 'header' | 'mimeheader';

export interface Wanted {
  readonly name: string;
  readonly place: Place;
  /** Of header rules: `From:addr`. */
  readonly target: string;
  readonly pattern: string;
  readonly flags: string;
}

export interface RuleLines {
  readonly wanted: ReadonlyMap<string, Wanted>;
  /** Meta rules: the names that stand there without `!`. */
  readonly metas: ReadonlyMap<string, readonly string[]>;
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']', '<': '>' };

export function readRuleLines(folder: string): RuleLines {
  const tags = new Map<string, string>();
  const wanted = new Map<string, Wanted>();
  const metas = new Map<string, readonly string[]>();
  const files = readdirSync(folder).filter((name) => name.endsWith('.cf'));
  for (const file of files.sort()) {
    for (const line of readFileSync(join(folder, file), 'latin1').split('\n')) {
      const [keyword = '', name = '', rest = ''] = wordsOf(line);
      if (keyword === 'replace_tag') tags.set(name, rest);
      else if (keyword === 'meta') metas.set(name, positive(rest));
      else if (isPlace(keyword)) {
        const one = wantedOf(keyword, name, rest);
        if (one !== undefined) wanted.set(name, one);
      }
    }
  }
  for (const [name, one] of wanted) wanted.set(name, { ...one, pattern: expand(one.pattern, tags) });
  return { wanted, metas };
}

function wordsOf(line: string): readonly string[] {
  const text = line.replace(/(?<!\\)#.*$/, '').replace(/\\#/g, '#');
  return /^\s*(\S+)\s+(\S+)\s+(.*?)\s*$/.exec(text)?.slice(1) ?? [];
}

const isPlace = (word: string): word is Place => /^(?:body|rawbody|full|uri|header|mimeheader)$/.test(word);
const positive = (expression: string): readonly string[] =>
  [...expression.matchAll(/(!?)\s*([A-Z_][A-Z0-9_]{2,})/gi)].flatMap(([, no, name]) =>
    no === '' && name ? [name] : [],
  );

function wantedOf(place: Place, name: string, rest: string): Wanted | undefined {
  if (rest.startsWith('eval:')) return undefined;
  const exists = /^exists:(\S+)/.exec(rest)?.[1];
  if (exists !== undefined) return { name, place, target: exists, pattern: '\\w+', flags: '' };
  const test = place === 'header' || place === 'mimeheader' ? /^(\S+)\s*=~\s*(.*)$/.exec(rest) : [rest, '', rest];
  const read = readPattern((test?.[2] ?? '').replace(/\s*\[if-unset:[^\]]*\]$/, ''));
  return test === null || read === undefined ? undefined : { name, place, target: test[1] ?? '', ...read };
}

/** `/x/i`, `m{x}i`. */
function readPattern(text: string): Pick<Wanted, 'pattern' | 'flags'> | undefined {
  const open = text.startsWith('m') ? text[1] : text[0];
  if (open === undefined || /\w/.test(open)) return undefined;
  const end = text.lastIndexOf(CLOSING[open] ?? open);
  const start = text.indexOf(open) + 1;
  return end < start ? undefined : { pattern: text.slice(start, end), flags: text.slice(end + 1) };
}

/** The tags of replace_rules; what stands between and around them is left out. */
function expand(pattern: string, tags: ReadonlyMap<string, string>): string {
  const once = (text: string): string =>
    text
      .replace(/<(?:inter|pre|post) \w+>/g, '')
      .replace(/<(\w+)>/g, (whole, name: string) => (tags.has(name) ? `(?:${tags.get(name)})` : whole));
  return once(once(pattern));
}
