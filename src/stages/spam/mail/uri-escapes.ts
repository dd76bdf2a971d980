/**
 * Percent-escapes of a URI (RFC 3986 section 2.1) undone where they hide something: those of printable octets; octets that must be
 * escaped are. Linear.
 */

/** There is one of a printable octet. */
export function hasNeedlessEscape(text: string): boolean {
  return (text.match(/%[\da-f]{2}/gi) ?? []).some((found) => isPrintable(Number.parseInt(found.slice(1), 16)));
}

function isPrintable(octet: number): boolean {
  return octet > 0x20 && octet < 0x7f;
}

/** Octets as Latin-1, so the result. */
export function decodeEscapes(uri: string): string {
  if (!/%[0-9a-fA-F]{2}/.test(uri)) return uri;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be escaped
  return uri.replace(/%([0-9a-fA-F]{2})|[\x00-\x20\x7f-\xff"%<>]/g, (whole, digits: string | undefined) => {
    if (digits === undefined) return `%${whole.charCodeAt(0).toString(16).padStart(2, '0')}`;
    return /^(?:20|7f|[0189a-f])/i.test(digits) ? whole : String.fromCharCode(Number.parseInt(digits, 16));
  });
}
