/** Restrictions of the client's address, name, login and certificate, postconf(5). */
import type { MaybePromise } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import { parseIp } from '../../values/ip.js';
import type { Check } from './check.js';
import { reverseName } from './places.js';
import { type Restriction, type RestrictionOptions, restriction, type Verdict } from './restriction.js';

/** Clients in `networks`, by address or verified name, and mail that came without a connection: this host's own. */
export function permitMynetworks(options?: RestrictionOptions): Restriction<'networks'> {
  return restriction('permit_mynetworks', options, (check, place) => inList(check, 'networks', place.subject), {
    needs: ['networks'],
    about: 'client',
  });
}

/** Clients that speak from one of our own addresses. */
export function permitInetInterfaces(options?: RestrictionOptions): Restriction<'ownAddresses'> {
  return restriction(
    'permit_inet_interfaces',
    options,
    (check, place) => inList(check, 'ownAddresses', place.subject),
    {
      needs: ['ownAddresses'],
      about: 'client',
    },
  );
}

function inList(check: Check, list: 'networks' | 'ownAddresses', subject: string): MaybePromise<Verdict> {
  const { client, protocol } = check.facts.session;
  const host = client.name.kind === 'verified' ? client.name.name.ascii : 'unknown';
  // Never a missing address: a front may not have known it.
  if (client.ip === undefined) return protocol === 'local' ? 'permit' : 'next';
  return andThen(
    check.known[list].matchIp(
      client.ip,
      (table, key) => check.lookup(table, key),
      list === 'networks' ? host : undefined,
    ),
    (answer) => {
      if (typeof answer === 'boolean') return answer ? 'permit' : 'next';
      return check.lookupFailure(subject, answer.why);
    },
  );
}

export function permitSaslAuthenticated(options?: RestrictionOptions): Restriction<never> {
  const apply = ({ facts, known }: Check): Verdict =>
    facts.session.login !== undefined && known.logins !== false ? 'permit' : 'next';
  return restriction('permit_sasl_authenticated', options, apply, { about: 'client' });
}

/** Clients with a certificate that our trust anchors verify, whoever it names. */
export function permitTlsAllClientcerts(options?: RestrictionOptions): Restriction<never> {
  const apply = ({ facts }: Check): Verdict => (facts.session.tls?.verifiedClient === undefined ? 'next' : 'permit');
  return restriction('permit_tls_all_clientcerts', options, apply, { about: 'client' });
}

/** Clients whose certificate, or its public key, has a fingerprint in `clientCertificates`; trust anchors do not count. */
export function permitTlsClientcerts(options?: RestrictionOptions): Restriction<'clientCertificates'> {
  const next = (check: Check, prints: readonly string[], at: number, subject: string): MaybePromise<Verdict> => {
    const { clientCertificates: table } = check.known;
    const print = prints[at];
    if (table === undefined || print === undefined) return 'next';
    return andThen(check.lookup(table, print), (answer) => {
      if (answer.kind === 'found') return 'permit';
      if (answer.kind === 'cannot-tell') return check.lookupFailure(subject, answer.why);
      return next(check, prints, at + 1, subject);
    });
  };
  return restriction(
    'permit_tls_clientcerts',
    options,
    (check, place) => next(check, check.facts.session.tls?.fingerprints ?? [], 0, place.subject),
    { needs: ['clientCertificates'], about: 'client' },
  );
}

/** HELO names that are addresses. Removed in Postfix 3.9. */
export function permitNakedIpAddress(options?: RestrictionOptions): Restriction<never> {
  return restriction('permit_naked_ip_address', options, ({ facts }) =>
    facts.helo !== undefined && parseIp(facts.helo).kind === 'parsed' ? 'permit' : 'next',
  );
}

/** The address has no name, or its name does not point back. */
export function rejectUnknownClientHostname(options?: RestrictionOptions): Restriction<never> {
  const apply = (check: Check): Verdict => {
    const { kind } = check.facts.session.client.name;
    const isCertain = kind === 'none' || kind === 'unverified';
    return kind === 'verified' ? 'next' : noName(check, 'hostname', '4.7.25', isCertain);
  };
  return restriction('reject_unknown_client_hostname', options, apply, { about: 'client' });
}

/** The address has no name at all. */
export function rejectUnknownReverseClientHostname(options?: RestrictionOptions): Restriction<never> {
  const apply = (check: Check): Verdict => {
    const { session } = check.facts;
    if (reverseName(session) !== 'unknown') return 'next';
    return noName(check, 'reverse hostname', '4.7.1', session.client.name.kind === 'none');
  };
  return restriction('reject_unknown_reverse_client_hostname', options, apply, { about: 'client' });
}

/** 450 when it could not be told, or nobody looked. */
function noName(check: Check, what: string, enhanced: string, isCertain: boolean): Verdict {
  const { ip, name } = check.facts.session.client;
  if (ip === undefined && check.facts.session.protocol === 'local') return 'next';
  return check.refuse({
    code: isCertain ? check.known.codes.unknownClient : 450,
    enhanced,
    text: `Client host rejected: cannot find your ${what}, [${ip?.text ?? 'unknown'}]`,
    reason: 'access',
    detail: name.kind === 'not-looked-up' ? 'the server does not look up names of clients' : `name: ${name.kind}`,
  });
}
