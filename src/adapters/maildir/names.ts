/**
 * Unique file names after the Maildir convention (cr.yp.to/proto/maildir.html):
 * `seconds.M<microseconds>P<process>Q<number>R<instance>.host`. IMAP servers number the messages they find in one scan by
 * file name, so the names of one store sort in delivery order: the microseconds are zero-padded and only ever grow,
 * even when the clock is set back. `R`, drawn once for each store, keeps two stores of one process apart
 * (and two processes of the same number in two containers).
 */
import { performance } from 'node:perf_hooks';

export interface NameOptions {
  readonly hostname: string;
  readonly pid: number;
  /** 32 random bits. */
  readonly instance: number;
  /** Milliseconds since 1970, with a fraction where the clock has one. */
  readonly clock: () => number;
}

/** Draws a new name; `receivedAt` replaces the clock's reading. */
export type NameSource = (receivedAt?: Date) => string;

export function nameSource(options: NameOptions): NameSource {
  const tail = `R${(options.instance >>> 0).toString(16).padStart(8, '0')}.${escapeHostname(options.hostname)}`;
  const now = growing(1e15);
  const given = growing(1e6);
  let count = 0;
  return (receivedAt) => {
    const stated = receivedAt?.getTime() ?? Number.NaN;
    const micros = Number.isNaN(stated) ? now(Math.floor(options.clock() * 1000)) : given(stated * 1000);
    count += 1;
    const seconds = String(Math.floor(micros / 1e6)).padStart(10, '0');
    const fraction = String(micros % 1e6).padStart(6, '0');
    return `${seconds}.M${fraction}P${options.pid}Q${count}${tail}`;
  };
}

/**
 * Readings that only grow while they step back by less than `window` microseconds. A stated date gets a second:
 * concurrent arrivals stay in order, and importing old mail keeps its dates.
 */
function growing(window: number): (micros: number) => number {
  let last = 0;
  return (micros) => {
    const read = Math.max(micros, 0);
    last = read <= last && last - read < window ? last + 1 : read;
    return last;
  };
}

/**
 * `/` and `:` as \057 and \072, as the convention says; likewise `,` (begins the size), backslash, blanks, controls and
 * what is not ASCII. At most 64 characters, so that a name always fits.
 */
export function escapeHostname(hostname: string): string {
  const octal = (byte: number) => `\\${byte.toString(8).padStart(3, '0')}`;
  const plain = (byte: number) => byte > 0x20 && byte < 0x7f && !'/:,\\'.includes(String.fromCharCode(byte));
  let escaped = '';
  for (const byte of new TextEncoder().encode(hostname)) {
    const next = plain(byte) ? String.fromCharCode(byte) : octal(byte);
    if (escaped.length + next.length > 64) break;
    escaped += next;
  }
  return escaped === '' ? 'localhost' : escaped;
}

/** The system's clock with microseconds: follows a clock that is set, to the millisecond at worst. */
export function wallClock(): () => number {
  let offset = performance.timeOrigin;
  return () => {
    const elapsed = performance.now();
    const wall = Date.now();
    if (Math.abs(wall - (offset + elapsed)) > 2) offset = wall - elapsed;
    return offset + elapsed;
  };
}
