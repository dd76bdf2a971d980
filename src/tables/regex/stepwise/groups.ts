/**
 * What groups hold while a program is followed. Equal ones have one number, so that places that were visited can be told apart; it is
 * given to them when somebody asks, as most programs end before.
 */

/** Of each slot: where it was opened last, where what it holds begins, and ends; -1 for never. */
export interface Groups {
  readonly values: readonly number[];
  /** The number; -1 when nobody has asked for it. */
  id: number;
}

export class GroupsStore {
  readonly none: Groups;
  readonly #known = new Map<string | number, number>();
  /** Positions are below it. */
  readonly #size: number;

  constructor(slots: number, size: number) {
    this.none = { values: new Array<number>(3 * slots).fill(-1), id: -1 };
    this.#size = size;
  }

  opened({ values }: Groups, slot: number, at: number): Groups {
    const changed = values.slice();
    changed[3 * slot] = at;
    return { values: changed, id: -1 };
  }

  closed({ values }: Groups, slot: number, at: number): Groups {
    const changed = values.slice();
    changed[3 * slot + 1] = changed[3 * slot] as number;
    changed[3 * slot + 2] = at;
    changed[3 * slot] = -1;
    return { values: changed, id: -1 };
  }

  idOf(groups: Groups): number {
    if (groups.id >= 0) return groups.id;
    const key = this.#keyOf(groups.values);
    let id = this.#known.get(key);
    if (id === undefined) {
      id = this.#known.size;
      this.#known.set(key, id);
    }
    groups.id = id;
    return id;
  }

  #keyOf(values: readonly number[]): string | number {
    const base = this.#size + 1;
    if (values.length > 3 || base > NUMBERS) return values.join(' ');
    let key = 0;
    for (const value of values) key = key * base + value + 1;
    return key;
  }
}

/** Where what the slot holds begins; -1 when it holds nothing. */
export function beginOf({ values }: Groups, slot: number): number {
  return values[3 * slot + 1] as number;
}

export function endOf({ values }: Groups, slot: number): number {
  return values[3 * slot + 2] as number;
}

/** Three of them are one number. */
const NUMBERS = 200_000;
