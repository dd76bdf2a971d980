/**
 * A tree in the syntax of RE2, without flags: what `re2js`, and `re2`, read. Octets are code points 0 to 255.
 *
 * PCRE's `$` also holds before an LF that ends the text, which RE2 has no word for. So there are two renderings. For
 * a text that does not end in LF, `$` is `\z`. For one that does, every other LF of the text is first replaced by
 * code point U+0100 (`maskInnerLf`), which the pattern then takes for LF too; there `$` is the `(?m:$)` of RE2.
 */
import { type ByteSet, LF } from './byte-set.js';
import type { Assertion, Node } from './syntax.js';

export type Rendering = 'plain' | 'masked';

const MASK = 'Ā';

/** `text`, which ends in LF, with all others of its LFs masked. Indices stay the same. */
export function maskInnerLf(text: string): string {
  return `${text.slice(0, -1).replaceAll('\n', MASK)}\n`;
}

/** True where the two renderings differ in meaning, and a text that ends in LF needs the second. */
export function needsMask(node: Node): boolean {
  const asserts = new Set<Assertion>();
  collect(node, asserts);
  const lines = asserts.has('line-start') || asserts.has('line-end');
  return asserts.has('end-or-final-lf') && !lines;
}

function collect(node: Node, into: Set<Assertion>): void {
  if (node.kind === 'assert') into.add(node.what);
  else if (node.kind === 'capture') collect(node.body, into);
  else if (node.kind === 'repeat') collect(node.item, into);
  else if (node.kind === 'sequence' || node.kind === 'choice') for (const item of node.items) collect(item, into);
}

export function render(node: Node, as: Rendering): string {
  switch (node.kind) {
    case 'literal':
      return renderLiteral(node.text, node.fold, as);
    case 'set':
      return renderSet(node.set, as);
    case 'assert':
      return renderAssertion(node.what, as);
    case 'capture':
      return `(${render(node.body, as)})`;
    case 'sequence':
      return node.items.map((item) => (item.kind === 'choice' ? `(?:${render(item, as)})` : render(item, as))).join('');
    case 'choice':
      return `(?:${node.items.map((item) => render(item, as)).join('|')})`;
    case 'repeat':
      return `(?:${render(node.item, as)})${renderCounts(node.min, node.max)}${node.lazy ? '?' : ''}`;
    case 'atomic':
    case 'look':
    case 'reference':
      throw new Error(`"${node.kind}" has no rendering`);
  }
}

function renderCounts(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === 0 && max === 1) return '?';
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

/** Where the text may be mixed with line assertions, the final LF is matched instead of looked at. */
function renderAssertion(what: Assertion, as: Rendering): string {
  switch (what) {
    case 'start':
      return '\\A';
    case 'line-start':
      return '(?m:^)';
    case 'end':
      return '\\z';
    case 'line-end':
      return '(?m:$)';
    case 'end-or-final-lf':
      return as === 'masked' ? '(?m:$)' : '\\n?\\z';
    case 'word-edge':
      return '\\b';
    case 'no-word-edge':
      return '\\B';
  }
}

/** Runs of ASCII take RE2's own folding; other octets have no other case in the C locale. */
function renderLiteral(text: string, fold: boolean, as: Rendering): string {
  const plain = (part: string): string =>
    Array.from(part, (character) => escapeCode(character.charCodeAt(0), as)).join('');
  if (!fold) return plain(text);
  return text
    .split(/([A-Za-z][\0-\x7f]*)/)
    .map((part, i) => (i % 2 === 1 ? `(?i:${plain(part)})` : plain(part)))
    .join('');
}

function escapeCode(code: number, as: Rendering): string {
  if (code === LF && as === 'masked') return '[\\n\\x{100}]';
  const character = String.fromCharCode(code);
  return /[0-9A-Za-z]/.test(character) ? character : `\\x{${code.toString(16)}}`;
}

function renderSet(set: ByteSet, as: Rendering): string {
  const ranges: string[] = [];
  let full = true;
  for (let from = 0; from < 256; from++) {
    if (set[from] !== 1) {
      full = false;
      continue;
    }
    let to = from;
    while (set[to + 1] === 1) to++;
    ranges.push(from === to ? `\\x{${from.toString(16)}}` : `\\x{${from.toString(16)}}-\\x{${to.toString(16)}}`);
    from = to;
  }
  if (full) return '(?s:.)';
  if (ranges.length === 0) return '[^\\x{0}-\\x{10ffff}]';
  const mask = as === 'masked' && set[LF] === 1 ? '\\x{100}' : '';
  return `[${ranges.join('')}${mask}]`;
}
