/**
 * A question of the port in mailauth's terms, and its results in ours. mailauth folds the case of tag names, lets the last of two
 * count, and takes more for white space than RFC 6376 does: a signature that it may read otherwise is not asked about, and a result counts
 * only where everything that mailauth verified is what was asked, down to the octets.
 */
import { createHash } from 'node:crypto';
import type { SignatureQuestion, SignatureVerdict, VerifyQuestion } from '../../ports/dkim-crypto.js';
import { encodeBase64 } from '../../values/base64.js';
import { concatBytes } from '../../values/bytes.js';
import { signedOctets } from '../../values/dkim/canonical-header.js';
import { parseTagList, withoutFws } from '../../values/dkim/tag-list.js';
import { parseDomain } from '../../values/domain.js';
import type { HeaderField } from '../../values/header.js';
import type { MailauthResult, ThreadQuestion, ToThread } from './worker-code.js';

const PIECE = 262_144;

/** True when mailauth's reading of the tag list is that of RFC 6376 section 3.2: plain names, each of them once. */
export function isPlain({ field }: SignatureQuestion): boolean {
  const { tags, problems } = parseTagList(field.value);
  return problems.length === 0 && [...tags.keys()].every((name) => name === name.toLowerCase());
}

/** The fields that are needed, each once, in one buffer. */
export function beginOf(signatures: readonly SignatureQuestion[]): Extract<ToThread, { kind: 'begin' }> {
  const places = new Map<HeaderField, number>();
  const placeOf = (field: HeaderField): number => {
    const known = places.get(field) ?? places.size;
    places.set(field, known);
    return known;
  };
  const questions = signatures.map(
    (one): ThreadQuestion => ({
      seal: one.kind === 'arc-seal',
      own: placeOf(one.field),
      covered: one.covered.map(placeOf),
      record: recordOf(one),
    }),
  );
  const fields = [...places.keys()];
  return {
    kind: 'begin',
    header: concatBytes(fields.map(({ bytes }) => bytes)),
    lengths: fields.map(({ bytes }) => bytes.length),
    names: fields.map(({ lowerName }) => lowerName),
    questions,
  };
}

/** A key record that says the least: what a key allows has been judged. */
function recordOf({ key }: SignatureQuestion): string {
  return `v=DKIM1; k=${key.type}; p=${encodeBase64(key.type === 'rsa' ? key.spki : key.point)}`;
}

/** The body in copies of bounded size: what is handed to a thread is the thread's, and a view would take all that it is a view of along. */
export async function* piecesOf({ message }: VerifyQuestion): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of message.body.open()) {
    for (let at = 0; at < chunk.length; at += PIECE) yield new Uint8Array(chunk.subarray(at, at + PIECE));
  }
}

export function verdictOf(one: SignatureQuestion, said: MailauthResult | string | undefined): SignatureVerdict {
  if (said === undefined || typeof said === 'string') return unusable(said ?? 'mailauth says nothing of it');
  const other = readOtherwise(one, said);
  if (other !== undefined) return unusable(`mailauth reads ${other} otherwise`);
  const { result, comment, signed, total } = said;
  const body = signed === null || total === null ? undefined : { signed, total };
  const why = comment === '' ? result : comment;
  if (comment === 'body hash did not verify') return { kind: 'body-differs', why, body };
  if (result !== 'pass' && result !== 'fail') return { kind: 'unusable', why, body };
  if (said.octets !== octetsAsked(one)) return unusable('mailauth reads the signed fields otherwise');
  return result === 'pass' ? { kind: 'valid', why: undefined, body } : { kind: 'signature-differs', why, body };
}

export function unusable(why: string): SignatureVerdict {
  return { kind: 'unusable', why, body: undefined };
}

/** The first tag of which mailauth reports another meaning. */
function readOtherwise(one: SignatureQuestion, said: MailauthResult): string | undefined {
  const domain = parseDomain(said.domain, { underscores: true });
  if (domain.kind === 'malformed' || domain.value.ascii !== one.domain) return 'd=';
  if (said.selector !== one.selector) return 's=';
  if (said.algorithm.toLowerCase() !== one.algorithm) return 'a=';
  if (unpadded(said.signature) !== unpadded(encodeBase64(one.signature))) return 'b=';
  if (one.kind === 'arc-seal') return undefined;
  if (unpadded(said.bodyHash) !== unpadded(encodeBase64(one.bodyHash))) return 'bh=';
  if (formsOf(said.format) !== `${one.header}/${one.body}`) return 'c=';
  const limit = said.limit === null ? undefined : Math.min(said.limit, Number.MAX_SAFE_INTEGER);
  return limit === one.bodyLength ? undefined : 'l=';
}

function octetsAsked(one: SignatureQuestion): string {
  const form = one.kind === 'arc-seal' ? 'relaxed' : one.header;
  const hash = createHash('sha256');
  for (const octets of signedOctets(one.covered, one.field.bytes, form)) hash.update(octets);
  return hash.digest('hex');
}

/** RFC 6376 section 3.5: simple for what is not said. */
function formsOf(format: string): string {
  const [header = '', body = 'simple', ...more] = withoutFws(format).toLowerCase().split('/');
  return [header === '' ? 'simple' : header, body, ...more].join('/');
}

function unpadded(text: string): string {
  return withoutFws(text).replace(/={1,2}$/, '');
}
