/**
 * The port of DKIM's and ARC's cryptography over `node:crypto` (OpenSSL). One pass over the body for all signatures, in
 * pieces between which others have their turn; memory does not depend on the size of the message.
 */
import { createHash, createPrivateKey, createPublicKey, createVerify, type KeyObject, sign, verify } from 'node:crypto';
import type { PortCall } from '../../core/stage.js';
import type {
  DkimCrypto,
  DkimPublicKey,
  DkimSigningKey,
  SignatureQuestion,
  SignatureVerdict,
  VerifyQuestion,
} from '../../ports/dkim-crypto.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { equalBytes } from '../../values/bytes.js';
import { type Canonicalization, signedOctets } from '../../values/dkim/canonical-header.js';
import type { Message } from '../../values/message.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';
import { type HashedBody, hashBodies } from './body-hash.js';
import { Turns } from './turns.js';

export interface NodeCrypto extends DkimCrypto {
  verify(question: VerifyQuestion, call?: PortCall): Promise<Answer<readonly SignatureVerdict[]>>;
  bodyHash(
    question: { readonly message: Message; readonly form: Canonicalization },
    call?: PortCall,
  ): Promise<Answer<Uint8Array>>;
  sign(question: { readonly key: DkimSigningKey; readonly octets: Uint8Array }): Answer<Uint8Array>;
}

/** For the option `crypto` of `dkim`, `arc`, `dkimSign` and `arcSeal`. Holds nothing that must be closed. */
export function nodeCrypto(): NodeCrypto {
  const keys = new WeakMap<DkimSigningKey, KeyObject>();
  return Object.freeze({
    verify: (question: VerifyQuestion, call?: PortCall) => answered(call, (turns) => verdicts(question, turns)),
    bodyHash: ({ message, form }: { readonly message: Message; readonly form: Canonicalization }, call?: PortCall) =>
      answered(call, async (turns) => {
        const [hashed] = await hashBodies(message.body, [{ form, limit: undefined }], turns);
        return (hashed as HashedBody).hash;
      }),
    signingKey: (pem: string) => signingKey(pem, keys),
    sign: ({ key, octets }: { readonly key: DkimSigningKey; readonly octets: Uint8Array }) => {
      const held = keys.get(key);
      return held === undefined
        ? cannotTell('the key is not one of this adapter', false)
        : found(signature(held, octets));
    },
  });
}

/** What throws here is the storage behind a body, and the abort. */
async function answered<T>(call: PortCall | undefined, work: (turns: Turns) => Promise<T>): Promise<Answer<T>> {
  const turns = new Turns(call);
  try {
    return found(await work(turns));
  } catch (error) {
    return cannotTell(`DKIM: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function verdicts({ message, signatures }: VerifyQuestion, turns: Turns): Promise<readonly SignatureVerdict[]> {
  const wanted = signatures.map((one) =>
    one.kind === 'arc-seal' ? undefined : { form: one.body, limit: one.bodyLength },
  );
  const bodies = await hashBodies(message.body, wanted, turns);
  const all: SignatureVerdict[] = [];
  for (const [at, one] of signatures.entries()) {
    if (turns.due) await turns.next();
    all.push(verdictOn(one, bodies[at]));
  }
  return all;
}

function verdictOn(one: SignatureQuestion, hashed: HashedBody | undefined): SignatureVerdict {
  const body = hashed === undefined ? undefined : { signed: hashed.signed, total: hashed.total };
  // RFC 6376 section 6.1.3 wants both; a body that differs says more than the signature, which is over its hash.
  if (one.kind !== 'arc-seal' && (hashed === undefined || !equalBytes(hashed.hash, one.bodyHash))) {
    return { kind: 'body-differs', why: 'the body hash did not verify', body };
  }
  const octets = signedOctets(one.covered, one.field.bytes, one.kind === 'arc-seal' ? 'relaxed' : one.header);
  try {
    const key = publicKey(one.key);
    const right = one.key.type === 'rsa' ? rsa(key, octets, one.signature) : ed25519(key, octets, one.signature);
    return right
      ? { kind: 'valid', why: undefined, body }
      : { kind: 'signature-differs', why: 'the signature did not verify', body };
  } catch (error) {
    // OpenSSL refuses the key.
    return { kind: 'unusable', why: `the key: ${error instanceof Error ? error.message : String(error)}`, body };
  }
}

/** As JWK (RFC 7517): OpenSSL takes thirty times as long to read DER. */
function publicKey(key: DkimPublicKey): KeyObject {
  if (key.type === 'ed25519')
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: url(key.point) }, format: 'jwk' });
  return createPublicKey({ key: { kty: 'RSA', n: url(key.modulus), e: url(key.exponent) }, format: 'jwk' });
}

function url(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('base64url');
}

function rsa(key: KeyObject, octets: readonly Uint8Array[], signature: Uint8Array): boolean {
  const verifier = createVerify('sha256');
  for (const part of octets) verifier.update(part);
  return verifier.verify(key, signature);
}

/** RFC 8463 section 3: what is signed is the SHA-256 hash. */
function ed25519(key: KeyObject, octets: readonly Uint8Array[], signature: Uint8Array): boolean {
  const hash = createHash('sha256');
  for (const part of octets) hash.update(part);
  return verify(null, hash.digest(), key, signature);
}

function signature(key: KeyObject, octets: Uint8Array): Uint8Array {
  if (key.asymmetricKeyType === 'rsa') return new Uint8Array(sign('sha256', octets, key));
  return new Uint8Array(sign(null, createHash('sha256').update(octets).digest(), key));
}

/** RFC 8301 section 3.2: signers use RSA keys of at least 1,024 bits. */
const LEAST_BITS = 1024;
/** What all verifiers must take (RFC 8301 section 3.2); a larger one would hold the event loop for tens of milliseconds at each signature. */
const MOST_BITS = 4096;

function signingKey(pem: string, keys: WeakMap<DkimSigningKey, KeyObject>): Parsed<DkimSigningKey> {
  let held: KeyObject;
  try {
    held = createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    // The error of OpenSSL may repeat parts of the text.
    return malformed('not a private key in PEM, or one that is encrypted');
  }
  const type = held.asymmetricKeyType;
  if (type !== 'rsa' && type !== 'ed25519') return malformed(`a key of type ${type}: RSA or Ed25519 is expected`);
  const bits = type === 'rsa' ? (held.asymmetricKeyDetails?.modulusLength ?? 0) : 256;
  if (type === 'rsa' && bits < LEAST_BITS)
    return malformed(`an RSA key of ${bits} bits, at least ${LEAST_BITS} are wanted`);
  if (bits > MOST_BITS) return malformed(`an RSA key of ${bits} bits, at most ${MOST_BITS} are taken`);
  const key: DkimSigningKey = Object.freeze({ kind: 'signing-key', algorithm: `${type}-sha256` as const, bits });
  keys.set(key, held);
  return parsed(key);
}
