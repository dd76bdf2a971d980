/** Connections to one service: those at rest are used again. */
import { Connection } from './connection.js';
import type { PolicySettings } from './settings.js';

export interface Taken {
  readonly connection: Connection;
  /** It has answered before, and may have been closed at the other end meanwhile. */
  readonly reused: boolean;
}

export class Pool {
  readonly #settings: PolicySettings;
  /** The one used last stands last. */
  readonly #resting: Connection[] = [];
  readonly #busy = new Set<Connection>();
  #closed = false;

  constructor(settings: PolicySettings) {
    this.#settings = settings;
  }

  take(): Taken {
    for (let resting = this.#resting.pop(); resting !== undefined; resting = this.#resting.pop()) {
      if (this.#isGood(resting)) return this.#use(resting, true);
      resting.close('not to be used again');
    }
    const { endpoint, now } = this.#settings;
    return this.#use(new Connection(endpoint, now()), false);
  }

  /** After a question; a connection that is not to be used again is closed before. */
  give(connection: Connection): void {
    this.#busy.delete(connection);
    if (this.#isGood(connection)) {
      this.#resting.push(connection);
      connection.rest(this.#settings.maxIdle, () => this.#forget(connection));
    } else {
      connection.close('not to be used again');
    }
  }

  close(why: string): void {
    this.#closed = true;
    for (const connection of [...this.#resting.splice(0), ...this.#busy]) connection.close(why);
  }

  #use(connection: Connection, reused: boolean): Taken {
    this.#busy.add(connection);
    return { connection, reused };
  }

  #isGood({ usable, requests, opened }: Connection): boolean {
    const { requestLimit, maxAge, now } = this.#settings;
    return usable && !this.#closed && (requestLimit === 0 || requests < requestLimit) && now() - opened < maxAge;
  }

  #forget(connection: Connection): void {
    const at = this.#resting.indexOf(connection);
    if (at >= 0) this.#resting.splice(at, 1);
  }
}
