/**
 * Whether a block of a body is its own canonical form (RFC 6376 section 3.4.3, 3.4.4), sixteen octets at a time: hashing takes half a
 * nanosecond an octet, a loop in JavaScript twice that. The program, in words (WebAssembly text, `cur` at p + 1, `prev` at p):
 *
 *     scan(end, relaxed): for p from 15 to end by 16: bad |= (cur == LF and not prev == CR)
 *       or (relaxed and (cur == TAB or (prev == SP and (cur == SP or cur == CR))));  result: any octet of bad
 *
 * Tested octet for octet against the look that is built in, which serves where the platform has no vector instructions.
 */
import type { Body } from '../../values/body.js';
import type { NeedsChange } from '../../values/dkim/canonical-body.js';

const program =
  'AGFzbQEAAAABBwFgAn9/AX8DAgEABQMBAAEHEQIGbWVtb3J5AgAEc2NhbgAACo0BAYoBAgF/CHtBCv0PIQZBDf0PIQdBIP0PIQhBCf0PIQkgAf0PIQpB' +
  'DyECAkADQCACIABPDQEgAv0AAAEhBCAC/QAAACEFIAQgBv0jIAUgB/0j/U8gBCAJ/SMgBSAI/SMgBCAI/SMgBCAH/SP9UP1O/VAgCv1O/VAgA/1QIQMg' +
  'AkEQaiECDAALCyAD/VML';

/** Types of the few parts of the platform's WebAssembly that are used. */
interface Program {
  readonly memory: { readonly buffer: ArrayBuffer };
  scan(end: number, relaxed: number): number;
}
interface Platform {
  readonly Module: new (octets: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** Where the block begins in the program's memory, behind an octet that is no CR and no space. */
const START = 16;
/** Octets behind the block that are looked at with it. */
const padding: Uint8Array = new Uint8Array(16).fill(0x41);

const SPACE = 32;
const TAB = 9;

/** For a body that is known to have no bare LF, as the spool knows it: what has no white space, Base64 for one, needs no look at all. */
export function needsChangeIn({ lineEnds }: Pick<Body, 'lineEnds'>): NeedsChange | undefined {
  const look = vectorNeedsChange();
  if (look === undefined || lineEnds?.bareLf !== 0) return look;
  return (block, form) => form === 'relaxed' && hasSpace(block) && look(block, form);
}

function hasSpace(block: Uint8Array): boolean {
  // Of a Buffer, since only its search is the platform's memchr.
  const octets = Buffer.from(block.buffer, block.byteOffset, block.length);
  return octets.indexOf(SPACE) !== -1 || octets.indexOf(TAB) !== -1;
}

let made: { readonly needsChange: NeedsChange | undefined } | undefined;

/** Undefined where the platform cannot. Made on first use. */
export function vectorNeedsChange(): NeedsChange | undefined {
  made ??= { needsChange: make() };
  return made.needsChange;
}

function make(): NeedsChange | undefined {
  try {
    const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: Platform }).WebAssembly;
    const { memory, scan } = new Instance(new Module(Buffer.from(program, 'base64'))).exports as Program;
    const octets = new Uint8Array(memory.buffer);
    const most = octets.length - START - padding.length;
    return (block, form) => {
      if (block.length > most) return true;
      octets.set(block, START);
      octets.set(padding, START + block.length);
      return scan(START - 1 + block.length, form === 'relaxed' ? -1 : 0) !== 0;
    };
  } catch {
    return undefined;
  }
}
