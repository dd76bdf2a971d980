/**
 * Names that SPF asks the DNS for: whether a domain can be checked at all (RFC 7208 section 4.3), and what an expanded
 * domain-spec comes to (sections 4.8 and 7.3). RFC 7208 leaves the fate of malformed targets to us: they are never asked and
 * never match.
 */
import { indexOfNonAscii } from '../../values/characters.js';
import { parseDomain } from '../../values/domain.js';

const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;

/**
 * The name in A-labels without final dot; undefined where check_host() is `none` without a question: an empty or too long
 * label or name, a single label, an address or address literal, octets that no name of mail has.
 */
export function checkableDomain(text: string): string | undefined {
  const name = indexOfNonAscii(text) < 0 ? withoutFinalDot(text) : toAscii(text);
  if (name === undefined || !isWellFormed(name) || !name.includes('.')) return undefined;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f || code === OPENING_BRACKET) return undefined;
  }
  return isNumber(name, name.lastIndexOf('.') + 1) ? undefined : name;
}

/** What is asked for; undefined for a name that cannot be in the DNS. */
export function targetName(expanded: string): string | undefined {
  const name = shortened(withoutFinalDot(expanded));
  return isWellFormed(name) ? name : undefined;
}

/** RFC 7208 section 7.3: labels are taken off the left until 253 characters are left. */
function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const dot = name.indexOf('.', name.length - LONGEST_NAME - 1);
  return dot < 0 ? '' : name.slice(dot + 1);
}

function isWellFormed(name: string): boolean {
  if (name.length > LONGEST_NAME) return false;
  let label = 0;
  for (let i = 0; i < name.length; i++) {
    if (name.charCodeAt(i) !== DOT) {
      if (++label > LONGEST_LABEL) return false;
    } else if (label === 0) return false;
    else label = 0;
  }
  return label > 0;
}

function toAscii(text: string): string | undefined {
  const domain = parseDomain(text, { underscores: true });
  return domain.kind === 'parsed' ? domain.value.ascii : undefined;
}

function withoutFinalDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

function isNumber(name: string, from: number): boolean {
  for (let i = from; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

const DOT = 0x2e;
const OPENING_BRACKET = 0x5b;
