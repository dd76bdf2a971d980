/**
 * Passwords as files have them, read once:
 *
 *     $scrypt$ln=14,r=8,p=1$SALT$HASH          PHC string format, Base64 without padding; `hashPassword` makes it
 *     $pbkdf2-sha256$29000$SALT$HASH           also -sha512, and without number SHA-1; Base64 with `.` for `+`
 *     scrypt:SALT:HASH                         scrypt with N=4096, r=8, p=1; Base64
 *     {SSHA}...  {SSHA256} {SSHA384} {SSHA512} RFC 2307 section 5.3 and OpenLDAP's: digest and salt behind it, Base64
 *     {SHA} {SHA256} ... {MD5} {SMD5}          the same without salt, and MD5
 *     {PBKDF2-SHA256}29000$SALT$HASH           OpenLDAP's pw-pbkdf2
 *     {PLAIN}secret  {CLEARTEXT}secret         in plain; in LDIF also without a scheme (RFC 4519 section 2.41)
 *
 * Others ({CRYPT}, {ARGON2} ...) are known for what they are and cannot be checked.
 */
import { decodeBase64 } from '../../values/base64.js';
import { encodeUtf8 } from '../../values/bytes.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';

export type StoredPassword =
  | { readonly kind: 'plain'; readonly octets: Uint8Array }
  | { readonly kind: 'digest'; readonly algorithm: string; readonly salt: Uint8Array; readonly hash: Uint8Array }
  | ScryptPassword
  | Pbkdf2Password
  /** The scheme in capitals, `{CRYPT}`, where it is one that is known by name. */
  | { readonly kind: 'unknown'; readonly scheme: string };

