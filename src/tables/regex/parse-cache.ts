/**
 * What parsers of many patterns have read already: character classes and groups, by their text. Rules that spell a letter in every
 * way that it may be written have the same groups hundreds of times; a tree is never changed, so that they can share it.
 */
import type { ByteSet } from './byte-set.js';
import type { PcreFlags } from './parse-pcre.js';
import type { Node } from './syntax.js';

export interface ParseCache {
  /** By their text: those without brackets in them. */
  readonly classes: Map<string, ByteSet>;
  /** By their first characters and flags. */
  readonly groups: Map<string, KnownGroup[]>;
  octets: number;
}

interface KnownGroup {
  /** With its parentheses. */
  readonly text: string;
  readonly node: Node;
}

/** Shorter ones are read as fast again, longer ones come once. */
const SHORTEST = 24;
const LONGEST = 4096;
/** Characters of the groups that are kept: behind it all are forgotten. */
const LIMIT = 262_144;
/** Groups that begin alike. */
const ALIKE = 8;

export function parseCache(): ParseCache {
  return { classes: new Map(), groups: new Map(), octets: 0 };
}

/** The group that begins at `at` when it was read before. */
export function knownGroup(cache: ParseCache, pattern: string, at: number, flags: PcreFlags): KnownGroup | undefined {
  if (cache.octets === 0 || !pattern.startsWith('(?:', at)) return undefined;
  const alike = cache.groups.get(keyOf(pattern, at, flags));
  return alike?.find(({ text }) => pattern.startsWith(text, at));
}

/** `node`: what the group without captures and references from `at` to before `end` is. */
export function keepGroup(
  cache: ParseCache,
  pattern: string,
  at: number,
  end: number,
  flags: PcreFlags,
  node: Node,
): void {
  const size = end - at;
  if (size < SHORTEST || size > LONGEST || !pattern.startsWith('(?:', at)) return;
  const text = pattern.slice(at, end);
  // Whether it is a reference or an octet depends on the groups before.
  if (/\\[0-9gk]/.test(text)) return;
  if (cache.octets + size > LIMIT) forget(cache);
  const key = keyOf(pattern, at, flags);
  const alike = cache.groups.get(key);
  if (alike === undefined) cache.groups.set(key, [{ text, node }]);
  else if (alike.length < ALIKE) alike.push({ text, node });
  else return;
  cache.octets += size;
}

function forget(cache: ParseCache): void {
  cache.classes.clear();
  cache.groups.clear();
  cache.octets = 0;
}

function keyOf(pattern: string, at: number, flags: PcreFlags): string {
  let number = flags.ignoreCase ? 1 : 0;
  if (flags.multiline) number |= 2;
  if (flags.dotAll) number |= 4;
  if (flags.extended) number |= 8;
  if (flags.ungreedy) number |= 16;
  if (flags.dollarEndOnly) number |= 32;
  if (flags.perl === true) number |= 64;
  return String.fromCharCode(number) + pattern.slice(at, at + SHORTEST);
}
