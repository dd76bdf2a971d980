/** Names and strings of master files with their escapes (RFC 1035 section 5.1): `\DDD` is an octet, `\X` the character itself. */
import { malformed, type Parsed, parsed } from '../../values/parsed.js';
import { isName } from '../ports/zone.js';

/** Octets of one character string (RFC 1035 section 3.3). */
const LONGEST_STRING = 255;

/**
 * Without final dot; '' for the root. `@` is the origin, a name without final dot stands below it. What no zone here holds is
 * refused: dots, blanks and backslashes inside of a label, octets above 127.
 */
export function readName(raw: string, origin: string): Parsed<string> {
  if (raw === '@') return parsed(origin);
  if (raw === '.') return parsed('');
  const read = readLabels(raw);
  if (read.kind === 'malformed') return read;
  const labels = read.value;
  const absolute = labels.length > 1 && labels[labels.length - 1] === '';
  const name = absolute
    ? labels.slice(0, -1).join('.')
    : origin === ''
      ? labels.join('.')
      : `${labels.join('.')}.${origin}`;
  if (name.endsWith('.') || !isName(name)) {
    return malformed('a name has labels of 1 to 63 printable ASCII characters, 253 in all');
  }
  return parsed(name);
}

function readLabels(raw: string): Parsed<readonly string[]> {
  if (!raw.includes('\\')) return parsed(raw.split('.'));
  const labels: string[] = [];
  let label = '';
  for (let at = 0; at < raw.length; ) {
    const one = readCharacter(raw, at);
    if (one.kind === 'malformed') return one;
    const { text, end } = one.value;
    const escaped = end > at + 1;
    if (escaped && /[.\\]/.test(text)) return malformed('a dot or backslash inside of a label is not held here', at);
    if (text === '.') labels.push(label);
    label = text === '.' ? '' : label + text;
    at = end;
  }
  return parsed([...labels, label]);
}

/** Its octets. */
export function readString(raw: string): Parsed<string> {
  let text = '';
  for (let at = 0; at < raw.length; ) {
    const one = readCharacter(raw, at);
    if (one.kind === 'malformed') return one;
    text += one.value.text;
    at = one.value.end;
  }
  return text.length <= LONGEST_STRING
    ? parsed(text)
    : malformed(`a string has at most ${LONGEST_STRING} octets, not ${text.length}: write several`, LONGEST_STRING);
}

function readCharacter(raw: string, at: number): Parsed<{ readonly text: string; readonly end: number }> {
  const character = raw.charAt(at);
  if (character !== '\\') return parsed({ text: character, end: at + 1 });
  const next = raw.charAt(at + 1);
  if (next === '') return malformed('a character is expected behind "\\"', at);
  if (!/[0-9]/.test(next)) return parsed({ text: next, end: at + 2 });
  const digits = raw.slice(at + 1, at + 4);
  if (!/^[0-9]{3}$/.test(digits) || Number(digits) > 255) {
    return malformed('three digits from 000 to 255 are expected behind "\\"', at);
  }
  return parsed({ text: String.fromCharCode(Number(digits)), end: at + 4 });
}
