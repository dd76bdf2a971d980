/**
 * Reads Authentication-Results (RFC 8601 section 2.2) with comments anywhere, quoted strings, versions, UTF-8 (RFC 6532).
 * The authserv-id and what stands around it are read strictly: whether a field is ours must not depend on taste. Values are
 * read with leniency: signatures and addresses are often written without the quotes that they need. Linear, never throws.
 */
import {
  AUTHRES_VERSION,
  type AuthenticationProperty,
  type AuthenticationResults,
  type MethodResult,
} from './authentication-results.js';
import { parseDomain } from './domain.js';
import { FieldScanner, isSpace } from './field-scanner.js';
import { isTokenCode, quotedWord } from './field-words.js';
import { malformed, type Parsed, parsed } from './parsed.js';

/** Results that are read, properties of each; those beyond are passed over. */
const LISTED = 1000;

/** The value of an Authentication-Results field, unfolded. A version that is not known is malformed: nobody knows how to read it. */
export function parseAuthenticationResults(text: string): Parsed<AuthenticationResults> {
  const scanner = new FieldScanner(text);
  const authservId = readHead(scanner);
  if (authservId.kind === 'malformed') return authservId;
  const results: MethodResult[] = [];
  while (!scanner.isAtEnd) {
    const at = scanner.at;
    if (!scanner.take(';')) return malformed('expected ";" before a method', at);
    const result = readResult(scanner);
    if (typeof result === 'string') return malformed(result, scanner.at);
    if (result !== undefined && results.length < LISTED) results.push(result);
  }
  return parsed({ kind: 'authentication-results', authservId: authservId.value, results });
}

/** True when both name the same host: domain names in any case and form, with or without a final dot; other text by its letters. */
export function sameAuthservId(a: string, b: string): boolean {
  return authservKey(a) === authservKey(b);
}

/** What `sameAuthservId` compares. */
export function authservKey(id: string): string {
  const plain = id.trim().toLowerCase();
  const domain = parseDomain(plain, { underscores: true });
  if (domain.kind === 'parsed') return domain.value.ascii;
  // Neither a full-width letter nor an invisible character makes another name of it to people.
  const folded = plain
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .toLowerCase();
  const again = parseDomain(folded, { underscores: true });
  return again.kind === 'parsed' ? again.value.ascii : folded;
}

/** `[CFWS] authserv-id [ CFWS authres-version ]` and the CFWS behind it. */
function readHead(scanner: FieldScanner): Parsed<string> {
  if (scanner.skipCfws() === undefined) return unclosed(scanner);
  const at = scanner.at;
  const id = scanner.next === '"' ? scanner.quotedString() : scanner.run(isTokenCode);
  if (id === undefined) return unclosed(scanner);
  if (id === '') return malformed('expected an authserv-id', at);
  if (scanner.skipCfws() === undefined) return unclosed(scanner);
  const versionAt = scanner.at;
  const version = scanner.run(isDigit);
  if (version !== '' && Number(version) !== AUTHRES_VERSION) return malformed('a version that is not known', versionAt);
  if (scanner.skipCfws() === undefined) return unclosed(scanner);
  return scanner.isAtEnd || scanner.next === ';'
    ? parsed(id)
    : malformed('expected ";" behind the authserv-id', scanner.at);
}

/** One `resinfo` behind its semicolon: undefined for `none` and for nothing at all, a text when it is malformed. */
function readResult(scanner: FieldScanner): MethodResult | string | undefined {
  if (scanner.skipCfws() === undefined) return 'a comment is not closed';
  if (scanner.isAtEnd || scanner.next === ';') return undefined;
  const method = scanner.run(isKeywordCode).toLowerCase();
  if (method === '') return 'expected a method';
  if (scanner.skipCfws() === undefined) return 'a comment is not closed';
  if (method === 'none' && (scanner.isAtEnd || scanner.next === ';')) return undefined;
  const version = readVersion(scanner);
  if (version === undefined) return 'expected a version behind "/"';
  if (!scanner.take('=')) return 'expected "=" behind a method';
  if (scanner.skipCfws() === undefined) return 'a comment is not closed';
  const result = scanner.run(isKeywordCode).toLowerCase();
  if (result === '') return 'expected a result behind "="';
  const comment = scanner.skipCfws();
  if (comment === undefined) return 'a comment is not closed';
  const details = readDetails(scanner);
  if (typeof details === 'string') return details;
  const { reason, properties } = details;
  return { method, version, result, comment: comment === '' ? undefined : comment, reason, properties };
}

/** `[ "/" method-version ]`, 1 where there is none. */
function readVersion(scanner: FieldScanner): number | undefined {
  if (!scanner.take('/')) return AUTHRES_VERSION;
  if (scanner.skipCfws() === undefined) return undefined;
  const version = scanner.run(isDigit);
  if (version === '' || version.length > 9 || scanner.skipCfws() === undefined) return undefined;
  return Number(version);
}

interface Details {
  readonly reason: string | undefined;
  readonly properties: readonly AuthenticationProperty[];
}

/** The reason and the properties up to the next semicolon, in any order. */
function readDetails(scanner: FieldScanner): Details | string {
  const properties: AuthenticationProperty[] = [];
  let reason: string | undefined;
  while (!scanner.isAtEnd && scanner.next !== ';') {
    const type = scanner.run(isKeywordCode).toLowerCase();
    if (type === '') return 'expected a property';
    const name = readName(scanner);
    if (name === undefined) return 'expected "." and a name, "=" and a value';
    const value = readValue(scanner);
    if (value === undefined || scanner.skipCfws() === undefined) return 'a comment or a quoted string is not closed';
    if (name !== '') {
      if (properties.length < LISTED) properties.push({ type, name, value });
    } else if (type === 'reason') reason ??= value;
    else return 'expected "." and a name behind the type of a property';
  }
  return { reason, properties };
}

/** `[CFWS] "." [CFWS] property [CFWS] "="`, or for a reason `[CFWS] "="` alone, which gives ''. */
function readName(scanner: FieldScanner): string | undefined {
  if (scanner.skipCfws() === undefined) return undefined;
  let name = '';
  if (scanner.take('.')) {
    if (scanner.skipCfws() === undefined) return undefined;
    name = scanner.run((code) => code === 0x2e || isKeywordCode(code)).toLowerCase();
    if (name === '' || scanner.skipCfws() === undefined) return undefined;
  }
  if (!scanner.take('=')) return undefined;
  return scanner.skipCfws() === undefined ? undefined : name;
}

/** A quoted string, perhaps as the local part of an address, which then keeps its quotes; or all up to white space, `;` and `(`. */
function readValue(scanner: FieldScanner): string | undefined {
  if (scanner.next !== '"') return scanner.run(isValueCode);
  const content = scanner.quotedString();
  if (content === undefined || scanner.text.charAt(scanner.at) !== '@') return content;
  return quotedWord(content) + scanner.run(isValueCode);
}

function unclosed(scanner: FieldScanner): Parsed<never> {
  return malformed('a comment or a quoted string is not closed', scanner.at);
}

function isValueCode(code: number): boolean {
  return code !== 0x3b && code !== 0x28 && code !== 0x22 && !isSpace(code);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Letters, digits, hyphen, and the underscore that some names have. */
function isKeywordCode(code: number): boolean {
  const lower = code | 0x20;
  return (code < 128 && lower >= 0x61 && lower <= 0x7a) || isDigit(code) || code === 0x2d || code === 0x5f;
}
