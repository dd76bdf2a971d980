/**
 * The same two questions as in tree-walk.ts after RFC 7489 sections 3.2 and 6.6.3: the organizational domain comes from the public
 * suffix list, and the author's domain and that one are the only places for a record.
 */
import { type Knowledge, SEVERAL } from './knowledge.js';
import type { Discovery, Organizational } from './tree-walk.js';

export function discoverPolicy7489(author: string, known: Knowledge): Discovery {
  const own = recordAt(author, known);
  // Section 6.6.3 step 5: several records end the discovery, and only their absence leads upward.
  if (own.kind !== 'none' || isSeveral(author, known)) return own;
  const organizational = organizationalDomain7489(author, known);
  if (organizational.kind !== 'domain') return organizational;
  return organizational.domain === author ? own : recordAt(organizational.domain, known);
}

/** A public suffix is taken for its own organizational domain: it aligns with nothing below it. */
export function organizationalDomain7489(domain: string, known: Knowledge): Organizational {
  const answer = known.organizational.get(domain);
  if (answer === undefined) return { kind: 'ask', question: { kind: 'organizational', domain } };
  if (answer.kind === 'cannot-tell') return { kind: 'failed', why: answer };
  return { kind: 'domain', domain: answer.kind === 'found' ? answer.value : domain };
}

function recordAt(domain: string, known: Knowledge): Discovery {
  const answer = known.records.get(domain);
  if (answer === undefined) return { kind: 'ask', question: { kind: 'record', domain } };
  if (answer.kind === 'cannot-tell') return { kind: 'failed', why: answer };
  return answer.kind === 'found' ? { kind: 'policy', domain, record: answer.value } : { kind: 'none' };
}

function isSeveral(domain: string, known: Knowledge): boolean {
  const answer = known.records.get(domain);
  return answer?.kind === 'not-found' && answer.why === SEVERAL;
}
