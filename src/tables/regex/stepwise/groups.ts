/**
 * What groups hold while a program is followed. Equal ones are one object, so that places that were visited can be told apart.
 */

/** Of each slot: where it was opened last, where what it holds begins, and ends; -1 for never. */
export interface Groups {
  readonly id: number;
  readonly values: readonly number[];
}

export class GroupsStore {
  readonly none: Groups;
  readonly #known = new Map<string | number, Groups>();
  /** Positions are below it. */
  readonly #size: number;

  constructor(slots: number, size: number) {
    this.none = { id: 0, values: new Array<number>(3 * slots).fill(-1) };
    this.#size = size;
    this.#known.set(this.#keyOf(this.none.values), this.none);
  }

  opened({ values }: Groups, slot: number, at: number): Groups {
    const changed = values.slice();
    changed[3 * slot] = at;
    return this.#one(changed);
  }

  closed({ values }: Groups, slot: number, at: number): Groups {
    const changed = values.slice();
    changed[3 * slot + 1] = changed[3 * slot] as number;
    changed[3 * slot + 2] = at;
    changed[3 * slot] = -1;
    return this.#one(changed);
  }

  spanOf({ values }: Groups, slot: number): { readonly from: number; readonly to: number } {
    return { from: values[3 * slot + 1] as number, to: values[3 * slot + 2] as number };
  }

  #one(values: readonly number[]): Groups {
    const key = this.#keyOf(values);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const groups: Groups = { id: this.#known.size, values };
    this.#known.set(key, groups);
    return groups;
  }

  #keyOf(values: readonly number[]): string | number {
    const base = this.#size + 1;
    if (values.length > 3 || base > NUMBERS) return values.join(' ');
    let key = 0;
    for (const value of values) key = key * base + value + 1;
    return key;
  }
}

/** Three of them are one number. */
const NUMBERS = 200_000;
