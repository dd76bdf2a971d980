/**
 * The policy service port as a client of Postfix's policy delegation protocol, over TCP or a Unix socket. Connections are kept and
 * used again; a question whose connection is lost is asked once more over a new one, so a service must bear to be asked twice.
 * What stands for a service that does not answer (smtpd_policy_service_default_action) is the asker's affair.
 */
import { setMaxListeners } from 'node:events';
import type { PortCall } from '../../core/stage.js';
import type { PolicyAttributes, PolicyService } from '../../ports/policy-service.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import type { Exchange } from './connection.js';
import { Pool } from './pool.js';
import { encodeRequest } from './protocol.js';
import { type PolicyEndpoint, type PolicyServiceOptions, type PolicySettings, policySettings } from './settings.js';

export interface PolicyServiceClient extends PolicyService, AsyncDisposable {
  decide(attributes: PolicyAttributes, call?: PortCall): Promise<Answer<string>>;
  /** Ends every question as "could not tell"; later ones too. */
  close(): Promise<void>;
}

/** Throws ConfigurationError (code `options`) for wrong options. Connects for the first question. */
export function policyService(endpoint: PolicyEndpoint, options: PolicyServiceOptions = {}): PolicyServiceClient {
  return new Client(policySettings(endpoint, options));
}

const CLOSED = 'the client is closed';

/** The time of one question is over, or its evaluation. */
interface Over {
  readonly kind: 'over';
  readonly why: string;
}

class Client implements PolicyServiceClient {
  readonly #settings: PolicySettings;
  readonly #pool: Pool;
  /** Ends the questions under way. */
  readonly #asking = new Set<(why: string) => void>();
  #closed = false;

  constructor(settings: PolicySettings) {
    this.#settings = settings;
    this.#pool = new Pool(settings);
  }

  async decide(attributes: PolicyAttributes, call?: PortCall): Promise<Answer<string>> {
    const request = encodeRequest(attributes);
    if (request.kind === 'malformed') return cannotTell(request.why, false);
    if (this.#closed) return cannotTell(`policy service ${this.#settings.name}: ${CLOSED}`);
    const { over, endWith, forget } = patienceOf(this.#settings.timeout, call);
    this.#asking.add(endWith);
    try {
      return await this.#tryAll(request.value, over);
    } finally {
      this.#asking.delete(endWith);
      forget();
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const endWith of this.#asking) endWith(CLOSED);
    this.#pool.close(CLOSED);
    return Promise.resolve();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #tryAll(request: Uint8Array, over: Promise<Over>): Promise<Answer<string>> {
    const { tries, retryDelay, name } = this.#settings;
    for (let count = 1; ; count++) {
      const { result, reused } = await this.#try(request, over);
      if (result.kind === 'over') return cannotTell(`policy service ${name}: ${result.why}`);
      if (result.kind === 'replied') {
        const { reply } = result;
        return reply.kind === 'parsed' ? found(reply.value) : cannotTell(`policy service ${name}: ${reply.why}`);
      }
      if (count >= tries) return cannotTell(`policy service ${name}: ${result.why}`);
      // A connection that was closed while at rest tells nothing of the service.
      if (reused) continue;
      const pause = await paused(retryDelay, over);
      if (pause !== undefined) return cannotTell(`policy service ${name}: ${result.why}; ${pause.why}`);
    }
  }

  async #try(request: Uint8Array, over: Promise<Over>): Promise<{ result: Exchange | Over; reused: boolean }> {
    const place = this.#pool.take();
    if (place === undefined) return { result: { kind: 'over', why: 'too many questions are waiting' }, reused: false };
    const taken = await Promise.race([place.taken, over]);
    if ('kind' in taken) {
      place.abandon();
      return { result: taken, reused: false };
    }
    const { connection, reused } = taken;
    const result = await Promise.race([connection.ask(request), over]);
    // The answer may still come, to the next question.
    if (result.kind === 'over') connection.close(result.why);
    this.#pool.give(connection);
    return { result, reused };
  }
}

interface Patience {
  /** Resolves when the time is out, the call ends, or `endWith` is called. */
  readonly over: Promise<Over>;
  readonly endWith: (why: string) => void;
  /** Leaves no timer and no listener. */
  readonly forget: () => void;
}

function patienceOf(timeout: number, call: PortCall | undefined): Patience {
  let endWith: (why: string) => void = () => {};
  const over = new Promise<Over>((resolve) => {
    endWith = (why) => resolve({ kind: 'over', why });
  });
  const ended = (): void => endWith('the evaluation is over');
  const limit = Math.min(timeout, call === undefined ? timeout : call.deadline - performance.now());
  const timer = setTimeout(() => endWith(`no answer within ${Math.round(limit)} ms`), Math.max(0, limit));
  const signal = call?.signal;
  if (signal?.aborted === true) ended();
  // One evaluation may ask much at once: no reason for Node to warn of a leak.
  if (signal instanceof EventTarget) setMaxListeners(0, signal);
  signal?.addEventListener('abort', ended, { once: true });
  const forget = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', ended);
  };
  return { over, endWith, forget };
}

/** Undefined after `ms`. */
async function paused(ms: number, over: Promise<Over>): Promise<Over | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const pause = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  const first = await Promise.race([pause, over]);
  clearTimeout(timer);
  return first;
}
