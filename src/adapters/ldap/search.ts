/**
 * One search over one connection, until all of its answer is there: page after page (RFC 2696), then what is missing of
 * long attributes. All of it or nothing. References to other servers (RFC 4511 section 4.5.3) are not followed.
 */
import type { LdapEntry, LdapQuery } from '../../ports/ldap-search.js';
import { type Answer, cannotTell, found, notFound } from '../../values/answer.js';
import type { LdapFilter } from '../../values/ldap-filter.js';
import { type LdapConnection, type Question, type Reply, textOf } from './connection.js';
import { type Gathered, gathered, type MissingPart, nextPart } from './parts.js';
import { referredNames } from './references.js';
import type { Requests, SearchQuestion } from './requests.js';
import type { RawEntry } from './responses.js';
import { isTemporary, isUnavailable, NO_SUCH_OBJECT, SIZE_LIMIT_EXCEEDED, SUCCESS } from './results.js';
import type { LdapSettings } from './settings.js';

/** With the filter as data. */
export interface Search extends Omit<LdapQuery, 'filter'> {
  readonly filter: LdapFilter;
}

export type Outcome =
  /** `referred`: names of entries that other servers have parts of the tree below. */
  | { readonly kind: 'answer'; readonly answer: Answer<readonly LdapEntry[]>; readonly referred?: readonly string[] }
  /** Another connection may do better. `silent`: nothing was heard of the server. */
  | { readonly kind: 'lost'; readonly why: string; readonly silent: boolean }
  | { readonly kind: 'unavailable'; readonly why: string };

export interface SearchOver {
  readonly connection: LdapConnection;
  readonly requests: Requests;
  readonly settings: LdapSettings;
  /** For `why`. */
  readonly where: string;
  readonly signal: AbortSignal;
  readonly outer?: Question['outer'];
}

/** Whether it may take several pages. Of what is asked for by its name, or in a small number, the server sends all at
 * once. */
export function isPaged({ scope, sizeLimit }: Pick<LdapQuery, 'scope' | 'sizeLimit'>, pageSize: number): boolean {
  return scope !== 'base' && (sizeLimit === 0 || sizeLimit > pageSize);
}

/** Never rejects; ends with the signal. */
export function searchOver(over: SearchOver, search: Search): Promise<Outcome> {
  return new Run(over, search).outcome();
}

/** Beside its own octets: small values take more room than they have octets. */
const VALUE_OCTETS = 32;

function valuesIn({ attributes }: RawEntry): number {
  let count = 0;
  for (const { values } of attributes) count += values.length;
  return count;
}

function sameOctets(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && Buffer.compare(a, b) === 0;
}

/** Pages without an entry one after the other; Active Directory may send some. */
const MOST_EMPTY_PAGES = 1000;

/** More are not looked at: there is one for each part of the tree. */
const MOST_REFERENCES = 1000;

class Run {
  readonly #over: SearchOver;
  readonly #search: Search;
  readonly #entries: Gathered[] = [];
  readonly #most: number;
  readonly #referred: string[] = [];
  #octets = 0;

  constructor(over: SearchOver, search: Search) {
    this.#over = over;
    this.#search = search;
    const { maxEntries } = over.settings;
    this.#most = search.sizeLimit === 0 ? maxEntries : Math.min(search.sizeLimit, maxEntries);
  }

