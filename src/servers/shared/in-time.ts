/** One question to a port that somebody waits for no longer than so. */
import type { PortCall } from '../../core/stage.js';

/** Of the time, what the port does not have: then its own reason is heard. */
const MARGIN_PART = 0.05;

/**
 * What `ask` resolves to; `late` after `ms`; `over` once `over` is aborted. Rejects as `ask` does. However it ends,
 * `over` is aborted then, and the port's call with it.
 */
export async function inTime<T>(
  ms: number,
  ask: (call: PortCall) => Promise<T>,
  over: AbortController = new AbortController(),
): Promise<T | 'late' | 'over'> {
  const deadline = performance.now() + ms * (1 - MARGIN_PART);
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<'late' | 'over'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms);
    over.signal.addEventListener('abort', () => resolve('over'), { once: true });
  });
  try {
    return await Promise.race([ask({ signal: over.signal, deadline }), end]);
  } finally {
    clearTimeout(timer);
    over.abort('the answer is not waited for any more');
  }
}
