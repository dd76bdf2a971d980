/**
 * Relay control: who may send to whom through us (RFC 5321 section 7.9, Postfix's permit_mynetworks,
 * permit_sasl_authenticated, reject_unauth_destination). No relay unless an option says so, not even for this host.
 * Stands first in the list of rcpt: stages before it that accept would open a relay.
 */
import { reject } from '../../core/decision.js';
import { type FindingKey, finding } from '../../core/finding.js';
import type { Session } from '../../core/session.js';
import { defineStage, type Stage } from '../../core/stage.js';
import { type DomainSet, readDomains } from '../../tables/domain-set.js';
import { type Mailbox, writtenAddress } from '../../values/address.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { parseNetwork } from '../../values/network.js';
import { type NetworkEntry, type NetworkMap, networkMap } from '../../values/network-map.js';
import { type Reply, reply, replyFromText } from '../../values/reply.js';

export interface RelayControlOptions {
  /** Our domains: exact names, and address literals (`[192.0.2.1]`). What is below them is not ours. */
  readonly domains: readonly string[];
  /** Domains that we relay for, with all that lies below them (relay_domains). Default none. */
  readonly relayDomains?: readonly string[];
  /** Clients that may send anywhere, in CIDR notation (mynetworks). Default none; loopback is not implied. */
  readonly networks?: readonly string[];
  /** Authenticated clients may send anywhere. Default true. */
  readonly logins?: boolean;
}

export interface RelayFinding {
  /** Why the recipient is permitted; `none` where it is not. `local-session`: mail of this host itself. */
  readonly permittedBy: 'local-session' | 'network' | 'login' | 'domain' | 'relay-domain' | 'none';
  /** The network that the client is in, or the domain of the recipient. */
  readonly evidence: string;
}

export const relayFinding: FindingKey<'relay', RelayFinding> = finding('relay');

export interface RelayControlStage
  extends Stage<{
    readonly name: 'relayControl';
    readonly at: 'rcpt';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly relay: RelayFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

interface Compiled {
  readonly domains: DomainSet;
  readonly relayDomains: DomainSet;
  readonly networks: NetworkMap<string>;
  readonly logins: boolean;
}

const denied: Reply = reply(554, '5.7.1', 'Relay access denied');

/** Throws ConfigurationError `options` with every domain and network that is wrong (`bad-domain`, `wildcard-domain`, `bad-network`). */
export function relayControl(options: RelayControlOptions): RelayControlStage {
  const compiled = compile(options);
  return defineStage({
    name: 'relayControl',
    at: 'rcpt',
    gives: [relayFinding],
    run: ({ session, recipient }) => {
      const relay = trust(session, compiled) ?? destination(recipient.address, compiled);
      const findings = relayFinding.of(relay);
      if (relay.permittedBy !== 'none') return { findings };
      const shown = replyFromText(`<${writtenAddress(recipient.address)}>: Relay access denied`, denied);
      return { findings, decision: reject('relay-denied', shown, relay.evidence) };
    },
  });
}

/** What the client itself may; undefined for a stranger. */
function trust({ client, login, protocol }: Session, compiled: Compiled): RelayFinding | undefined {
  // Not by a missing address: a front may be unable to tell it (XCLIENT ADDR=[UNAVAILABLE]).
  if (protocol === 'local') return { permittedBy: 'local-session', evidence: 'the mail did not come by a connection' };
  const network = client.ip === undefined ? undefined : compiled.networks.find(client.ip)?.network;
  if (network !== undefined) return { permittedBy: 'network', evidence: network.text };
  if (login !== undefined && compiled.logins) return { permittedBy: 'login', evidence: login.name };
  return undefined;
}

/** What strangers may send to. */
function destination({ localPart, domain, text }: Mailbox, { domains, relayDomains }: Compiled): RelayFinding {
  // Postfix's allow_untrusted_routing = no: `user%elsewhere@ours`, `"user@elsewhere"@ours` and `elsewhere!user@ours` may be
  // routes to whoever gets the mail next.
  const route = /[@%!]/.exec(localPart);
  if (route !== null) return { permittedBy: 'none', evidence: `"${route[0]}" in the local part of ${text}` };
  const evidence = domain.kind === 'domain' ? domain.ascii : domain.text;
  if (domains.has(domain)) return { permittedBy: 'domain', evidence };
  const relayed = relayDomains.has(domain) || relayDomains.hasParentOf(domain);
  return { permittedBy: relayed ? 'relay-domain' : 'none', evidence };
}

function compile({ domains, relayDomains = [], networks = [], logins = true }: RelayControlOptions): Compiled {
  const ours = readDomains(domains, 'domains');
  const relayed = readDomains(relayDomains, 'relayDomains');
  const problems: Problem[] = [...ours.problems, ...relayed.problems];
  const entries: NetworkEntry<string>[] = [];
  for (const construct of networks) {
    const network = parseNetwork(construct);
    if (network.kind === 'parsed') entries.push({ network: network.value, value: construct });
    else problems.push({ code: 'bad-network', message: `networks: ${network.why}`, construct });
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return { domains: ours.set, relayDomains: relayed.set, networks: networkMap(entries), logins };
}
