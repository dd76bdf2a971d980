/**
 * Where assertions hold, by what stands on both sides of a position.
 */
import { EDGE, LAST_NEWLINE, NEWLINE, WORD } from './alphabet.js';
import { assertions } from './nfa.js';

/** By the number of the assertion, and then `before * 8 + after`: 1 where it holds. */
const truth: readonly Uint8Array[] = assertions.map((what) =>
  Uint8Array.from({ length: 64 }, (_, sides) => (holds(what, sides >> 3, sides & 7) ? 1 : 0)),
);

export function assertionHolds(assertion: number, before: number, after: number): boolean {
  return (truth[assertion] as Uint8Array)[before * 8 + after] === 1;
}

function holds(what: (typeof assertions)[number], before: number, after: number): boolean {
  switch (what) {
    case 'start':
      return before === EDGE;
    case 'line-start':
      // pcre2pattern(3), "Circumflex and dollar": not behind an LF that ends the text.
      return before === EDGE || ((before === NEWLINE || before === LAST_NEWLINE) && after !== EDGE);
    case 'end':
      return after === EDGE;
    case 'line-end':
      return after === EDGE || after === NEWLINE || after === LAST_NEWLINE;
    case 'end-or-final-lf':
      return after === EDGE || after === LAST_NEWLINE;
    case 'word-edge':
      return (before === WORD) !== (after === WORD);
    case 'no-word-edge':
      return (before === WORD) === (after === WORD);
  }
}
