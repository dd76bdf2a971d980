/**
 * The phases of a mail transaction, in the order in which they happen, and which stage may stand where. A
 * later phase has every fact of an earlier one and more, with one exception: a rcpt stage sees one recipient, a
 * data or message stage sees all of them, and neither contains the other. `data` is the command, before any of the message
 * has come: the last moment to refuse without having taken it. `deliver` runs once for each recipient that is left and sees
 * both.
 */

export type Phase = 'connect' | 'helo' | 'mail' | 'rcpt' | 'data' | 'message' | 'deliver';

export const phases: readonly Phase[] = ['connect', 'helo', 'mail', 'rcpt', 'data', 'message', 'deliver'];

/** The phases whose stages may stand in a list of phase `P`. */
export interface Fits {
  readonly connect: 'connect';
  readonly helo: Fits['connect'] | 'helo';
  readonly mail: Fits['helo'] | 'mail';
  readonly rcpt: Fits['mail'] | 'rcpt';
  readonly data: Fits['mail'] | 'data';
  readonly message: Fits['data'] | 'message';
  readonly deliver: Phase;
}

/** How far each phase is. */
export const order: Readonly<Record<Phase, number>> = {
  connect: 0,
  helo: 1,
  mail: 2,
  rcpt: 3,
  data: 4,
  message: 5,
  deliver: 6,
};

/** True for the phases whose stages see all recipients together, and none by itself. */
export function seesAll(phase: Phase): boolean {
  return phase === 'data' || phase === 'message';
}

/** True when a stage made for phase `at` may stand in the list of phase `list`. */
export function fits(at: Phase, list: Phase): boolean {
  return at === list || (order[at] < order[list] && !(at === 'rcpt' && seesAll(list)));
}

/** What lives how long: findings of connect and helo, of mail, data and message, of one recipient. */
export type Life = 'session' | 'transaction' | 'recipient';

export const lifeOf: Readonly<Record<Phase, Life>> = {
  connect: 'session',
  helo: 'session',
  mail: 'transaction',
  rcpt: 'recipient',
  data: 'transaction',
  message: 'transaction',
  deliver: 'recipient',
};
