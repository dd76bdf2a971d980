/** One scanner asked within a part of the time, for those who ask several: what it throws is "could not tell". */
import type { PortCall } from '../../core/stage.js';
import type { Scanner, ScanVerdict } from '../../ports/scanner.js';
import { type CannotTell, cannotTell } from '../../values/answer.js';
import type { Message } from '../../values/message.js';
import { whenAborted } from './when-aborted.js';

export type Said = { readonly kind: 'found'; readonly value: ScanVerdict } | CannotTell;

/** Never rejects. Ends with the scanner or its time, whichever is first; the verdict names the scanner. */
export async function asked(scanner: Scanner, message: Message, call: PortCall): Promise<Said> {
  if (call.signal.aborted) return cannotTell(`${scanner.name}: the evaluation is over`);
  let giveUp: () => void = () => {};
  const over = new Promise<Said>((resolve) => {
    giveUp = () => resolve(cannotTell(`${scanner.name}: no answer in its time`));
  });
  const forget = whenAborted(call.signal, giveUp);
  try {
    return await Promise.race([said(scanner, message, call), over]);
  } finally {
    forget();
  }
}

async function said(scanner: Scanner, message: Message, call: PortCall): Promise<Said> {
  try {
    const answer = await scanner.scan(message, call);
    if (answer.kind === 'found') return { kind: 'found', value: { by: scanner.name, ...answer.value } };
    return answer.kind === 'cannot-tell' ? answer : cannotTell(`${scanner.name}: it gives no verdict`);
  } catch (error) {
    return cannotTell(`${scanner.name}: it failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A part of the time of `whole`: aborted with it, by `end`, and at its own deadline. `end` leaves no timer and no listener. */
export interface Part extends PortCall {
  end(): void;
}

/** Node refuses timers beyond this. */
const MOST_MILLISECONDS = 2_147_483_647;

/** At most `ms` of what is left. */
export function partOf(whole: PortCall, ms: number = Number.POSITIVE_INFINITY): Part {
  const controller = new AbortController();
  const started = performance.now();
  const limit = Math.max(0, Math.min(ms, whole.deadline - started, MOST_MILLISECONDS));
  const end = (): void => {
    clearTimeout(timer);
    forget();
    controller.abort();
  };
  const timer = setTimeout(end, limit);
  const forget = whenAborted(whole.signal, end);
  if (whole.signal.aborted) end();
  return { signal: controller.signal, deadline: started + limit, end };
}

/** Of several that could not tell: all their whys. Asking again may help where it may help with one. */
export function noneTells(silent: readonly CannotTell[]): CannotTell {
  const why = silent.map((one) => one.why).join('; ');
  return cannotTell(
    why,
    silent.some((one) => one.temporary),
  );
}
