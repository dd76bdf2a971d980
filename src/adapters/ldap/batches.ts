/** Much work as few searches: so many items to a search, so many searches at once. All of the answers, or why not:
 * never a part. */
import { type Answer, type CannotTell, found } from '../../values/answer.js';

/** Names in one filter: what servers read quickly, and far below what they refuse. */
export const NAMES_AT_ONCE = 30;
/** Characters, each of which may be three octets in a filter; one longer item is asked for alone. */
const CHARACTERS_AT_ONCE = 40_000;
const SEARCHES_AT_ONCE = 4;

/** The results of all batches in one list, in no order; the first that cannot tell ends it. `items` stand in
 * filters. */
export function inBatches<R>(
  items: readonly string[],
  size: number,
  ask: (batch: readonly string[]) => Promise<Answer<readonly R[]>>,
): Promise<Answer<readonly R[]>> {
  const batches: string[][] = [];
  let length = 0;
  for (const item of items) {
    const last = batches.at(-1);
    length += item.length;
    if (last !== undefined && last.length < size && length <= CHARACTERS_AT_ONCE) last.push(item);
    else {
      batches.push([item]);
      length = item.length;
    }
  }
  return severalAtOnce(batches, ask);
}

/** `not-found` of one is no result. */
export async function severalAtOnce<T, R>(
  items: readonly T[],
  ask: (item: T) => Promise<Answer<readonly R[]>>,
): Promise<Answer<readonly R[]>> {
  const results: R[] = [];
  const rest = items.values();
  let failure: CannotTell | undefined;
  const worker = async (): Promise<void> => {
    for (const item of rest) {
      const answer = await ask(item);
      if (answer.kind === 'cannot-tell') failure ??= answer;
      // Not by arguments of `push`, of which there may be too many.
      else if (answer.kind === 'found') for (const one of answer.value) results.push(one);
      if (failure !== undefined) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(SEARCHES_AT_ONCE, items.length) }, worker));
  return failure ?? found(results);
}
