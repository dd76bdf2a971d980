/** Compares a password with a stored one, and makes stored ones. What is meant to be slow is done in Node's threads. */
import { createHash, pbkdf2, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { encodeBase64 } from '../../values/base64.js';
import { concatBytes, encodeUtf8 } from '../../values/bytes.js';
import { ConfigurationError } from '../../values/errors.js';
import type { Pbkdf2Password, ScryptPassword, StoredPassword } from './stored-password.js';

const scryptInThread = promisify<Uint8Array, Uint8Array, number, object, Uint8Array>(scrypt);
const pbkdf2InThread = promisify<Uint8Array, Uint8Array, number, number, string, Uint8Array>(pbkdf2);

export type KnownPassword = Exclude<StoredPassword, { readonly kind: 'unknown' }>;
export type SlowPassword = ScryptPassword | Pbkdf2Password;

export function isSlow(stored: KnownPassword): stored is SlowPassword {
  return stored.kind === 'scrypt' || stored.kind === 'pbkdf2';
}

/** For those that take microseconds. */
export function checkAtOnce(stored: Exclude<KnownPassword, SlowPassword>, given: string): boolean {
  const octets = encodeUtf8(given);
  if (stored.kind === 'digest') {
    const digest = createHash(stored.algorithm).update(octets).update(stored.salt).digest();
    return timingSafeEqual(digest, stored.hash);
  }
  // Digests have one length, so that the time does not tell that of the password.
  const digests = [octets, stored.octets].map((one) => createHash('sha256').update(one).digest());
  return timingSafeEqual(digests[0] as Buffer, digests[1] as Buffer);
}

/** Rejects when there is no memory for it. */
export async function checkInThread(stored: SlowPassword, given: string): Promise<boolean> {
  const { salt, hash } = stored;
  const octets = encodeUtf8(given);
  const key =
    stored.kind === 'scrypt'
      ? await scryptInThread(octets, salt, hash.length, costOf(stored))
      : await pbkdf2InThread(octets, salt, stored.iterations, hash.length, stored.algorithm);
  return timingSafeEqual(key, hash);
}

function costOf({ ln, r, p }: Pick<ScryptPassword, 'ln' | 'r' | 'p'>): object {
  const N = 2 ** ln;
  // Node's own limit is 32 MiB; OpenSSL needs a little more than the 128 N r of RFC 7914 section 2.
  return { N, r, p, maxmem: 128 * r * (N + p + 2) + 1024 * 1024 };
}

/** One like it that no password has: takes as long to check. */
export function decoyOf(stored: KnownPassword): KnownPassword {
  if (stored.kind === 'plain') return { ...stored, octets: randomBytes(32) };
  return { ...stored, salt: randomBytes(stored.salt.length), hash: randomBytes(stored.hash.length) };
}

export interface HashOptions {
  /** Binary logarithm of scrypt's N, 10 to 18; one more doubles time and memory (16 MiB at 14). Default 14. */
  readonly ln?: number;
}

/** A password as a file of users has it: `$scrypt$ln=14,r=8,p=1$SALT$HASH`. Throws ConfigurationError for an empty one.
 * */
export async function hashPassword(password: string, options: HashOptions = {}): Promise<string> {
  const { ln = 14 } = options;
  if (password === '') throw refusal('the password is empty', 'password');
  if (!(Number.isInteger(ln) && ln >= 10 && ln <= 18)) throw refusal('ln is a whole number from 10 to 18', 'ln');
  const cost = { ln, r: 8, p: 1 };
  const salt = new Uint8Array(randomBytes(16));
  const hash = await scryptInThread(encodeUtf8(password), salt, 32, costOf(cost));
  const [saltText, hashText] = [salt, hash].map((octets) => encodeBase64(concatBytes([octets])).replace(/=+$/, ''));
  return `$scrypt$ln=${ln},r=8,p=1$${saltText}$${hashText}`;
}

function refusal(message: string, construct: string): ConfigurationError {
  return new ConfigurationError('options', [{ code: 'bad-option', message: `hashPassword: ${message}`, construct }]);
}
