/** Whether a recipient is in a domain of ours: the restrictions that make a server no open relay. postconf(5). */
import type { MaybePromise } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import { type Mailbox, writtenAddress } from '../../values/address.js';
import { type Answer, found } from '../../values/answer.js';
import { addressWithin } from '../../values/routed-address.js';
import type { Check } from './check.js';
import type { MatchAnswer } from './match-list.js';
import { isRoute } from './places.js';
import { type Restriction, type RestrictionOptions, restriction, type Verdict } from './restriction.js';

export function permitAuthDestination(options?: RestrictionOptions): Restriction<'destinations'> {
  return of('permit_auth_destination', options, (_check, _address, ours) => (ours ? 'permit' : 'next'));
}

/** Refuses recipients outside of `destinations`. Every server that strangers reach needs this, or one of its kind. */
export function rejectUnauthDestination(options?: RestrictionOptions): Restriction<'destinations'> {
  return of('reject_unauth_destination', options, (check, address, ours) =>
    ours ? 'next' : relayDenied(check, address, check.known.codes.relayDomains),
  );
}

export function deferUnauthDestination(options?: RestrictionOptions): Restriction<'destinations'> {
  return of('defer_unauth_destination', options, (check, address, ours) =>
    ours ? 'next' : relayDenied(check, address, check.known.codes.relayDomains - 100),
  );
}

/** True for a domain whose mail ends here. */
export function finalDomain(check: Check, { domain }: Mailbox): MaybePromise<MatchAnswer> {
  return check.known.final.matchDomain(domain, (table, key) => check.lookup(table, key));
}

function of(
  text: string,
  options: RestrictionOptions | undefined,
  say: (check: Check, address: Mailbox, ours: boolean) => Verdict,
): Restriction<'destinations'> {
  const apply = (check: Check): MaybePromise<Verdict> => {
    const { recipient } = check.facts;
    if (recipient === undefined) return 'next';
    return andThen(isOurs(check, recipient), (ours) =>
      typeof ours === 'boolean'
        ? say(check, recipient, ours)
        : check.lookupFailure(writtenAddress(recipient), ours.why),
    );
  };
  return restriction(text, options, apply, { needs: ['destinations'] });
}

/** Where its route leads, if it is one. With allow_untrusted_routing = no, what may then still hold a route is nobody's. */
export function isOurs(check: Check, given: Mailbox): MaybePromise<MatchAnswer> {
  return andThen(resolvedAddress(check, given), (answer): MaybePromise<MatchAnswer> => {
    if (answer.kind !== 'found') return answer.kind === 'cannot-tell' ? answer : false;
    return isUntrusted(check, answer.value) ? false : isInOurDomain(check, answer.value);
  });
}

/** Another host may read a route in it, and the operator does not want that (RESOLVE_FLAG_ROUTED of smtpd). */
export function isUntrusted({ known }: Check, resolved: Mailbox): boolean {
  return known.allowUntrustedRouting !== true && isRoute(resolved);
}

/** What smtpd looks up in place of the address as given. */
export function resolvedAddress(check: Check, given: Mailbox): MaybePromise<Answer<Mailbox>> {
  const { addresses } = check.known;
  return addresses === undefined ? followRoute(check, given, 0) : check.resolve(addresses, given);
}

/** More than anybody needs. */
const ROUTE_LIMIT = 10;

/** As trivial-rewrite(8): at a local domain the address within counts. What nobody can read stays, and is a route. */
function followRoute(check: Check, address: Mailbox, followed: number): MaybePromise<Answer<Mailbox>> {
  const { local, percentHack = true, bangPaths = true } = check.known;
  const inner = addressWithin(address, { percentHack, bangPaths });
  if (inner === undefined) return found(address);
  const isLocal = local.matchDomain(address.domain, (table, key) => check.lookup(table, key));
  return andThen(isLocal, (answer): MaybePromise<Answer<Mailbox>> => {
    if (typeof answer !== 'boolean') return answer;
    if (!answer || inner.kind === 'malformed' || followed >= ROUTE_LIMIT) return found(address);
    return followRoute(check, inner.value, followed + 1);
  });
}

function isInOurDomain(check: Check, address: Mailbox): MaybePromise<MatchAnswer> {
  return andThen(finalDomain(check, address), (isFinal): MaybePromise<MatchAnswer> => {
    if (isFinal !== false) return isFinal;
    return check.known.relay.matchDomain(address.domain, (table, key) => check.lookup(table, key));
  });
}

function relayDenied(check: Check, address: Mailbox, code: number): Verdict {
  const detail = 'not a domain of ours, and the client may not relay';
  const text = `<${writtenAddress(address)}>: Relay access denied`;
  return check.refuse({ code, enhanced: '5.7.1', text, reason: 'relay-denied', detail });
}
