/**
 * Single characters of PCRE as nodes: literals, their letter case, and `\R`.
 */
import { addOtherCaseOfLatin1, setOf, verticalSet } from './byte-set.js';
import type { PcreFlags } from './parse-pcre.js';
import { choice, type Node, sequence } from './syntax.js';

/** `\R`: CRLF, or one of the vertical spaces. */
export const lineBreak: Omit<Extract<Node, { kind: 'atomic' }>, 'at'> = {
  kind: 'atomic',
  body: choice([
    { kind: 'literal', text: '\r\n', fold: false },
    { kind: 'set', set: verticalSet },
  ]),
  construct: '\\R',
};

export function literal(text: string, flags: PcreFlags): Node {
  if (flags.ignoreCase && flags.perl === true && /[\xc0-\xfe]/.test(text))
    return sequence(Array.from(text, foldedOctet));
  return { kind: 'literal', text, fold: flags.ignoreCase };
}

/** A character whose case is that of Latin-1. */
function foldedOctet(character: string): Node {
  const octet = character.charCodeAt(0);
  if (octet < 0x80) return { kind: 'literal', text: character, fold: true };
  const set = setOf([octet, octet]);
  addOtherCaseOfLatin1(set);
  return { kind: 'set', set };
}
