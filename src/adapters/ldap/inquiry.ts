/** One question that was put to the directory: its time, which all searches for it share, and how these are asked. */
import type { PortCall } from '../../core/stage.js';
import { parentOf } from '../../directory/naming.js';
import type { LdapEntry } from '../../ports/ldap-search.js';
import { type Answer, cannotTell, found, notFound } from '../../values/answer.js';
import type { DirectorySettings } from './directory-settings.js';
import type { GroupMemory } from './group-memory.js';
import type { Place } from './place.js';
import type { LdapService } from './service.js';

export interface Inquiry {
  readonly service: LdapService;
  readonly settings: DirectorySettings;
  readonly place: Place;
  readonly memory: GroupMemory;
  readonly call: PortCall;
}

/** The caller's time, and no more than `milliseconds`. */
export function limited(call: PortCall | undefined, milliseconds: number): PortCall {
  const deadline = performance.now() + milliseconds;
  if (call === undefined) return { deadline, signal: new AbortController().signal };
  return {
    deadline: Math.min(call.deadline, deadline),
    get signal() {
      return call.signal;
    },
  };
}

export interface Below {
  readonly base: string;
  readonly filter: string;
  readonly attributes: readonly string[];
  /** Default: none. */
  readonly sizeLimit?: number;
  /** As in `ServiceQuery`. Default true: who is not found may be where a reference leads. */
  readonly whole?: boolean;
}

/** Entries in a subtree. A base that is not there, or not shown, is an error of somebody's: it says nothing of who may
 * be below it; nor does nothing found where a part of what is below it is at another server. */
export async function entriesBelow(inquiry: Inquiry, below: Below): Promise<Answer<readonly LdapEntry[]>> {
  const { service, call } = inquiry;
  const answer = await service.search({ scope: 'sub', sizeLimit: 0, whole: true, ...below }, call);
  if (answer.kind !== 'not-found') return answer;
  return cannotTell(
    `${service.name}: there is no entry ${below.base || '(the root)'} to search below, or it is hidden`,
    false,
  );
}

/** One entry by its name. Not-found: it is gone, or is shown as if it were (`gone`). One that is there and not shown is
 * "could not tell". */
export async function entryNamed(
  inquiry: Inquiry,
  dn: string,
  attributes: readonly string[],
): Promise<Answer<LdapEntry>> {
  const { service, call } = inquiry;
  const answer = await service.search(
    { base: dn, scope: 'base', filter: '(objectClass=*)', attributes, sizeLimit: 0 },
    call,
  );
  if (answer.kind !== 'found') return answer.kind === 'not-found' ? notFound('the entry is gone') : answer;
  const [entry] = answer.value;
  return entry === undefined ? cannotTell(`${service.name}: the entry ${dn} is hidden`, false) : found(entry);
}

/**
 * Of an entry that the server says is not there. Servers say the same of what is there and may not be seen (RFC 4511
 * section 4.1.9), so it is believed where the entry above is shown; else "could not tell".
 */
export async function gone(inquiry: Inquiry, dn: string): Promise<Answer<never>> {
  const parent = parentOf(dn);
  const above = parent === undefined ? notFound() : await entryNamed(inquiry, parent, ['objectClass']);
  if (above.kind === 'found') return notFound('the entry is gone');
  if (above.kind === 'cannot-tell' && above.temporary) return above;
  const why = `${dn} is gone or hidden: the entry above it is not shown either`;
  return cannotTell(`${inquiry.service.name}: ${why}`, false);
}

/** As `entryNamed`; not-found is what `gone` says. */
export async function ownEntry(
  inquiry: Inquiry,
  dn: string,
  attributes: readonly string[],
): Promise<Answer<LdapEntry>> {
  const entry = await entryNamed(inquiry, dn, attributes);
  return entry.kind === 'not-found' ? gone(inquiry, dn) : entry;
}
