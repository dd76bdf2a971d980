/**
 * Identifier alignment (RFC 9989 section 4.10.2, RFC 7489 section 3.1): the same domain, or in relaxed mode the same organizational
 * domain. That is the domain itself or one above it, so most strangers are told apart without a question.
 */
import type { Identifier } from './identifiers.js';
import type { Knowledge } from './knowledge.js';
import type { Rfc } from './policy.js';
import { organizationalDomain7489 } from './public-suffix.js';
import type { DmarcRecord } from './record.js';
import { type Ask, type Failed, type Organizational, organizationalDomain } from './tree-walk.js';

export type Alignment = Ask | Failed | { readonly kind: 'strict' | 'relaxed' | 'none' };

export interface Terms {
  readonly author: string;
  readonly record: DmarcRecord;
  readonly rfc: Rfc;
}

export function alignmentOf(identifier: Identifier, terms: Terms, known: Knowledge): Alignment {
  const { domain } = identifier;
  const { author, record, rfc } = terms;
  if (domain === author) return { kind: 'strict' };
  const mode = identifier.mechanism === 'spf' ? record.aspf : record.adkim;
  if (mode === 's' || topLabel(domain) !== topLabel(author)) return { kind: 'none' };
  const home = organizational(author, rfc, known);
  if (home.kind !== 'domain') return home;
  if (!isWithin(domain, home.domain)) return { kind: 'none' };
  const own = organizational(domain, rfc, known);
  if (own.kind !== 'domain') return own;
  return { kind: own.domain === home.domain ? 'relaxed' : 'none' };
}

export function organizational(domain: string, rfc: Rfc, known: Knowledge): Organizational {
  return rfc === 9989 ? organizationalDomain(domain, known) : organizationalDomain7489(domain, known);
}

function isWithin(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`);
}

function topLabel(domain: string): string {
  return domain.slice(domain.lastIndexOf('.') + 1);
}
