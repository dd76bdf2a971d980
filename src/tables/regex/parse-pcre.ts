/**
 * The pattern language of pcre_table(5): PCRE2 in 8-bit mode, C locale (pcre2pattern(3)), as a tree. Everything that
 * can be matched in linear time is read; back-references, recursion, conditions and verbs are refused by name. What
 * becomes of look-around and of atomic groups is decided later, by what stands around them.
 */
import { anyOctet, notLf } from './byte-set.js';
import type { RegexFlags } from './flags.js';
import { keepGroup, knownGroup, type ParseCache, parseCache } from './parse-cache.js';
import { type ClassItem, readClass } from './parse-class.js';
import { readEscape } from './pcre-escapes.js';
import { type Group, openGroup } from './pcre-groups.js';
import { lineBreak, literal } from './pcre-literal.js';
import { readQuantifier } from './pcre-quantifier.js';
import { nameGroup, type Reference, readNamedReference } from './pcre-references.js';
import { choice, NESTING_LIMIT, type Node, type Pattern, PatternFault, sequence } from './syntax.js';

export type PcreFlags = Omit<RegexFlags, 'syntax'>;

interface Reader {
  readonly pattern: string;
  at: number;
  groups: number;
  depth: number;
  /** Of the groups so far, where back-references are read. */
  readonly names: Map<string, number> | undefined;
  readonly cache: ParseCache;
}

/**
 * `references`: back-references are read, for a backtracking engine. `cache`: of patterns that are read with the same `references`.
 * Throws PatternFault.
 */
export function parsePcre(
  pattern: string,
  flags: PcreFlags,
  references = false,
  cache: ParseCache = parseCache(),
): Pattern {
  const reader: Reader = {
    pattern,
    at: 0,
    groups: 0,
    depth: 0,
    names: references ? new Map() : undefined,
    cache,
  };
  const body = readAlternatives(reader, flags);
  if (reader.at < pattern.length) throw new PatternFault('malformed', ')', 'unmatched closing parenthesis', reader.at);
  const node = flags.anchored ? sequence([{ kind: 'assert', what: 'start' }, body]) : body;
  return { node, groups: reader.groups };
}

/** Up to a closing parenthesis, which is left there, or the end. */
function readAlternatives(reader: Reader, outer: PcreFlags): Node {
  let flags = outer;
  const alternatives: Node[] = [];
  let items: Node[] = [];
  for (;;) {
    skipIgnored(reader, flags);
    const character = reader.pattern[reader.at];
    if (character === undefined || character === ')') break;
    if (character === '|') {
      reader.at++;
      alternatives.push(sequence(items));
      items = [];
      continue;
    }
    const read = readItem(reader, flags);
    // `(?i)` holds up to the end of its group, in the alternatives that follow too.
    if (read.kind === 'flags') flags = read.flags;
    else items.push(...read.nodes);
  }
  return choice([...alternatives, sequence(items)]);
}

type Item =
  | { readonly kind: 'flags'; readonly flags: PcreFlags }
  | { readonly kind: 'nodes'; readonly nodes: readonly Node[] };

function readItem(reader: Reader, flags: PcreFlags): Item {
  const { pattern, at } = reader;
  const character = pattern.charAt(at);
  if (character === '(') {
    const reference = reader.names && readNamedReference(pattern, at, reader.names);
    if (reference !== undefined) return referenceItem(reader, flags, reference);
    const known = knownGroup(reader.cache, pattern, at, flags);
    if (known !== undefined) {
      reader.at = at + known.text.length;
      return { kind: 'nodes', nodes: [quantified(reader, flags, known.node)] };
    }
    const group = openGroup(pattern, at, flags);
    reader.at = group.end;
    if (group.kind === 'flags') {
      refuseQuantifier(reader);
      return group;
    }
    return { kind: 'nodes', nodes: [quantified(reader, flags, readGroup(reader, flags, group, at))] };
  }
  if (character === '\\') return readBackslash(reader, flags);
  return { kind: 'nodes', nodes: [quantified(reader, flags, readAtom(reader, flags))] };
}

