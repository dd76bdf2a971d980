/** The client's name, looked up once when it connects: within a time, and never a reason to fail. */
import { clientName } from '../../core/client-name.js';
import type { ClientName, Session } from '../../core/session.js';
import type { Resolver } from '../../ports/resolver.js';
import type { IpAddress } from '../../values/ip.js';

/** `mail.client.example[192.0.2.1]`; `unknown` in place of a name that is not verified. */
export function clientText({ client: { name, ip } }: Session): string {
  return `${name.kind === 'verified' ? name.name.ascii : 'unknown'}[${ip?.text ?? 'unknown'}]`;
}

/** `timeout` in milliseconds, for both questions together; `signal` ends it early. Never rejects. */
export async function nameOfClient(
  ip: IpAddress,
  resolver: Resolver,
  timeout: number,
  signal?: AbortSignal,
): Promise<ClientName> {
  const own = new AbortController();
  const end = (): void => own.abort();
  const timer = setTimeout(end, timeout);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  const over = new Promise<ClientName>((resolve) => {
    const late = (): void => resolve({ kind: 'cannot-tell', why: `no answer within ${timeout} ms` });
    own.signal.addEventListener('abort', late, { once: true });
    if (own.signal.aborted) late();
  });
  try {
    const call = { signal: own.signal, deadline: performance.now() + timeout };
    // A resolver that keeps no time is not waited for.
    return await Promise.race([clientName(ip, resolver, call), over]);
  } catch (error) {
    return { kind: 'cannot-tell', why: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}
