/**
 * Answers by question, each for its time. Bounded in entries: the one that was used longest ago goes first. Knows no DNS and
 * no timer: what is out of date is dropped when it is asked for or pushed out.
 */
export interface AnswerCache<V> {
  get(key: string): V | undefined;
  /** `seconds` of 0 or less: not remembered. */
  set(key: string, value: V, seconds: number): void;
  clear(): void;
  readonly size: number;
}

export function answerCache<V>(limit: number, now: () => number): AnswerCache<V> {
  // A Map keeps the order of insertion; what is used is inserted anew.
  const entries = new Map<string, { readonly value: V; readonly until: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      if (entry.until <= now()) return undefined;
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, seconds) {
      entries.delete(key);
      if (seconds <= 0 || limit === 0) return;
      entries.set(key, { value, until: now() + seconds * 1000 });
      if (entries.size <= limit) return;
      const oldest = entries.keys().next();
      if (oldest.done !== true) entries.delete(oldest.value);
    },
    clear: () => entries.clear(),
    get size() {
      return entries.size;
    },
  };
}
