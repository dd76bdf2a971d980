/** Sessions (IDSESSION) at rest, used again. Without sessions each connection is for one command, as clamd closes it behind that. */
import { Connection } from './connection.js';
import type { ClamdSettings } from './settings.js';

export class Sessions {
  readonly #settings: ClamdSettings;
  readonly #resting: Connection[] = [];
  #closed = false;

  constructor(settings: ClamdSettings) {
    this.#settings = settings;
  }

  /** One that has answered before, and may have been closed at the other end meanwhile. */
  rested(): Connection | undefined {
    for (let resting = this.#resting.pop(); resting !== undefined; resting = this.#resting.pop()) {
      if (resting.usable) return resting;
    }
    return undefined;
  }

  open(): Connection {
    return new Connection(this.#settings.endpoint, this.#settings.session);
  }

  /** After a command; `whole`: it was answered, and nothing of it is left on the way. */
  give(connection: Connection, whole: boolean): void {
    const { session, scansPerSession, maxIdle } = this.#settings;
    if (this.#closed || !session || !whole || !connection.usable || connection.commands >= scansPerSession) {
      connection.close('not to be used again');
      return;
    }
    this.#resting.push(connection);
    connection.rest(maxIdle, () => this.#resting.splice(this.#resting.indexOf(connection), 1));
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#resting.splice(0)) connection.close('closed');
  }
}
