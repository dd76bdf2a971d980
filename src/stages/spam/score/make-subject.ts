/**
 * A subject from its parts, with a memory of its own for what functions work out once.
 */
import type { MemoKey, SpamSubject } from '../subject.js';

export function makeSubject(parts: Omit<SpamSubject, 'memo'>): SpamSubject {
  const known = new Map<MemoKey<unknown>, unknown>();
  const subject: SpamSubject = {
    ...parts,
    memo: <T>(key: MemoKey<T>, make: (subject: SpamSubject) => T): T => {
      if (!known.has(key)) known.set(key, make(subject));
      return known.get(key) as T;
    },
  };
  return subject;
}
