/**
 * Basic Encoding Rules as LDAP restricts them (RFC 4511 section 5.1: definite lengths): messages out of a stream of
 * octets, and values out of a message. No value reaches beyond what it stands in. A message is held once, in room that
 * grows as its octets come.
 */

/** What came is no LDAP. */
export class MalformedError extends Error {
  readonly kind = 'malformed';
}

const SEQUENCE = 0x30;
/** Tag, and the length in at most five octets. */
const LONGEST_HEADER = 6;
const FIRST_ROOM = 4096;

/** Cuts a stream into messages (LDAPMessage, RFC 4511 section 4.1.1). */
export class MessageReader {
  readonly #limit: number;
  #held: Uint8Array = new Uint8Array(0);
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Octets of a message that is not whole. */
  get pending(): number {
    return this.#length;
  }

  /** The whole messages there are now. Throws MalformedError, then and ever after nothing is to be given any more. */
  *push(octets: Uint8Array): Iterable<Uint8Array> {
    let rest = octets;
    while (rest.length > 0) {
      const size = this.#sizeWith(rest);
      const missing = (size ?? LONGEST_HEADER) - this.#length;
      if (size !== undefined && this.#length === 0 && rest.length >= size) {
        yield rest.subarray(0, size);
        rest = rest.subarray(size);
        continue;
      }
      const taken = rest.subarray(0, size === undefined ? 1 : missing);
      this.#hold(taken, size ?? LONGEST_HEADER);
      rest = rest.subarray(taken.length);
      if (size === undefined || this.#length < size) continue;
      yield this.#held.subarray(0, size);
      this.#held = new Uint8Array(0);
      this.#length = 0;
    }
  }

  /** Of the message that begins with what is held; undefined: its header is not whole. */
  #sizeWith(rest: Uint8Array): number | undefined {
    const held = this.#length;
    const at = (index: number): number | undefined => (index < held ? this.#held[index] : rest[index - held]);
    if (at(0) !== SEQUENCE) throw new MalformedError('it does not speak LDAP');
    const header = headerOf(at);
    if (header === undefined) return undefined;
    if (header.length > this.#limit) throw new MalformedError(`a message is over ${this.#limit} octets`);
    return header.start + header.length;
  }

  #hold(octets: Uint8Array, size: number): void {
    const needed = this.#length + octets.length;
    if (needed > this.#held.length) {
      const room = new Uint8Array(Math.max(needed, Math.min(size, Math.max(FIRST_ROOM, 2 * this.#held.length))));
      room.set(this.#held.subarray(0, this.#length));
      this.#held = room;
    }
    this.#held.set(octets, this.#length);
    this.#length = needed;
  }
}

interface Header {
  /** Index of the first octet of the content. */
  readonly start: number;
  readonly length: number;
}

/** Undefined where the octets end within it. */
function headerOf(at: (index: number) => number | undefined): Header | undefined {
  const first = at(1);
  if (first === undefined) return undefined;
  if (first < 0x80) return { start: 2, length: first };
  const count = first - 0x80;
  if (count === 0 || count > 4) throw new MalformedError('a length is no length of LDAP');
  let length = 0;
  for (let index = 2; index < 2 + count; index++) {
    const octet = at(index);
    if (octet === undefined) return undefined;
    length = length * 256 + octet;
  }
  return { start: 2 + count, length };
}

/** Values one after the other. Every method throws MalformedError where there is no such value. */
export class BerCursor {
  readonly #octets: Uint8Array;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get atEnd(): boolean {
    return this.#at >= this.#octets.length;
  }

  /** Of the next value; undefined at the end. Numbers above 30 do not occur in LDAP. */
  get tag(): number | undefined {
    return this.#octets[this.#at];
  }

  /** The content of the next value. */
  octets(tag: number): Uint8Array {
    if (this.tag !== tag) throw new MalformedError('a message is not as LDAP has it');
    const header = headerOf((index) => this.#octets[this.#at + index]);
    const start = this.#at + (header?.start ?? 0);
    if (header === undefined || start + header.length > this.#octets.length) {
      throw new MalformedError('a value is longer than what it stands in');
    }
    this.#at = start + header.length;
    return this.#octets.subarray(start, this.#at);
  }

  inside(tag: number): BerCursor {
    return new BerCursor(this.octets(tag));
  }

  /** INTEGER or ENUMERATED of at most four octets. */
  integer(tag: number): number {
    const octets = this.octets(tag);
    if (octets.length === 0 || octets.length > 4) throw new MalformedError('a number is no number of LDAP');
    let value = (octets[0] as number) >= 0x80 ? -1 : 0;
    for (const octet of octets) value = (value << 8) | octet;
    return value;
  }

  /** Passes over the next value, whatever it is. */
  skip(): void {
    this.octets(this.tag ?? -1);
  }
}
