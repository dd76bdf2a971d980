/**
 * Search filters as Postfix's LDAP library reads them, in the strict form of RFC 4515 section 3: parentheses may be
 * missing around a filter of one comparison, white space may stand between components, and `\(`, `\)`, `\*`, `\\` are
 * taken for `\28` and so on. Templates pass as they are: `%s` is text here. Linear.
 */
import { parseLdapFilter } from '../../values/ldap-filter.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';
import { skipSpace, trimEnd } from '../white-space.js';

const DEPTH_LIMIT = 50;
const LENGTH_LIMIT = 65_536;

/** The same filter in strict form. */
export function strictFilter(text: string): Parsed<string> {
  if (text.length > LENGTH_LIMIT) return malformed(`a filter may have ${LENGTH_LIMIT} characters`);
  const begin = skipSpace(text, 0);
  if (text.charAt(begin) !== '(') {
    const comparison = strictComparison(text.slice(begin));
    return comparison === undefined ? malformed(EXPECTED, begin) : checked(`(${comparison})`);
  }
  const out: string[] = [];
  const end = component(trimEnd(text), begin, out, 0);
  if (end < 0) return malformed(EXPECTED, -1 - end);
  if (skipSpace(text, end) < text.length) return malformed('the filter has ended before', end);
  return checked(out.join(''));
}

/** As the adapter will read it, with something filled in. */
function checked(strict: string): Parsed<string> {
  const read = parseLdapFilter(strict.replace(/%[sudSUD1-9%]/g, 'x'));
  return read.kind === 'parsed' ? parsed(strict) : malformed(`${EXPECTED}: ${read.why}`);
}

const EXPECTED = 'expected a filter of RFC 4515, as (&(mail=%s)(objectClass=person))';

/**
 * Writes the filter in parentheses at `at`. The index behind it; for one that is wrong -1 less the index of the fault.
 */
function component(text: string, at: number, out: string[], depth: number): number {
  if (text.charAt(at) !== '(' || depth > DEPTH_LIMIT) return -1 - at;
  const begin = skipSpace(text, at + 1);
  const operator = text.charAt(begin);
  if (operator === '&' || operator === '|' || operator === '!') {
    out.push(`(${operator}`);
    const end = components(text, begin + 1, out, depth + 1, operator === '!' ? 1 : Infinity);
    out.push(')');
    return end;
  }
  const end = endOfComparison(text, begin);
  const comparison = end < 0 ? undefined : strictComparison(text.slice(begin, end));
  if (comparison === undefined) return -1 - begin;
  out.push(`(${comparison})`);
  return end + 1;
}

function components(text: string, from: number, out: string[], depth: number, most: number): number {
  let at = skipSpace(text, from);
  let count = 0;
  while (text.charAt(at) === '(') {
    const end = component(text, at, out, depth);
    if (end < 0) return end;
    count++;
    at = skipSpace(text, end);
  }
  const right = text.charAt(at) === ')' && count <= most && (most !== 1 || count === 1);
  return right ? at + 1 : -1 - at;
}

/** The index of the parenthesis that closes it, or -1. */
function endOfComparison(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if (character === ')') return at;
    else if (character === '(') return -1;
  }
  return -1;
}

/** Its value with strict escapes; undefined where it cannot be one. The attribute is looked at in the end. */
function strictComparison(text: string): string | undefined {
  const equals = text.indexOf('=');
  const value = equals < 1 ? undefined : strictValue(text.slice(equals + 1));
  return value === undefined ? undefined : text.slice(0, equals + 1) + value;
}

function strictValue(text: string): string | undefined {
  let wrong = /[()]/.test(text.replace(/\\[()*\\]/g, ''));
  const strict = text.replace(/\\([()*\\]|[0-9A-Fa-f]{2})?/g, (whole, what: string | undefined) => {
    if (what === undefined) wrong = true;
    return what?.length === 1 ? `\\${what.charCodeAt(0).toString(16)}` : whole;
  });
  return wrong ? undefined : strict;
}
