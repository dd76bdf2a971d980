/**
 * A forwarder that the site trusts may have seen the message pass before it changed it: its ARC set says so (RFC 8617 section 7.2,
 * RFC 9989 section 7.4). The chain must pass, every set from that one to the last must be sealed by a trusted domain, and its
 * Authentication-Results must have one result of DMARC: `pass`, for the same author.
 */
import type { ArcFinding } from '../../findings/arc.js';
import type { DmarcOverride } from '../../findings/dmarc.js';
import { parseAuthenticationResults } from '../../values/authentication-results-reader.js';
import { parseDomain } from '../../values/domain.js';

/** Characters that are read; longer ones are not believed. */
const LENGTH_LIMIT = 20_000;

/** `trusted`: A-labels in lower case. */
export function arcOverride(
  arc: ArcFinding | undefined,
  author: string,
  trusted: ReadonlySet<string>,
): DmarcOverride | undefined {
  if (arc?.result !== 'pass') return undefined;
  // From the last one back: what stands before an untrusted host's set may be that host's invention.
  for (const { domain, instance, authenticationResults } of arc.sets.toReversed()) {
    const sealer = domain?.toLowerCase();
    if (sealer === undefined || !trusted.has(sealer)) return undefined;
    if (authenticationResults !== undefined && sawPass(authenticationResults, author)) {
      return { reason: 'arc', sealer, instance };
    }
  }
  return undefined;
}

function sawPass(field: string, author: string): boolean {
  if (field.length > LENGTH_LIMIT) return false;
  const read = parseAuthenticationResults(field);
  if (read.kind === 'malformed') return false;
  const dmarc = read.value.results.filter((one) => one.method === 'dmarc');
  const [only] = dmarc;
  if (only === undefined || dmarc.length > 1 || only.result !== 'pass') return false;
  const from = only.properties.filter(({ type, name }) => type === 'header' && name === 'from');
  const domain = parseDomain(from[0]?.value ?? '', { underscores: true });
  return from.length === 1 && domain.kind === 'parsed' && domain.value.ascii === author;
}
