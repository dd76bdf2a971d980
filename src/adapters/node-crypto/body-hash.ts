/**
 * Hashes of canonical bodies (RFC 6376 section 3.7), all that a message's signatures want in one pass over the body: one
 * canonical form serves several lengths (`l=`).
 */
import { createHash, type Hash } from 'node:crypto';
import type { Body } from '../../values/body.js';
import { type BodyCanonicalizer, bodyCanonicalizer, type IsPlain } from '../../values/dkim/canonical-body.js';
import type { Canonicalization } from '../../values/dkim/canonical-header.js';
import type { Turns } from './turns.js';

export interface WantedHash {
  readonly form: Canonicalization;
  /** Octets of the canonical body; undefined for all. */
  readonly limit: number | undefined;
}

export interface HashedBody {
  /** SHA-256. */
  readonly hash: Uint8Array;
  readonly signed: number;
  readonly total: number;
}

/** Octets that are canonicalized at a time. */
const PIECE = 65_536;

/** One for each of `wanted`, in order. Rejects when the body cannot be read. */
export async function hashBodies(
  body: Body,
  wanted: readonly (WantedHash | undefined)[],
  turns: Turns,
): Promise<readonly (HashedBody | undefined)[]> {
  const forms = new Map<Canonicalization, FormHash>();
  for (const { form } of wanted.filter((one) => one !== undefined)) {
    const limits = wanted.flatMap((one) => (one?.form === form && one.limit !== undefined ? [one.limit] : []));
    const whole = wanted.some((one) => one?.form === form && one.limit === undefined);
    if (!forms.has(form)) forms.set(form, new FormHash(form, isPlain(form, body), limits, whole));
  }
  if (forms.size === 0) return [];
  // One in memory needs no waiting for its chunks.
  for await (const chunk of body.bytes === undefined ? body.open() : [body.bytes]) {
    for (let at = 0; at < chunk.length; at += PIECE) {
      for (const hash of forms.values())
        await hash.take(hash.canonicalizer.push(chunk.subarray(at, at + PIECE)), turns);
    }
  }
  for (const hash of forms.values()) await hash.take(hash.canonicalizer.end(), turns);
  return wanted.map((one) => one && forms.get(one.form)?.hashed(one.limit));
}

const SPACE = 32;
const TAB = 9;

/** For a body that is known to have no bare LF, as the spool knows it. */
function isPlain(form: Canonicalization, { lineEnds }: Body): IsPlain | undefined {
  if (lineEnds?.bareLf !== 0) return undefined;
  if (form === 'simple') return () => true;
  return ({ buffer, byteOffset, length }) => {
    // Of a Buffer, since only its search is the platform's memchr.
    const octets = Buffer.from(buffer, byteOffset, length);
    return octets.indexOf(SPACE) === -1 && octets.indexOf(TAB) === -1;
  };
}

/** One hash over a canonical form; what it is at each length that is wanted is taken on the way. */
class FormHash {
  readonly canonicalizer: BodyCanonicalizer;
  readonly #hash: Hash = createHash('sha256');
  /** Those yet to come, the next one last. */
  readonly #limits: number[];
  readonly #whole: boolean;
  readonly #digests = new Map<number, Uint8Array>();
  #last: Uint8Array | undefined = undefined;
  #total = 0;

  constructor(form: Canonicalization, plain: IsPlain | undefined, limits: readonly number[], whole: boolean) {
    this.canonicalizer = bodyCanonicalizer(form, plain);
    this.#limits = [...new Set(limits)].sort((a, b) => b - a);
    this.#whole = whole;
  }

  /** A small chunk may become many pieces (line ends that waited), so that others have their turn between pieces. */
  async take(pieces: Iterable<Uint8Array>, turns: Turns): Promise<void> {
    for (const piece of pieces) {
      this.#update(piece);
      if (turns.due) await turns.next();
    }
    // What only waits for content gives no piece.
    if (turns.due) await turns.next();
  }

  hashed(limit: number | undefined): HashedBody {
    const total = this.#total;
    const digest = limit === undefined ? undefined : this.#digests.get(limit);
    if (digest !== undefined) return { hash: digest, signed: limit as number, total };
    // `l=` of more than there is: the whole body.
    this.#last ??= new Uint8Array(this.#hash.digest());
    return { hash: this.#last, signed: total, total };
  }

  #update(octets: Uint8Array): void {
    let from = 0;
    for (let limit = this.#limits.at(-1); limit !== undefined; limit = this.#limits.at(-1)) {
      const end = limit - this.#total;
      if (end > octets.length) break;
      this.#hash.update(octets.subarray(from, end));
      this.#digests.set(limit, new Uint8Array(this.#hash.copy().digest()));
      this.#limits.pop();
      from = end;
    }
    if (this.#whole || this.#limits.length > 0) this.#hash.update(octets.subarray(from));
    this.#total += octets.length;
  }
}
