/**
 * DNS messages (RFC 1035 section 4): a question to octets, and the reply to records. For the few questions that c-ares refuses;
 * see other-names.ts. Pointers lead backwards, and are counted.
 */
import { shownLabel } from '../../values/dns-name.js';
import { ipFromBytes } from '../../values/ip.js';
import type { QuestionType } from './wire.js';

const TYPES: Readonly<Record<QuestionType, number>> = { A: 1, NS: 2, CNAME: 5, PTR: 12, MX: 15, TXT: 16, AAAA: 28 };
const CLASS_IN = 1;
const RECURSION_DESIRED = 0x0100;
const MOST_POINTERS = 128;
/** Of a name, its end not counted (RFC 1035 section 2.3.4). */
const MOST_OCTETS = 254;

export interface Message {
  /** 0: no error; 2: SERVFAIL; 3: NXDOMAIN; 5: REFUSED. */
  readonly code: number;
  readonly truncated: boolean;
  readonly records: readonly MessageRecord[];
}

export interface MessageRecord {
  readonly owner: string;
  readonly type: QuestionType;
  readonly seconds: number;
  /** As the port has it: an address, a name, a text, `{ preference, exchange }`. */
  readonly value: unknown;
}

/** `name` is one that `dnsNameFault` finds nothing in. */
export function encodeQuestion(id: number, type: QuestionType, name: string): Uint8Array {
  const octets = [id >> 8, id & 255, RECURSION_DESIRED >> 8, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  for (const label of name.split('.')) {
    octets.push(label.length);
    for (let i = 0; i < label.length; i++) octets.push(label.charCodeAt(i));
  }
  octets.push(0, 0, TYPES[type], 0, CLASS_IN);
  return Uint8Array.from(octets);
}

/** Undefined for what is not the reply to `question`, or makes no sense. */
export function readReply(reply: Uint8Array, question: Uint8Array): Message | undefined {
  try {
    return new Reader(reply).message(question);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Name {
  readonly text: string;
  readonly octets: number;
  readonly pointers: number;
  /** Behind it, or behind its first pointer. */
  readonly end: number;
}

/** Everything that ends too early, or is out of bounds, is a RangeError. */
class Reader {
  readonly #octets: Uint8Array;
  readonly #view: DataView;
  /** By place. */
  readonly #pointed = new Map<number, Name>();
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
    this.#view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  }

  message(question: Uint8Array): Message {
    const asked = new Reader(question);
    const [id, flags, questions, answers] = [this.#short(), this.#short(), this.#short(), this.#short()];
    this.#at = 12;
    asked.#at = 12;
    const same = id === asked.#view.getUint16(0) && (flags & 0x8000) !== 0 && questions === 1;
    if (!same || this.#name() !== asked.#name() || this.#long() !== asked.#long())
      throw new RangeError('another question');
    const truncated = (flags & 0x0200) !== 0;
    const records: MessageRecord[] = [];
    // What is truncated is asked for again.
    for (let i = 0; i < answers && !truncated; i++) records.push(...this.#record());
    return { code: flags & 15, truncated, records };
  }

  #record(): readonly MessageRecord[] {
    const owner = this.#name();
    const [number, className, seconds, length] = [this.#short(), this.#short(), this.#long(), this.#short()];
    const end = this.#at + length;
    if (end > this.#octets.length) throw new RangeError('a record ends behind the message');
    const type = (Object.keys(TYPES) as QuestionType[]).find((one) => TYPES[one] === number);
    const known = type !== undefined && className === CLASS_IN;
    const value = known ? this.#value(type, end) : undefined;
    if (known && this.#at !== end) throw new RangeError('a record is longer than its data');
    this.#at = end;
    // RFC 2181 section 8: a time with its first bit is 0.
    return known ? [{ owner, type, seconds: seconds > 0x7fffffff ? 0 : seconds, value }] : [];
  }

  #value(type: QuestionType, end: number): unknown {
    switch (type) {
      case 'A':
      case 'AAAA': {
        const ip = ipFromBytes(this.#take(type === 'A' ? 4 : 16));
        if (ip.kind === 'malformed') throw new RangeError(ip.why);
        return ip.value;
      }
      case 'MX': {
        const preference = this.#short();
        return { preference, exchange: this.#name() };
      }
      case 'TXT': {
        let text = '';
        while (this.#at < end) text += String.fromCharCode(...this.#take(this.#octet()));
        return text;
      }
      default:
        return this.#name();
    }
  }

  /** In lower case, without final dot, written as in master files. */
  #name(): string {
    const { text, end } = this.#nameAt(this.#at, 0);
    this.#at = end;
    return text;
  }

  /** What pointers lead to is read once: thousands of records may share one long name. */
  #pointedAt(target: number, depth: number): Name {
    const known = this.#pointed.get(target);
    if (known !== undefined) return known;
    const name = this.#nameAt(target, depth);
    this.#pointed.set(target, name);
    return name;
  }

  #nameAt(start: number, depth: number): Name {
    const labels: string[] = [];
    let at = start;
    let length = this.#view.getUint8(at);
    for (; length > 0 && length < 0xc0; length = this.#view.getUint8(at)) {
      const end = at + 1 + length;
      if (length > 63 || end - start > MOST_OCTETS) throw new RangeError('a label or name is too long');
      labels.push(shownLabel(String.fromCharCode(...this.#octets.subarray(at + 1, end))).toLowerCase());
      at = end;
    }
    const octets = at - start;
    if (length === 0) return { text: labels.join('.'), octets, pointers: 0, end: at + 1 };
    const target = this.#view.getUint16(at) & 0x3fff;
    // To what stands before, so that it comes to an end (RFC 1035 section 4.1.4).
    if (target >= start || depth >= MOST_POINTERS) throw new RangeError('a pointer leads nowhere');
    const rest = this.#pointedAt(target, depth + 1);
    const name = { octets: octets + rest.octets, pointers: rest.pointers + 1, end: at + 2 };
    if (name.octets > MOST_OCTETS || name.pointers > MOST_POINTERS) throw new RangeError('a name is too long');
    return { ...name, text: [...labels, ...(rest.text === '' ? [] : [rest.text])].join('.') };
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#octets.length) throw new RangeError('the message ends too early');
    const octets = this.#octets.subarray(this.#at, end);
    this.#at = end;
    return octets;
  }
  #octet(): number {
    return this.#view.getUint8(this.#at++);
  }
  #short(): number {
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2);
  }
  #long(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4);
  }
}
