/**
 * The servers of one directory in their order. One that has failed is passed over for a while, as long as another
 * works; when none does they are tried again, after a moment.
 */
import type { LdapEndpoint } from './settings.js';

export interface Server {
  readonly endpoint: LdapEndpoint;
  /** `ldap ldaps://dc1.school.example`, for `why`. */
  readonly where: string;
  /** Counts what makes knowledge of it old. */
  era: number;
}

const PASSED_OVER_MS = 30_000;
const NOT_AGAIN_MS = 250;

export class Servers {
  readonly #all: readonly Server[];
  /** When each has failed last; it is taken out when it works. */
  readonly #failedAt = new Map<Server, number>();

  constructor(endpoints: readonly LdapEndpoint[]) {
    this.#all = endpoints.map((endpoint) => ({ endpoint, where: `ldap ${endpoint.url}`, era: 0 }));
  }

  get several(): boolean {
    return this.#all.length > 1;
  }

  /** Those to be tried now, best first. */
  toTry(): readonly Server[] {
    const now = performance.now();
    const good = this.#all.filter((server) => now - this.#when(server) >= PASSED_OVER_MS);
    const rest = this.#all.filter((server) => !good.includes(server) && now - this.#when(server) >= NOT_AGAIN_MS);
    return [...good, ...rest.sort((a, b) => this.#when(a) - this.#when(b))];
  }

  /** Where there is none to be tried now: which will be the first, and in how many milliseconds. */
  pause(): { readonly server: Server; readonly ms: number } {
    const server = this.#all.reduce((a, b) => (this.#when(a) <= this.#when(b) ? a : b));
    return { server, ms: this.#when(server) + NOT_AGAIN_MS - performance.now() };
  }

  failed(server: Server): void {
    server.era++;
    this.#failedAt.set(server, performance.now());
  }

  /** It was reached, and did not do what it should: it may have been restarted. */
  suspect(server: Server): void {
    server.era++;
  }

  worked(server: Server): void {
    this.#failedAt.delete(server);
  }

  #when(server: Server): number {
    return this.#failedAt.get(server) ?? Number.NEGATIVE_INFINITY;
  }
}
