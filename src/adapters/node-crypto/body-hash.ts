/**
 * Hashes of canonical bodies (RFC 6376 section 3.7), all that a message's signatures want in one pass over the body: one
 * canonical form serves several lengths (`l=`).
 */
import { createHash, type Hash } from 'node:crypto';
import type { Body } from '../../values/body.js';
import { type BodyCanonicalizer, bodyCanonicalizer, type NeedsChange } from '../../values/dkim/canonical-body.js';
import type { Canonicalization } from '../../values/dkim/canonical-header.js';
import { needsChangeIn } from './scan.js';
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

/** Octets between two looks at the clock. */
const PIECE = 65_536;

/** One for each of `wanted`, in order. Rejects when the body cannot be read. */
export async function hashBodies(
  body: Body,
  wanted: readonly (WantedHash | undefined)[],
  turns: Turns,
): Promise<readonly (HashedBody | undefined)[]> {
  const look = needsChangeIn(body);
  const forms = new Map<Canonicalization, OneForm>();
  const hashes = wanted.map((one) => {
    if (one === undefined) return undefined;
    const form = forms.get(one.form) ?? new OneForm(one.form, look);
    forms.set(one.form, form);
    return { form, hash: form.wanted(one.limit) };
  });
  if (forms.size === 0) return [];
  // One in memory needs no waiting for its chunks.
  for await (const chunk of body.bytes === undefined ? body.open() : [body.bytes]) {
    for (let at = 0; at < chunk.length; at += PIECE) {
      for (const form of forms.values()) form.push(chunk.subarray(at, at + PIECE));
      if (turns.due) await turns.next();
    }
  }
  for (const form of forms.values()) form.end();
  return hashes.map((one) => one && { ...one.hash.digest(), total: one.form.total });
}

/** A canonical form and the hashes over it. */
class OneForm {
  readonly #canonicalizer: BodyCanonicalizer;
  readonly #hashes = new Map<number | undefined, LimitedHash>();
  total = 0;

  constructor(form: Canonicalization, look: NeedsChange | undefined) {
    const sink = (octets: Uint8Array): void => {
      this.total += octets.length;
      for (const hash of this.#hashes.values()) hash.take(octets);
    };
    this.#canonicalizer = bodyCanonicalizer(form, sink, look);
  }

  wanted(limit: number | undefined): LimitedHash {
    const hash = this.#hashes.get(limit) ?? new LimitedHash(limit);
    this.#hashes.set(limit, hash);
    return hash;
  }
  push(chunk: Uint8Array): void {
    this.#canonicalizer.push(chunk);
  }
  end(): void {
    this.#canonicalizer.end();
  }
}

class LimitedHash {
  readonly #hash: Hash = createHash('sha256');
  #left: number;
  #signed = 0;
  #digest: Uint8Array | undefined = undefined;

  constructor(limit: number | undefined) {
    this.#left = limit ?? Number.POSITIVE_INFINITY;
  }

  take(octets: Uint8Array): void {
    if (this.#left <= 0) return;
    const part = octets.length <= this.#left ? octets : octets.subarray(0, this.#left);
    this.#left -= part.length;
    this.#signed += part.length;
    this.#hash.update(part);
  }

  digest(): Omit<HashedBody, 'total'> {
    this.#digest ??= new Uint8Array(this.#hash.digest());
    return { hash: this.#digest, signed: this.#signed };
  }
}
