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
  /** Of the RCPT commands so far. */
  readonly tried?: readonly Recipient[] | undefined;
  readonly message: Message | undefined;
  readonly findings: object;
}

/** The parts that stages change. */
export type Current = Pick<Parts, 'sender' | 'recipients' | 'message' | 'findings'>;

/** `parts` as they were when the list began, and what they are now. */
export function snapshot(phase: Phase, parts: Parts, now: Current): object {
  const { session, helo, id, mailParameters, tried } = parts;
  const { sender, recipients, message, findings } = now;
  const [recipient] = recipients;
  switch (phase) {
    case 'connect':
      return { session, findings };
    case 'helo':
      return { session, helo, findings };
    case 'mail':
      return { session, helo, id, sender, mailParameters, findings };
    case 'rcpt':
      return { session, helo, id, sender, mailParameters, recipient, previous: tried?.at(-1), findings };
    case 'data':
      return { session, helo, id, sender, mailParameters, recipients, tried, findings };
    case 'message':
      return { session, helo, id, sender, mailParameters, recipients, tried, message, findings };
    case 'deliver':
      return { session, helo, id, sender, mailParameters, recipients, tried, recipient, message, findings };
  }
}
