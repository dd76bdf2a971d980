/**
 * Meta rules over the counts of one message. Most of them are worth nothing unless a rule that they read has hit: which those are is found
 * out once, and they are looked at only when one has.
 */
import type { Known, Meta } from './metas.js';
import type { Slot } from './slot.js';

export interface MetaRun {
  /** Writes the counts of meta rules among those of the others. */
  run(known: Known): void;
}

/** `metas`: each behind those that it reads. `slotOf`: of rules that are run. `size`: how many counts there are. */
export function metaRun(metas: readonly Meta[], slotOf: ReadonlyMap<string, Slot>, size: number): MetaRun {
  const readers = readersOf(metas, slotOf, size);
  const none = new Float64Array(size);
  const always = Uint8Array.from(metas, ({ value }) => (needsHit(value, none) ? 0 : 1));
  const due = new Uint8Array(metas.length);
  const wake = (index: number): void => {
    const list = readers[index];
    if (list !== undefined) for (const at of list) due[at] = 1;
  };
  return {
    run: (known) => {
      const { counts } = known;
      due.set(always);
      for (let index = 0; index < counts.length; index++) if (counts[index] !== 0) wake(index);
      for (let at = due.indexOf(1); at !== -1; at = due.indexOf(1, at + 1)) {
        const { slot, value } = metas[at] as Meta;
        const worth = value(known);
        if (worth === 0) continue;
        counts[slot.index] = worth > 0 ? worth : 1;
        wake(slot.index);
      }
    },
  };
}

/** By the index of a rule: the places of metas that read it. */
function readersOf(
  metas: readonly Meta[],
  slotOf: ReadonlyMap<string, Slot>,
  size: number,
): readonly (readonly number[] | undefined)[] {
  const readers = new Array<number[] | undefined>(size).fill(undefined);
  for (const [at, { names }] of metas.entries()) {
    for (const name of names) {
      const index = slotOf.get(name)?.index;
      if (index === undefined) continue;
      const list = readers[index];
      if (list === undefined) readers[index] = [at];
      else list.push(at);
    }
  }
  return readers;
}

/** Worth 0 where nothing has hit, whatever a rule may say that is run on demand. */
function needsHit(value: Meta['value'], none: Float64Array): boolean {
  let asked = false;
  const demand = (): number => {
    asked = true;
    return 0;
  };
  return value({ counts: none, demand }) === 0 && !asked;
}
