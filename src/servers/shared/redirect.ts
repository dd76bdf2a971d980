/**
 * Where mail goes that the policy itself redirects, or sends to a recipient of its own (BCC): the policy is asked
 * again, as for a message that this host sends to the new address, so that aliases and routing apply. Only the connect,
 * helo, mail and rcpt lists run: content that asked for it would ask again. They see the null path as sender, for rules
 * about the sender have had their say. An address that the policy then refuses is a mistake of the operator: a log
 * line, and 451 for mail that is redirected there. What the policy adds beside (BCC) is left out where it is rejected,
 * for nobody who sends should hear of it; where the policy defers, it puts the message off.
 */
import type { Verdict } from '../../core/decision.js';
import type { Session } from '../../core/session.js';
import type { Recipient } from '../../core/transaction.js';
import type { Mailbox } from '../../values/address.js';
import { type Reply, replyText } from '../../values/reply.js';
import type { ServerHost } from './host.js';
import * as replies from './replies.js';

/** The policy refuses an address that it sends mail to itself. */
export interface RefusedRedirect {
  readonly kind: 'refused';
  /** To mail that is redirected there: 451, for the operator can mend it. */
  readonly reply: Reply;
  /** What the policy says of the address: permanent where it rejects it. */
  readonly refusal: Reply;
}

/** The recipients that `to` comes to, none when they are dropped. */
export async function redirectRecipients(
  host: ServerHost,
  { server }: Session,
  id: string,
  to: Mailbox,
): Promise<readonly Recipient[] | RefusedRedirect> {
  const conversation = host.open({
    client: { ip: undefined, port: undefined, name: { kind: 'none' } },
    server,
    protocol: 'local',
    tls: undefined,
    login: undefined,
  });
  await conversation.connect();
  await conversation.hello(undefined);
  const mail = await conversation.mail({ kind: 'null-path' });
  const rcpt = await conversation.rcpt(to);
  for (const decision of [mail.decision, rcpt.decision]) {
    if (decision.kind === 'discard') return [];
    if (!goesOn(decision)) return refused(host, id, to, decision);
  }
  return rcpt.recipients;
}

function goesOn(decision: Verdict): boolean {
  return decision.kind === 'continue' || decision.kind === 'accept';
}

function refused(host: ServerHost, id: string, to: Mailbox, decision: Verdict): RefusedRedirect {
  const detail =
    decision.kind === 'continue'
      ? {}
      : { reason: decision.reason, why: decision.detail, reply: replyText(decision.reply) };
  const fields = { event: 'redirect', id, recipient: to.text, decision: decision.kind, ...detail };
  host.reporter.log?.error(fields, 'the policy refuses an address that it sends mail to itself');
  const refusal = decision.kind === 'reject' || decision.kind === 'defer' ? decision.reply : replies.notConfigured;
  return { kind: 'refused', reply: replies.notConfigured, refusal };
}
