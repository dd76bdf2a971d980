/**
 * The pattern language of regexp_table(5): POSIX extended and basic regular expressions (IEEE 1003.1 section 9) with
 * the extensions of the GNU C library, which Postfix is linked with, as a tree. Back-references are refused.
 */
import { anyOctet, complement, notLf, spaceSet, wordSet } from './byte-set.js';
import { readClass } from './parse-class.js';
import { readBraces } from './pcre-quantifier.js';
import { choice, NESTING_LIMIT, type Node, type Pattern, PatternFault, REPEAT_LIMIT, sequence } from './syntax.js';

export interface PosixFlags {
  readonly basic: boolean;
  readonly ignoreCase: boolean;
  /** REG_NEWLINE. */
  readonly multiline: boolean;
}

interface Reader {
  readonly pattern: string;
  readonly flags: PosixFlags;
  at: number;
  groups: number;
  depth: number;
  readonly references: boolean;
}

/** `references`: back-references are read, for a backtracking engine. Throws PatternFault. */
export function parsePosix(pattern: string, flags: PosixFlags, references = false): Pattern {
  const reader: Reader = { pattern, flags, at: 0, groups: 0, depth: 0, references };
  return { node: readAlternatives(reader), groups: reader.groups };
}

/**
 * What stands at the current index: an operator by its name in extended syntax (`(` is `\(` in basic syntax), a
 * backslash sequence that is none, or a character.
 */
function token(reader: Reader): { readonly name: string; readonly size: number } {
  const { pattern, at, flags } = reader;
  const character = pattern.charAt(at);
  const next = pattern.charAt(at + 1);
  if (character === '\\') {
    if (next === '') throw new PatternFault('malformed', '\\', 'a backslash ends the pattern', at);
    const operator = flags.basic && '(){}|+?'.includes(next);
    return operator ? { name: next, size: 2 } : { name: `\\${next}`, size: 2 };
  }
  const literal = flags.basic && '(){}|+?'.includes(character);
  return literal ? { name: `\\${character}`, size: 1 } : { name: character, size: 1 };
}

function readAlternatives(reader: Reader): Node {
  const alternatives: Node[] = [];
  let items: Node[] = [];
  while (reader.at < reader.pattern.length) {
    const { name, size } = token(reader);
    if (name === '|') {
      reader.at += size;
      alternatives.push(sequence(items));
      items = [];
    } else if (name === ')' && reader.depth > 0) break;
    else items.push(readRepeated(reader, items.at(-1)));
  }
  return choice([...alternatives, sequence(items)]);
}

function readRepeated(reader: Reader, before: Node | undefined): Node {
  let item = readAtom(reader, before);
  // The GNU C library takes what follows an anchor for the beginning of something new.
  if (item.kind === 'assert') return item;
  while (reader.at < reader.pattern.length) {
    if (item.kind === 'repeat') refuseSecond(reader);
    const counts = readCounts(reader);
    if (counts === undefined) break;
    item = { kind: 'repeat', item, ...counts, lazy: false };
  }
  return item;
}

/** In basic syntax `*` and `\{` do not repeat what is repeated already. */
function refuseSecond(reader: Reader): void {
  const { name } = token(reader);
  if (!reader.flags.basic || (name !== '*' && name !== '{')) return;
  throw new PatternFault('malformed', name, 'a repetition of a repetition', reader.at);
}

function readCounts(reader: Reader): { min: number; max: number } | undefined {
  const { pattern, at } = reader;
  const { name, size } = token(reader);
  const max = Number.POSITIVE_INFINITY;
  if (name === '{') return readInterval(reader);
  if (name !== '*' && name !== '+' && name !== '?') return undefined;
  reader.at += size;
  if (reader.at > pattern.length) throw new PatternFault('malformed', name, 'the pattern ends too early', at);
  return name === '*' ? { min: 0, max } : name === '+' ? { min: 1, max } : { min: 0, max: 1 };
}

