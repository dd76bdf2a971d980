/** Restrictions of the HELO name, postconf(5). Without a HELO name they say nothing. */
import type { MaybePromise } from '../../core/stage.js';
import { parseIp } from '../../values/ip.js';
import { parseAddressLiteral } from '../../values/mailbox.js';
import type { Check } from './check.js';
import { knownMailDomain } from './dns/index.js';
import { isHostName, withoutDot } from './host-name.js';
import { type Restriction, type RestrictionOptions, restriction, type Verdict } from './restriction.js';

/** Neither a host name nor an address. */
export function rejectInvalidHeloHostname(options?: RestrictionOptions): Restriction<never> {
  return helo('reject_invalid_helo_hostname', options, (check, name) => {
    const bare = withoutDot(name);
    if (isHostName(bare) || parseIp(bare).kind === 'parsed') return 'next';
    return refused(check, name, check.known.codes.invalidHostname, '5.5.2', 'Invalid name');
  });
}

/** No name with a dot in it; an address without brackets is none either. */
export function rejectNonFqdnHeloHostname(options?: RestrictionOptions): Restriction<never> {
  return helo('reject_non_fqdn_helo_hostname', options, (check, name) => {
    const bare = withoutDot(name);
    if (isHostName(bare) && bare.includes('.')) return 'next';
    return refused(check, name, check.known.codes.nonFqdn, '5.5.2', 'need fully-qualified hostname');
  });
}

/** The DNS has neither address nor MX for the name. */
export function rejectUnknownHeloHostname(options?: RestrictionOptions): Restriction<'resolver'> {
  const plain = helo('reject_unknown_helo_hostname', options, async (check, name) => {
    const { resolver } = check;
    if (resolver === undefined) return check.serverError('no resolver');
    const known = isHostName(withoutDot(name)) ? await knownMailDomain(resolver, withoutDot(name)) : unknown;
    // smtpd takes a null MX for a record like any other here.
    if (known.kind === 'known' || known.kind === 'null-mx') return 'next';
    if (known.kind !== 'cannot-tell') {
      return refused(check, name, check.known.codes.unknownHostname, '4.7.1', 'Host not found');
    }
    const text = `<${name.slice(0, 256)}>: Helo command rejected: Host not found`;
    const grounds = { code: 450, enhanced: '4.7.1', text, reason: 'bad-helo', detail: known.why } as const;
    return check.known.unknownHeloTempfail === 'defer' ? check.refuse(grounds) : check.deferIfPermit(grounds);
  });
  return restriction(plain.text, options, plain.apply, { needs: ['resolver'] });
}

const unknown = { kind: 'unknown' } as const;

/** `of` is asked for names; what begins with `[` must be an address literal. */
function helo(
  text: string,
  options: RestrictionOptions | undefined,
  of: (check: Check, name: string) => MaybePromise<Verdict>,
): Restriction<never> {
  return restriction(text, options, (check) => {
    const { helo: name } = check.facts;
    if (name === undefined) return 'next';
    return name.startsWith('[') ? literal(check, name) : of(check, name);
  });
}

function literal(check: Check, name: string): Verdict {
  if (name.endsWith(']') && parseAddressLiteral(name.slice(1, -1)).kind === 'parsed') return 'next';
  return refused(check, name, check.known.codes.invalidHostname, '5.5.2', 'invalid ip address');
}

function refused(check: Check, name: string, code: number, enhanced: string, why: string): Verdict {
  const text = `<${name.slice(0, 256)}>: Helo command rejected: ${why}`;
  return check.refuse({ code, enhanced, text, reason: 'bad-helo' });
}
