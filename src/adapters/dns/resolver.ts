/**
 * The resolver port on node:dns (c-ares): a deadline for each question, a cap on questions on the wire, equal questions asked
 * once, and a bounded memory for answers of all three kinds. It speaks to recursive name servers, which follow aliases.
 * No DNSSEC, no TLSA, no hosts file.
 */
import { Resolver as NodeResolver } from 'node:dns/promises';
import type { MaybePromise, PortCall } from '../../core/stage.js';
import type { NoRecords, Resolver } from '../../ports/resolver.js';
import { type Answer, cannotTell, found, notFound } from '../../values/answer.js';
import { reverseName } from '../../values/ip.js';
import { answerCache } from './cache.js';
import { answerOfError, answerOfName } from './failures.js';
import { patiently } from './patience.js';
import { places } from './places.js';
import { type Questions, questions, type Records } from './questions.js';
import { type DnsOptions, type DnsSettings, dnsSettings } from './settings.js';

export interface DnsResolver extends Resolver, AsyncDisposable {
  /** Ends every question as "could not tell"; later ones too. */
  close(): Promise<void>;
}

type List = Answer<readonly unknown[]>;

/** Of an answer with more text than this nothing is remembered: what is kept stays small whatever strangers publish. */
const LARGEST_KEPT = 4096;

/** Throws ConfigurationError (code `options`) for wrong options. Opens no socket before the first question. */
export function dnsResolver(options: DnsOptions = {}): DnsResolver {
  return new Asker(dnsSettings(options));
}

class Asker implements DnsResolver {
  readonly #settings: DnsSettings;
  readonly #node: NodeResolver;
  readonly #cache;
  readonly #places;
  readonly #asking = new Map<string, Promise<List>>();
  #closed = false;

  constructor(settings: DnsSettings) {
    this.#settings = settings;
    const { servers, timeout, cacheSize, concurrency, waiting } = settings;
    // The second try waits twice as long as the first one: together no longer than our own limit.
    this.#node = new NodeResolver({ timeout: Math.max(1, Math.floor(timeout / 3)), tries: 2 });
    if (servers.length > 0) this.#node.setServers(servers);
    this.#cache = answerCache<List>(cacheSize, settings.now);
    this.#places = places(concurrency, waiting);
  }

  addresses(name: string, family: 4 | 6, call?: PortCall): ReturnType<Resolver['addresses']> {
    return this.#ask(family === 4 ? 'A' : 'AAAA', name, call);
  }
  mailExchangers(name: string, call?: PortCall): ReturnType<Resolver['mailExchangers']> {
    return this.#ask('MX', name, call);
  }
  texts(name: string, call?: PortCall): ReturnType<Resolver['texts']> {
    return this.#ask('TXT', name, call);
  }
  nameServers(name: string, call?: PortCall): ReturnType<Resolver['nameServers']> {
    return this.#ask('NS', name, call);
  }
  names(...[ip, call]: Parameters<Resolver['names']>): ReturnType<Resolver['names']> {
    return this.#ask('PTR', reverseName(ip), call);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#node.cancel();
    this.#cache.clear();
    return Promise.resolve();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ask<Q extends keyof Questions>(type: Q, asked: string, call: PortCall | undefined): AnswerTo<Q> {
    // A question is known by its type, which says what its answer holds.
    return this.#answer(type, asked.toLowerCase(), call) as AnswerTo<Q>;
  }

  #answer(type: keyof Questions, name: string, call: PortCall | undefined): MaybePromise<List> {
    const impossible = answerOfName(name);
    if (impossible !== undefined) return impossible;
    const what = `${type} of ${name}`;
    if (this.#closed) return cannotTell(`${what}: the resolver is closed`);
    const known = this.#cache.get(what);
    if (known !== undefined) return known;
    const shared = this.#asking.get(what) ?? this.#start(type, name, what);
    return patiently(shared, call, this.#settings.timeout, what);
  }

  /** Asks for all who want to know, and remembers. */
  #start(type: keyof Questions, name: string, what: string): Promise<List> {
    const place = this.#places.take();
    if (place === undefined) return Promise.resolve(cannotTell(`${what}: too many questions are waiting`));
    // Waiting for a place and for the answer take one limit together. The place is kept until c-ares is done with it.
    const answer = patiently(this.#onTheWire(place, type, name, what), undefined, this.#settings.timeout, what);
    this.#asking.set(what, answer);
    void answer.finally(() => this.#asking.delete(what));
    return answer;
  }

  async #onTheWire(place: Promise<() => void>, type: keyof Questions, name: string, what: string): Promise<List> {
    const until = performance.now() + this.#settings.timeout;
    const release = await place;
    try {
      if (this.#closed) return cannotTell(`${what}: the resolver is closed`);
      // Nobody waits for it any more: questions in line are not to outlive a time without answers.
      if (performance.now() >= until) return cannotTell(`${what}: no free place in time`);
      const records: Records<unknown> = await questions[type](this.#node, name);
      const values = records.values.slice(0, this.#settings.maxRecords);
      return this.#keep(
        what,
        values.length === 0 ? notFound('no-data' satisfies NoRecords) : found(values),
        records.seconds,
      );
    } catch (error) {
      return this.#keep(what, answerOfError(error, what), undefined);
    } finally {
      release();
    }
  }

  #keep(what: string, answer: List, seconds: number | undefined): List {
    const { maxTtl, ttl, negativeTtl, failureTtl } = this.#settings;
    if (this.#closed) return answer;
    if (answer.kind === 'found') {
      if (!isLarge(answer.value)) this.#cache.set(what, answer, Math.min(seconds ?? ttl, maxTtl));
    } else {
      this.#cache.set(what, answer, answer.kind === 'not-found' ? negativeTtl : failureTtl);
    }
    return answer;
  }
}

type ValueOf<Q extends keyof Questions> = Awaited<ReturnType<Questions[Q]>>['values'];
type AnswerTo<Q extends keyof Questions> = MaybePromise<Answer<ValueOf<Q>>>;

function isLarge(values: readonly unknown[]): boolean {
  return values.reduce((sum: number, value) => sum + (typeof value === 'string' ? value.length : 0), 0) > LARGEST_KEPT;
}
