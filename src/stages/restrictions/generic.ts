/** Restrictions that may stand in any list, postconf(5): what permits or refuses everything (`All`: `reject` and `defer` make decisions), and what puts off a refusal. */
import type { Reason } from '../../core/decision.js';
import {
  type Grounds,
  type Need,
  type Place,
  type Restriction,
  type RestrictionOptions,
  restriction,
} from './restriction.js';

/** Ends its list, and no more: the next list is applied. */
export function permitAll(options?: RestrictionOptions): Restriction<never> {
  return restriction('permit', options, () => 'permit');
}

export function rejectAll(options?: RestrictionOptions): Restriction<never> {
  return restriction('reject', options, (check, place) =>
    check.refuse(grounds(place, check.known.codes.reject, '5.7.1', 'Access denied')),
  );
}

export function deferAll(options?: RestrictionOptions): Restriction<never> {
  return restriction('defer', options, (check, place) =>
    check.refuse(grounds(place, check.known.codes.defer, '4.3.2', 'Try again later')),
  );
}

/** A later "permit" becomes 450; a later refusal stays. */
export function deferIfPermit(options?: RestrictionOptions): Restriction<never> {
  return restriction('defer_if_permit', options, (check, place) =>
    check.deferIfPermit(grounds(place, 450, '4.7.0', 'defer_if_permit requested')),
  );
}

/** A later refusal of this list becomes 450. */
export function deferIfReject(options?: RestrictionOptions): Restriction<never> {
  return restriction('defer_if_reject', options, (check, place) =>
    check.deferIfReject(grounds(place, 450, '4.7.0', 'defer_if_reject requested')),
  );
}

/** What `one` would refuse is noted, and the mail goes on. */
export function warnIfReject<N extends Need>(one: Restriction<N>, options?: RestrictionOptions): Restriction<N> {
  const { text, needs, source } = one;
  const place = options ?? (source === undefined ? undefined : { source });
  const parts = { needs, inner: [one], form: 'warn' } as const;
  return restriction<N>(`warn_if_reject ${text}`, place, (check, at) => check.warnOnly(one, at), parts);
}

/** Several restrictions under one name (smtpd_restriction_classes). */
export function restrictionClass<N extends Need = never>(
  name: string,
  members: readonly Restriction<N>[],
  options?: RestrictionOptions,
): Restriction<N> {
  const inner = [...members];
  const needs = [...new Set(inner.flatMap((one) => one.needs))];
  return restriction<N>(name, options, (check, at) => check.run(inner, at), { needs, inner, form: 'class' });
}

/** Clients that talk before they are asked, where the protocol does not let them (RFC 2920 section 3.1). */
export function rejectUnauthPipelining(options?: RestrictionOptions): Restriction<never> {
  return restriction('reject_unauth_pipelining', options, (check, place) => {
    if (check.facts.session.pipelined !== true) return 'next';
    return check.refuse(grounds(place, 503, '5.5.0', 'Improper use of SMTP command pipelining', 'other'));
  });
}

export function rejectPlaintextSession(options?: RestrictionOptions): Restriction<never> {
  return restriction('reject_plaintext_session', options, (check) => {
    if (check.facts.session.tls !== undefined) return 'next';
    const { plaintext: code } = check.known.codes;
    return check.refuse({ code, enhanced: '4.7.1', text: 'Session encryption is required', reason: 'authentication' });
  });
}

/** The null sender with more than one recipient; it says most after the message, when all recipients are known. */
export function rejectMultiRecipientBounce(options?: RestrictionOptions): Restriction<never> {
  return restriction('reject_multi_recipient_bounce', options, (check, place) => {
    const { sender, recipientCount } = check.facts;
    if (sender?.kind !== 'null-path' || recipientCount <= 1) return 'next';
    return check.refuse(grounds(place, check.known.codes.multiRecipientBounce, '5.5.3', 'Multi-recipient bounce'));
  });
}

function grounds(
  { subject, what }: Place,
  code: number,
  enhanced: string,
  text: string,
  reason: Reason = 'access',
): Grounds {
  return { code, enhanced, text: `<${subject.slice(0, 256)}>: ${what} rejected: ${text}`, reason };
}
