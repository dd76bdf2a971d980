/**
 * Which addresses are of free providers: `freemail_domains` with `*` (within a label) and `?`, without those of `freemail_welcomelist` and those
 * that are no persons (`postmaster@`, `bounce-...@`).
 */
import { lowerAscii } from '../../../values/characters.js';
import type { Settings } from '../rules/settings.js';
import { type Glob, glob } from './address-globs.js';

type LabelGlobs = readonly Glob[];

export interface FreeMailDomains {
  /** `address` in lower case. */
  has(address: string): boolean;
}

const roles: ReadonlySet<string> = new Set([
  ...['abuse', 'domainmaster', 'hostmaster', 'postmaster', 'bounce-', 'bounced-'],
  ...['contact', 'helpdesk', 'info', 'kontakt', 'sales', 'support'],
]);

export function freeMailDomains(settings: Settings): FreeMailDomains {
  const plain = new Set<string>();
  const patterns: LabelGlobs[] = [];
  for (const word of wordsOf(settings, 'freemail_domains')) {
    if (!/[*?]/.test(word)) plain.add(word);
    else patterns.push(word.split('.').map(glob));
  }
  const welcome = new Set(wordsOf(settings, 'freemail_welcomelist'));
  const byLength = groupByLength(patterns);
  return {
    has: (address) => {
      if (address === '' || plain.size + patterns.length === 0) return false;
      const domain = address.slice(address.lastIndexOf('@') + 1);
      if (welcome.has(address) || welcome.has(domain) || isNoPerson(address)) return false;
      const labels = domain.split('.');
      return (
        plain.has(domain) ||
        (byLength.get(labels.length) ?? []).some((globs) => globs.every((fits, at) => fits(labels[at] ?? '')))
      );
    },
  };
}

function wordsOf(settings: Settings, keyword: string): readonly string[] {
  return settings
    .of(keyword)
    .flatMap(({ value }) => lowerAscii(value).split(/\s+/))
    .filter((word) => word !== '');
}

/** How many hexadecimal digits ids of providers have, with what stands between: the second is a UUID (RFC 9562 section 4). */
const idShapes: ReadonlySet<string> = new Set(['8.8', '8-4-4-4-12']);

function hexShape(text: string): string {
  return text.replace(/[\da-f]+/g, ({ length }) => `${length}`);
}

/** `x=y=z@` is an address that was forwarded. */
function isNoPerson(address: string): boolean {
  const local = address.slice(0, Math.max(0, address.indexOf('@')));
  if (roles.has(local) || address.startsWith('undisclosed') || idShapes.has(hexShape(local))) return true;
  if (local.startsWith('request-') && hexShape(local.slice(8)) === '16') return true;
  const end = address.lastIndexOf('@');
  const first = address.indexOf('=', 1);
  return first > 0 && end > 0 && address.lastIndexOf('=', end - 2) >= first + 2;
}

/** A `*` stays within its label, so that only as many labels fit. */
function groupByLength(patterns: readonly LabelGlobs[]): ReadonlyMap<number, readonly LabelGlobs[]> {
  const groups = new Map<number, readonly LabelGlobs[]>();
  for (const pattern of patterns) groups.set(pattern.length, [...(groups.get(pattern.length) ?? []), pattern]);
  return groups;
}
