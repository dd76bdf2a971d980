/** The service over a group of servers: desks for questions, pools for connections; what was broken off is asked once
 * more. */
import type { PortCall } from '../../core/stage.js';
import type { LdapEntry } from '../../ports/ldap-search.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { parseLdapFilter } from '../../values/ldap-filter.js';
import { Desk } from '../shared/desk.js';
import { bindText, isRefusedBind, mayBindLater, withoutSecret } from './bind-answers.js';
import type { LdapConnection } from './connection.js';
import { loadLdapts } from './load.js';
import { type Lease, type Manner, Pool } from './pool.js';
import { referredBelow } from './references.js';
import { Requests } from './requests.js';
import { isUnavailable, SUCCESS } from './results.js';
import { isPaged, type Outcome, type Search, type SearchOver, searchOver } from './search.js';
import { type Server, Servers } from './servers.js';
import type { BindResult, LdapService, ServiceQuery } from './service.js';
import { isBindName, isBindPassword, type LdapSettings } from './settings.js';

/** Throws ConfigurationError `package` where ldapts is not installed. Connects for the first question. */
export function ldapService(settings: LdapSettings): LdapService {
  return new Client(settings);
}

/** Octets; the encoder goes not much further. */
const LONGEST = 262_144;

/** Searches at once on one connection. */
const SEARCHES_EACH = 8;

/** Of who asks. */
type Outer = AbortSignal | undefined;

class Client implements LdapService {
  readonly name: string;
  readonly #settings: LdapSettings;
  readonly #requests: Requests;
  readonly #servers: Servers;
  readonly #searching: Pool;
  readonly #binding: Pool;
  /** Searches with pages have a connection each. */
  readonly #desks: Readonly<Record<'short' | 'paged' | 'bind', Desk>>;
  readonly #rootDses = new Map<Server, { readonly era: number; readonly entry: LdapEntry }>();

