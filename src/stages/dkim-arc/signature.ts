/**
 * DKIM-Signature and ARC-Message-Signature fields (RFC 6376 section 3.5, RFC 8617 section 4.1.2): the tags read and all syntax
 * errors named, what the field alone tells checked (section 6.1.1). Pure and synchronous; no keys and no cryptography.
 */
import type { DkimAlgorithm } from '../../ports/dkim-crypto.js';
import { decodeBase64 } from '../../values/base64.js';
import { excerpt } from '../../values/characters.js';
import type { Canonicalization } from '../../values/dkim/canonical-header.js';
import { colonList, parseTagList, withoutFws } from '../../values/dkim/tag-list.js';
import { type Domain, isSubdomain, parseDomain } from '../../values/domain.js';
import { decodeQuotedPrintable } from './quoted-printable.js';

export interface Signature {
  readonly algorithm: DkimAlgorithm;
  /** `d=`. */
  readonly domain: Domain;
  readonly selector: string;
  /** Where the key is: `selector._domainkey.domain`, in A-labels. */
  readonly keyName: string;
  /** `i=` or its default, domain in A-labels. */
  readonly identity: string;
  /** The domain of `i=` is that of `d=` and no subdomain. */
  readonly ownIdentity: boolean;
  readonly header: Canonicalization;
  readonly body: Canonicalization;
  /** `h=`, in lower case. */
  readonly signedFields: readonly string[];
  readonly bodyHash: Uint8Array;
  readonly bodyLength: number | undefined;
  readonly signature: Uint8Array;
  /** Seconds since 1970. */
  readonly signedAt: number | undefined;
  readonly expiresAt: number | undefined;
}

/** What is wrong with it, in the order of the RFC's tags. `result` as RFC 8601 section 2.7.1 wants it. */
export interface BadSignature {
  readonly result: 'neutral' | 'permerror' | 'policy';
  readonly why: string;
}

export interface ReadSignature {
  readonly signature: Signature | BadSignature;
  /** The tags as they came, for what may be told of a signature that cannot be used. */
  readonly tags: ReadonlyMap<string, string>;
}

export function isBad(signature: Signature | BadSignature): signature is BadSignature {
  return 'why' in signature;
}

type Role = 'dkim' | 'arc';

/** `role`: which of the two fields `value` is of. */
export function readSignature(value: string, role: Role): ReadSignature {
  const { tags, problems } = parseTagList(value);
  const reader = new Reader(tags, [...problems]);
  return { tags, signature: reader.read(role) };
}

const SHA256_OCTETS = 32;
/** RFC 6376 section 3.5: t= and x= are 1*12DIGIT. */
const TIME = /^[0-9]{1,12}$/;
/** And l= is 1*76DIGIT: a number beyond the safe integers counts as the largest of them, and no body is that long. */
const LENGTH = /^[0-9]{1,76}$/;
/** RFC 5322 field names; the h= of a signature has no others. */
const FIELD_NAME = /^[\x21-\x39\x3b-\x7e]+$/;
const algorithms: readonly string[] = ['rsa-sha256', 'ed25519-sha256'];

class Reader {
  readonly #tags: ReadonlyMap<string, string>;
  readonly #problems: string[];
  #result: BadSignature['result'] = 'neutral';

  constructor(tags: ReadonlyMap<string, string>, problems: string[]) {
    this.#tags = tags;
    this.#problems = problems;
  }

  read(role: Role): Signature | BadSignature {
    if (role === 'dkim') this.#version();
    const algorithm = this.#algorithm();
    const signature = this.#base64('b');
    const bodyHash = this.#base64('bh');
    const forms = this.#canonicalization();
    const names = this.#names();
    const identity = role === 'dkim' && names !== undefined ? this.#identity(names.domain) : undefined;
    const signedFields = this.#signedFields(role);
    const bodyLength = this.#number('l', LENGTH);
    const times = this.#times();
    this.#queryMethods();
    if (bodyHash !== undefined && bodyHash.length !== SHA256_OCTETS && algorithm !== undefined) {
      this.#wrong(`bh= has ${bodyHash.length} octets, a SHA-256 hash ${SHA256_OCTETS}`);
    }
    const why = this.#problems.join('; ');
    if (why !== '' || !algorithm || !signature || !bodyHash || !forms || !names || !signedFields) {
      return { result: this.#result, why: why === '' ? 'unreadable' : why };
    }
    const own = identity ?? { text: `@${names.domain.ascii}`, own: true };
    const { text, own: ownIdentity } = own;
    return {
      algorithm,
      signature,
      bodyHash,
      ...forms,
      ...names,
      identity: text,
      ownIdentity,
      signedFields,
      bodyLength,
      ...times,
    };
  }

  #wrong(why: string, result: BadSignature['result'] = 'neutral'): undefined {
    if (this.#problems.length === 0 || result === 'policy') this.#result = result;
    this.#problems.push(why);
    return undefined;
  }

  /** The value of a tag that must be there. */
  #required(name: string): string | undefined {
    const value = this.#tags.get(name);
    if (value === undefined) return this.#wrong(`the tag ${name}= is absent`, 'permerror');
    return value === '' ? this.#wrong(`the tag ${name}= is empty`) : value;
  }

