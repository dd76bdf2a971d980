/**
 * Connections to the servers of one directory, opened when they are needed, one after the other, and used again until
 * they have been idle for too long. Who wants one is given the one with the least to do; while all have something to
 * do, another is opened beside, up to the limit. After a loss the others to that server are used no more: it may have
 * been restarted.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cause, LdapConnection } from './connection.js';
import { type Opened, type OpenOptions, openConnection } from './open.js';
import type { Requests } from './requests.js';
import type { Server, Servers } from './servers.js';
import type { LdapSettings } from './settings.js';

export interface PoolOptions {
  readonly settings: LdapSettings;
  readonly requests: Requests;
  readonly servers: Servers;
  /** Connections. */
  readonly most: number;
  /** What each is bound as at first. */
  readonly bind: LdapSettings['bind'];
  /** A connection was lost, or nothing is heard over it. */
  readonly onSuspect: (server: Server, cause: 'lost' | 'silent') => void;
}

export interface Lease {
  readonly kind: 'lease';
  readonly server: Server;
  readonly connection: LdapConnection;
  /** It has been used before, and may have been lost meanwhile. */
  readonly used: boolean;
  release(): void;
}

export type NoLease = { readonly kind: 'failed'; readonly why: string; readonly temporary: boolean };

/** `shared`: besides others that share. `sole`: besides shared ones, and no other sole one. `alone`: besides
 * nothing. */
export type Manner = 'shared' | 'sole' | 'alone';

interface Slot {
  readonly server: Server;
  readonly connection: LdapConnection;
  /** Leases there have been. */
  leases: number;
  load: number;
  sole: boolean;
}

const CLOSED = 'it is closed';
/** A refused bind of our own is not repeated for so long: accounts get locked by failures. */
const REFUSED_MS = 300_000;
/** Connections that were lost before anything was asked over them. */
const MOST_SPOILT = 3;

export class Pool {
  readonly #settings: LdapSettings;
  readonly #servers: Servers;
  readonly #most: number;
  readonly #onSuspect: (server: Server, cause: 'lost' | 'silent') => void;
  readonly #options: Omit<OpenOptions, 'onUnusable'>;
  readonly #slots = new Set<Slot>();
  readonly #left = new Set<LdapConnection>();
  readonly #closing = new AbortController();
  #opening: Promise<Slot | NoLease> | undefined = undefined;
  #refused: { readonly answer: NoLease; readonly until: number } | undefined = undefined;

  constructor({ settings, requests, servers, most, bind, onSuspect }: PoolOptions) {
    this.#settings = settings;
    this.#servers = servers;
    this.#most = most;
    this.#onSuspect = onSuspect;
    this.#options = { requests, tls: settings.tls, maxBytes: settings.maxBytes, bind };
  }

