/**
 * The answer of every port and table: found, not found, or could not tell. The third is never folded into
 * the second: a directory that is down does not mean that a user does not exist.
 */
export type Answer<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'not-found'; readonly why?: string }
  | CannotTell;

export interface CannotTell {
  readonly kind: 'cannot-tell';
  /** True when asking again later may help (a time-out); false when it will not (a refused bind). */
  readonly temporary: boolean;
  /** For the log and the trace; never shown to the peer. */
  readonly why: string;
}

export function found<T>(value: T): Answer<T> {
  return { kind: 'found', value };
}

export function notFound(why?: string): Answer<never> {
  return why === undefined ? { kind: 'not-found' } : { kind: 'not-found', why };
}

export function cannotTell(why: string, temporary = true): CannotTell {
  return { kind: 'cannot-tell', temporary, why };
}