function readGroup(reader: Reader, flags: PcreFlags, group: Exclude<Group, { kind: 'flags' }>, start: number): Node {
  const { groups } = reader;
  if (group.kind === 'capture') {
    reader.groups++;
    if (reader.names !== undefined) nameGroup(reader.pattern, start, group.end, reader.groups, reader.names);
  }
  if (++reader.depth > NESTING_LIMIT) {
    throw new PatternFault('malformed', '(', `parentheses are nested more than ${NESTING_LIMIT} deep`, start);
  }
  const body = readAlternatives(reader, group.flags);
  if (reader.pattern[reader.at] !== ')') throw new PatternFault('malformed', '(', 'missing closing parenthesis', start);
  reader.at++;
  reader.depth--;
  const construct = reader.pattern.slice(start, group.end);
  switch (group.kind) {
    case 'capture':
      return { kind: 'capture', body };
    case 'atomic':
      return { kind: 'atomic', body, construct, at: start };
    case 'look':
      return { kind: 'look', ahead: group.ahead, negated: group.negated, body, construct, at: start };
    case 'reset':
      if (reader.groups === groups) return body;
      throw new PatternFault('unsupported', construct, 'duplicate group numbers are not supported', start);
    case 'plain': {
      const node: Node = opaque(body, reader.names !== undefined) ? { kind: 'sequence', items: [body] } : body;
      if (reader.groups === groups) keepGroup(reader.cache, reader.pattern, start, reader.at, flags, node);
      return node;
    }
  }
}

/**
 * What a group is there for, though it captures nothing: assertions may be repeated in it, and in a look-behind only
 * branches that stand in none may have different lengths.
 */
function opaque({ kind }: Node, references: boolean): boolean {
  return kind === 'assert' || (references && (kind === 'choice' || kind === 'look'));
}

function readAtom(reader: Reader, flags: PcreFlags): Node {
  const { pattern, at } = reader;
  const character = pattern.charAt(at);
  reader.at++;
  switch (character) {
    case '.':
      return { kind: 'set', set: flags.dotAll ? anyOctet : notLf };
    case '^':
      return { kind: 'assert', what: flags.multiline ? 'line-start' : 'start' };
    case '$':
      return { kind: 'assert', what: dollar(flags) };
    case '[':
      return readSet(reader, flags, at);
    case '{':
      reader.at = at;
      refuseQuantifier(reader);
      reader.at = at + 1;
      return literal(character, flags);
    case '*':
    case '+':
    case '?':
      throw new PatternFault('malformed', character, 'a quantifier with nothing to repeat before it', at);
    default:
      return literal(character, flags);
  }
}

function readSet(reader: Reader, flags: PcreFlags, at: number): Node {
  const {
    pattern,
    cache: { classes },
  } = reader;
  const close = pattern.indexOf(']', at + (pattern[at + 1] === '^' ? 3 : 2));
  const text = pattern.slice(at, close + 1);
  const plain = close !== -1 && pattern[close - 1] !== '\\' && text.lastIndexOf('[') === 0;
  const key = flags.ignoreCase ? `i${text}` : text;
  const known = plain ? classes.get(key) : undefined;
  if (known !== undefined) {
    reader.at = close + 1;
    return { kind: 'set', set: known };
  }
  const { set, end } = readClass(pattern, at, {
    fold: flags.ignoreCase,
    withoutLf: false,
    escape: (from) => classEscape(pattern, from, flags),
    perl: flags.perl === true,
  });
  if (plain) classes.set(key, set);
  reader.at = end;
  return { kind: 'set', set };
}

function dollar(flags: PcreFlags): 'line-end' | 'end' | 'end-or-final-lf' {
  if (flags.multiline) return 'line-end';
  return flags.dollarEndOnly ? 'end' : 'end-or-final-lf';
}

function classEscape(pattern: string, at: number, flags: PcreFlags): ClassItem {
  const read = readEscape(pattern, at, undefined, undefined, flags.perl);
  if (read.kind === 'quote') {
    throw new PatternFault('unsupported', '\\Q', '"\\Q" in a character class is not supported', at);
  }
  if (read.kind === 'octet' || read.kind === 'set' || read.kind === 'nothing') return read;
  throw new PatternFault('malformed', pattern.slice(at, at + 2), 'not a character', at);
}

