/** How smtpd names what it judges in its replies, and what several restrictions ask of a session or an address. */
import type { Session } from '../../core/session.js';
import { type Mailbox, type ReversePath, writtenAddress } from '../../values/address.js';
import type { Facts } from './check.js';
import type { Place } from './restriction.js';

/** smtpd's client_name: verified, or `unknown`. */
export function verifiedName({ client: { name } }: Session): string {
  return name.kind === 'verified' ? name.name.ascii : 'unknown';
}

/** smtpd's reverse_client_name: what the address points to, or `unknown`. */
export function reverseName({ client: { name } }: Session): string {
  if (name.kind === 'verified' || name.kind === 'unverified') return name.name.ascii;
  return name.kind === 'cannot-tell' && name.reverse !== undefined ? name.reverse.ascii : 'unknown';
}

export function clientPlace(session: Session): Place {
  return { subject: `${verifiedName(session)}[${session.client.ip?.text ?? 'unknown'}]`, what: 'Client host' };
}

export function senderPlace(sender: ReversePath): Place {
  return { subject: sender.kind === 'null-path' ? '' : writtenAddress(sender), what: 'Sender address' };
}

export function recipientPlace(recipient: Mailbox): Place {
  return { subject: writtenAddress(recipient), what: 'Recipient address' };
}

/** A local part that another host may read as a route (RESOLVE_FLAG_ROUTED). */
export function isRoute({ localPart }: Mailbox): boolean {
  return /[@%!]/.test(localPart);
}

/** The domain in A-labels; undefined for an address literal. */
export function domainOf({ domain }: Mailbox): string | undefined {
  return domain.kind === 'domain' ? domain.ascii : undefined;
}

/** As smtpd ends its lines in the log; each part is bounded by the parser that it came through. */
export function circumstances({ session, helo, sender, recipient }: Facts): string {
  const parts = [
    sender === undefined ? undefined : `from=<${sender.kind === 'null-path' ? '' : writtenAddress(sender)}>`,
    recipient === undefined ? undefined : `to=<${writtenAddress(recipient)}>`,
    `proto=${session.protocol.toUpperCase()}`,
    helo === undefined ? undefined : `helo=<${helo.slice(0, 256)}>`,
    session.login === undefined ? undefined : `sasl_username=<${session.login.name.slice(0, 256)}>`,
  ];
  return parts.filter((part) => part !== undefined).join(' ');
}
