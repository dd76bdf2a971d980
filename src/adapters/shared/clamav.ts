/**
 * What ClamAV's programs say, read strictly: the replies of clamd(8) and the names of what was found. Only an exact `stream: OK` is
 * clean. Names that stand for "I did not look" (AlertExceedsMax, AlertEncrypted, AlertBrokenExecutables of clamd.conf(5)) are no
 * viruses: `unscannable`. Text to values; no socket.
 */
import type { ScanVerdict, UnscannableCause } from '../../ports/scanner.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import { excerpt } from '../../values/characters.js';

/** One reply without its NUL, octets as Latin-1. */
export function readReply(reply: string): Answer<ScanVerdict> {
  if (reply === 'stream: OK') return found({ kind: 'clean' });
  if (reply === SIZE_REPLY) return found({ kind: 'unscannable', cause: 'too-large', why: 'its INSTREAM size limit' });
  if (reply.startsWith(STREAM) && reply.endsWith(FOUND)) {
    const name = reply.slice(STREAM.length, -FOUND.length);
    if (name.trim() !== '') return found(verdictOn([name]));
  }
  return cannotTell(`it says ${excerpt(reply)}`);
}

const STREAM = 'stream: ';
const FOUND = ' FOUND';
const SIZE_REPLY = 'INSTREAM size limit exceeded. ERROR';

/** Found names in one message: those that are no viruses count only when there are no others. */
export function verdictOn(found: readonly string[]): ScanVerdict {
  const names = [...new Set(found.map(cleanName))];
  const [first = NAMELESS] = names;
  const viruses = names.filter((name) => causeOf(name) === undefined);
  const cause = causeOf(first);
  if (cause !== undefined && viruses.length === 0) return { kind: 'unscannable', cause, why: first };
  return { kind: 'infected', names: viruses.length === 0 ? [NAMELESS] : viruses };
}

const NAMELESS = 'unnamed';

const causes: readonly (readonly [string, UnscannableCause])[] = [
  ['Heuristics.Limits.Exceeded', 'too-large'],
  ['Heuristics.Encrypted', 'encrypted'],
  ['Heuristics.Broken', 'damaged'],
];

function causeOf(name: string): UnscannableCause | undefined {
  return causes.find(([start]) => name === start || name.startsWith(`${start}.`))?.[1];
}

/** Characters of a name that are kept. */
const NAME_LIMIT = 120;

/** Printable ASCII on one line; what is not becomes `?`. */
export function cleanName(name: string): string {
  const text = name
    .trim()
    .slice(0, NAME_LIMIT)
    .replace(/[^\x20-\x7e]/g, '?');
  return text === '' ? NAMELESS : text;
}
