/**
 * The cryptography of DKIM (RFC 6376) and ARC (RFC 8617): signatures held against keys, bodies hashed, octets signed. Which
 * signatures are looked at, their syntax, the keys and what may be done with them, limits and policy are the stages'. An adapter
 * works in time linear in the message, holds the event loop only for moments, and never throws for what is in a message.
 */
import type { MaybePromise, PortCall } from '../core/stage.js';
import type { Answer } from '../values/answer.js';
import type { Canonicalization } from '../values/dkim/canonical-header.js';
import type { HeaderField } from '../values/header.js';
import type { Message } from '../values/message.js';
import type { Parsed } from '../values/parsed.js';

export type DkimAlgorithm = 'rsa-sha256' | 'ed25519-sha256';

/** A public key, its form checked. Numbers are big-endian, without leading zeros. */
export type DkimPublicKey =
  | {
      readonly kind: 'public-key';
      readonly type: 'rsa';
      readonly modulus: Uint8Array;
      readonly exponent: Uint8Array;
      /** SubjectPublicKeyInfo in DER (RFC 5280 section 4.1.2.7). */
      readonly spki: Uint8Array;
    }
  | {
      readonly kind: 'public-key';
      readonly type: 'ed25519';
      /** 32 octets (RFC 8032 section 5.1.5). */
      readonly point: Uint8Array;
    };

/** A signature over header fields, and through `bodyHash` over the body. */
export interface MessageSignatureQuestion {
  readonly kind: 'dkim-signature' | 'arc-message-signature';
  /** The field that holds the signature: one of the message's. */
  readonly field: HeaderField;
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: DkimAlgorithm;
  readonly header: Canonicalization;
  readonly body: Canonicalization;
  /** The fields that `h=` names, in its order. */
  readonly covered: readonly HeaderField[];
  /** `bh=`. */
  readonly bodyHash: Uint8Array;
  /** `l=`: octets of the canonical body that are signed; undefined for all. */
  readonly bodyLength: number | undefined;
  /** `b=`. */
  readonly signature: Uint8Array;
  readonly key: DkimPublicKey;
}

/** A seal over header fields alone, in "relaxed" form (RFC 8617 section 5.1.1). */
export interface SealQuestion {
  readonly kind: 'arc-seal';
  readonly field: HeaderField;
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: DkimAlgorithm;
  /** The fields of the sets up to this one but `field`, in the order of sealing. */
  readonly covered: readonly HeaderField[];
  readonly signature: Uint8Array;
  readonly key: DkimPublicKey;
}

export type SignatureQuestion = MessageSignatureQuestion | SealQuestion;

export interface VerifyQuestion {
  readonly message: Message;
  readonly signatures: readonly SignatureQuestion[];
}

/** Octets of the canonical body: those that were hashed, and all. */
export interface BodyOctets {
  readonly signed: number;
  readonly total: number;
}

export interface SignatureVerdict {
  /** `body-differs`: the body hash is another; `signature-differs`; `unusable`: it could not be worked with. */
  readonly kind: 'valid' | 'body-differs' | 'signature-differs' | 'unusable';
  /** For the log; undefined for `valid`. */
  readonly why: string | undefined;
  /** Undefined for a seal, and where nothing was hashed. */
  readonly body: BodyOctets | undefined;
}

export interface DkimVerifier {
  /** One verdict for each signature, in order. */
  verify(question: VerifyQuestion, call?: PortCall): MaybePromise<Answer<readonly SignatureVerdict[]>>;
}

/** A private key that the adapter holds: nothing in here is secret. */
export interface DkimSigningKey {
  readonly kind: 'signing-key';
  readonly algorithm: DkimAlgorithm;
  /** Of an RSA key its size, of an Ed25519 key 256. */
  readonly bits: number;
}

export interface DkimSigner {
  /** A private key in PEM (PKCS #8, or PKCS #1 for RSA), RSA or Ed25519. Called when a stage is made. `why` repeats nothing of it. */
  signingKey(pem: string): Parsed<DkimSigningKey>;
  /** SHA-256 of the message's canonical body. */
  bodyHash(
    question: { readonly message: Message; readonly form: Canonicalization },
    call?: PortCall,
  ): MaybePromise<Answer<Uint8Array>>;
  /** The signature over `octets` (RFC 6376 section 3.3, RFC 8463 section 3). */
  sign(
    question: { readonly key: DkimSigningKey; readonly octets: Uint8Array },
    call?: PortCall,
  ): MaybePromise<Answer<Uint8Array>>;
}

/** All of it. */
export interface DkimCrypto extends DkimVerifier, DkimSigner {}
