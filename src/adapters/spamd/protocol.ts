/**
 * The protocol of spamd (spamd/PROTOCOL of SpamAssassin, SPAMC/1.5): a request line, header lines, an empty line, the message. Bytes to
 * values and back; no socket. Strict with replies: a body comes in exactly the length that was announced, and what else comes is
 * nonsense.
 */
import { concatBytes, decodeLatin1, encodeLatin1 } from '../../values/bytes.js';
import { excerpt } from '../../values/characters.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';

/** CHECK: points alone. SYMBOLS: names of rules. REPORT: a text for people. HEADERS, PROCESS: the header, the message with marks. */
export type SpamdCommand = 'CHECK' | 'SYMBOLS' | 'REPORT' | 'HEADERS' | 'PROCESS';

export interface SpamdReply {
  readonly score: number;
  readonly required: number;
  /** Empty for CHECK. */
  readonly body: Uint8Array;
}

/** `user` has been looked at: it is printable. */
export function encodeRequest(command: SpamdCommand, length: number, user: string | undefined): Uint8Array {
  const owner = user === undefined ? '' : `User: ${user}\r\n`;
  return encodeLatin1(`${command} SPAMC/1.5\r\nContent-length: ${length}\r\n${owner}\r\n`);
}

/** Octets of the lines before the body. */
const HEAD_LIMIT = 8192;

interface Head {
  readonly score: number;
  readonly required: number;
  readonly length: number;
}

/** Collects one reply, in whatever pieces it comes. */
export class ReplyReader {
  readonly #hasBody: boolean;
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #size = 0;
  #head: Head | undefined = undefined;

  constructor(command: SpamdCommand, limit: number) {
    this.#hasBody = command !== 'CHECK';
    this.#limit = limit;
  }

  /** Undefined: more is to come. */
  push(bytes: Uint8Array): Parsed<SpamdReply> | undefined {
    this.#parts.push(bytes);
    this.#size += bytes.length;
    if (this.#head === undefined) {
      const read = this.#readHead();
      if (read === undefined || read.kind === 'malformed') return read;
      this.#head = read.value;
    }
    const { length, score, required } = this.#head;
    if (this.#size < length) return undefined;
    if (this.#size > length) return malformed('more octets than it announced');
    return parsed({ score, required, body: concatBytes(this.#parts) });
  }

  /** The connection is closed at the other end. */
  end(): Parsed<never> {
    if (this.#size === 0 && this.#head === undefined) return malformed('closed without a reply');
    return malformed('the reply is cut short');
  }

  #readHead(): Parsed<Head> | undefined {
    const all = concatBytes(this.#parts);
    const text = decodeLatin1(all.subarray(0, HEAD_LIMIT));
    const end = text.indexOf('\r\n\r\n');
    // A failure is one line, without an empty line behind it.
    const status = /^([^\r\n]*)\r\n/.exec(text)?.[1];
    const failure = status === undefined ? undefined : failureOf(status);
    if (failure !== undefined) return malformed(failure);
    if (end < 0) return all.length >= HEAD_LIMIT ? malformed('no end of its header') : undefined;
    const rest = all.subarray(end + 4);
    this.#parts = [rest];
    this.#size = rest.length;
    const head = readHead(text.slice(0, end).split('\r\n').slice(1), this.#hasBody);
    const large = head.kind === 'parsed' && head.value.length > this.#limit;
    return large ? malformed(`a reply of over ${this.#limit} octets`) : head;
  }
}

/** Undefined for `SPAMD/1.1 0 EX_OK`. */
function failureOf(line: string): string | undefined {
  const status = /^SPAMD\/\d{1,3}\.\d{1,3} (\d{1,4}) (.*)$/.exec(line);
  if (status === null) return `no status line: ${excerpt(line)}`;
  return status[1] === '0' ? undefined : `it answers ${status[1]}: ${excerpt(status[2] ?? '')}`;
}

const POINTS = /^(True|False|Yes|No) ; (-?\d{1,9}(?:\.\d{1,9})?) \/ (-?\d{1,9}(?:\.\d{1,9})?)$/;

function readHead(lines: readonly string[], hasBody: boolean): Parsed<Head> {
  const values = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (colon <= 0) return malformed(`no header line: ${excerpt(line)}`);
    if (values.has(name)) return malformed(`twice: ${excerpt(name)}`);
    values.set(name, line.slice(colon + 1).trim());
  }
  const points = POINTS.exec(values.get('spam') ?? '');
  if (points === null) return malformed(`no points: ${excerpt(values.get('spam') ?? '')}`);
  const [score, required] = [Number(points[2]), Number(points[3])];
  // Points are rounded: what is the same then may be either.
  const says = points[1] === 'True' || points[1] === 'Yes' ? score >= required : score <= required;
  if (!says) return malformed(`points that are not what it says: ${excerpt(points[0])}`);
  const announced = values.get('content-length') ?? (hasBody ? '' : '0');
  if (!/^\d{1,10}$/.test(announced)) return malformed('no Content-length');
  return parsed({ score, required, length: Number(announced) });
}
