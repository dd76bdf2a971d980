/**
 * Key records (RFC 6376 section 3.6.1) and what they allow: `v k h s t p n`. RFC 8301 refuses RSA keys below 1,024 bits,
 * RFC 8463 adds Ed25519. Every rule is enforced here, whatever the cryptography behind the port would do.
 */
import type { DkimPublicKey } from '../../ports/dkim-crypto.js';
import { decodeBase64 } from '../../values/base64.js';
import { excerpt } from '../../values/characters.js';
import { colonList, parseTagList, withoutFws } from '../../values/dkim/tag-list.js';
import { readRsaKey } from './rsa-key.js';

export interface KeyRecord {
  readonly kind: 'key';
  readonly key: DkimPublicKey;
  /** Of an RSA key its size, of an Ed25519 key 256. */
  readonly bits: number;
  /** `h=`; undefined: all. */
  readonly hashes: readonly string[] | undefined;
  /** `s=` has `email` or `*`. */
  readonly forMail: boolean;
  /** `t=y`: the domain is testing DKIM. */
  readonly testing: boolean;
  /** `t=s`: the domain of `i=` must be that of `d=`. */
  readonly strict: boolean;
}

/** Why there is none. `policy`: a key that is too weak or too large to be used (RFC 8301 section 3.2). */
export interface NoKey {
  readonly kind: 'no-key';
  readonly result: 'permerror' | 'policy';
  readonly why: string;
}

/** RFC 8301 section 3.2 refuses less. The most: what costs a few milliseconds. */
const LEAST_BITS = 1024;
const MOST_BITS = 8192;
const MOST_EXPONENT_OCTETS = 8;
/** Octets of a record that is read; a key of 8,192 bits has 1,500. */
const LONGEST_RECORD = 8192;
const ED25519_OCTETS = 32;

/**
 * The key among the TXT records of a name. Of several (RFC 6376 section 6.1.2: any may be chosen) the first that is a key of `type`, else
 * the first that is a key, else what is wrong with the first.
 */
export function chooseKey(records: readonly string[], type: 'rsa' | 'ed25519'): KeyRecord | NoKey {
  const read = records.slice(0, 10).map(parseKeyRecord);
  const keys = read.filter((one) => one.kind === 'key');
  return keys.find(({ key }) => key.type === type) ?? keys[0] ?? read[0] ?? noKey('no key record');
}

/** Reads one record. Never throws. */
export function parseKeyRecord(record: string): KeyRecord | NoKey {
  if (record.length > LONGEST_RECORD) return noKey(`a key record of ${record.length} octets`);
  const { tags, problems } = parseTagList(record);
  if (problems.length > 0) return noKey(`key record: ${problems.join('; ')}`);
  const version = tags.get('v');
  // RFC 6376 section 3.6.1: v= must be first, and DKIM1.
  if (version !== undefined && (version !== 'DKIM1' || tags.keys().next().value !== 'v')) {
    return noKey(`key record: not "v=DKIM1" at its start: ${excerpt(version)}`);
  }
  const p = tags.get('p');
  if (p === undefined) return noKey('key record: p= is absent');
  if (p === '') return noKey('the key was revoked (an empty p=)');
  const octets = decodeBase64(withoutFws(p));
  if (octets === undefined) return noKey('key record: p= is not Base64');
  const type = tags.get('k') ?? 'rsa';
  const key = keyOf(type, octets);
  if (key.kind === 'no-key') return key;
  const services = tags.get('s') === undefined ? ['*'] : colonList(tags.get('s') ?? '');
  const flags = colonList(tags.get('t') ?? '');
  return {
    ...key,
    hashes: tags.has('h') ? colonList(tags.get('h') ?? '') : undefined,
    forMail: services.includes('*') || services.includes('email'),
    testing: flags.includes('y'),
    strict: flags.includes('s'),
  };
}

type Key = Pick<KeyRecord, 'kind' | 'key' | 'bits'>;

function keyOf(type: string, octets: Uint8Array): Key | NoKey {
  if (type === 'rsa') return rsaKey(octets);
  if (type !== 'ed25519') return noKey(`key record: unknown k=: ${excerpt(type)}`);
  // RFC 8463 section 4.2: the 32 octets of the key and nothing around them.
  if (octets.length !== ED25519_OCTETS)
    return noKey(`an Ed25519 key of ${octets.length} octets, not ${ED25519_OCTETS}`);
  return { kind: 'key', bits: 256, key: { kind: 'public-key', type, point: octets } };
}

function rsaKey(octets: Uint8Array): Key | NoKey {
  const key = readRsaKey(octets);
  if (key === undefined) return noKey('key record: p= is no RSA key');
  const { bits, ...numbers } = key;
  // RFC 8017 section 3.1: a product of odd primes, and an odd exponent of at least 3; with 1 everybody could sign.
  const { modulus, exponent } = numbers;
  if (!isOdd(modulus) || !isOdd(exponent) || (exponent.length === 1 && (exponent[0] as number) < 3)) {
    return noKey('an RSA key whose modulus is even, or whose exponent is even or below 3');
  }
  if (bits < LEAST_BITS) return noKey(`an RSA key of ${bits} bits, at least ${LEAST_BITS} are wanted`, 'policy');
  if (bits > MOST_BITS) return noKey(`an RSA key of ${bits} bits, at most ${MOST_BITS} are taken`, 'policy');
  if (exponent.length > MOST_EXPONENT_OCTETS) return noKey('an RSA key with a huge exponent', 'policy');
  return { kind: 'key', bits, key: { kind: 'public-key', type: 'rsa', ...numbers } };
}

function isOdd(octets: Uint8Array): boolean {
  return ((octets[octets.length - 1] as number) & 1) === 1;
}

function noKey(why: string, result: NoKey['result'] = 'permerror'): NoKey {
  return { kind: 'no-key', result, why };
}
