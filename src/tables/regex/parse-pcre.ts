/**
 * The pattern language of pcre_table(5): PCRE2 in 8-bit mode, C locale (pcre2pattern(3)), as a tree. Everything that
 * can be matched in linear time is read; look-around, back-references, atomic groups, possessive quantifiers,
 * recursion, conditions and verbs are refused by name.
 */
import type { RegexFlags } from '../../ports/regex-engine.js';
import { anyOctet, notLf } from './byte-set.js';
import { type ClassItem, readClass } from './parse-class.js';
import { readEscape } from './pcre-escapes.js';
import { type Group, openGroup } from './pcre-groups.js';
import { readQuantifier } from './pcre-quantifier.js';
import { choice, NESTING_LIMIT, type Node, type Pattern, PatternFault, sequence } from './syntax.js';

export type PcreFlags = Omit<RegexFlags, 'syntax'>;

interface Reader {
  readonly pattern: string;
  at: number;
  groups: number;
  depth: number;
}

export function parsePcre(pattern: string, flags: PcreFlags): Pattern {
  const reader: Reader = { pattern, at: 0, groups: 0, depth: 0 };
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
    const group = openGroup(pattern, at, flags);
    reader.at = group.end;
    if (group.kind === 'flags') return group;
    return { kind: 'nodes', nodes: [quantified(reader, flags, readGroup(reader, group, at))] };
  }
  if (character === '\\') return readBackslash(reader, flags);
  return { kind: 'nodes', nodes: [quantified(reader, flags, readAtom(reader, flags))] };
}

function readGroup(reader: Reader, group: Exclude<Group, { kind: 'flags' }>, start: number): Node {
  if (group.kind === 'capture') reader.groups++;
  if (++reader.depth > NESTING_LIMIT) {
    throw new PatternFault('malformed', '(', `parentheses are nested more than ${NESTING_LIMIT} deep`, start);
  }
  const body = readAlternatives(reader, group.flags);
  if (reader.pattern[reader.at] !== ')') throw new PatternFault('malformed', '(', 'missing closing parenthesis', start);
  reader.at++;
  reader.depth--;
  return group.kind === 'capture' ? { kind: 'capture', body } : body;
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
    case '[': {
      const { set, end } = readClass(pattern, at, {
        fold: flags.ignoreCase,
        withoutLf: false,
        escape: (from) => classEscape(pattern, from),
      });
      reader.at = end;
      return { kind: 'set', set };
    }
    case '*':
    case '+':
    case '?':
      throw new PatternFault('malformed', character, 'a quantifier with nothing to repeat before it', at);
    default:
      return literal(character, flags);
  }
}

function dollar(flags: PcreFlags): 'line-end' | 'end' | 'end-or-final-lf' {
  if (flags.multiline) return 'line-end';
  return flags.dollarEndOnly ? 'end' : 'end-or-final-lf';
}

function classEscape(pattern: string, at: number): ClassItem {
  const read = readEscape(pattern, at, undefined);
  if (read.kind === 'quote') {
    throw new PatternFault('unsupported', '\\Q', '"\\Q" in a character class is not supported', at);
  }
  if (read.kind === 'assert') throw new PatternFault('malformed', pattern.slice(at, at + 2), 'not a character', at);
  return read;
}

function readBackslash(reader: Reader, flags: PcreFlags): Item {
  const read = readEscape(reader.pattern, reader.at, reader.groups);
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
  }
}

function literal(text: string, flags: PcreFlags): Node {
  return { kind: 'literal', text, fold: flags.ignoreCase };
}

/** The quantifier behind `item`, when there is one. */
function quantified(reader: Reader, flags: PcreFlags, item: Node): Node {
  skipIgnored(reader, flags);
  const quantifier = readQuantifier(reader.pattern, reader.at, flags.ungreedy);
  if (quantifier === undefined) return item;
  reader.at = quantifier.end;
  skipIgnored(reader, flags);
  if (/^(?:[*+?]|\{[0-9]{1,5}(?:,[0-9]{0,5})?\})/.test(reader.pattern.slice(reader.at, reader.at + 13))) {
    throw new PatternFault('malformed', reader.pattern.charAt(reader.at), 'a quantifier of a quantifier', reader.at);
  }
  return { kind: 'repeat', item, min: quantifier.min, max: quantifier.max, lazy: quantifier.lazy };
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
