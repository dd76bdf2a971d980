/**
 * The walk over nested groups: everything that can be reached, each once, so that loops end. Linear in what there is to
 * see.
 */

/** All of `start` and what follows from them; first what is nearest. */
export function reachable<T>(start: Iterable<T>, next: (one: T) => Iterable<T>): ReadonlySet<T> {
  const seen = new Set(start);
  // What is added while a set is walked is walked too.
  for (const one of seen) for (const further of next(one)) seen.add(further);
  return seen;
}
