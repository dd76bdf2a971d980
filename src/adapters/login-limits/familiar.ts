/** Places where an account was let in before: an account and an address. Bounded: the one not used for longest goes. */

export interface FamiliarPlaces {
  has(account: string, address: string): boolean;
  /** Whether anybody was let in there. */
  hasAny(address: string): boolean;
  add(account: string, address: string): void;
}

export function familiarPlaces(remembered: number): FamiliarPlaces {
  /** With the address of each, in the order of last use. */
  const places = new Map<string, string>();
  const perAddress = new Map<string, number>();

  function forget(place: string): void {
    const address = places.get(place);
    if (address === undefined || !places.delete(place)) return;
    const left = (perAddress.get(address) ?? 1) - 1;
    if (left === 0) perAddress.delete(address);
    else perAddress.set(address, left);
  }

  return {
    has: (account, address) => places.has(placeOf(account, address)),
    hasAny: (address) => perAddress.has(address),
    add(account, address) {
      const place = placeOf(account, address);
      forget(place);
      places.set(place, address);
      perAddress.set(address, (perAddress.get(address) ?? 0) + 1);
      const [oldest] = places.keys();
      if (places.size > remembered && oldest !== undefined) forget(oldest);
    },
  };
}

/** Never the key of an account. */
export function placeOf(account: string, address: string): string {
  return `${account}\0${address}`;
}
