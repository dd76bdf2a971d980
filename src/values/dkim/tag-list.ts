/**
 * Tag lists (RFC 6376 section 3.2), as DKIM and ARC fields, key records and DMARC records have them: `v=1; a=rsa-sha256`. Every
 * error is named. What the tags mean is for who reads them. Not here: dkim-quoted-printable (quoted-printable.ts).
 */
import { excerpt } from '../characters.js';

export interface TagList {
  /** In order, white space taken off both ends of a value. Letter case of names counts. Of tags with one name the first. */
  readonly tags: ReadonlyMap<string, string>;
  /** What is wrong, in order; empty for a well-formed list. */
  readonly problems: readonly string[];
}

/** RFC 6376 section 3.2: tag-name; ALNUMPUNC has the underscore. */
const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
/** VALCHAR and the white space that may fold a value; octets above 127 by RFC 8616 section 3. */
const NOT_VALUE = /[^\t\r\n\x20-\x7e\x80-\uffff]/;
/** A record of a megabyte would have a million wrong tags. */
const PROBLEMS = 20;

/** Reads `text`, a field's value (unfolded or not) or a record. Never throws; linear. */
export function parseTagList(text: string): TagList {
  const tags = new Map<string, string>();
  const problems: string[] = [];
  const parts = text.split(';');
  // The last semicolon may end the list.
  if (parts.length > 1 && isBlank(parts[parts.length - 1] ?? '')) parts.pop();
  for (const part of parts) {
    const problem = addTag(tags, part);
    if (problem !== undefined && problems.length < PROBLEMS) problems.push(problem);
  }
  return { tags, problems };
}

function addTag(tags: Map<string, string>, part: string): string | undefined {
  const at = part.indexOf('=');
  if (isBlank(part)) return 'an empty tag: a semicolon too many';
  if (at === -1) return `a tag without "=": ${excerpt(trimFws(part))}`;
  const name = trimFws(part.slice(0, at));
  const value = trimFws(part.slice(at + 1));
  if (!NAME.test(name)) return `not a tag name: ${excerpt(name)}`;
  // RFC 6376 section 3.2: tags with duplicate names make the whole list invalid.
  if (tags.has(name)) return `the tag ${name}= stands twice`;
  tags.set(name, value);
  return NOT_VALUE.test(value) ? `a control character in ${name}=` : undefined;
}

function isFws(code: number): boolean {
  return code === 32 || code === 9 || code === 13 || code === 10;
}

function isBlank(text: string): boolean {
  return trimFws(text) === '';
}

/** Without folding white space (space, tab, CR, LF) at both ends: `trim()` takes away too much. */
export function trimFws(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isFws(text.charCodeAt(start))) start++;
  while (end > start && isFws(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Without any folding white space, as Base64 is read. */
export function withoutFws(text: string): string {
  return text.replace(/[ \t\r\n]/g, '');
}

/** A list divided by colons (`h=`, `s=`, `t=`), without white space around its members. */
export function colonList(value: string): readonly string[] {
  return value.split(':').map(trimFws);
}
