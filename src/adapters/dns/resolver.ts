/**
 * The resolver port on node:dns (c-ares): a deadline for each question, a cap on questions on the wire, equal questions asked
 * once, and a bounded memory for answers of all three kinds. It speaks to recursive name servers; aliases that these leave
 * are followed. No DNSSEC, no TLSA, no hosts file.
 */
import { Resolver as NodeResolver } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import type { MaybePromise, PortCall } from '../../core/stage.js';
import type { Resolver } from '../../ports/resolver.js';
import { type Answer, cannotTell } from '../../values/answer.js';
import { reverseName } from '../../values/ip.js';
import { followed } from './aliases.js';
import { answerCache } from './cache.js';
import { answerOfName } from './failures.js';
import { patiently } from './patience.js';
import { places } from './places.js';
import type { Questions } from './questions.js';
import { type DnsOptions, type DnsSettings, dnsSettings } from './settings.js';
import { askOnce, type List, type QuestionType, questionText, type Reply, type Wire } from './wire.js';

export interface DnsResolver extends Resolver, AsyncDisposable {
  /** Ends every question as "could not tell"; later ones too. */
  close(): Promise<void>;
}

/** Of an answer that is larger than this nothing is remembered: what is kept stays small whatever strangers publish. */
const LARGEST_KEPT = 4096;
/** What a record counts beside its text. */
const RECORD_SIZE = 40;

/** Throws ConfigurationError (code `options`) for wrong options. Opens no socket before the first question. */
export function dnsResolver(options: DnsOptions = {}): DnsResolver {
  return new Asker(dnsSettings(options));
}

class Asker implements DnsResolver {
  readonly #settings: DnsSettings;
  readonly #wire: Wire;
  readonly #cache;
  readonly #asking = new Map<string, Promise<List>>();

  constructor(settings: DnsSettings) {
    this.#settings = settings;
    const { servers, timeout, cacheSize, concurrency, waiting, maxRecords } = settings;
    // The second try waits twice as long as the first one: together no longer than our own limit.
    const node = new NodeResolver({ timeout: Math.max(1, Math.floor(timeout / 3)), tries: 2 });
    if (servers.length > 0) node.setServers(servers);
    this.#cache = answerCache<List>(cacheSize, settings.now);
    const closing = new AbortController();
    // One listener for each question on the wire: as many as there are places, no leak to warn of.
    setMaxListeners(0, closing.signal);
    this.#wire = { node, places: places(concurrency, waiting), maxRecords, timeout, closing };
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
    this.#wire.closing.abort();
    this.#wire.node.cancel();
    this.#cache.clear();
    return Promise.resolve();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ask<Q extends keyof Questions>(type: Q, asked: string, call: PortCall | undefined): AnswerTo<Q> {
    // A question is known by its type, which says what its answer holds.
    return this.#answer(type, asked, call) as AnswerTo<Q>;
  }

  #answer(type: QuestionType, asked: string, call: PortCall | undefined): MaybePromise<List> {
    const impossible = answerOfName(asked);
    if (impossible !== undefined) return impossible;
    const name = asked.toLowerCase();
    const what = questionText(type, name);
    if (this.#wire.closing.signal.aborted) return cannotTell(`${what}: the resolver is closed`);
    const known = this.#cache.get(what);
    if (known !== undefined) return known;
    const shared = this.#asking.get(what) ?? this.#start(type, name, what);
    return patiently(shared, call, this.#settings.timeout, what);
  }

  /** Asks for all who want to know. Waiting for a place, answers and aliases take one limit together. */
  #start(type: QuestionType, name: string, what: string): Promise<List> {
    const answer = patiently(this.#toTheEnd(type, name, what), undefined, this.#settings.timeout, what);
    this.#asking.set(what, answer);
    const forget = (): unknown => this.#asking.delete(what);
    // Not `finally`, whose promise would be rejected too, with nobody to hear of it.
    answer.then(forget, forget);
    return answer;
  }

  /** And remembers. */
  async #toTheEnd(type: QuestionType, name: string, what: string): Promise<List> {
    const until = performance.now() + this.#settings.timeout;
    const first = await askOnce(this.#wire, type, name, until);
    const reply = await followed(type, name, first, (next, at) => {
      const answer = this.#cache.get(questionText(next, at));
      return answer === undefined ? askOnce(this.#wire, next, at, until) : { ...first, answer, alias: 'no' };
    });
    // Of aliases followed by ourselves nobody told how long they hold.
    return this.#keep(what, reply, first.alias === 'no' ? reply.seconds : undefined);
  }

  #keep(what: string, { answer, kept }: Reply, seconds: number | undefined): List {
    const { maxTtl, ttl, negativeTtl, failureTtl } = this.#settings;
    if (!kept || this.#wire.closing.signal.aborted) return answer;
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
  return values.reduce((sum: number, value) => sum + RECORD_SIZE + textLength(value), 0) > LARGEST_KEPT;
}

function textLength(value: unknown): number {
  if (typeof value === 'string') return value.length;
  const { exchange } = typeof value === 'object' && value !== null ? (value as { readonly exchange?: unknown }) : {};
  return typeof exchange === 'string' ? exchange.length : 0;
}
