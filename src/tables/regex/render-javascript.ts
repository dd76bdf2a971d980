/**
 * A tree in the syntax of JavaScript's RegExp, for its flags `` and `i` (letter case is written out in any case). Octets from
 * 128 on stand at U+F780 to U+F7FF, where there are no letters, so that `i` ignores the case of ASCII alone.
 */
import type { ByteSet } from './byte-set.js';
import type { Assertion, Node } from './syntax.js';

export interface JavaScriptSource {
  readonly source: string;
  /** By the number of a group of the pattern: its number in `source`; [0] is 0. */
  readonly places: readonly number[];
}

/** The octets of a text, in Latin-1, as patterns are written for. */
export function forJavaScript(text: string): string {
  return /[\x80-\xff]/.test(text)
    ? text.replace(/[\x80-\xff]/g, (octet) => String.fromCharCode(ABOVE + octet.charCodeAt(0)))
    : text;
}

/** And back. */
export function fromJavaScript(text: string): string {
  return /[\uf780-\uf7ff]/.test(text)
    ? text.replace(/[\uf780-\uf7ff]/g, (code) => String.fromCharCode(code.charCodeAt(0) - ABOVE))
    : text;
}

const ABOVE = 0xf700;

interface Writer {
  readonly pcre: boolean;
  readonly places: number[];
  count: number;
  behind: boolean;
}

export function renderJavaScript(node: Node, pcre: boolean): JavaScriptSource {
  const writer: Writer = { pcre, places: [0], count: 0, behind: false };
  return { source: write(node, writer), places: writer.places };
}

function write(node: Node, writer: Writer): string {
  switch (node.kind) {
    case 'literal':
      return Array.from(node.text, (character) => writeOctet(character.charCodeAt(0), node.fold)).join('');
    case 'set':
      return writeSet(node.set);
    case 'assert':
      return writeAssertion(node.what, writer.pcre);
    case 'capture':
      writer.places.push(++writer.count);
      return `(${write(node.body, writer)})`;
    case 'sequence':
      return node.items.map((item) => write(item, writer)).join('');
    case 'choice':
      return `(?:${node.items.map((item) => write(item, writer)).join('|')})`;
    case 'repeat':
      return writeRepeat(node, writer);
    case 'atomic':
      return writeAtomic(node.body, writer);
    case 'look':
      return writeLook(node, writer);
    case 'reference':
      return `(?:\\${writer.places[node.group]})`;
  }
}

/** `X?` by its two branches: RegExp takes no repetition that is empty, PCRE does. */
function writeRepeat({ item, min, max, lazy }: Extract<Node, { kind: 'repeat' }>, writer: Writer): string {
  const body = write(item, writer);
  if (min === 0 && max === 1) return lazy ? `(?:|${body})` : `(?:${body}|)`;
  const counts = max === Number.POSITIVE_INFINITY ? `{${min},}` : `{${min},${max}}`;
  return `(?:${body})${counts}${lazy ? '?' : ''}`;
}

/** What a look-ahead matched is not tried again. Of a fixed length, as in a look-behind, there is one way alone. */
function writeAtomic(body: Node, writer: Writer): string {
  if (writer.behind) return `(?:${write(body, writer)})`;
  const place = ++writer.count;
  return `(?:(?=(${write(body, writer)}))\\${place})`;
}

function writeLook({ ahead, negated, body }: Extract<Node, { kind: 'look' }>, writer: Writer): string {
  const { behind } = writer;
  writer.behind = !ahead;
  const written = write(body, writer);
  writer.behind = behind;
  return `(?${ahead ? '' : '<'}${negated ? '!' : '='}${written})`;
}

function writeAssertion(what: Assertion, pcre: boolean): string {
  switch (what) {
    case 'start':
      return '^';
    case 'line-start':
      // pcre2pattern(3), "Circumflex and dollar": not behind an LF that ends the text.
      return pcre ? '(?:^|(?<=\\n)(?!$))' : '(?:^|(?<=\\n))';
    case 'end':
      return '$';
    case 'line-end':
      return '(?=\\n|$)';
    case 'end-or-final-lf':
      return '(?=\\n?$)';
    case 'word-edge':
      return '\\b';
    case 'no-word-edge':
      return '\\B';
  }
}

function writeOctet(code: number, fold: boolean): string {
  const character = String.fromCharCode(code);
  if (fold && /[A-Za-z]/.test(character)) return `[${character.toLowerCase()}${character.toUpperCase()}]`;
  return /[0-9A-Za-z]/.test(character) ? character : escaped(code);
}

function escaped(code: number): string {
  return code < 128 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${(ABOVE + code).toString(16)}`;
}

function writeSet(set: ByteSet): string {
  if (!set.includes(0)) return '[^]';
  let ranges = '';
  for (let from = 0; from < 256; from++) {
    if (set[from] !== 1) continue;
    let to = from;
    // Octets from 128 on stand elsewhere: a range ends there.
    while (set[to + 1] === 1 && to !== 127) to++;
    ranges += from === to ? escaped(from) : `${escaped(from)}-${escaped(to)}`;
    from = to;
  }
  return `[${ranges}]`;
}
