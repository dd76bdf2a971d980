/**
 * The parser of a connection: commands by line (command-lines.ts), and the octets between 354 and the end of data,
 * which go into the spool no faster than it takes them. What the package's parser writes to stands in for the
 * PassThrough of its own, of which it uses no more than this: a message in one piece costs one call, not a stream. What
 * ends the data, and dot-stuffing, are in unstuff.ts.
 */
import { EventEmitter } from 'node:events';
import type { SMTPStream, SMTPStreamOptions } from 'smtp-server/lib/smtp-stream.js';
import { CommandLines } from './command-lines.js';
import type { Intake } from './content.js';
import type { Engine } from './engine.js';
import { Unstuffer } from './unstuff.js';

/**
 * `arrived` is called when no more can come, `settled` once: when the intake has it all, or was told that it broke off.
 */
export class MessageStream extends EventEmitter {
  byteLength = 0;
  sizeExceeded = false;
  writable = true;
  writableEnded = false;
  readableEnded = false;
  destroyed = false;
  readonly #intake: Intake;
  readonly #arrived: () => void;
  readonly #settled: () => void;
  #waiting = false;
  /** What the parser wrote without waiting: no more than one chunk of the socket. */
  #held: Uint8Array[] = [];

  constructor(intake: Intake, arrived: () => void, settled: () => void) {
    super();
    this.#intake = intake;
    this.#arrived = arrived;
    this.#settled = settled;
  }

  /** False when the parser must wait for `drain`. */
  write(chunk: Uint8Array): boolean {
    if (this.destroyed) return true;
    if (!this.#waiting) return this.#take(chunk);
    this.#held.push(chunk);
    return false;
  }

  end(chunk?: Uint8Array): void {
    if (chunk !== undefined) this.write(chunk);
    this.writable = false;
    this.writableEnded = true;
    this.#arrived();
    if (!this.#waiting && !this.destroyed) this.#end();
  }

  destroy(error?: Error): void {
    if (this.destroyed || this.readableEnded) return;
    this.destroyed = true;
    this.writable = false;
    this.#arrived();
    this.#held = [];
    const why = error?.message ?? 'the connection closed before the end of the message';
    this.#intake.abort(why).then(this.#settled);
    this.emit('close');
  }

  #take(chunk: Uint8Array): boolean {
    // No Buffer: its `slice` is not that of Uint8Array.
    const waiting = this.#intake.write(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
    if (waiting === undefined) return true;
    this.#waiting = true;
    waiting.then(() => this.#taken());
    return false;
  }

  #taken(): void {
    this.#waiting = false;
    if (this.destroyed) return;
    for (let next = this.#held.shift(); next !== undefined; next = this.#held.shift()) {
      if (!this.#take(next)) return;
    }
    if (this.writableEnded) this.#end();
    else this.emit('drain');
  }

  #end(): void {
    this.readableEnded = true;
    this.#settled();
    this.emit('end');
  }
}

/** The parser of one connection. */
export interface DataParser extends SMTPStream {
  /** True when the client had sent more behind the command that is being answered. */
  readonly pending: boolean;
  /** After DATA: the octets up to the end of data go to `stream`. */
  startMessage(stream: MessageStream): void;
}

type Done = (error?: Error | null) => void;

export type DataParserClass = new (options?: SMTPStreamOptions) => DataParser;

export function dataParserClass({ SMTPStream }: Engine): DataParserClass {
  return class extends SMTPStream implements DataParser {
    #unstuffer = new Unstuffer();
    /** Octets of the chunk that the socket gave last. */
    #chunk = 0;
    /** What is written next is a part of that chunk. */
    #inside = false;
    readonly #lines = new CommandLines(
      {
        line: (line, next) => this.oncommand(line, next),
        over: () => this._dataMode || this.isClosed,
        rest: (rest, done) => this.#read(rest, done),
      },
      this._maxCommandLength,
    );

    get pending(): boolean {
      // In this chunk, or in one that waits for it to be dealt with.
      return this.#lines.pending || this.writableLength > this.#chunk;
    }

    override _write(chunk: Buffer, _encoding: string, done: Done): void {
      if (!this.#inside) this.#chunk = chunk.length;
      this.#inside = false;
      this.#read(chunk, done);
    }

    /** Also what is left of a chunk behind a command, or behind a message. */
    #read(chunk: Buffer, done: Done): void {
      if (chunk.length === 0 || this.isClosed) done();
      else if (this._dataMode) this._feedDataStream(chunk, done);
      else this.#lines.push(chunk, done);
    }

    /** The client has ended its side, perhaps in the middle of a line. */
    override _flushData(): void {
      const line = this.#lines.end();
      if (line.length > 0 && !this.isClosed) this.oncommand(line, () => undefined);
    }

    /** As `startDataMode`, with our stream in the place of a new PassThrough. */
    startMessage(stream: MessageStream): void {
      this._dataMode = true;
      this._maxBytes = Number.POSITIVE_INFINITY;
      this.dataBytes = 0;
      this._atDataStart = true;
      this.#unstuffer = new Unstuffer();
      this._dataStream = stream as unknown as NonNullable<SMTPStream['_dataStream']>;
    }

    /** Cleared before it runs: it may read the whole of the next message, which sets it anew. */
    override continue(): void {
      const resume = this._continueCallback;
      if (typeof resume !== 'function') {
        super.continue();
        return;
      }
      this._continueCallback = false;
      resume();
    }

    /** In one call for each chunk, where the loop of the package makes one write for each line that begins with a
     * dot. */
    override _feedDataStream(chunk: Buffer, done: Done): void {
      const { content, rest } = this.#unstuffer.read(chunk);
      this._countDataBytes(content.length);
      if (rest !== undefined) {
        // It writes the rest to us when the message has been answered.
        this.#inside = true;
        this._endDataMode(content, rest, done);
        return;
      }
      const stream = this._dataStream as unknown as MessageStream;
      if (content.length === 0 || stream.write(content) || stream.destroyed) {
        done();
        return;
      }
      const resume = (): void => {
        stream.off('drain', resume);
        stream.off('close', resume);
        done();
      };
      stream.once('drain', resume);
      stream.once('close', resume);
    }
  };
}
