/**
 * The hosts behind a domain for check_{client,helo,sender,recipient}_{a,mx,ns}_access (smtpd's check_server_access): first the
 * names of all, then the addresses of each, asked only where no rule has matched yet. A stage goes over `serverHosts`, looks up
 * each name (but for `a`) as a domain, then each of its `hostAddresses`.
 */
import type { PortCall } from '../../../core/stage.js';
import type { Resolver } from '../../../ports/resolver.js';
import { type Answer, found, notFound } from '../../../values/answer.js';
import { type IpAddress, parseIp } from '../../../values/ip.js';

export type ServerType = 'a' | 'mx' | 'ns';

/**
 * `domain` in A-labels. For `a` the domain itself; for `mx` its mail exchangers, itself where it has none (not-found for a null
 * MX); for `ns` its name servers, or those of the nearest domain above that has any. Where this is not found or cannot be told,
 * Postfix applies no restriction. An address literal is its own MX (and has no A and NS rules): do not ask.
 */
export async function serverHosts(
  resolver: Pick<Resolver, 'mailExchangers' | 'nameServers'>,
  type: ServerType,
  domain: string,
  call?: PortCall,
): Promise<Answer<readonly string[]>> {
  switch (type) {
    case 'a':
      return found([domain]);
    case 'mx':
      return exchangers(resolver, domain, call);
    case 'ns':
      return nameServers(resolver, domain, call);
  }
}

/** A and AAAA records of a host; of text that is an address, this one. Found when either type is. */
export async function hostAddresses(
  resolver: Pick<Resolver, 'addresses'>,
  host: string,
  call?: PortCall,
): Promise<Answer<readonly IpAddress[]>> {
  const literal = parseIp(host);
  if (literal.kind === 'parsed') return found([literal.value]);
  const answers = await Promise.all([resolver.addresses(host, 4, call), resolver.addresses(host, 6, call)]);
  const addresses = answers.flatMap((answer) => (answer.kind === 'found' ? answer.value : []));
  if (addresses.length > 0) return found(addresses);
  return answers.find((answer) => answer.kind === 'cannot-tell') ?? answers[0];
}

async function exchangers(
  resolver: Pick<Resolver, 'mailExchangers'>,
  domain: string,
  call: PortCall | undefined,
): Promise<Answer<readonly string[]>> {
  const answer = await resolver.mailExchangers(domain, call);
  // Also for "no such name": some name servers say so where they mean "no data".
  if (answer.kind === 'not-found') return found([domain]);
  if (answer.kind === 'cannot-tell') return answer;
  const hosts = answer.value.map(({ exchange }) => exchange).filter((exchange) => exchange !== '');
  return hosts.length > 0 ? found(hosts) : notFound('null-mx');
}

/** Up to the top-level domain, whose name servers count too. */
async function nameServers(
  resolver: Pick<Resolver, 'nameServers'>,
  domain: string,
  call: PortCall | undefined,
): Promise<Answer<readonly string[]>> {
  const labels = domain.split('.');
  let answer: Answer<readonly string[]> = notFound('no-such-name');
  for (let at = 0; at < labels.length && answer.kind === 'not-found'; at++) {
    answer = await resolver.nameServers(labels.slice(at).join('.'), call);
  }
  return answer;
}
