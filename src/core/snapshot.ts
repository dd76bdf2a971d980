/**
 * The snapshot that a stage is shown, made from its parts: each phase sees what it has, and no more.
 */
import type { ReversePath } from '../values/address.js';
import type { Message } from '../values/message.js';
import type { Phase } from './phase.js';
import type { Session } from './session.js';
import type { Parameters, Recipient } from './transaction.js';

/** Everything that a snapshot of any phase is made of; parts that the phase does not have are undefined. */
export interface Parts {
  readonly session: Session;
  readonly helo: string | undefined;
  readonly id: string;
  readonly sender: ReversePath | undefined;
  readonly mailParameters: Parameters;
  readonly recipients: readonly Recipient[];
  readonly message: Message | undefined;
  readonly findings: object;
}

export function snapshot(phase: Phase, parts: Parts): object {
  const { session, helo, id, sender, mailParameters, recipients, message, findings } = parts;
  const [recipient] = recipients;
  switch (phase) {
    case 'connect':
      return { session, findings };
    case 'helo':
      return { session, helo, findings };
    case 'mail':
      return { session, helo, id, sender, mailParameters, findings };
    case 'rcpt':
      return { session, helo, id, sender, mailParameters, recipient, findings };
    case 'message':
      return { session, helo, id, sender, mailParameters, recipients, message, findings };
    case 'deliver':
      return { session, helo, id, sender, mailParameters, recipients, recipient, message, findings };
  }
}