  constructor(settings: LdapSettings) {
    const { name, timeout, connections, bindConnections, waiting, bind } = settings;
    this.name = name;
    this.#settings = settings;
    this.#requests = new Requests(loadLdapts());
    this.#servers = new Servers(settings.servers);
    const onSuspect = (server: Server, cause: 'lost' | 'silent'): void => {
      if (cause === 'silent') this.#unable(server);
      this.#retire(server);
    };
    const pool = (most: number, rights: LdapSettings['bind']): Pool =>
      new Pool({ settings, requests: this.#requests, servers: this.#servers, most, bind: rights, onSuspect });
    this.#searching = pool(connections, bind);
    this.#binding = pool(bindConnections, undefined);
    const desk = (atOnce: number): Desk => new Desk({ name, timeout, atOnce, waiting });
    this.#desks = { short: desk(connections * SEARCHES_EACH), paged: desk(connections), bind: desk(bindConnections) };
  }

  search(query: ServiceQuery, call?: PortCall): Promise<Answer<readonly LdapEntry[]>> {
    if (Buffer.byteLength(query.filter) + Buffer.byteLength(query.base) > LONGEST) {
      return Promise.resolve(cannotTell(`${this.name}: base and filter are over ${LONGEST} octets`, false));
    }
    const filter = parseLdapFilter(query.filter);
    if (filter.kind === 'malformed') {
      return Promise.resolve(cannotTell(`${this.name}: the filter is not written as one: ${filter.why}`, false));
    }
    const desk = isPaged(query, this.#settings.pageSize) ? this.#desks.paged : this.#desks.short;
    const { whole, ...rest } = query;
    const search = { ...rest, filter: filter.value };
    return desk.run(call, (signal) => this.#search(search, whole === true, signal, call?.signal));
  }

  rootDse(call?: PortCall): Promise<Answer<LdapEntry>> {
    return this.#desks.short.run(call, async (signal) => {
      const answer = await this.#leased('shared', signal, (lease) => this.#rootDseAt(lease, signal));
      if (answer.kind === 'cannot-tell') return answer;
      const [entry] = answer.kind === 'found' ? answer.value : [];
      return entry === undefined ? cannotTell(`${this.name}: it shows no root DSE`, false) : found(entry);
    });
  }

  bind(dn: string, password: string, call?: PortCall): Promise<Answer<BindResult>> {
    // RFC 4513 section 5.1.2: a server may say yes to these, and has not looked at who it is.
    const long = dn.length + password.length > LONGEST;
    if (long || !isBindName(dn) || !isBindPassword(password)) return Promise.resolve(found(NEVER_SENT));
    return this.#desks.bind.run(call, (signal) => this.#bind(dn, password, signal, call?.signal));
  }

  async close(): Promise<void> {
    const desks = Object.values(this.#desks).map((desk) => desk.close());
    await Promise.all([...desks, this.#searching.close(), this.#binding.close()]);
  }

  #search(search: Search, whole: boolean, signal: AbortSignal, outer: Outer): Promise<Answer<readonly LdapEntry[]>> {
    const manner = isPaged(search, this.#settings.pageSize) ? 'sole' : 'shared';
    return this.#leased(manner, signal, async (lease) => {
      const { server, connection } = lease;
      const outcome = await searchOver(this.#over(server, connection, signal, outer), search);
      return whole ? this.#elsewhere(lease, search.base, outcome, signal) : outcome;
    });
  }

  /** Nothing that was found where another server has a part of it says nothing. */
  async #elsewhere(lease: Lease, base: string, outcome: Outcome, signal: AbortSignal): Promise<Outcome> {
    if (outcome.kind !== 'answer' || outcome.answer.kind !== 'found' || outcome.answer.value.length > 0) return outcome;
    const { referred = [] } = outcome;
    if (referred.length === 0) return outcome;
    const rootDse = await this.#rootDseAt(lease, signal);
    if (rootDse.kind !== 'answer') return rootDse;
    const [entry] = rootDse.answer.kind === 'found' ? rootDse.answer.value : [];
    const name = referredBelow(referred, base, entry);
    if (name === undefined) return outcome;
    const why = `nothing is found, and ${name || base} is at another server`;
    return { kind: 'answer', answer: cannotTell(`${lease.server.where}: ${why}`, false) };
  }

  async #rootDseAt({ server, connection }: Lease, signal: AbortSignal): Promise<Outcome> {
    const known = this.#rootDses.get(server);
    if (known?.era === server.era) return { kind: 'answer', answer: found([known.entry]) };
    const { era } = server;
    const outcome = await searchOver(this.#over(server, connection, signal), ROOT_DSE);
    const [entry] = outcome.kind === 'answer' && outcome.answer.kind === 'found' ? outcome.answer.value : [];
    if (entry !== undefined) this.#rootDses.set(server, { era, entry });
    return outcome;
  }

  #over({ where }: Server, connection: LdapConnection, signal: AbortSignal, outer?: Outer): SearchOver {
    return { connection, requests: this.#requests, settings: this.#settings, where, signal, outer };
  }

  /** Once more, over another connection, where the first was lost; at another server, where the first was not able. */
  async #leased(
    manner: Manner,
    signal: AbortSignal,
    put: (lease: Lease) => Promise<Outcome>,
  ): Promise<Answer<readonly LdapEntry[]>> {
    for (let again = false; ; again = true) {
      const lease = await this.#searching.lease(manner, signal);
      if (lease.kind === 'failed') return cannotTell(lease.why, lease.temporary);
      const outcome = await put(lease).finally(lease.release);
      if (outcome.kind === 'answer') return outcome.answer;
      if (outcome.kind === 'unavailable') this.#unable(lease.server);
      if (again || signal.aborted || (outcome.kind === 'unavailable' && !this.#servers.several)) {
        return cannotTell(`${lease.server.where}: ${outcome.why}`);
      }
    }
  }

  async #bind(dn: string, password: string, signal: AbortSignal, outer: Outer): Promise<Answer<BindResult>> {
    const request = this.#requests.bind(dn, password);
    for (let again = false; ; again = true) {
      const lease = await this.#binding.lease('alone', signal);
      if (lease.kind === 'failed') return cannotTell(lease.why, lease.temporary);
      const { server, connection, used } = lease;
      const reply = await connection.ask({ operation: 'bind', request, signal, outer });
      lease.release();
      if (reply.kind !== 'result') {
        // Again only where nobody has looked at the password: each time may count as a failed one.
        if (reply.kind === 'lost' && !again && used && reply.silent && !signal.aborted) continue;
        return cannotTell(`${server.where}: ${withoutSecret(reply.why, password)}`);
      }
      const { code, message } = reply.result;
      if (code === SUCCESS) return found({ kind: 'bound' });
      if (isRefusedBind(reply.result)) return this.#refused({ kind: 'refused', code, message }, dn, server, signal);
      const unavailable = isUnavailable(code);
      if (unavailable) this.#unable(server);
      if (unavailable && !again && this.#servers.several && !signal.aborted) continue;
      const why = `the bind fails: ${bindText(reply.result, password)}`;
      return cannotTell(`${server.where}: ${why}`, mayBindLater(reply.result));
    }
  }

  /** Of several servers each knows what has come to it: one that lacks the entry refuses it with any password. */
  async #refused(refused: BindResult, dn: string, server: Server, signal: AbortSignal): Promise<Answer<BindResult>> {
    if (!this.#servers.several) return found(refused);
    const lease = await this.#searching.lease('shared', signal, server);
    if (lease.kind === 'failed') return cannotTell(lease.why, lease.temporary);
    const over = this.#over(server, lease.connection, signal);
    const outcome = await searchOver(over, { ...ROOT_DSE, base: dn, attributes: ['1.1'] }).finally(lease.release);
    if (outcome.kind !== 'answer') return cannotTell(`${server.where}: ${outcome.why}`);
    const { answer } = outcome;
    if (answer.kind === 'cannot-tell') return answer;
    const missing = answer.kind === 'not-found' || answer.value.length === 0;
    return found({ ...refused, missing } as BindResult);
  }

  /** Another may be able. */
  #unable(server: Server): void {
    if (!this.#servers.several) return;
    this.#servers.failed(server);
    this.#retire(server);
  }

  #retire(server: Server): void {
    this.#servers.suspect(server);
    for (const pool of [this.#searching, this.#binding]) pool.retire(server);
  }
}

const NEVER_SENT: BindResult = {
  kind: 'refused',
  code: 49,
  message: 'a name or password that is empty, too long or has a NUL is not sent',
};

/** RFC 4512 section 5.1: its attributes are operational, and `+` (RFC 3673) is not known everywhere. */
const ROOT_DSE: Search = {
  base: '',
  scope: 'base',
  filter: { kind: 'present', attribute: 'objectClass' },
  attributes: ['*', '+'],
  sizeLimit: 0,
};
