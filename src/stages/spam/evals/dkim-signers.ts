/** Who signed a message, and who wrote it: domains in lower case. */

import type { DkimSignature } from '../../../findings/dkim.js';
import { lowerAscii } from '../../../values/characters.js';
import type { SpamSubject } from '../subject.js';

/** Domains that sign and pass. */
export function passing({ findings: { dkim } }: SpamSubject): readonly string[] {
  const good = dkim?.signatures.filter(({ result }) => result === 'pass') ?? [];
  return good.flatMap((signature) => signerOf(signature) ?? []);
}

/** The domain of `i=`, which is `d=` or below it (RFC 6376 section 3.5). */
export function signerOf({ identity, domain }: DkimSignature): string | undefined {
  const named = identity === undefined ? '' : domainOf(identity);
  return named === '' ? domain : named;
}

export function authorDomains({ mail }: SpamSubject): readonly string[] {
  return [...new Set(mail.header.addresses('From').map(domainOf))].filter((domain) => domain !== '');
}

/** Lower case; empty where there is none. */
export function domainOf(address: string): string {
  return lowerAscii(address.slice(address.lastIndexOf('@') + 1)).trim();
}
