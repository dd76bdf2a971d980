/**
 * The boundaries of the multiparts that are open, innermost first (RFC 2046 section 5.1.1). A line is a delimiter when
 * it begins with `--` and a boundary: what stands behind that is ignored, as Postfix does. A line is compared with all
 * of them in one pass: of each it is known how far it agrees with the one outside of it.
 */
import { encodeLatin1 } from '../bytes.js';

export interface Open {
  readonly octets: Uint8Array;
  /** Its parts are messages unless they say otherwise (RFC 2046 section 5.1.5). */
  readonly digest: boolean;
  /** Octets that it has in common with the next one outwards. */
  readonly common: number;
  readonly outer: Open | undefined;
}

export interface Delimiter {
  readonly closing: boolean;
  readonly digest: boolean;
  /** Multiparts inside the one that it belongs to. */
  readonly inside: number;
  readonly of: Open;
}

const HYPHEN = 45;

export class Boundaries {
  #innermost: Open | undefined;
  #depth = 0;
  readonly #nestingLimit: number;
  readonly #lengthLimit: number;

  constructor(nestingLimit: number, lengthLimit: number) {
    this.#nestingLimit = nestingLimit;
    this.#lengthLimit = lengthLimit;
  }

  get depth(): number {
    return this.#depth;
  }

  /** False when there are too many already: the boundary is not looked for. */
  open(boundary: string, digest: boolean): boolean {
    // Postfix counts from -1, and up to the limit inclusive.
    if (this.#depth > this.#nestingLimit + 1) return false;
    const octets = encodeLatin1(boundary.slice(0, this.#lengthLimit));
    const outer = this.#innermost;
    this.#innermost = { octets, digest, common: outer === undefined ? 0 : commonLength(octets, outer.octets), outer };
    this.#depth++;
    return true;
  }

  /** The delimiter that the octets from `start` to `end`, a line without its line end, are. */
  find(bytes: Uint8Array, start: number, end: number): Delimiter | undefined {
    if (end - start < 3 || bytes[start] !== HYPHEN || bytes[start + 1] !== HYPHEN) return undefined;
    const text = start + 2;
    let inside = 0;
    let agreed = 0;
    let inner: Open | undefined;
    for (let one = this.#innermost; one !== undefined; one = one.outer) {
      // Where the inner one differed from the text before or behind the point at which it leaves this one, the answer is known.
      if (inner === undefined || agreed === inner.common) agreed = agreement(bytes, text, end, one.octets, agreed);
      else agreed = Math.min(agreed, inner.common);
      if (agreed === one.octets.length) {
        return { closing: isClosing(bytes, text + agreed, end), digest: one.digest, inside, of: one };
      }
      inner = one;
      inside++;
    }
    return undefined;
  }

  /** The delimiter is there: what it ends is closed. */
  arrive({ closing, inside, of }: Delimiter): void {
    this.#innermost = closing ? of.outer : of;
    this.#depth -= closing ? inside + 1 : inside;
  }
}

function isClosing(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 2 <= end && bytes[at] === HYPHEN && bytes[at + 1] === HYPHEN;
}

/** How many octets of `boundary` stand at `text`; `known` of them do. */
function agreement(bytes: Uint8Array, text: number, end: number, boundary: Uint8Array, known: number): number {
  const most = Math.min(boundary.length, end - text);
  let length = Math.min(known, most);
  while (length < most && bytes[text + length] === boundary[length]) length++;
  return length;
}

function commonLength(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}
