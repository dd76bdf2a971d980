/**
 * The URIs of `rua` and `ruf`: RFC 9989 section 4.8, over the syntax of RFC 3986. The obsolete size behind `!` is taken off. Only
 * whether a URI is well formed: reports are not written here.
 */

/** Commas and exclamation marks must be encoded (RFC 9989 section 4.8). One alternative for each character: linear. */
const URI = /^[a-z][a-z0-9+.-]*:(?:[a-z0-9\-._~:/?#[\]@$&'()*+;=]|%[0-9a-f]{2})*$/i;
const OBSOLETE_SIZE = /![0-9]+[kmgt]?$/i;

/** RFC 7489 section 6.3 wants at least two to be heeded; nobody needs more. */
const URI_LIMIT = 50;
const LENGTH_LIMIT = 1000;

/** The well-formed ones, in order; undefined when there is none. */
export function reportingUris(value: string): readonly string[] | undefined {
  const uris = value
    .split(',', URI_LIMIT)
    .map((one) => one.trim())
    .filter((one) => one.length <= LENGTH_LIMIT)
    .map((one) => one.replace(OBSOLETE_SIZE, ''))
    .filter((one) => URI.test(one));
  return uris.length > 0 ? uris : undefined;
}
