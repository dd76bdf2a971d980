/**
 * One DKIM signature on its way from a field to an entry of the finding: what the field alone tells, then the key, then the verdict.
 * All of it is synchronous and pure.
 */
import type { DkimSignature } from '../../findings/dkim.js';
import type { DkimPublicKey, MessageSignatureQuestion, SignatureVerdict } from '../../ports/dkim-crypto.js';
import { coveredFields } from '../../values/dkim/canonical-header.js';
import { colonList, withoutFws } from '../../values/dkim/tag-list.js';
import type { HeaderField } from '../../values/header.js';
import { fieldsNamed, type Message } from '../../values/message.js';
import type { KeyFor } from './keys.js';
import type { DkimLimits } from './limits.js';
import { type BadSignature, isBad, readSignature, type Signature } from './signature.js';

/** A string: why the adapter could not tell. */
export type Verdict = SignatureVerdict | string;

export interface Rules {
  readonly limits: DkimLimits;
  readonly acceptUnsignedBody: boolean;
  /** Seconds. */
  readonly clockSkew: number;
}

export interface Draft<S extends Signature | BadSignature = Signature | BadSignature> {
  readonly field: HeaderField;
  readonly tags: ReadonlyMap<string, string>;
  readonly signature: S;
  readonly oversigned: readonly string[];
}

/** One whose field alone says nothing against it: it is worth asking for a key. */
export function isUsable(draft: Draft): draft is Draft<Signature> {
  return !isBad(draft.signature);
}

/** Reads the field; one that is too long, expired or from the future becomes a bad one. */
export function draftOf(field: HeaderField, message: Message, now: Date, rules: Rules): Draft {
  const { length } = field.bytes;
  const most = rules.limits.signatureOctets;
  if (length > most) {
    const why = `signatureOctets: ${length}, at most ${most}`;
    return { field, tags: new Map(), signature: { result: 'policy', why }, oversigned: [] };
  }
  const { signature, tags } = readSignature(field.value, 'dkim');
  if (isBad(signature)) return { field, tags, signature, oversigned: [] };
  const late = untimely(signature, now, rules.clockSkew);
  if (late !== undefined) return { field, tags, signature: { result: 'policy', why: late }, oversigned: [] };
  return { field, tags, signature, oversigned: oversigned(signature.signedFields, message) };
}

/** RFC 6376 section 3.5: what is expired, or signed in the future, may be refused. The reason, or undefined. */
export function untimely({ signedAt, expiresAt }: Signature, now: Date, clockSkew: number): string | undefined {
  const seconds = now.getTime() / 1000;
  if (expiresAt !== undefined && seconds > expiresAt) return `expired: x=${expiresAt}`;
  return signedAt !== undefined && signedAt > seconds + clockSkew ? `signed in the future: t=${signedAt}` : undefined;
}

function oversigned(names: readonly string[], message: Message): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].filter(([name, count]) => count > fieldsNamed(message, name).length).map(([name]) => name);
}

export function questionOf(
  { field, signature }: Draft<Signature>,
  message: Message,
  key: DkimPublicKey,
): MessageSignatureQuestion {
  const { domain, selector, algorithm, header, body, bodyHash, bodyLength } = signature;
  return {
    kind: 'dkim-signature',
    field,
    domain: domain.ascii,
    selector,
    algorithm,
    header,
    body,
    covered: coveredFields(message.header, signature.signedFields, field),
    bodyHash,
    bodyLength,
    signature: signature.signature,
    key,
  };
}

/** The entry of a signature that nobody needs a key for. */
export function entryOf(draft: Draft): DkimSignature {
  const { signature, tags, oversigned: over } = draft;
  const bad = isBad(signature);
  const domain = bad ? undefined : signature.domain.ascii;
  return {
    result: bad ? signature.result : 'neutral',
    why: bad ? signature.why : undefined,
    domain: domain ?? told(tags, 'd')?.toLowerCase(),
    identity: bad ? told(tags, 'i') : signature.identity,
    selector: bad ? told(tags, 's') : signature.selector,
    algorithm: bad ? told(tags, 'a')?.toLowerCase() : signature.algorithm,
    // RFC 6008 section 3: eight octets at least.
    signatureStart: told(tags, 'b')?.slice(0, 8),
    signedFields: bad
      ? colonList(tags.get('h') ?? '')
          .slice(0, 100)
          .map((name) => name.toLowerCase())
      : signature.signedFields,
    oversigned: over,
    testing: false,
    unsignedBody: undefined,
  };
}

/** A tag's value as far as it may be told: printable US-ASCII of at most 255 octets. */
function told(tags: ReadonlyMap<string, string>, name: string): string | undefined {
  const value = withoutFws(tags.get(name) ?? '');
  return value !== '' && value.length <= 1024 && /^[\x21-\x7e]+$/.test(value) ? value : undefined;
}

/** The finished entry. */
export function withVerdict(
  draft: Draft,
  key: KeyFor | undefined,
  verdict: Verdict | undefined,
  rules: Rules,
): DkimSignature {
  const entry = entryOf(draft);
  if (key === undefined || isBad(draft.signature)) return entry;
  const { testing } = key;
  if (key.kind === 'no-key') return { ...entry, testing, result: key.result, why: key.why };
  if (verdict === undefined || typeof verdict === 'string') {
    return { ...entry, testing, result: 'temperror', why: verdict ?? 'no verdict' };
  }
  return { ...entry, testing, ...judged(verdict, draft.signature.bodyLength, rules) };
}

type Judged = Pick<DkimSignature, 'result' | 'why' | 'unsignedBody'>;

function judged(verdict: Exclude<Verdict, string>, bodyLength: number | undefined, rules: Rules): Judged {
  const { kind, why = 'it differs', body } = verdict;
  const limited = bodyLength !== undefined && body !== undefined;
  const unsignedBody = limited && body.total > body.signed ? body : undefined;
  if (kind === 'unusable') return { result: 'permerror', why, unsignedBody };
  // RFC 6376 section 3.5: l= must not be larger than the canonical body.
  if (limited && bodyLength > body.total) {
    return { result: 'permerror', why: `l=${bodyLength}, the body has ${body.total} octets`, unsignedBody };
  }
  if (kind !== 'valid') return { result: 'fail', why, unsignedBody };
  if (unsignedBody === undefined || rules.acceptUnsignedBody) return { result: 'pass', why: undefined, unsignedBody };
  const appended = unsignedBody.total - unsignedBody.signed;
  // RFC 8601 section 2.7.1: the signature is in order, and not acceptable here.
  return { result: 'policy', why: `l= leaves ${appended} octets of the body unsigned`, unsignedBody };
}