/** `{n,m}`, in basic syntax `\{n,m\}`. `{,m}` begins at none. */
function readInterval(reader: Reader): { min: number; max: number } {
  const { pattern, at, flags } = reader;
  const from = flags.basic ? at + 2 : at + 1;
  const close = pattern.indexOf(flags.basic ? '\\}' : '}', from);
  const text = close === -1 ? '' : pattern.slice(from, Math.min(close, from + 20));
  const counts = readBraces(`{${text.startsWith(',') ? `0${text}` : text}}`, 0);
  if (counts === undefined || counts.max < counts.min) {
    throw new PatternFault('malformed', pattern.slice(at, close === -1 ? at + 10 : close + 1), 'not an interval', at);
  }
  if (counts.min > REPEAT_LIMIT || (Number.isFinite(counts.max) && counts.max > REPEAT_LIMIT)) {
    throw new PatternFault('unsupported', `{${text}}`, `more than ${REPEAT_LIMIT} repetitions`, at);
  }
  reader.at = close + (flags.basic ? 2 : 1);
  return { min: counts.min, max: counts.max };
}

function readAtom(reader: Reader, before: Node | undefined): Node {
  const { pattern, at, flags } = reader;
  const { name, size } = token(reader);
  reader.at += size;
  switch (name) {
    case '(':
      return readGroup(reader, at);
    case '[': {
      const { set, end } = readClass(pattern, at, {
        fold: flags.ignoreCase,
        withoutLf: flags.multiline,
        escape: undefined,
      });
      reader.at = end;
      return { kind: 'set', set };
    }
    case '.':
      return { kind: 'set', set: flags.multiline ? notLf : anyOctet };
    case '^':
      if (flags.basic && before !== undefined) return literal(reader, '^');
      return { kind: 'assert', what: flags.multiline ? 'line-start' : 'start' };
    case '$':
      if (flags.basic && !endsBasic(reader)) return literal(reader, '$');
      return { kind: 'assert', what: flags.multiline ? 'line-end' : 'end' };
    case '*':
    case '+':
    case '?':
    case '{':
      if (flags.basic && name !== '{' && (before === undefined || before.kind === 'assert'))
        return literal(reader, name);
      throw new PatternFault('malformed', name, 'a repetition with nothing to repeat before it', at);
    default:
      return name.length === 2 ? readEscaped(reader, name.charAt(1), at) : literal(reader, name);
  }
}

/** True where basic syntax takes `$` for an anchor: before the end, `\)` or `\|`. */
function endsBasic(reader: Reader): boolean {
  const rest = reader.pattern.slice(reader.at, reader.at + 2);
  return rest === '' || rest === '\\)' || rest === '\\|';
}

function readGroup(reader: Reader, start: number): Node {
  reader.groups++;
  if (++reader.depth > NESTING_LIMIT) {
    throw new PatternFault('malformed', '(', `parentheses are nested more than ${NESTING_LIMIT} deep`, start);
  }
  const body = readAlternatives(reader);
  if (reader.at >= reader.pattern.length) {
    throw new PatternFault('malformed', '(', 'missing closing parenthesis', start);
  }
  reader.at += token(reader).size;
  reader.depth--;
  return { kind: 'capture', body };
}

/** The extensions of the GNU C library; any other character stands for itself. */
function readEscaped(reader: Reader, character: string, at: number): Node {
  switch (character) {
    case 'w':
      return { kind: 'set', set: wordSet };
    case 'W':
      return { kind: 'set', set: complement(wordSet) };
    case 's':
      return { kind: 'set', set: spaceSet };
    case 'S':
      return { kind: 'set', set: complement(spaceSet) };
    case 'b':
      return { kind: 'assert', what: 'word-edge' };
    case 'B':
      return { kind: 'assert', what: 'no-word-edge' };
    case '`':
      return { kind: 'assert', what: 'start' };
    case "'":
      return { kind: 'assert', what: 'end' };
    case '<':
    case '>':
      throw new PatternFault('unsupported', `\\${character}`, 'write "\\b" for the edge of a word', at);
    default:
      if (!/[1-9]/.test(character)) return literal(reader, character);
      if (reader.references) return reference(reader, Number(character), at);
      throw new PatternFault('unsupported', `\\${character}`, 'a back-reference needs a backtracking engine', at);
  }
}

function reference({ flags, groups, pattern }: Reader, group: number, at: number): Node {
  const construct = pattern.slice(at, at + 2);
  if (group > groups) throw new PatternFault('malformed', construct, 'a back-reference to no group', at);
  return { kind: 'reference', group, fold: flags.ignoreCase, construct, at };
}

function literal({ flags }: Reader, text: string): Node {
  return { kind: 'literal', text, fold: flags.ignoreCase };
}