export interface ScryptPassword {
  readonly kind: 'scrypt';
  /** N is 2^ln. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

export interface Pbkdf2Password {
  readonly kind: 'pbkdf2';
  readonly algorithm: string;
  readonly iterations: number;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** What a file may make a login cost: 256 MiB of memory, and some seconds. */
const MOST_MEMORY = 256 * 1024 * 1024;
const MOST_ITERATIONS = 10_000_000;
const LONGEST = 4096;

/** `plain`: text without a scheme is the password. The why never repeats what is stored. */
export function parseStored(text: string, plain: boolean): Parsed<StoredPassword> {
  if (text.length > LONGEST) return malformed(`a stored password has at most ${LONGEST} characters`);
  const [, scheme] = /^\{([A-Za-z0-9_./-]{1,30})\}/.exec(text) ?? [];
  if (scheme !== undefined) return withScheme(scheme.toUpperCase(), text.slice(scheme.length + 2));
  if (text.startsWith('$scrypt$')) return phcScrypt(text.slice('$scrypt$'.length));
  if (text.startsWith('$pbkdf2')) return phcPbkdf2(text.slice('$pbkdf2'.length));
  if (text.startsWith('scrypt:')) return shortScrypt(text.slice('scrypt:'.length));
  if (plain)
    return text === '' ? malformed('the password is empty') : parsed({ kind: 'plain', octets: encodeUtf8(text) });
  return malformed('expected $scrypt$..., {SSHA512}... or another known form of a stored password');
}

const DIGESTS: Readonly<Record<string, readonly [algorithm: string, length: number]>> = {
  MD5: ['md5', 16],
  SHA: ['sha1', 20],
  SHA256: ['sha256', 32],
  SHA384: ['sha384', 48],
  SHA512: ['sha512', 64],
};

function withScheme(scheme: string, rest: string): Parsed<StoredPassword> {
  if (scheme === 'PLAIN' || scheme === 'CLEARTEXT') {
    return rest === '' ? malformed('the password is empty') : parsed({ kind: 'plain', octets: encodeUtf8(rest) });
  }
  const salted = /^S(?:SHA|MD5)/.test(scheme);
  const name = salted ? scheme.slice(1) : scheme;
  const digest = Object.hasOwn(DIGESTS, name) ? DIGESTS[name] : undefined;
  if (digest !== undefined) return digested(scheme, digest, rest, salted);
  const pbkdf2 = /^PBKDF2(?:-(SHA1|SHA256|SHA512))?$/.exec(scheme);
  if (pbkdf2 !== null) return pbkdf2Of((pbkdf2[1] ?? 'SHA1').toLowerCase(), rest);
  // Else what is in braces may be a password.
  const shown = OTHER_SCHEMES.test(scheme) ? `{${scheme}}` : 'a scheme without a known name';
  return parsed({ kind: 'unknown', scheme: shown });
}

/** Of OpenLDAP and its modules, 389 Directory Server, Dovecot. */
const OTHER_SCHEMES =
  /^(?:CRYPT|ARGON2(?:I|ID|D)?|BCRYPT|BLF-CRYPT|DES-CRYPT|MD5-CRYPT|SHA256-CRYPT|SHA512-CRYPT|SASL|KERBEROS|LANMAN|NTLM|NT|NS-MTA-MD5|APR1|SCRYPT|TOTP1|TOTP256|TOTP512|RADIUS|UNIX|CLEAR|SCRAM-SHA-1|SCRAM-SHA-256|CRAM-MD5|DIGEST-MD5|PBKDF2_SHA256|PBKDF2-SHA384|AES|RSA-MD4|RSA-MD5)$/;

function digested(
  scheme: string,
  [algorithm, length]: readonly [string, number],
  text: string,
  salted: boolean,
): Parsed<StoredPassword> {
  const octets = decodeBase64(text);
  const fits = octets !== undefined && (salted ? octets.length > length : octets.length === length);
  if (!fits) return malformed(`{${scheme}}: expected Base64 of ${length} octets${salted ? ' and a salt' : ''}`);
  return parsed({ kind: 'digest', algorithm, hash: octets.subarray(0, length), salt: octets.subarray(length) });
}

/** `29000$SALT$HASH`. */
function pbkdf2Of(algorithm: string, text: string): Parsed<StoredPassword> {
  const [, count = '', salt = '', hash = ''] =
    /^([0-9]{1,8})\$([A-Za-z0-9./+=]+)\$([A-Za-z0-9./+=]+)$/.exec(text) ?? [];
  const [iterations, saltOctets, hashOctets] = [Number(count), adapted(salt), adapted(hash)];
  if (iterations < 1 || saltOctets === undefined || hashOctets === undefined || hashOctets.length < 16) {
    return malformed('PBKDF2: expected ITERATIONS$SALT$HASH');
  }
  if (iterations > MOST_ITERATIONS) return malformed(`PBKDF2: at most ${MOST_ITERATIONS} iterations`);
  return parsed({ kind: 'pbkdf2', algorithm, iterations, salt: saltOctets, hash: hashOctets });
}

function phcPbkdf2(text: string): Parsed<StoredPassword> {
  const [, digest, rest = ''] = /^(?:-(sha1|sha256|sha512))?\$(.*)$/s.exec(text) ?? [];
  return rest === '' ? malformed('expected $pbkdf2-sha256$ITERATIONS$SALT$HASH') : pbkdf2Of(digest ?? 'sha1', rest);
}

function phcScrypt(text: string): Parsed<StoredPassword> {
  const match = /^ln=([0-9]{1,2}),r=([0-9]{1,2}),p=([0-9]{1,2})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/.exec(text);
  if (match === null) return malformed('expected $scrypt$ln=14,r=8,p=1$SALT$HASH');
  const [ln = 0, r = 0, p = 0] = match.slice(1, 4).map(Number);
  return scryptOf(ln, r, p, match[4] ?? '', match[5] ?? '');
}

function shortScrypt(text: string): Parsed<StoredPassword> {
  const [, salt, hash] = /^([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  return salt === undefined || hash === undefined
    ? malformed('expected scrypt:SALT:HASH')
    : scryptOf(12, 8, 1, salt, hash);
}

function scryptOf(ln: number, r: number, p: number, salt: string, hash: string): Parsed<StoredPassword> {
  const [saltOctets, hashOctets] = [decodeBase64(salt), decodeBase64(hash)];
  if (saltOctets === undefined || hashOctets === undefined || hashOctets.length < 16) {
    return malformed('scrypt: salt and hash are Base64, the hash of at least 16 octets');
  }
  // RFC 7914 section 6: N is a power of two above 1, p and r are not 0.
  if (ln < 1 || r < 1 || p < 1) return malformed('scrypt: ln, r and p are at least 1');
  if (p > 16 || 128 * r * 2 ** ln > MOST_MEMORY)
    return malformed('scrypt: it would take more than 256 MiB, or p is above 16');
  return parsed({ kind: 'scrypt', ln, r, p, salt: saltOctets, hash: hashOctets });
}

/** Base64 with `.` for `+`, as passlib and OpenLDAP's pw-pbkdf2 write it. */
function adapted(text: string): Uint8Array | undefined {
  return text === '' ? undefined : decodeBase64(text.replaceAll('.', '+'));
}
