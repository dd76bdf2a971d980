/**
 * A question of the port in mailauth's terms, and its report in ours: the message written out with the signatures in question
 * alone, one key record for each, and of the results each to its signature.
 */
import type { SignatureQuestion, SignatureVerdict, VerifyQuestion } from '../../ports/dkim-crypto.js';
import { encodeBase64 } from '../../values/base64.js';
import type { HeaderField } from '../../values/header.js';
import { isMailboxLineField } from '../../values/header-field.js';
import type { MailauthReport, MailauthResult } from './worker-code.js';

const crlf: Uint8Array = Uint8Array.of(13, 10);

/** Key records that say the least: what a key allows has been judged. */
export function recordsOf(signatures: readonly SignatureQuestion[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    signatures.map(({ selector, domain, key }) => {
      const octets = key.type === 'rsa' ? key.spki : key.point;
      return [`${selector}._domainkey.${domain}`.toLowerCase(), `v=DKIM1; k=${key.type}; p=${encodeBase64(octets)}`];
    }),
  );
}

/** DKIM-Signature fields that nobody asks about would all be verified: they are left out. */
export async function* octetsOf({ message, signatures }: VerifyQuestion): AsyncGenerator<Uint8Array, void, void> {
  const asked = new Set<HeaderField>(signatures.map(({ field }) => field));
  const fields = message.header.filter(
    (field) => !isMailboxLineField(field) && (field.lowerName !== 'dkim-signature' || asked.has(field)),
  );
  for (const { bytes } of fields) {
    yield bytes;
    if (bytes[bytes.length - 1] !== 10) yield crlf;
  }
  yield crlf;
  yield* message.body.open();
}

/** One for each signature, in order. */
export function verdictsOf(
  signatures: readonly SignatureQuestion[],
  report: MailauthReport,
): readonly SignatureVerdict[] {
  const left = [...report.dkim];
  return signatures.map((one) => {
    if (one.kind === 'arc-seal') return sealVerdict(report);
    const result = one.kind === 'arc-message-signature' ? report.message : taken(left, one, signatures);
    if (result === undefined || result === null)
      return unusable(report.chain?.comment || 'mailauth says nothing of it');
    return verdictOf(result);
  });
}

/** By `b=`: of signatures with one value nobody could tell which is which. */
function taken(
  left: MailauthResult[],
  one: SignatureQuestion,
  all: readonly SignatureQuestion[],
): MailauthResult | undefined {
  const signature = encodeBase64(one.signature);
  if (all.filter((other) => encodeBase64(other.signature) === signature).length > 1) return undefined;
  const at = left.findIndex((result) => samePadding(result.signature) === samePadding(signature));
  return at === -1 ? undefined : left.splice(at, 1)[0];
}

function samePadding(text: string): string {
  return text.replace(/[\s=]/g, '');
}

function verdictOf({ result, comment, signed, total }: MailauthResult): SignatureVerdict {
  const body = signed === null || total === null ? undefined : { signed, total };
  const why = comment === '' ? result : comment;
  if (result === 'pass') return { kind: 'valid', why: undefined, body };
  if (comment === 'body hash did not verify') return { kind: 'body-differs', why, body };
  return { kind: result === 'fail' ? 'signature-differs' : 'unusable', why, body };
}

/** mailauth validates the seals together, and after them says when the ARC-Message-Signature did not verify. */
function sealVerdict({ chain }: MailauthReport): SignatureVerdict {
  const right = chain?.result === 'pass' || chain?.comment.endsWith('no valid signature') === true;
  if (right) return { kind: 'valid', why: undefined, body: undefined };
  return { kind: 'signature-differs', why: chain?.comment || 'the chain did not verify', body: undefined };
}

function unusable(why: string): SignatureVerdict {
  return { kind: 'unusable', why, body: undefined };
}
