/**
 * The fields that tell readers behind us of the scan, under the names that ClamAV's own milter uses. X-Virus-Scanned stands for a
 * scanner that was given all of the message and found nothing, and for nothing else: what a scanner leaves out without a word (clamd
 * over its limits, unless told `AlertExceedsMax yes`) we do not know. X-Virus-Status says what became of the others.
 */
import { type PrependHeader, prependHeader, type RemoveHeader, removeHeader } from '../../core/edit.js';
import type { VirusFinding } from '../../findings/virus.js';
import { cutText, fieldSafe } from '../../values/field-words.js';
import type { HeaderField } from '../../values/header.js';
import { hiddenFields } from '../../values/hidden-fields.js';
import { makeField } from '../../values/make-field.js';

const SCANNED = 'X-Virus-Scanned';
const STATUS = 'X-Virus-Status';
const ours: ReadonlySet<string> = new Set([SCANNED.toLowerCase(), STATUS.toLowerCase()]);

/** Removes what came from outside under these names, behind a bare CR too. Fields that we added stay. */
export function removalsIn(header: readonly HeaderField[]): readonly RemoveHeader[] {
  return header.filter((field) => field.origin === 'received' && speaksForUs(field)).map(removeHeader);
}

function speaksForUs(field: HeaderField): boolean {
  if (ours.has(field.lowerName)) return true;
  for (const { lowerName } of hiddenFields(field)) if (ours.has(lowerName)) return true;
  return false;
}

export function markFor(finding: VirusFinding, host: string): PrependHeader {
  const by = `${words(finding.scanner)} at ${host}`;
  if (finding.result === 'clean') return prependHeader(makeField(SCANNED, by));
  return prependHeader(makeField(STATUS, `${statusOf(finding)}; ${by}`));
}

function statusOf({ result, names, why }: VirusFinding): string {
  switch (result) {
    case 'infected':
      return `Infected (${words(names.slice(0, 3).join(', '))})`;
    case 'unscannable':
      return `Unscannable (${words(why ?? '')})`;
    // Why is for the log: it may name hosts and paths.
    default:
      return 'Unknown';
  }
}

/** One line of printable ASCII, of any text. */
export function words(text: string): string {
  return cutText(fieldSafe(cutText(text, 200)), 200);
}
