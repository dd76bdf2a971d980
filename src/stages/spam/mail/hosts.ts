/**
 * Host names in URIs and addresses: to ASCII (RFC 3490), and whether they can be one (RFC 1035 section 2.3.1, with the underscores that are met).
 */

import { decodeUtf8, encodeLatin1 } from '../../../values/bytes.js';
import { lowerAscii } from '../../../values/characters.js';

/** Full stops of other scripts (RFC 3490 section 3.1), as UTF-8 octets. */
const OTHER_DOTS = /\xe3\x80\x82|\xef\xbc\x8e|\xef\xbd\xa1/g;

/** What no name has that is written in Latin-1: all but ASCII letters, digits, `_`, `.`, `-`, and other letters of which there are two cases. */
const NOT_LATIN_1 = /[^\w.\xc0-\xfe-]|[\xd7\xdf\xf7]/;

/** Lower case. Names that are not ASCII: as `xn--` where they are right, otherwise as they are. `host`: octets as Latin-1. */
export function hostToAscii(host: string): string {
  if (/^[a-zA-Z0-9_.:[\]-]*$/.test(host)) return lowerAscii(host);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(host)) return host;
  if (host.length > 1024) return lowerAscii(host);
  const utf8 = decodeUtf8(encodeLatin1(host.replace(OTHER_DOTS, '.')));
  if (utf8 === undefined && NOT_LATIN_1.test(host)) return lowerAscii(host);
  return toAscii(utf8 ?? host) ?? lowerAscii(host);
}

function toAscii(name: string): string | undefined {
  try {
    // The platform's URL has IDNA (WHATWG URL section 3.3), and no other way in.
    const { hostname } = new URL(`http://${name}/`);
    return /^[!-~]+$/.test(hostname) ? hostname : undefined;
  } catch {
    return undefined;
  }
}

/** At least two labels of 1 to 63 letters, digits, and, not at the ends, hyphens. `host` in lower case; a final dot is passed over. */
export function isHostName(host: string): boolean {
  let end = host.length;
  while (end > 0 && host.charCodeAt(end - 1) === DOT) end--;
  if (end > 253) return false;
  /** Where the label begins, and the one before it. */
  let [start, before] = [0, -1];
  let underscore = -1;
  for (let at = 0; at < end; at++) {
    const unit = host.charCodeAt(at);
    if (unit === DOT) {
      if (!isLabel(host, start, at)) return false;
      [start, before] = [at + 1, start];
    } else if (unit === UNDERSCORE) underscore = at;
    else if (!(unit >= 0x61 && unit <= 0x7a) && !(unit >= 0x30 && unit <= 0x39) && unit !== HYPHEN) return false;
  }
  return before !== -1 && underscore < before && isLabel(host, start, end);
}

const [DOT, HYPHEN, UNDERSCORE] = [0x2e, 0x2d, 0x5f];

/** Its letters have been looked at. */
function isLabel(host: string, start: number, end: number): boolean {
  const length = end - start;
  return length > 0 && length <= 63 && host.charCodeAt(start) !== HYPHEN && host.charCodeAt(end - 1) !== HYPHEN;
}
