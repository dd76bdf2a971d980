/**
 * The words of smtpd_*_restrictions (postconf(5)) as data: which lists there are, in which order they are applied, what
 * each element asks. What Postfix has and we do not is left out and reported; what nobody knows is a problem.
 */
import type { SpecialKind } from '../core/decision.js';
import type { Table } from '../core/table.js';
import { accessTable } from '../stages/access/access-table.js';
import { isConfigurationError, type Problem, type SourcePosition } from '../values/errors.js';
import { splitList } from './lists.js';
import type { Maps } from './maps.js';

/** In the order in which smtpd applies them at RCPT. */
export const restrictionLists = ['client', 'helo', 'sender', 'relay', 'recipient'] as const;
export type RestrictionList = (typeof restrictionLists)[number];

export type Restriction = { readonly text: string; readonly list: RestrictionList; readonly source: SourcePosition } & (
  | { readonly kind: SimpleKind }
  | { readonly kind: AccessKind; readonly table: Table; readonly port: string }
);

export type AccessKind = 'check_client_access' | 'check_helo_access' | 'check_sender_access' | 'check_recipient_access';
export type SimpleKind = (typeof simple)[number];

const simple = [
  'permit',
  'reject',
  'defer',
  'permit_mynetworks',
  'permit_sasl_authenticated',
  'permit_auth_destination',
  'reject_unauth_destination',
  'defer_unauth_destination',
] as const;

/** Restrictions of Postfix that are not carried out yet; those in the second list have an argument. */
const notYet: ReadonlySet<string> = new Set(
  `defer_if_permit defer_if_reject permit_inet_interfaces permit_mx_backup permit_naked_ip_address
   permit_tls_all_clientcerts permit_tls_clientcerts reject_authenticated_sender_login_mismatch
   reject_invalid_helo_hostname reject_invalid_hostname reject_known_sender_login_mismatch reject_multi_recipient_bounce
   reject_non_fqdn_helo_hostname reject_non_fqdn_hostname reject_non_fqdn_recipient reject_non_fqdn_sender
   reject_plaintext_session reject_sender_login_mismatch reject_unauth_pipelining
   reject_unauthenticated_sender_login_mismatch reject_unknown_address reject_unknown_client
   reject_unknown_client_hostname reject_unknown_forward_client_hostname reject_unknown_helo_hostname
   reject_unknown_hostname reject_unknown_recipient_domain reject_unknown_reverse_client_hostname
   reject_unknown_sender_domain reject_unlisted_recipient reject_unlisted_sender reject_unverified_recipient
   reject_unverified_sender`.split(/\s+/),
);
const notYetWithArgument =
  /^(?:check_policy_service|check_(?:client|helo|sender|recipient|reverse_client_hostname)_(?:a|mx|ns)_access|check_(?:reverse_client_hostname|ccert|sasl|etrn)_access|(?:reject|permit)_(?:rbl|rhsbl|dnswl|rhswl)_[a-z_]+|reject_maps_rbl|sleep)$/;

const accessKinds: ReadonlySet<string> = new Set<AccessKind>([
  'check_client_access',
  'check_helo_access',
  'check_sender_access',
  'check_recipient_access',
]);

export interface ReadRestrictions {
  readonly restrictions: readonly Restriction[];
  /** Left out: Postfix would have applied them. */
  readonly left: readonly string[];
  readonly problems: readonly Problem[];
}

/** `classes` are the names of smtpd_restriction_classes. Port names are unique among all lists by `list` and position. */
export function readRestrictions(
  list: RestrictionList,
  value: string,
  source: SourcePosition,
  maps: Maps,
  classes: ReadonlySet<string>,
): ReadRestrictions {
  const restrictions: Restriction[] = [];
  const left: string[] = [];
  const problems: Problem[] = [];
  const words = splitList(value);
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    const name = word.toLowerCase();
    const isMap = /^[a-z]{3,20}:./.test(word);
    if (name === 'warn_if_reject') {
      // What follows would only have been logged.
      const more = takesArgument(words[at + 1] ?? '') ? 2 : 1;
      left.push(words.slice(at, at + 1 + more).join(' '));
      at += more;
    } else if (isSimple(name)) restrictions.push({ kind: name, text: word, list, source });
    else if (accessKinds.has(name) || isMap) {
      // A bare table is check_LIST_access of its own list.
      const map = isMap ? word : words[++at];
      const kind = isMap ? ownKind(list) : (name as AccessKind);
      const text = isMap ? word : `${word} ${map ?? ''}`;
      if (map === undefined) problems.push(lacks(word, source));
      else
        restrictions.push(
          ...access({ kind, text, list, source }, map, `${list} ${restrictions.length + 1}`, maps, problems),
        );
    } else if (notYetWithArgument.test(name)) {
      const argument = words[++at];
      if (argument === undefined) problems.push(lacks(word, source));
      left.push(`${word} ${argument ?? ''}`);
    } else if (notYet.has(name) || classes.has(word)) left.push(word);
    else problems.push({ code: 'unknown-restriction', message: 'no such restriction', source, construct: word });
  }
  return { restrictions, left, problems };
}

function takesArgument(word: string): boolean {
  const name = word.toLowerCase();
  return accessKinds.has(name) || notYetWithArgument.test(name);
}

function isSimple(name: string): name is SimpleKind {
  return (simple as readonly string[]).includes(name);
}

function ownKind(list: RestrictionList): AccessKind {
  return list === 'relay' ? 'check_recipient_access' : `check_${list}_access`;
}

function lacks(construct: string, source: SourcePosition): Problem {
  return { code: 'missing-argument', message: 'the restriction lacks its argument', source, construct };
}

type Place = Pick<Restriction, 'text' | 'list' | 'source'> & { readonly kind: AccessKind };

function access(place: Place, map: string, port: string, maps: Maps, problems: Problem[]): readonly Restriction[] {
  const table = maps.one(map, place.source);
  if (table === undefined) return [];
  try {
    const allowed: readonly SpecialKind[] = ['hold', 'redirect'];
    return [{ ...place, table: accessTable(table, allowed).port, port }];
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    for (const problem of error.problems) problems.push(problem);
    return [];
  }
}
