/**
 * The client's host name by the rules of Postfix's smtpd (RFC 8601 section 2.7.3, "iprev"): the first name that the address
 * points to, verified when an address of that name, of the client's family, is the client's. Two questions to a resolver;
 * a name that points elsewhere, or nowhere, is known and not believed.
 */
import type { Answer } from '../values/answer.js';
import { type Domain, parseDomain } from '../values/domain.js';
import { type IpAddress, sameIp } from '../values/ip.js';
import type { ClientName } from './session.js';
import type { MaybePromise, PortCall } from './stage.js';

/** The part of a resolver that this asks. */
export interface NameQuestions {
  addresses(name: string, family: 4 | 6, call?: PortCall): MaybePromise<Answer<readonly IpAddress[]>>;
  names(ip: IpAddress, call?: PortCall): MaybePromise<Answer<readonly string[]>>;
}

/** Never rejects unless the resolver does. `cannot-tell` still gives the name when only its addresses are unknown. */
export async function clientName(ip: IpAddress, resolver: NameQuestions, call?: PortCall): Promise<ClientName> {
  const names = await resolver.names(ip, call);
  if (names.kind === 'cannot-tell') return { kind: 'cannot-tell', why: names.why };
  const name = names.kind === 'found' ? hostName(names.value[0]) : undefined;
  if (name === undefined) return { kind: 'none' };
  const addresses = await resolver.addresses(name.ascii, ip.version, call);
  switch (addresses.kind) {
    case 'found':
      return { kind: addresses.value.some((one) => sameIp(one, ip)) ? 'verified' : 'unverified', name };
    case 'not-found':
      return { kind: 'unverified', name };
    case 'cannot-tell':
      return { kind: 'cannot-tell', why: addresses.why, reverse: name };
  }
}

/** Postfix takes underscores in such names, and neither addresses nor what is no host name at all. */
function hostName(text: string | undefined): Domain | undefined {
  const name = parseDomain(text ?? '', { underscores: true });
  return name.kind === 'parsed' ? name.value : undefined;
}