  /** Never rejects; ends with the signal. `at`: to this server and no other. */
  async lease(manner: Manner, signal: AbortSignal, at?: Server): Promise<Lease | NoLease> {
    const ready = this.#now(manner, at);
    if (ready !== undefined) return ready;
    const stopped = whenAborted(signal);
    try {
      for (let spoilt = 0; !signal.aborted; ) {
        const opened = await Promise.race([this.#open(at), stopped.promise]);
        if (opened !== undefined && 'kind' in opened) return opened;
        const slot = this.#now(manner, at);
        if (slot !== undefined) return slot;
        if (opened?.connection.usable === false && ++spoilt === MOST_SPOILT) {
          return said(opened.server, { why: 'it closes every connection at once', temporary: true });
        }
      }
      return this.#failed(String(signal.reason));
    } finally {
      stopped.forget();
    }
  }

  /** One that is there; undefined: none that may be used so. */
  #now(manner: Manner, at: Server | undefined): Lease | undefined {
    const slot = this.#leastBusy(manner, at);
    if (slot === undefined) return undefined;
    if (slot.load > 0 && this.#opening === undefined && this.#slots.size < this.#most) void this.#open(at);
    return this.#leased(slot, manner);
  }

  /** Of this server no connection that there is now takes more questions. */
  retire(server: Server): void {
    for (const slot of [...this.#slots]) if (slot.server === server) slot.connection.retire();
  }

  async close(): Promise<void> {
    this.#closing.abort(CLOSED);
    await this.#opening;
    const gone = [...this.#left].map((connection) => {
      connection.close(CLOSED);
      return connection.gone;
    });
    await Promise.all(gone);
  }

  #leastBusy(manner: Manner, at: Server | undefined): Slot | undefined {
    let best: Slot | undefined;
    for (const slot of this.#slots) {
      if (at !== undefined && slot.server !== at) continue;
      const fits = manner === 'alone' ? slot.load === 0 : manner === 'shared' || !slot.sole;
      if (fits && (best === undefined || slot.load < best.load)) best = slot;
    }
    return best;
  }

  #leased(slot: Slot, manner: Manner): Lease {
    const { server, connection } = slot;
    slot.load++;
    if (manner === 'sole') slot.sole = true;
    return {
      kind: 'lease',
      server,
      connection,
      used: slot.leases++ > 0,
      release: () => {
        slot.load--;
        if (manner === 'sole') slot.sole = false;
        if (slot.load > 0) return;
        if (connection.usable) connection.rest(this.#settings.idle);
        else connection.close('not to be used again');
      },
    };
  }

  /** The one that is being opened, or another. */
  #open(at: Server | undefined): Promise<Slot | NoLease> {
    this.#opening ??= this.#openOne(at).finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openOne(at: Server | undefined): Promise<Slot | NoLease> {
    const closing = this.#closing.signal;
    if (this.#refused !== undefined && performance.now() < this.#refused.until) return this.#refused.answer;
    let servers = at === undefined ? this.#servers.toTry() : [at];
    if (servers.length === 0) {
      const { server, ms } = this.#servers.pause();
      await sleep(Math.max(1, Math.ceil(ms)), undefined, { signal: closing }).catch(() => {});
      servers = [server];
    }
    let last: NoLease | undefined;
    for (const server of servers) {
      if (closing.aborted) break;
      const opened = await this.#openTo(server);
      if (!('kind' in opened)) return opened;
      last = said(server, opened);
      if (!opened.refused) continue;
      // The others would refuse it too, and count.
      this.#refused = { answer: last, until: performance.now() + REFUSED_MS };
      return last;
    }
    return last ?? this.#failed(CLOSED);
  }

  #failed(why: string): NoLease {
    return said({ where: this.#settings.name }, { why, temporary: true });
  }

  async #openTo(server: Server): Promise<Slot | Extract<Opened, { kind: 'failed' }>> {
    const { connectTimeout, idle } = this.#settings;
    const time = new AbortController();
    const timer = setTimeout(() => time.abort(`no connection within ${connectTimeout} ms`), connectTimeout);
    const close = (): void => time.abort(CLOSED);
    this.#closing.signal.addEventListener('abort', close, { once: true });
    let slot: Slot | undefined;
    const onUnusable = (cause: Cause): void => {
      if (slot === undefined) return;
      this.#slots.delete(slot);
      if (slot.load === 0) slot.connection.close('not to be used again');
      if (cause !== 'ours') this.#onSuspect(server, cause);
    };
    const opened = await openConnection(server.endpoint, { ...this.#options, onUnusable }, time.signal);
    clearTimeout(timer);
    this.#closing.signal.removeEventListener('abort', close);
    if (opened.kind === 'failed') {
      if (!this.#closing.signal.aborted && !opened.refused) this.#servers.failed(server);
      return opened;
    }
    const { connection } = opened;
    this.#servers.worked(server);
    this.#left.add(connection);
    void connection.gone.then(() => this.#left.delete(connection));
    slot = { server, connection, leases: 0, load: 0, sole: false };
    if (connection.usable) this.#slots.add(slot);
    connection.rest(idle);
    return slot;
  }
}

function said(
  server: Pick<Server, 'where'>,
  { why, temporary }: { readonly why: string; readonly temporary: boolean },
): NoLease {
  return { kind: 'failed', why: `${server.where}: ${why}`, temporary };
}

/** Resolves with undefined when the signal fires. */
function whenAborted(signal: AbortSignal): { readonly promise: Promise<undefined>; forget(): void } {
  let abort = (): void => {};
  const promise = new Promise<undefined>((resolve) => {
    abort = (): void => resolve(undefined);
  });
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return { promise, forget: () => signal.removeEventListener('abort', abort) };
}
