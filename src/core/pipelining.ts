/**
 * `session.pipelined` as it changes from command to command (RFC 2920). The two sessions that differ in this alone take
 * turns, so that who compares sessions by identity sees two of them and not one for each command.
 */
import type { Session } from './session.js';

export class Pipelining {
  #twins: readonly Session[] = [];

  of(session: Session, pipelined: boolean): Session {
    if ((session.pipelined ?? false) === pipelined) return session;
    const [one, other] = this.#twins;
    const twin = session === one ? other : session === other ? one : undefined;
    if (twin !== undefined) return twin;
    const changed = { ...session, pipelined };
    this.#twins = [session, changed];
    return changed;
  }
}