  async outcome(): Promise<Outcome> {
    const incomplete = await this.#pages();
    if (incomplete !== undefined) return incomplete;
    for (const { entry, missing, fault } of this.#entries) {
      if (fault !== undefined) return this.#cannotTell(`it sends a part of an attribute that fits nothing: ${fault}`);
      for (const part of missing) {
        const failure = await this.#complete(entry, part);
        if (failure !== undefined) return failure;
      }
    }
    return { kind: 'answer', answer: found(this.#entries.map(({ entry }) => entry)), referred: this.#referred };
  }

  /** Undefined: every entry has come. */
  async #pages(): Promise<Outcome | undefined> {
    const { base, scope, filter, attributes, sizeLimit } = this.#search;
    const { pageSize } = this.#over.settings;
    const paged = isPaged(this.#search, pageSize);
    let cookie: Uint8Array | undefined;
    // The first entry of the page before.
    let begun: string | undefined;
    for (let empty = 0; empty <= MOST_EMPTY_PAGES; ) {
      const before = this.#entries.length;
      const asked = cookie;
      const page = paged ? { size: pageSize, cookie } : undefined;
      const limit = paged || scope === 'base' ? 0 : sizeLimit;
      const reply = await this.#ask({ base, scope, filter, attributes, sizeLimit: limit, page }, (entry) => {
        this.#entries.push(gathered(entry));
        return this.#entries.length > this.#most ? `more than ${this.#most} entries` : undefined;
      });
      const failure = this.#failure(reply, cookie === undefined);
      if (failure !== undefined) return failure;
      cookie = reply.kind === 'result' ? reply.result.cookie : undefined;
      if (cookie === undefined || cookie.length === 0) return undefined;
      if (!paged) return this.#cannotTell('it sends a page where all was asked for');
      const first = this.#entries[before]?.entry.dn;
      if (first !== undefined && first === begun && sameOctets(cookie, asked)) {
        return this.#cannotTell('it sends the same page again', true);
      }
      begun = first;
      empty = this.#entries.length > before ? 0 : empty + 1;
    }
    return this.#cannotTell('it sends empty pages and no end');
  }

  /** Asks for what follows until nothing does. */
  async #complete(entry: LdapEntry, part: MissingPart): Promise<Outcome | undefined> {
    const values = [...(entry.attributes.get(part.name) ?? [])];
    let missing: MissingPart | undefined = part;
    while (missing !== undefined) {
      const { description, next } = missing;
      const answers: RawEntry[] = [];
      const question = {
        base: entry.dn,
        scope: 'base',
        filter: { kind: 'present', attribute: 'objectClass' },
        attributes: [`${description};range=${next}-*`],
        sizeLimit: 0,
        page: undefined,
      } as const;
      const reply = await this.#ask(question, (answer) => {
        answers.push(answer);
        return answers.length > 1 ? 'it sends more than the entry that was asked for' : undefined;
      });
      const failure = this.#failure(reply, false);
      if (failure !== undefined) return failure;
      const [answer] = answers;
      const came: ReturnType<typeof nextPart> = answer === undefined ? undefined : nextPart(missing, answer);
      if (came === undefined) return this.#cannotTell(`${description} has changed while it was read`, true);
      for (const value of came.values) values.push(value);
      missing = came.next === undefined ? undefined : { ...missing, next: came.next };
    }
    (entry.attributes as Map<string, readonly Uint8Array[]>).set(part.name, values);
    return undefined;
  }

  #ask(question: Omit<SearchQuestion, 'timeLimit'>, take: (entry: RawEntry) => string | undefined): Promise<Reply> {
    const { connection, requests, settings, signal, outer } = this.#over;
    const timeLimit = Math.ceil(settings.timeout / 1000);
    const count = (size: number): string | undefined => {
      this.#octets += size;
      return this.#octets > settings.maxBytes ? `more than ${settings.maxBytes} octets` : undefined;
    };
    return connection.ask({
      operation: 'search',
      request: requests.search({ ...question, timeLimit }),
      signal,
      outer,
      refer: (urls) => {
        if (this.#referred.length < MOST_REFERENCES)
          this.#referred.push(...referredNames(urls.slice(0, MOST_REFERENCES)));
      },
      take: (entry, size) => count(size + VALUE_OCTETS * valuesIn(entry)) ?? take(entry),
      count,
    });
  }

  /** Undefined for success. `first`: nothing has been answered yet. */
  #failure(reply: Reply, first: boolean): Outcome | undefined {
    if (reply.kind === 'lost') return reply;
    // By the signal: whoever asked does not look at it. Else for what came, and that comes again.
    if (reply.kind === 'stopped') return this.#cannotTell(reply.why);
    const { result } = reply;
    if (result.code === SUCCESS) return undefined;
    if (result.code === NO_SUCH_OBJECT && first) return { kind: 'answer', answer: notFound(textOf(result)) };
    if (isUnavailable(result.code)) return { kind: 'unavailable', why: textOf(result) };
    const what = result.code === SIZE_LIMIT_EXCEEDED ? 'more entries than it gives' : 'the search fails';
    return this.#cannotTell(`${what}: ${textOf(result)}`, isTemporary(result.code) || result.code === NO_SUCH_OBJECT);
  }

  #cannotTell(why: string, temporary = false): Outcome {
    return { kind: 'answer', answer: cannotTell(`${this.#over.where}: ${why}`, temporary) };
  }
}
