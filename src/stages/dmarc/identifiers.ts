/**
 * The identifiers of a message that may align with its author: the MAIL FROM identity of SPF and the `d=` of each signature (RFC 9989
 * section 4.3), as far as they passed, or could not be judged for now.
 */
import type { DkimFinding, DkimResult, DkimSignature } from '../../findings/dkim.js';
import type { SpfFinding, SpfResult } from '../../findings/spf.js';
import type { ReversePath } from '../../values/address.js';
import { parseDomain } from '../../values/domain.js';

export interface Identifier {
  readonly mechanism: 'spf' | 'dkim';
  readonly domain: string;
  readonly selector: string | undefined;
  readonly result: SpfResult | DkimResult;
  /** `no`: neither passed nor likely to pass later. */
  readonly use: 'pass' | 'temperror' | 'no';
  /** Why one that passed is not used. */
  readonly why: string | undefined;
}

export interface DkimRules {
  /** What a pass counts that a key in test mode gave (`t=y`, RFC 6376 section 3.6.1). */
  readonly testingKeys: 'count' | 'ignore';
  /** What a pass counts that leaves part of the body unsigned (`l=`). */
  readonly appendedBody: 'count' | 'ignore';
}

export interface Facts {
  readonly sender: ReversePath;
  readonly findings: { readonly spf: SpfFinding; readonly dkim: DkimFinding };
}

/** More signatures than any message has that is not made to cost time. */
const LIMIT = 32;

export function identifiersOf({ sender, findings }: Facts, rules: DkimRules): readonly Identifier[] {
  const { signatures } = findings.dkim;
  const dkim = signatures.slice(0, LIMIT).flatMap((signature) => fromSignature(signature, rules));
  return [...fromSpf(sender, findings.spf), ...dkim].slice(0, LIMIT);
}

function fromSpf(sender: ReversePath, spf: SpfFinding): readonly Identifier[] {
  // RFC 9989 section 4.4.2: never the HELO identity, but for the null path, where MAIL FROM is postmaster there.
  const check = spf.mailFrom ?? (sender.kind === 'null-path' ? spf.helo : undefined);
  const domain = check === undefined ? undefined : nameOf(check.domain);
  if (check === undefined || domain === undefined) return [];
  const { result } = check;
  const use = result === 'pass' || result === 'temperror' ? result : 'no';
  return [{ mechanism: 'spf', domain, selector: undefined, result, use, why: undefined }];
}

function fromSignature(signature: DkimSignature, rules: DkimRules): readonly Identifier[] {
  const { result, selector } = signature;
  const domain = signature.domain === undefined ? undefined : nameOf(signature.domain);
  if (domain === undefined) return [];
  const why = result === 'pass' ? objection(signature, rules) : undefined;
  const use = why === undefined && (result === 'pass' || result === 'temperror') ? result : 'no';
  return [{ mechanism: 'dkim', domain, selector, result, use, why }];
}

function objection({ unsignedBody, testing }: DkimSignature, rules: DkimRules): string | undefined {
  if (testing && rules.testingKeys === 'ignore') return 'the key is in test mode';
  if (unsignedBody === undefined || unsignedBody.signed >= unsignedBody.total) return undefined;
  if (rules.appendedBody === 'count') return undefined;
  return `${unsignedBody.total - unsignedBody.signed} octets of the body are not signed`;
}

function nameOf(text: string): string | undefined {
  const domain = parseDomain(text, { underscores: true });
  return domain.kind === 'parsed' ? domain.value.ascii : undefined;
}
