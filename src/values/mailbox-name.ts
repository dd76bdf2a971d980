/**
 * Which mailbox names may become a folder below the store's base. Names come from addresses, thus from
 * strangers: whatever could leave the base, hide, or be read as two different folders is refused, never
 * repaired. Does not fold case or normalise Unicode: the policy has decided on the name.
 */
import type { Parsed } from './parsed.js';
import { malformed, parsed } from './parsed.js';

/** A folder name's limit on every common file system, in octets of UTF-8. */
const MAX_SEGMENT = 255;
/** Leaves room for the base and a file name within PATH_MAX (4096). */
const MAX_NAME = 1024;
/** Controls (NUL among them), lone surrogates (two of them would become one folder), `\` (a separator elsewhere). */
const FORBIDDEN = /[\p{Cc}\p{Cs}\\]/u;
const MAILDIR_PARTS: ReadonlySet<string> = new Set(['tmp', 'new', 'cur']);

/**
 * The folders of a mailbox name, outermost first: `school.example/t01` gives two. Refused: an empty name or
 * segment (so also an absolute path and a trailing `/`), a segment with a leading dot (`.`, `..`, hidden),
 * `tmp`, `new` and `cur` below the first level, control characters, `\`, a segment over 255 octets, a name over 1024.
 */
export function parseMailboxName(name: string): Parsed<readonly string[]> {
  if (name.length > MAX_NAME) return malformed(`mailbox name of ${name.length} characters, at most ${MAX_NAME}`);
  const forbidden = FORBIDDEN.exec(name);
  if (forbidden !== null) return malformed('mailbox name with a control character or backslash', forbidden.index);
  const segments = name.split('/');
  let at = 0;
  for (const [level, segment] of segments.entries()) {
    const problem = problemOf(segment, level);
    if (problem !== undefined) return malformed(problem, at);
    at += segment.length + 1;
  }
  return parsed(segments);
}

function problemOf(segment: string, level: number): string | undefined {
  if (segment === '') return 'mailbox name that is empty, or begins or ends with "/", or has "//" in it';
  if (segment.startsWith('.')) return 'mailbox name with a leading dot';
  if (level > 0 && MAILDIR_PARTS.has(segment)) return `mailbox name inside the "${segment}" folder of another mailbox`;
  if (new TextEncoder().encode(segment).length > MAX_SEGMENT) return `mailbox name longer than ${MAX_SEGMENT} octets`;
  return undefined;
}
