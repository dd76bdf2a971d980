/**
 * The commands of one connection: lines that end in LF or CRLF, cut from the chunks of the socket without a copy, one
 * at a time: the next line is read when the one before has been answered. It also tells what RFC 2920 turns on: whether
 * the client had sent more behind a command before it saw the answer.
 */
import { LF } from '../../values/bytes.js';

/** How many lines of one chunk are taken before others have their turn. */
const LINES_AT_ONCE = 100;

export interface LineReader {
  /** Called for each line, without its end; `next` once it has been dealt with. */
  line(line: Buffer, next: () => void): void;
  /** True when the octets behind the last line are not for us: a message, or a connection that has ended. */
  over(): boolean;
  /** Is given what is left when `over` said so; `done` then belongs to whoever takes it. */
  rest(rest: Buffer, done: Done): void;
}

type Done = (error?: Error | null) => void;

export class CommandLines {
  readonly #reader: LineReader;
  readonly #limit: number;
  #held: Buffer = nothing;
  #all: Buffer = nothing;
  #at = 0;

  /** `limit`: octets of a line, ended or not. */
  constructor(reader: LineReader, limit: number) {
    this.#reader = reader;
    this.#limit = limit;
  }

  /** True when the client had sent octets behind the line that is being dealt with. */
  get pending(): boolean {
    return this.#at < this.#all.length;
  }

  /** `done` is called when all of `chunk` has been dealt with, or with the error that ends the connection. */
  push(chunk: Buffer, done: Done): void {
    this.#all = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = nothing;
    this.#at = 0;
    let busy = false;
    let again = false;
    let count = 0;
    // Answered at once, the next line is taken by the loop, not by a call inside of a call.
    const next = (): void => {
      if (busy) {
        again = true;
        return;
      }
      busy = true;
      try {
        do {
          again = false;
          if (!this.#take(next, done)) return;
          if (again && ++count % LINES_AT_ONCE === 0) {
            setImmediate(next);
            return;
          }
        } while (again);
      } finally {
        busy = false;
      }
    };
    next();
  }

  /** What has come of a line that never ended; it is forgotten. */
  end(): Buffer {
    const held = this.#held;
    this.#held = nothing;
    return held;
  }

  /** False when nothing is left to take. */
  #take(next: () => void, done: Done): boolean {
    const all = this.#all;
    const at = this.#at;
    if (this.#reader.over()) {
      this.#at = all.length;
      this.#reader.rest(all.subarray(at), done);
      return false;
    }
    const lf = all.indexOf(LF, at);
    const size = (lf === -1 ? all.length : lf) - at;
    if (size > this.#limit) {
      this.#at = all.length;
      done(new Error('Command line too long'));
      return false;
    }
    if (lf === -1) {
      this.#at = all.length;
      this.#held = all.subarray(at);
      done();
      return false;
    }
    this.#at = lf + 1;
    this.#reader.line(all.subarray(at, lf > at && all[lf - 1] === CR ? lf - 1 : lf), next);
    return true;
  }
}

const CR = 13;
const nothing: Buffer = Buffer.alloc(0);
