/** Connections to one service: those at rest are used again, so many at once, and who finds none waits in line. */
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
  readonly #waiting: ((taken: Taken) => void)[] = [];
  #closed = false;

  constructor(settings: PolicySettings) {
    this.#settings = settings;
  }

  /** Undefined when too many wait. `abandon` gives up the place in line, or gives back what was taken too late. */
  take(): { readonly taken: Promise<Taken>; readonly abandon: () => void } | undefined {
    const now = this.#next();
    if (now !== undefined) return { taken: Promise.resolve(now), abandon: () => this.give(now.connection) };
    if (this.#waiting.length >= this.#settings.waiting) return undefined;
    return this.#line();
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
    const next = this.#waiting.length > 0 ? this.#next() : undefined;
    if (next !== undefined) this.#waiting.shift()?.(next);
  }

  close(why: string): void {
    this.#closed = true;
    for (const connection of [...this.#resting.splice(0), ...this.#busy]) connection.close(why);
  }

  #line(): { readonly taken: Promise<Taken>; readonly abandon: () => void } {
    let place: (taken: Taken) => void = () => {};
    const taken = new Promise<Taken>((resolve) => {
      place = resolve;
      this.#waiting.push(resolve);
    });
    const abandon = (): void => {
      const at = this.#waiting.indexOf(place);
      if (at >= 0) this.#waiting.splice(at, 1);
      else void taken.then(({ connection }) => this.give(connection));
    };
    return { taken, abandon };
  }

  #next(): Taken | undefined {
    for (let resting = this.#resting.pop(); resting !== undefined; resting = this.#resting.pop()) {
      if (this.#isGood(resting)) return this.#use(resting, true);
      resting.close('not to be used again');
    }
    const { connections, endpoint, now } = this.#settings;
    return !this.#closed && this.#busy.size < connections
      ? this.#use(new Connection(endpoint, now()), false)
      : undefined;
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