function readBackslash(reader: Reader, flags: PcreFlags): Item {
  const { at } = reader;
  const read = readEscape(reader.pattern, at, reader.groups, reader.names, flags.perl);
  reader.at = read.end;
  switch (read.kind) {
    case 'nothing':
      return { kind: 'nodes', nodes: [] };
    case 'quote': {
      // A quantifier behind `\E` is for the last character.
      if (read.text === '') return { kind: 'nodes', nodes: [] };
      const last = quantified(reader, flags, literal(read.text.slice(-1), flags));
      return { kind: 'nodes', nodes: [literal(read.text.slice(0, -1), flags), last] };
    }
    case 'octet':
      return { kind: 'nodes', nodes: [quantified(reader, flags, literal(String.fromCharCode(read.octet), flags))] };
    case 'set':
      return { kind: 'nodes', nodes: [quantified(reader, flags, { kind: 'set', set: read.set })] };
    case 'assert':
      return { kind: 'nodes', nodes: [quantified(reader, flags, { kind: 'assert', what: read.what })] };
    case 'keep':
      return { kind: 'nodes', nodes: [] };
    case 'reference':
      return referenceItem(reader, flags, read);
    case 'line-break':
      return { kind: 'nodes', nodes: [quantified(reader, flags, { ...lineBreak, at })] };
  }
}

function referenceItem(reader: Reader, flags: PcreFlags, { group, end }: Reference): Item {
  const { at: from, pattern } = reader;
  // A backslash has been read already.
  const at = pattern[from] === '(' && from < end ? from : pattern.lastIndexOf('\\', end - 1);
  reader.at = end;
  const construct = pattern.slice(at, end);
  const node: Node = { kind: 'reference', group, fold: flags.ignoreCase, construct, at };
  return { kind: 'nodes', nodes: [quantified(reader, flags, node)] };
}

/** The quantifier behind `item`, when there is one. */
function quantified(reader: Reader, flags: PcreFlags, item: Node): Node {
  skipIgnored(reader, flags);
  const start = reader.at;
  const quantifier = readQuantifier(reader.pattern, start, flags.ungreedy, flags.perl);
  if (quantifier === undefined) return item;
  reader.at = quantifier.end;
  skipIgnored(reader, flags);
  if (/^(?:[*+?]|\{[0-9]{1,5}(?:,[0-9]{0,5})?\})/.test(reader.pattern.slice(reader.at, reader.at + 13))) {
    throw new PatternFault('malformed', reader.pattern.charAt(reader.at), 'a quantifier of a quantifier', reader.at);
  }
  if (item.kind === 'assert' || item.kind === 'look') {
    // Nothing is nothing, however often.
    if (flags.perl === true) return quantifier.min === 0 ? sequence([]) : item;
    const why = 'a quantifier of something that matches no characters';
    const kind = item.kind === 'look' ? 'unsupported' : 'malformed';
    throw new PatternFault(kind, reader.pattern.slice(start, quantifier.end), why, start);
  }
  const node: Node = { kind: 'repeat', item, min: quantifier.min, max: quantifier.max, lazy: quantifier.lazy };
  if (!quantifier.possessive) return node;
  return { kind: 'atomic', body: node, construct: reader.pattern.slice(start, quantifier.end), at: start };
}

/** Flags, `\K` and the like cannot be repeated. */
function refuseQuantifier({ pattern, at }: Reader): void {
  if (readQuantifier(pattern, at, false) === undefined) return;
  throw new PatternFault('malformed', pattern.charAt(at), 'a quantifier with nothing to repeat before it', at);
}

/** Comments `(?#...)`, and under flag `x` white space and `#` to the end of the line. */
function skipIgnored(reader: Reader, flags: PcreFlags): void {
  const { pattern } = reader;
  for (;;) {
    if (pattern.startsWith('(?#', reader.at)) {
      const close = pattern.indexOf(')', reader.at);
      if (close === -1) throw new PatternFault('malformed', '(?#', 'missing ")" behind the comment', reader.at);
      reader.at = close + 1;
    } else if (flags.extended && /[ \t-\r]/.test(pattern.charAt(reader.at))) {
      reader.at++;
    } else if (flags.extended && pattern[reader.at] === '#') {
      const end = pattern.indexOf('\n', reader.at);
      reader.at = end === -1 ? pattern.length : end + 1;
    } else return;
  }
}
