/**
 * A pattern run by automata: whether it matches a text, and where its matches are. Look-around is worked out first, for every
 * position at once: of a look-ahead where its matches begin, by reading it and the text backwards; of a look-behind where they end.
 * Inner ones come before outer ones. All of it is linear in the text.
 */
import { contains, type Node, PatternFault } from '../syntax.js';
import { type Alphabet, alphabetOf } from './alphabet.js';
import { type Counter, counterOf } from './count.js';
import { type Dfa, dfaOf, type Letters } from './dfa.js';
import { combinedLetters, plainLetters } from './letters.js';
import { type LookNode, type Nfa, nfaOf, STATE_LIMIT } from './nfa.js';
import { markBeginnings, markEnds, matchesLetters, matchesSpan, type Span } from './scan.js';
import { singleOctets, singleSet } from './single.js';
import { statesOf } from './size.js';

export interface Automaton {
  test(span: Span): boolean;
  /**
   * How many matches there are, one behind the other without overlap, as Perl's `m//g` finds them; at most `most`. `gaveUp` is told
   * where there may be more, as no more work is done on the text than its size allows.
   */
  count(span: Span, most: number, gaveUp?: () => void): number;
}

/** Entries of the table of one pattern. */
const BUDGET = 1 << 18;
/** Look-arounds of one pattern, inner ones not counted: letters are combined with every choice of them. */
const LOOK_LIMIT = 12;

/** `rough`: matches at least where `node` does, without look-around. */
export function automatonOf(node: Node, rough: () => Node): Automaton {
  if (contains(node, 'look')) return withLooks(node, rough);
  const set = singleSet(node);
  return set === undefined ? withoutLooks(node) : singleOctets(set);
}

/** False: more look-around than an automaton can have. */
export function fewLooks(node: Node): boolean {
  if (!contains(node, 'look')) return true;
  const inside = bodies(node);
  return inside.length <= LOOK_LIMIT && inside.every(fewLooks);
}

/** Of the outermost look-arounds. */
function bodies(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'look':
      return [node.body];
    case 'capture':
    case 'atomic':
      return bodies(node.body);
    case 'sequence':
    case 'choice':
      return node.items.flatMap(bodies);
    case 'repeat':
      return bodies(node.item);
    default:
      return [];
  }
}

/** Throws PatternFault for what would be too large. */
export function checkSize(node: Node): void {
  if (statesOf(node) < STATE_LIMIT) return;
  throw new PatternFault('unsupported', '{n,m}', 'its counted repetitions make too large an automaton', 0);
}

/** Built when it is first run: of many patterns most never are. */
function withoutLooks(node: Node): Automaton {
  let made: Plain | undefined;
  let counter: Counter | undefined;
  const running = (): Plain => (made ??= plainOf(node));
  const test = (span: Span): boolean => matchesSpan(running().dfa, running().alphabet, span);
  return {
    test,
    count(span, most, gaveUp) {
      if (!test(span)) return 0;
      if (most === 1) return 1;
      const { nfa, alphabet } = running();
      counter ??= counterOf(node, nfa, alphabet, plainLetters(alphabet));
      return counter(positions(alphabet, span), most, gaveUp);
    },
  };
}

interface Plain {
  readonly nfa: Nfa;
  readonly alphabet: Alphabet;
  readonly dfa: Dfa;
}

function plainOf(node: Node): Plain {
  const nfa = nfaOf([node]);
  const alphabet = alphabetOf(nfa.sets, nfa.needs);
  return { nfa, alphabet, dfa: dfaOf(nfa, alphabet, plainLetters(alphabet), { anywhere: true, budget: BUDGET }) };
}

/** `rough` puts most texts out. */
function withLooks(node: Node, rough: () => Node): Automaton {
  const before = withoutLooks(rough());
  let made: Exact | undefined;
  let counter: Counter | undefined;
  const exact = (): Exact => (made ??= exactOf(nfaOf([node])));
  const test = (span: Span): boolean =>
    before.test(span) && matchesLetters(exact().dfa, exact().read(span), size(span));
  return {
    test,
    count(span, most, gaveUp) {
      if (!test(span)) return 0;
      if (most === 1) return 1;
      const { nfa, alphabet, letters, read } = exact();
      counter ??= counterOf(node, nfa, alphabet, letters);
      return counter(read(span), most, gaveUp);
    },
  };
}

function size({ from, to }: Span): number {
  return to - from;
}

interface Exact {
  readonly nfa: Nfa;
  readonly alphabet: Alphabet;
  readonly letters: Letters;
  readonly dfa: Dfa;
  /** The letters of all positions, and of the end. */
  read(span: Span): Uint16Array;
}

function exactOf(nfa: Nfa): Exact {
  const alphabet = alphabetOf(nfa.sets, nfa.needs);
  const options = { anywhere: true, budget: BUDGET };
  if (nfa.looks.length === 0) {
    const letters = plainLetters(alphabet);
    const dfa = dfaOf(nfa, alphabet, letters, options);
    return { nfa, alphabet, letters, dfa, read: (span) => positions(alphabet, span, nfa.backwards) };
  }
  const letters = combinedLetters(alphabet, nfa.looks.length);
  const dfa = dfaOf(nfa, alphabet, letters, options);
  const marks = nfa.looks.map(lookMarks);
  const read = (span: Span): Uint16Array => {
    const count = size(span);
    const held = new Uint16Array(count + 1);
    for (const [index, mark] of marks.entries()) mark(span, held, 1 << index);
    const plain = positions(alphabet, span, nfa.backwards);
    letters.combine(plain, held);
    if (letters.size > dfa.width) dfa.clear();
    return plain;
  };
  return { nfa, alphabet, letters, dfa, read };
}

/** Sets a bit at each position where the look-around holds. */
function lookMarks({ ahead, negated, body }: LookNode): (span: Span, marks: Uint16Array, bit: number) => void {
  const inner = exactOf(nfaOf([body], { backwards: ahead }));
  const mark = ahead ? markBeginnings : markEnds;
  return (span, marks, bit) => {
    const count = span.to - span.from;
    mark(inner.dfa, inner.read(span), count, marks, bit);
    if (negated) for (let at = 0; at <= count; at++) marks[at] = (marks[at] as number) ^ bit;
  };
}

/** Letters of the alphabet, by position: what stands behind it, or with `backwards` before it. */
function positions(alphabet: Alphabet, { octets, from, to }: Span, backwards = false): Uint16Array {
  const { letterOf, edge, lastLf } = alphabet;
  const out = new Uint16Array(to - from + 1);
  const shift = backwards ? 1 : 0;
  for (let at = from; at < to; at++) out[at - from + shift] = letterOf[octets[at] as number] as number;
  if (to > from && octets[to - 1] === 10) out[to - 1 - from + shift] = lastLf;
  out[backwards ? 0 : to - from] = edge;
  return out;
}
