/**
 * The arguments of MAIL and RCPT: `FROM:<path>` or `TO:<path>`, then ESMTP parameters (RFC 5321 section 4.1.2), and
 * xtext, the encoding of some of their values (RFC 3461 section 4). What a parameter means (SIZE, BODY, RET ...) is
 * the server's affair.
 */
import type { ForwardPath, ReversePath } from './address.js';
import { excerpt, isControl, isLoneSurrogate } from './characters.js';
import type { Read } from './mailbox.js';
import { malformed, type Parsed, parsed } from './parsed.js';
import { type PathOptions, readForwardPath, readReversePath } from './path.js';

/** Keyword in upper case to its value; `true` for a keyword without `=`. In the order written. */
export type EsmtpParameters = ReadonlyMap<string, string | true>;

export interface CommandArguments<P extends ReversePath | ForwardPath> {
  readonly path: P;
  readonly parameters: EsmtpParameters;
}

/** UTF-16 units. RFC 5321 section 4.5.3.1.4 asks for 512 and each extension adds its own; all known ones add 2,000. */
const PARAMETERS_LIMIT = 4096;
const PARAMETER_COUNT_LIMIT = 32;

/**
 * What follows `MAIL `: `FROM:<user@example.com> SIZE=1000`. Spaces behind the colon are refused as RFC 5321 section
 * 3.3 has it, unless `leadingSpaces` are allowed.
 */
export function parseMailCommandArguments(
  text: string,
  options: PathOptions = {},
): Parsed<CommandArguments<ReversePath>> {
  return parseArguments(text, 'FROM:', options, readReversePath);
}

/** What follows `RCPT `: `TO:<user@example.com> NOTIFY=NEVER`. Spaces as in `parseMailCommandArguments`. */
export function parseRcptCommandArguments(
  text: string,
  options: PathOptions = {},
): Parsed<CommandArguments<ForwardPath>> {
  return parseArguments(text, 'TO:', options, readForwardPath);
}

/** `SIZE=1000 BODY=8BITMIME SMTPUTF8`, separated by spaces. A keyword given twice is refused. */
export function parseEsmtpParameters(text: string): Parsed<EsmtpParameters> {
  if (text.length > PARAMETERS_LIMIT) return malformed('the parameters are too long', PARAMETERS_LIMIT);
  const parameters = new Map<string, string | true>();
  if (text === '') return parsed(parameters);
  let at = 0;
  for (const word of text.split(' ')) {
    if (word !== '') {
      const fault = addParameter(parameters, word);
      if (fault !== undefined) return malformed(fault, at);
    }
    at += word.length + 1;
  }
  return parsed(parameters);
}

/** `+2B` gives `+`. The result is UTF-8 without control characters: an xtext must not smuggle in a line end. */
export function decodeXtext(text: string): Parsed<string> {
  const octets: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x21 || code > 0x7e || text.charAt(at) === '=') return malformed('no character of xtext', at);
    if (text.charAt(at) !== '+') {
      octets.push(code);
      continue;
    }
    const hex = text.slice(at + 1, at + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(hex)) return malformed('two hexadecimal digits are expected behind "+"', at);
    octets.push(Number.parseInt(hex, 16));
    at += 2;
  }
  return decodeOctets(octets);
}

/** The octets of its UTF-8 form; what xtext cannot show as it is becomes `+` and two upper-case digits. */
export function encodeXtext(text: string): string {
  let encoded = '';
  for (const octet of new TextEncoder().encode(text)) {
    const shown = octet > 0x20 && octet < 0x7f && octet !== 0x2b && octet !== 0x3d;
    encoded += shown ? String.fromCharCode(octet) : `+${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

function parseArguments<P extends ReversePath | ForwardPath>(
  text: string,
  word: string,
  options: PathOptions,
  read: (text: string, at: number, options: PathOptions) => Parsed<Read<P>>,
): Parsed<CommandArguments<P>> {
  if (text.slice(0, word.length).toUpperCase() !== word) return malformed(`"${word}" is expected`);
  let at = word.length;
  const { angleBrackets, leadingSpaces = angleBrackets === 'optional' } = options;
  if (leadingSpaces) while (text.charAt(at) === ' ') at++;
  const path = read(text, at, options);
  if (path.kind === 'malformed') return path;
  const { value, end } = path.value;
  if (end < text.length && text.charAt(end) !== ' ') return malformed('a space is expected behind the path', end);
  const parameters = parseEsmtpParameters(text.slice(end));
  if (parameters.kind === 'malformed') return malformed(parameters.why, end + parameters.at);
  return parsed({ path: value, parameters: parameters.value });
}

function addParameter(parameters: Map<string, string | true>, word: string): string | undefined {
  const equals = word.indexOf('=');
  const keyword = (equals < 0 ? word : word.slice(0, equals)).toUpperCase();
  if (!/^[0-9A-Z][0-9A-Z-]*$/.test(keyword)) return `not the keyword of a parameter: ${excerpt(word)}`;
  if (parameters.has(keyword)) return `parameter given twice: ${excerpt(keyword)}`;
  if (parameters.size === PARAMETER_COUNT_LIMIT) return `more than ${PARAMETER_COUNT_LIMIT} parameters`;
  const value = equals < 0 ? true : word.slice(equals + 1);
  if (value !== true && !isEsmtpValue(value)) return `not the value of a parameter: ${excerpt(word)}`;
  parameters.set(keyword, value);
  return undefined;
}

/** esmtp-value: printable but space and "=", at least one; RFC 6531 section 3.3 adds what is not ASCII. */
function isEsmtpValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (isControl(code) || code === 0x20 || code === 0x3d || isLoneSurrogate(value, i)) return false;
  }
  return value !== '';
}

function decodeOctets(octets: readonly number[]): Parsed<string> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(octets));
  } catch {
    return malformed('the decoded xtext is no UTF-8');
  }
  for (let i = 0; i < text.length; i++) {
    if (isControl(text.charCodeAt(i))) return malformed('control character in the decoded xtext');
  }
  return parsed(text);
}
