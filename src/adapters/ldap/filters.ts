/** Search filters (RFC 4515) put together from terms in brackets. */

/** One of them; of none, what nothing matches. */
export function anyOf(terms: readonly string[]): string {
  // RFC 4526: `(|)` is false, which not every server knows.
  return terms.length === 1 ? (terms[0] as string) : terms.length === 0 ? '(!(objectClass=*))' : `(|${terms.join('')})`;
}

/** All of them; '' and undefined are no terms. */
export function allOf(...given: readonly (string | undefined)[]): string {
  const terms = given.filter((term) => term !== undefined && term !== '');
  return terms.length === 1 ? (terms[0] as string) : terms.length === 0 ? '(objectClass=*)' : `(&${terms.join('')})`;
}
