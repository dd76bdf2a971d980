/**
 * How long a caller waits for an answer that others may wait for too: until it comes, its own call ends, or its time is over.
 * The question itself goes on; its answer may still serve the others.
 */
import { setMaxListeners } from 'node:events';
import type { PortCall } from '../../core/stage.js';
import { type CannotTell, cannotTell } from '../../values/answer.js';

/** `limit` in milliseconds from now; the call's deadline counts when it comes first. */
export function patiently<T>(
  answer: Promise<T>,
  call: PortCall | undefined,
  limit: number,
  what: string,
): Promise<T | CannotTell> {
  const ends = call === undefined ? limit : Math.min(limit, call.deadline - performance.now());
  if (call?.signal.aborted === true) return Promise.resolve(cannotTell(`${what}: the evaluation is over`));
  if (ends <= 0) return Promise.resolve(cannotTell(`${what}: out of time`));
  return new Promise((resolve, reject) => {
    const settle = (done: () => void): void => {
      clearTimeout(timer);
      call?.signal.removeEventListener('abort', abort);
      done();
    };
    const abort = (): void => settle(() => resolve(cannotTell(`${what}: the evaluation is over`)));
    const late = (): void => settle(() => resolve(cannotTell(`${what}: no answer within ${Math.round(ends)} ms`)));
    const timer = setTimeout(late, Math.min(ends, 2_147_483_647));
    // One evaluation may ask much at once: no reason for Node to warn of a leak.
    if (call?.signal instanceof EventTarget) setMaxListeners(0, call.signal);
    call?.signal.addEventListener('abort', abort, { once: true });
    answer.then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
  });
}
