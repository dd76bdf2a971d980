/**
 * The policy service port as a client of Postfix's policy delegation protocol, over TCP or a Unix socket. Connections are kept and
 * used again; a question whose connection is lost is asked once more over a new one, so a service must bear to be asked twice.
 * What stands for a service that does not answer (smtpd_policy_service_default_action) is the asker's affair.
 */
import { setTimeout } from 'node:timers/promises';
import type { PortCall } from '../../core/stage.js';
import type { PolicyAttributes, PolicyService } from '../../ports/policy-service.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { Desk } from '../shared/desk.js';
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

class Client implements PolicyServiceClient {
  readonly #settings: PolicySettings;
  readonly #pool: Pool;
  readonly #desk: Desk;

  constructor(settings: PolicySettings) {
    const { name, timeout, connections: atOnce, waiting } = settings;
    this.#settings = settings;
    this.#pool = new Pool(settings);
    this.#desk = new Desk({ name: `policy service ${name}`, timeout, atOnce, waiting });
  }

  async decide(attributes: PolicyAttributes, call?: PortCall): Promise<Answer<string>> {
    const request = encodeRequest(attributes);
    if (request.kind === 'malformed') return cannotTell(request.why, false);
    return this.#desk.run(call, (signal) => this.#tryAll(request.value, signal));
  }

  async close(): Promise<void> {
    await this.#desk.close();
    this.#pool.close('the client is closed');
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #tryAll(request: Uint8Array, signal: AbortSignal): Promise<Answer<string>> {
    const { tries, retryDelay, name } = this.#settings;
    for (let count = 1; ; count++) {
      const { result, reused } = await this.#try(request, signal);
      if (result.kind === 'replied') {
        const { reply } = result;
        return reply.kind === 'parsed' ? found(reply.value) : cannotTell(`policy service ${name}: ${reply.why}`);
      }
      if (count >= tries || signal.aborted) return cannotTell(`policy service ${name}: ${result.why}`);
      // A connection that was closed while at rest tells nothing of the service.
      if (!reused) await paused(retryDelay, signal);
    }
  }

  async #try(request: Uint8Array, signal: AbortSignal): Promise<{ result: Exchange; reused: boolean }> {
    const { connection, reused } = this.#pool.take();
    // The answer may still come, to the next question.
    const abort = (): void => connection.close(String(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const result = await connection.ask(request);
    signal.removeEventListener('abort', abort);
    this.#pool.give(connection);
    return { result, reused };
  }
}

/** Ends after `ms`, or with the signal. */
async function paused(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}
