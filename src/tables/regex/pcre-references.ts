/**
 * Back-references of PCRE (pcre2pattern(3), "Backreferences"): `\1`, `\g1`, `\g{-1}`, `\k<name>`, `\k'name'`, `\k{name}`,
 * `\g{name}`, `(?P=name)`. Read for trusted tables alone. One to a group that begins later is refused.
 */
import { PatternFault } from './syntax.js';

/** Numbers, from 1, of the groups that have names and have begun. */
export type GroupNames = ReadonlyMap<string, number>;

export interface Reference {
  readonly group: number;
  /** The index behind it. */
  readonly end: number;
}

/** The reference whose backslash is at `at`; undefined when it is none. `groups`: how many have begun. */
export function readReference(pattern: string, at: number, groups: number, names: GroupNames): Reference | undefined {
  const head = pattern.slice(at, at + 140);
  const plain = /^\\([1-9][0-9]{0,9})/.exec(head);
  if (plain !== null) {
    const [construct, digits = ''] = plain;
    const octal = Number(digits) >= 10 && Number(digits) > groups && !/^[89]/.test(digits);
    return octal ? undefined : numbered(construct, Number(digits), groups, at);
  }
  const relative = /^\\g(?:([+-]?[0-9]{1,5})|\{([+-]?[0-9]{1,5})\})/.exec(head);
  if (relative !== null) {
    const [construct, bare, braced] = relative;
    const text = bare ?? braced ?? '';
    const count = Number(text.replace(/^[+-]/, ''));
    const group = text.startsWith('-') ? groups + 1 - count : text.startsWith('+') ? groups + count : count;
    return numbered(construct, group, groups, at);
  }
  const named = /^\\(?:[gk]\{([A-Za-z_]\w*)\}|k<([A-Za-z_]\w*)>|k'([A-Za-z_]\w*)')/.exec(head);
  if (named === null) return undefined;
  return byName(named[0], named[1] ?? named[2] ?? named[3] ?? '', names, at);
}

/** `(?P=name)` at `at`; undefined when it is something else. */
export function readNamedReference(pattern: string, at: number, names: GroupNames): Reference | undefined {
  const named = /^\(\?P=([A-Za-z_]\w*)\)/.exec(pattern.slice(at, at + 140));
  return named === null ? undefined : byName(named[0], named[1] ?? '', names, at);
}

/** Takes the name of the group that begins from `start` to `end`, when it has one. */
export function nameGroup(
  pattern: string,
  start: number,
  end: number,
  group: number,
  names: Map<string, number>,
): void {
  const [, name] = /^\(\?(?:P?<|')(\w+)[>']$/.exec(pattern.slice(start, end)) ?? [];
  if (name === undefined) return;
  if (names.has(name)) throw new PatternFault('malformed', name, 'two groups of the same name', start);
  names.set(name, group);
}

function numbered(construct: string, group: number, groups: number, at: number): Reference {
  if (group >= 1 && group <= groups) return { group, end: at + construct.length };
  throw new PatternFault('unsupported', construct, LATER, at);
}

function byName(construct: string, name: string, names: GroupNames, at: number): Reference {
  const group = names.get(name);
  if (group !== undefined) return { group, end: at + construct.length };
  throw new PatternFault('unsupported', construct, LATER, at);
}

const LATER = 'a back-reference to a group that does not begin before it';
