/**
 * What signing with DKIM and sealing with ARC share: keys and names checked at construction, the fields that are signed, and a
 * signature field made and signed (RFC 6376 section 3.5, 5.4). Lengths (`l=`) are never signed.
 */
import type { MaybePromise } from '../../core/stage.js';
import type { DkimSigner, DkimSigningKey } from '../../ports/dkim-crypto.js';
import type { Answer } from '../../values/answer.js';
import { encodeBase64 } from '../../values/base64.js';
import { concatBytes, encodeLatin1 } from '../../values/bytes.js';
import { type Canonicalization, coveredFields, signedOctets } from '../../values/dkim/canonical-header.js';
import { parseDomain } from '../../values/domain.js';
import type { Problem } from '../../values/errors.js';
import type { HeaderField } from '../../values/header.js';
import { addedField, isNameOctet } from '../../values/header-field.js';
import { fieldsNamed, type Message } from '../../values/message.js';

export interface SigningKeyOptions {
  /** `s=`: the public key is at `selector._domainkey.domain`. */
  readonly selector: string;
  /** A private key in PEM: RSA of 1,024 to 4,096 bits, or Ed25519. Never in a trace. */
  readonly key: string;
}

export interface SigningKey {
  readonly selector: string;
  readonly key: DkimSigningKey;
}

/** RFC 6376 section 5.4.1, and what a list or a client may add unnoticed otherwise. */
export const defaultSignedFields: readonly string[] = Object.freeze([
  ...['from', 'sender', 'reply-to', 'subject', 'date', 'message-id', 'to', 'cc', 'mime-version', 'content-type'],
  ...['content-transfer-encoding', 'content-id', 'content-description', 'in-reply-to', 'references'],
  ...['resent-date', 'resent-from', 'resent-sender', 'resent-to', 'resent-cc', 'resent-message-id'],
  ...['list-id', 'list-help', 'list-unsubscribe', 'list-unsubscribe-post', 'list-subscribe', 'list-post', 'list-owner'],
  ...['list-archive', 'autocrypt'],
]);

/** Those of which no other can be added (RFC 6376 section 5.4.2, 8.15). */
export const defaultOversignedFields: readonly string[] = Object.freeze([
  ...['from', 'reply-to', 'subject', 'date', 'message-id', 'to', 'cc', 'mime-version', 'content-type'],
  'content-transfer-encoding',
]);

const problem = (code: string, message: string, construct: string): Problem => ({ code, message, construct });

/** Adds to `problems` what is wrong; the keys that are right. */
export function checkKeys(
  signer: DkimSigner,
  keys: readonly SigningKeyOptions[],
  problems: Problem[],
): readonly SigningKey[] {
  return keys.flatMap(({ selector, key: pem }): SigningKey[] => {
    const name = parseDomain(`${selector}._domainkey.example`, { underscores: true });
    if (name.kind === 'malformed' || selector.endsWith('.')) {
      problems.push(problem('bad-selector', 'a selector is one or more labels of a domain name', selector));
    }
    const key = signer.signingKey(pem);
    if (key.kind === 'malformed')
      problems.push(problem('bad-key', `the key of selector ${selector}: ${key.why}`, selector));
    if (key.kind === 'malformed' || name.kind === 'malformed') return [];
    return [{ selector: name.value.ascii.slice(0, -'._domainkey.example'.length), key: key.value }];
  });
}

/** The domain in A-labels. */
export function checkDomain(text: string, problems: Problem[]): string {
  const domain = parseDomain(text);
  if (domain.kind === 'parsed') return domain.value.ascii;
  problems.push(problem('bad-domain', `domain: ${domain.why}`, text));
  return text;
}

/** Names in lower case, each once. */
export function checkFields(option: string, names: readonly string[], problems: Problem[]): readonly string[] {
  for (const name of names) {
    const right = name !== '' && name.length <= 75 && [...encodeLatin1(name)].every(isNameOctet) && !name.includes(';');
    if (!right) problems.push(problem('bad-field', `${option}: no field name`, name));
  }
  return [...new Set(names.map((name) => name.toLowerCase()))];
}

/** Fields that one signature covers at most: a message with more is not one to vouch for. */
const MOST_COVERED = 500;

/**
 * The value of `h=`: each field of these names that the message has, and one more where it is oversigned. Undefined for a message that
 * is not to be signed: without or with several From fields (RFC 6376 section 8.15), or with too many fields.
 */
export function signedNames(
  message: Message,
  names: readonly string[],
  oversign: readonly string[],
): readonly string[] | undefined {
  if (fieldsNamed(message, 'from').length !== 1) return undefined;
  const all: string[] = [];
  for (const name of names) {
    const count = fieldsNamed(message, name).length + (oversign.includes(name) ? 1 : 0);
    if (all.length + count > MOST_COVERED) return undefined;
    for (let i = 0; i < count; i++) all.push(name);
  }
  return all;
}

type Tags = readonly (readonly [name: string, value: string])[];

export interface ToSign {
  readonly name: string;
  /** All but `b=`. */
  readonly tags: Tags;
  readonly form: Canonicalization;
  readonly covered: readonly HeaderField[];
  readonly key: DkimSigningKey;
}

type Sign = (question: {
  readonly key: DkimSigningKey;
  readonly octets: Uint8Array;
}) => MaybePromise<Answer<Uint8Array>>;

/** The finished field; undefined where the signer could not tell. */
export async function signedField(
  { name, tags, form, covered, key }: ToSign,
  sign: Sign,
): Promise<HeaderField | undefined> {
  const octets = concatBytes(signedOctets(covered, fieldOctets(name, tags, ''), form));
  const answer = await sign({ key, octets });
  return answer.kind === 'found' ? addedField(name, fieldOctets(name, tags, encodeBase64(answer.value))) : undefined;
}

/** The covered fields of a field that is yet to be made. */
export function coveredBy(message: Message, names: readonly string[]): readonly HeaderField[] {
  return coveredFields(message.header, names);
}

const LINE = 76;

/** The field, folded (RFC 6376 section 3.2: between tags, behind colons, anywhere in Base64). `b=` begins a line, whatever its value. */
function fieldOctets(name: string, tags: Tags, signature: string): Uint8Array {
  const lines = [`${name}:`];
  const put = (piece: string, space: string): void => {
    const line = lines[lines.length - 1] as string;
    if (line.length + space.length + piece.length <= LINE) lines[lines.length - 1] = `${line}${space}${piece}`;
    else lines.push(` ${piece}`);
  };
  for (const [tag, value] of tags) {
    const [first = '', ...more] = piecesOf(tag, value);
    put(`${tag}=${first}${more.length === 0 ? ';' : ''}`, ' ');
    for (const [i, piece] of more.entries()) put(`${piece}${i === more.length - 1 ? ';' : ''}`, '');
  }
  const [first = '', ...more] = inPieces(signature, LINE - 4);
  lines.push(` b=${first}`, ...more.map((piece) => ` ${piece}`));
  return encodeLatin1(`${lines.join('\r\n')}\r\n`);
}

function piecesOf(tag: string, value: string): readonly string[] {
  if (tag === 'h') return value.split(/(?<=:)/);
  return tag === 'bh' ? inPieces(value, 60) : [value];
}

function inPieces(text: string, size: number): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
  return pieces;
}
