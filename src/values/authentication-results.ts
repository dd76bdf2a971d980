/**
 * Authentication-Results (RFC 8601): what a host found out about who sent a message, as data, and its writer. Whatever a
 * stranger may have chosen is quoted; what is too long to be a name or an address is left out. The reader:
 * authentication-results-reader.ts. A field that came with the mail proves nothing: see `removeForgedFields`.
 */
import { ConfigurationError, type Problem } from './errors.js';
import {
  commentWord,
  cutText,
  fieldSafe,
  isAsciiDotAtom,
  isAsciiToken,
  quotedWord,
  type WordOptions,
} from './field-words.js';
import type { HeaderField } from './header.js';
import { makeField } from './make-field.js';

export interface AuthenticationResults {
  readonly kind: 'authentication-results';
  /** Who says it: a host name mostly. As written; compare it with `sameAuthservId`. */
  readonly authservId: string;
  /** Empty for `none`. */
  readonly results: readonly MethodResult[];
}

/** What one method found: `spf=pass smtp.mailfrom=example.com`. Names and the result are in lower case. */
export interface MethodResult {
  /** `spf`, `dkim`, `dmarc`, `arc`, `auth`, `iprev`, `dnswl` ... */
  readonly method: string;
  /** Default 1. */
  readonly version?: number;
  /** `pass`, `fail`, `none` ... */
  readonly result: string;
  /** For people: what stands in parentheses behind the result. */
  readonly comment?: string | undefined;
  readonly reason?: string | undefined;
  readonly properties: readonly AuthenticationProperty[];
}

/** `smtp.mailfrom=example.com` has the type `smtp`, the name `mailfrom`. */
export interface AuthenticationProperty {
  /** `smtp`, `header`, `body`, `policy`, `dns`. */
  readonly type: string;
  readonly name: string;
  /** Without quotes and escapes. */
  readonly value: string;
}

/** The one version of the field (RFC 8601 section 2.5), and of a method. */
export const AUTHRES_VERSION = 1;

/** Characters of a value as it is written, of a reason or comment. */
const VALUE_LIMIT = 400;
const REASON_LIMIT = 200;

/** `Keyword` of RFC 5321 section 4.1.2, with the underscore that some registered names have. */
const KEYWORD = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,60}[A-Za-z0-9])?$/;

/**
 * An `added` field, folded. A property whose value is longer than 400 characters as written is left out, a reason or comment is
 * cut at 200. Throws ConfigurationError `field` for names that are no keywords and an authserv-id that is empty or over 255
 * characters.
 */
export function authenticationResultsField(field: AuthenticationResults, options: WordOptions = {}): HeaderField {
  const utf8 = options.utf8 === true;
  return makeField('Authentication-Results', renderAuthenticationResults(field, options), { utf8 });
}

/** The value that `authenticationResultsField` writes, without folds: `mx.example; spf=pass smtp.mailfrom=a@example.com`. */
export function renderAuthenticationResults(field: AuthenticationResults, options: WordOptions = {}): string {
  const problems = nameProblems(field);
  if (problems.length > 0) throw new ConfigurationError('field', problems);
  const results = field.results.map((one) => writeResult(one, options));
  const id = fieldSafe(field.authservId, options);
  return [isAsciiToken(id) ? id : quotedWord(id), ...(results.length === 0 ? ['none'] : results)].join('; ');
}

function writeResult(one: MethodResult, options: WordOptions): string {
  const { method, version = AUTHRES_VERSION, result, properties } = one;
  const parts = [`${method}${version === AUTHRES_VERSION ? '' : `/${version}`}=${result}`];
  const comment = cutText(fieldSafe(one.comment ?? '', options).trim(), REASON_LIMIT);
  if (comment !== '') parts.push(commentWord(comment));
  if (one.reason !== undefined)
    parts.push(`reason=${quotedWord(cutText(fieldSafe(one.reason, options), REASON_LIMIT))}`);
  for (const { type, name, value } of properties) {
    const word = writeWord(value, options);
    if (word.length <= VALUE_LIMIT) parts.push(`${type}.${name}=${word}`);
  }
  return parts.join(' ');
}

/** `pvalue` of RFC 8601 section 2.2: a token, `local@domain` or `@domain` may stand as it is. */
function writeWord(text: string, options: WordOptions): string {
  const safe = fieldSafe(text, options);
  if (isAsciiToken(safe)) return safe;
  const at = safe.indexOf('@');
  const isAddress = at >= 0 && (at === 0 || isPlainLocalPart(safe.slice(0, at))) && isPlainName(safe.slice(at + 1));
  return isAddress ? safe : quotedWord(safe);
}

/** A dot-atom that no reader can take for anything else: without what ends a token. */
function isPlainLocalPart(text: string): boolean {
  return isAsciiDotAtom(text) && isAsciiToken(text);
}

function isPlainName(text: string): boolean {
  return /^[A-Za-z0-9_.-]{1,255}$/.test(text);
}

function nameProblems({ authservId, results }: AuthenticationResults): readonly Problem[] {
  const problems: Problem[] = [];
  if (authservId === '' || authservId.length > 255) {
    problems.push({
      code: 'bad-name',
      message: 'an authserv-id has 1 to 255 characters',
      construct: fieldSafe(authservId),
    });
  }
  const words = results.flatMap(({ method, result, properties }) => {
    return [method, result, ...properties.flatMap(({ type, name }) => [type, name])];
  });
  for (const word of words) {
    if (KEYWORD.test(word)) continue;
    const message = 'methods, results and names of properties are letters, digits and hyphens';
    problems.push({ code: 'bad-name', message, construct: fieldSafe(word) });
  }
  return problems;
}
