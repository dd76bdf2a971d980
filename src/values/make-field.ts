/**
 * Header fields of our own making. What comes in is checked, so that no text can become a second field (RFC 5322
 * section 2.2: no CR, LF or other control in a value), and folded at white space near 78 octets, never over 998
 * (section 2.1.1). Text from strangers goes through `sanitiseFieldText` first.
 */
import { encodeUtf8 } from './bytes.js';
import { isControl, isLoneSurrogate, utf8Length } from './characters.js';
import { encodeNonAscii } from './encoded-word.js';
import { ConfigurationError, type Problem } from './errors.js';
import type { HeaderField } from './header.js';
import { addedField, isNameOctet, isWhiteSpace } from './header-field.js';

export interface FieldOptions {
  /** Fold at white space where a line would be longer than 76 octets. Default true. */
  readonly fold?: boolean;
  /** Write non-ASCII text as UTF-8 (RFC 6532), for mail under SMTPUTF8. Default false: as RFC 2047 encoded words. */
  readonly utf8?: boolean;
}

/** Within the 78 of RFC 5322 section 2.1.1 and the 76 of RFC 2047 section 2. */
const SOFT_LIMIT = 76;
const HARD_LIMIT = 998;
const NAME_LIMIT = SOFT_LIMIT - 1;
const TAB = 9;

/**
 * An `added` field, its bytes with CRLF. White space at both ends of `value` is dropped, tabs inside are allowed.
 * Throws ConfigurationError (code `field`; problems `bad-name`, `bad-value`, `line-too-long`).
 */
export function makeField(name: string, value: string, options: FieldOptions = {}): HeaderField {
  return plainField(name, value, options.fold !== false) ?? anyField(name, value, options);
}

function anyField(name: string, value: string, options: FieldOptions): HeaderField {
  const problems = [...nameProblems(name), ...valueProblems(value)];
  if (problems.length > 0) throw new ConfigurationError('field', problems);
  const trimmed = trimText(value);
  const text = options.utf8 === true ? trimmed : encodeNonAscii(trimmed);
  const lines = options.fold === false ? [unfolded(name, text)] : folded(name, text);
  const long = lines.find((line) => utf8Length(line) > HARD_LIMIT);
  if (long !== undefined) throw new ConfigurationError('field', [lineTooLong(name, utf8Length(long))]);
  return addedField(name, encodeUtf8(`${lines.join('\r\n')}\r\n`));
}

/**
 * Printable ASCII that fits into one line whatever its folds, as nearly all fields are: one pass over its octets comes to
 * the same as `anyField`. Undefined for anything else.
 */
function plainField(name: string, value: string, fold: boolean): HeaderField | undefined {
  const start = name.length + 2;
  if (value === '' || start + value.length > HARD_LIMIT || !isFieldName(name)) return undefined;
  if (isWhiteSpace(value.charCodeAt(0)) || isWhiteSpace(value.charCodeAt(value.length - 1))) return undefined;
  // Of a short value the whole of it is printed and not broken.
  const text = PRINTABLE.test(value) ? `${name}: ${value}` : undefined;
  if (text === undefined) return undefined;
  const lines = fold && text.length > SOFT_LIMIT ? brokenLines(text, start) : text;
  return addedField(name, encodeUtf8(`${lines}\r\n`));
}

const PRINTABLE = /^[\t -~]+$/;

/** With CRLF before white space where a line would be longer than the soft limit; not before the first word. */
function brokenLines(text: string, start: number): string {
  let out = '';
  let line = 0;
  let at = wordEnd(text, start);
  while (at < text.length) {
    const end = wordEnd(text, at);
    if (end - line > SOFT_LIMIT) {
      out += `${text.slice(line, at)}\r\n`;
      line = at;
    }
    at = end;
  }
  return out + text.slice(line);
}

export interface SanitiseOptions {
  /** Octets in UTF-8; what is beyond is cut off. Default 900: fits into one line whatever the name. */
  readonly maxOctets?: number;
}

/**
 * Text that `makeField` accepts, from any text: each control becomes `?` (as Postfix's printable() does), half a character
 * U+FFFD, so that an attempt at injection stays visible, on one line.
 */
export function sanitiseFieldText(text: string, options: SanitiseOptions = {}): string {
  const limit = options.maxOctets ?? 900;
  let out = '';
  let size = 0;
  for (const character of text) {
    const safe = isForbidden(character.charCodeAt(0)) ? '?' : isLoneSurrogate(character, 0) ? '\ufffd' : character;
    size += utf8Length(safe);
    if (size > limit) break;
    out += safe;
  }
  return trimText(out);
}

function isFieldName(name: string): boolean {
  for (let i = 0; i < name.length; i++) if (!isNameOctet(name.charCodeAt(i))) return false;
  return name.length > 0 && name.length <= NAME_LIMIT;
}

function firstForbidden(value: string): number {
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if ((unit < 0x20 || unit > 0x7e) && isForbidden(unit)) return i;
  }
  return -1;
}

function nameProblems(name: string): readonly Problem[] {
  if (isFieldName(name)) return [];
  const message = `a field name is 1 to ${NAME_LIMIT} printable US-ASCII characters without colon and space`;
  return [{ code: 'bad-name', message, construct: sanitiseFieldText(name.slice(0, 200)) }];
}

function valueProblems(value: string): readonly Problem[] {
  const at = firstForbidden(value);
  if (at === -1) return [];
  const construct = sanitiseFieldText(value.slice(Math.max(0, at - 40), at + 40));
  return [{ code: 'bad-value', message: 'a field value holds no CR, LF, NUL or other control character', construct }];
}

function lineTooLong(name: string, size: number): Problem {
  const message = `a line of ${size} octets, and no white space to fold it at; at most ${HARD_LIMIT} are allowed`;
  return { code: 'line-too-long', message, construct: name };
}

function unfolded(name: string, text: string): string {
  return text === '' ? `${name}:` : `${name}: ${text}`;
}

/** Before white space only, which stays at the beginning of the next line: unfolding gives `text` again. */
function folded(name: string, text: string): readonly string[] {
  const lines: string[] = [];
  let end = wordEnd(text, 0);
  let line = unfolded(name, text.slice(0, end));
  // Right after the colon is a legal place, but readers are fond of names with something behind them.
  if (utf8Length(line) > HARD_LIMIT) {
    lines.push(`${name}:`);
    line = ` ${text.slice(0, end)}`;
  }
  let size = utf8Length(line);
  for (let at = end; at < text.length; at = end) {
    end = wordEnd(text, at);
    const piece = text.slice(at, end);
    const more = utf8Length(piece);
    if (size + more <= SOFT_LIMIT) {
      line += piece;
      size += more;
      continue;
    }
    lines.push(line);
    line = piece;
    size = more;
  }
  lines.push(line);
  return lines;
}

/** Behind the white space at `at`, if any, and the word behind that. */
function wordEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && isWhiteSpace(text.charCodeAt(end))) end++;
  while (end < text.length && !isWhiteSpace(text.charCodeAt(end))) end++;
  return end;
}

/** C0 without tab, DEL, and C1, which some terminals and readers obey as they do C0. */
function isForbidden(unit: number): boolean {
  return isControl(unit) && unit !== TAB;
}

function trimText(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start++;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}