  /** RFC 6376 section 6.1.1: an unknown version is a permanent error. */
  #version(): void {
    const version = this.#required('v');
    if (version !== undefined && version !== '1') this.#wrong(`v= is ${excerpt(version)}, not 1`, 'permerror');
  }

  #algorithm(): DkimAlgorithm | undefined {
    const value = this.#required('a')?.toLowerCase();
    if (value === undefined) return undefined;
    if (algorithms.includes(value)) return value as DkimAlgorithm;
    // RFC 8301 section 3.1: rsa-sha1 must not be used for verifying.
    if (value === 'rsa-sha1') return this.#wrong('rsa-sha1 is not taken (RFC 8301)', 'policy');
    return this.#wrong(`an unknown algorithm: ${excerpt(value)}`);
  }

  #base64(name: string): Uint8Array | undefined {
    const value = this.#required(name);
    if (value === undefined) return undefined;
    const octets = decodeBase64(withoutFws(value));
    return octets ?? this.#wrong(`${name}= is not Base64`);
  }

  #canonicalization(): Pick<Signature, 'header' | 'body'> | undefined {
    const value = withoutFws(this.#tags.get('c') ?? 'simple/simple').toLowerCase();
    const [header = '', body = 'simple', ...more] = value.split('/');
    if (!isForm(header) || !isForm(body) || more.length > 0) return this.#wrong(`an unknown c=: ${excerpt(value)}`);
    return { header, body };
  }

  #names(): Pick<Signature, 'domain' | 'selector' | 'keyName'> | undefined {
    const d = this.#required('d');
    const selector = this.#required('s');
    if (d === undefined || selector === undefined) return undefined;
    const domain = parseDomain(d, { underscores: true });
    if (domain.kind === 'malformed' || d.endsWith('.')) return this.#wrong(`d= is no domain name: ${excerpt(d)}`);
    // RFC 8616 section 4: U-labels are looked up as A-labels.
    const name = parseDomain(`${selector}._domainkey.${domain.value.ascii}`, { underscores: true });
    if (name.kind === 'malformed' || selector.endsWith('.'))
      return this.#wrong(`s= is no selector: ${excerpt(selector)}`);
    return { domain: domain.value, selector, keyName: name.value.ascii };
  }

  /** RFC 6376 section 6.1.1: the domain of i= must be d= or a subdomain of it. */
  #identity(domain: Domain): { readonly text: string; readonly own: boolean } | undefined {
    const value = this.#tags.get('i');
    if (value === undefined) return undefined;
    const decoded = decodeQuotedPrintable(withoutFws(value));
    const at = decoded === undefined ? -1 : decoded.lastIndexOf('@');
    if (decoded === undefined || at === -1) return this.#wrong(`i= is no identity: ${excerpt(value)}`);
    const of = parseDomain(decoded.slice(at + 1), { underscores: true });
    if (of.kind === 'malformed') return this.#wrong(`i= has no domain name: ${excerpt(value)}`);
    const own = of.value.ascii === domain.ascii;
    if (!own && !isSubdomain(of.value, domain)) {
      return this.#wrong(`the domain of i= is not within d=: ${excerpt(value)}`, 'permerror');
    }
    return { text: `${decoded.slice(0, at)}@${of.value.ascii}`, own };
  }

  #signedFields(role: Role): readonly string[] | undefined {
    const value = this.#required('h');
    if (value === undefined) return undefined;
    // Lists with an empty member (`from:to:`) are met in the wild; it stands for no field.
    const names = colonList(value.toLowerCase()).filter((name) => name !== '');
    if (!names.every((name) => FIELD_NAME.test(name))) return this.#wrong('h= has what is no field name');
    // RFC 8617 section 4.1.2: an ARC-Message-Signature never covers an ARC-Seal.
    if (role === 'arc' && names.includes('arc-seal')) return this.#wrong('h= names ARC-Seal');
    // RFC 6376 section 5.4, 6.1.1: From must be signed.
    if (!names.includes('from')) return this.#wrong('h= does not name From', 'permerror');
    return names;
  }

  #number(name: string, form: RegExp): number | undefined {
    const value = this.#tags.get(name);
    if (value === undefined) return undefined;
    if (!form.test(value)) return this.#wrong(`${name}= is no number of that kind: ${excerpt(value)}`);
    return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
  }

  #times(): Pick<Signature, 'signedAt' | 'expiresAt'> {
    const signedAt = this.#number('t', TIME);
    const expiresAt = this.#number('x', TIME);
    // RFC 6376 section 3.5: x= must be greater than t=.
    if (signedAt !== undefined && expiresAt !== undefined && expiresAt <= signedAt) {
      this.#wrong('x= is not after t=', 'permerror');
    }
    return { signedAt, expiresAt };
  }

  /** RFC 6376 section 3.5: the one method is dns/txt; those that are unknown are passed over. */
  #queryMethods(): void {
    const value = this.#tags.get('q');
    if (value !== undefined && !colonList(value.toLowerCase()).includes('dns/txt')) {
      this.#wrong(`q= has no method that is known: ${excerpt(value)}`, 'permerror');
    }
  }
}

function isForm(text: string): text is Canonicalization {
  return text === 'simple' || text === 'relaxed';
}
