/** Small transactions for tests of stages. */

import type { Verdict } from '../../src/core/decision.js';
import type { EvaluationOptions } from '../../src/core/evaluation.js';
import type { Outcome } from '../../src/core/outcome.js';
import { definePolicy, type Policy } from '../../src/core/policy.js';
import type { ClientName, Session } from '../../src/core/session.js';
import type { AnyStage } from '../../src/core/stage.js';
import type { Parameters } from '../../src/core/transaction.js';
import type { Mailbox, ReversePath } from '../../src/values/address.js';
import { parseDomain } from '../../src/values/domain.js';
import { parseIp } from '../../src/values/ip.js';
import { parseMailbox } from '../../src/values/mailbox.js';
import { parseMessage } from '../../src/values/message.js';
import { replyText } from '../../src/values/reply.js';
import { value } from '../values/support.js';

export { problemsOf } from '../values/support.js';

export const box = (text: string): Mailbox => value(parseMailbox(text));

export interface Facts {
  readonly ip?: string | undefined;
  readonly name?: string;
  readonly login?: string;
  /** Default `esmtp`, without an address `local`. */
  readonly protocol?: Session['protocol'];
  readonly helo?: string;
  readonly sender?: string;
  readonly parameters?: Parameters;
  readonly to?: readonly string[];
  readonly message?: string;
}

export function session({ ip, name, login, protocol }: Facts): Session {
  const clientName: ClientName =
    name === undefined ? { kind: 'none' } : { kind: 'verified', name: value(parseDomain(name)) };
  return {
    client: { ip: ip === undefined ? undefined : value(parseIp(ip)), port: undefined, name: clientName },
    server: { name: value(parseDomain('mx.school.example')), port: 25 },
    protocol: protocol ?? (ip === undefined ? 'local' : 'esmtp'),
    tls: undefined,
    login: login === undefined ? undefined : { name: login, mechanism: 'PLAIN' },
  };
}

/** Runs a policy of one stage, at its own phase. The client is 192.0.2.1 unless said otherwise. */
export function runOne(stage: AnyStage, facts: Facts): Promise<Outcome> {
  const lists = { [stage.at]: [stage] };
  return runPolicy(definePolicy(lists), facts);
}

export function runPolicy(policy: Policy, given: Facts, options: EvaluationOptions = {}): Promise<Outcome> {
  const facts = { ip: '192.0.2.1', to: ['t01@school.example'], ...given };
  const sender: ReversePath = facts.sender === '' ? { kind: 'null-path' } : box(facts.sender ?? 'a@sender.example');
  const parsed = parseMessage(new TextEncoder().encode(facts.message ?? 'Subject: x\r\n\r\nbody\r\n'));
  if (parsed.kind !== 'parsed') throw new Error('the message of this test is over the limits');
  return policy.evaluate(
    {
      session: session(facts),
      sender,
      recipients: facts.to.map(box),
      mailParameters: facts.parameters ?? {},
      message: parsed.value,
      ...(facts.helo !== undefined && { helo: facts.helo }),
    },
    options,
  );
}

/** `continue`, or the kind, reason and reply: `reject access 554 5.7.1 No`. */
export function said(outcome: Outcome): string {
  return shown(outcome.recipients[0]?.decision ?? outcome.decision);
}

export function shown(decision: Verdict): string {
  if (decision.kind === 'continue') return 'continue';
  const to = decision.kind === 'redirect' ? ` to ${decision.to.text}` : '';
  return `${decision.kind} ${decision.reason} ${replyText(decision.reply)}${to}`;
}
