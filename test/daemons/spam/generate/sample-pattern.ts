/**
 * Random texts that a Perl pattern matches, as far as that can be told without running it: look-around and anchors are left out,
 * so most samples match and some do not. Octets as Latin-1.
 */
import type { Random } from '../../generate/random.js';

type Node =
  | { readonly kind: 'class'; readonly octets: readonly number[] }
  | { readonly kind: 'alternatives'; readonly list: readonly (readonly Node[])[]; readonly group: number | undefined }
  | { readonly kind: 'repeat'; readonly node: Node; readonly least: number; readonly most: number }
  | { readonly kind: 'reference'; readonly group: number };

/** Undefined for what is not understood. */
export function samplePattern(text: string, flags: string, random: Random): string | undefined {
  try {
    const reader = new Reader(flags.includes('x') ? withoutBlanks(text) : text);
    const node = reader.alternatives(undefined);
    const sample = write(node, random, new Map()).slice(0, 4000);
    return flags.includes('i') ? mixedCase(sample, random) : sample;
  } catch {
    return undefined;
  }
}

function withoutBlanks(text: string): string {
  return text.replace(/\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\s+|#[^\n]*/g, (part) => (/^[\s#]/.test(part) ? '' : part));
}

function mixedCase(sample: string, random: Random): string {
  const way = random.below(8);
  if (way === 0) return sample.toUpperCase();
  return way === 1 ? sample.toLowerCase() : sample;
}

function write(node: Node, random: Random, groups: Map<number, string>): string {
  if (node.kind === 'class') return node.octets.length === 0 ? '' : String.fromCharCode(random.pick(node.octets));
  if (node.kind === 'reference') return groups.get(node.group) ?? '';
  if (node.kind === 'repeat') {
    const times = Math.min(node.most, node.least + random.below(4));
    let text = '';
    for (let i = 0; i < times && text.length < 4000; i++) text += write(node.node, random, groups);
    return text;
  }
  const text = random
    .pick(node.list)
    .map((one) => write(one, random, groups))
    .join('');
  if (node.group !== undefined) groups.set(node.group, text);
  return text;
}

const span = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const DIGITS = span(48, 57);
const WORD = [...DIGITS, ...span(65, 90), 95, ...span(97, 122)];
const BLANKS = [32];
const PRINTABLE = span(32, 126);
const not = (set: readonly number[]): number[] => PRINTABLE.filter((octet) => !set.includes(octet));
const CLASSES: Readonly<Record<string, readonly number[]>> = {
  d: DIGITS,
  w: WORD,
  s: BLANKS,
  h: BLANKS,
  v: [10],
  R: [10],
  D: not(DIGITS),
  W: not(WORD),
  S: span(97, 122),
  N: span(97, 122),
};
const POSIX: Readonly<Record<string, readonly number[]>> = {
  alpha: [...span(65, 90), ...span(97, 122)],
  alnum: [...DIGITS, ...span(65, 90), ...span(97, 122)],
  digit: DIGITS,
  lower: span(97, 122),
  upper: span(65, 90),
  punct: [33, 45, 46, 63],
  space: BLANKS,
  blank: BLANKS,
  word: WORD,
  xdigit: [...DIGITS, ...span(97, 102)],
  print: PRINTABLE,
  graph: span(33, 126),
  ascii: PRINTABLE,
  cntrl: [1, 8],
};
const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, e: 27, a: 7 };

class Reader {
  readonly #text: string;
  #at = 0;
  #groups = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Up to the closing bracket, or the end. */
  alternatives(group: number | undefined): Node {
    const list: Node[][] = [[]];
    while (this.#at < this.#text.length && this.#text[this.#at] !== ')') {
      if (this.#take('|')) list.push([]);
      else {
        const node = this.#repeated(this.#atom());
        if (node !== undefined) list.at(-1)?.push(node);
      }
    }
    return { kind: 'alternatives', list, group };
  }

  #take(what: string): boolean {
    const here = this.#text.startsWith(what, this.#at);
    if (here) this.#at += what.length;
    return here;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  /** Undefined for what takes no text. */
  #atom(): Node | undefined {
    if (this.#take('(')) return this.#group();
    if (this.#take('[')) return this.#set();
    if (this.#take('\\')) return this.#escape();
    const one = this.#text.charCodeAt(this.#at++);
    if (one === 94 || one === 36) return undefined;
    return { kind: 'class', octets: one === 46 ? [...span(97, 122), 32, 49] : [one] };
  }

  #repeated(node: Node | undefined): Node | undefined {
    const bounds = this.#match(/(?:([*+?])|\{(\d+)(,?)(\d*)\})[+?]?/y);
    if (bounds === null || node === undefined) return node;
    const [, sign, least, comma, most] = bounds;
    const low = sign === undefined ? Number(least) : sign === '+' ? 1 : 0;
    if (sign !== undefined) return { kind: 'repeat', node, least: low, most: sign === '?' ? 1 : low + 3 };
    const high = comma === '' ? low : most === '' ? low + 3 : Number(most);
    return { kind: 'repeat', node, least: low, most: high };
  }

  #group(): Node | undefined {
    const kind = this.#match(/\?(?:#[^)]*|<?[=!]|[|>:]|P?<\w+>|'\w+'|\^?[a-z]*(?:-[a-z]+)?[:)])/y)?.[0] ?? '';
    if (kind.endsWith(')')) return undefined;
    const captures = kind === '' || /^\?(?:P?<\w|')/.test(kind);
    const inner = this.alternatives(captures ? ++this.#groups : undefined);
    if (!this.#take(')')) throw new Error('no end');
    return /^\?(?:<?[=!]|#)/.test(kind) ? undefined : inner;
  }

  #escape(): Node | undefined {
    if (this.#match(/[bBAzZGK]/y)) return undefined;
    const group = this.#match(/([1-9])(?!\d)|g\{?(\d+)\}?/y);
    if (group !== null) return { kind: 'reference', group: Number(group[1] ?? group[2]) };
    return { kind: 'class', octets: this.#octets() };
  }

  /** Of an escape, its backslash taken. */
  #octets(): readonly number[] {
    const hex = this.#match(/x(?:\{([0-9a-f]+)\}|([0-9a-f]{1,2}))/iy);
    if (hex !== null) return [Number.parseInt(hex[1] ?? hex[2] ?? '0', 16) & 255];
    const octal = this.#match(/0[0-7]{0,2}|[0-7]{3}/y);
    if (octal !== null) return [Number.parseInt(octal[0], 8) & 255];
    const letter = this.#text[this.#at++] ?? '';
    return CLASSES[letter] ?? [CONTROLS[letter] ?? letter.charCodeAt(0)];
  }

  #set(): Node {
    const negated = this.#take('^');
    const octets: number[] = [];
    for (let first = true; first || this.#text[this.#at] !== ']'; first = false) {
      if (this.#at >= this.#text.length) throw new Error('no end');
      const low = this.#member();
      if (low.length === 1 && this.#match(/-(?!\])/y)) octets.push(...span(low[0] ?? 0, this.#member()[0] ?? 0));
      else octets.push(...low);
    }
    this.#at++;
    const rest = negated ? not(octets) : octets;
    const letters = rest.filter((octet) => octet >= 97 && octet <= 122);
    return { kind: 'class', octets: negated && letters.length > 0 ? letters : rest };
  }

  #member(): readonly number[] {
    const posix = this.#match(/\[:(\w+):\]/y);
    if (posix !== null) return POSIX[posix[1] ?? ''] ?? [];
    if (this.#take('\\')) return this.#take('b') ? [8] : this.#octets();
    return [this.#text.charCodeAt(this.#at++)];
  }
}
