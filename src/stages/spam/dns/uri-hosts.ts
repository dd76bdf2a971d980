/**
 * Which hosts of URIs lists are asked about: those a reader is most likely to follow first, at most so many
 * (Mail::SpamAssassin::Plugin::URIDNSBL(3), "uridnsbl_max_domains"). Where there are more, SpamAssassin takes some by chance; here it is
 * the first ones, so that the same message has the same result.
 */
import type { UriView } from '../mail/mail-view.js';

export interface UriHost {
  readonly host: string;
  readonly domain: string;
}

export interface UriHostOptions {
  /** Hosts and domains that are not asked about, lower case. */
  readonly skipped: ReadonlySet<string>;
  readonly most: number;
  readonly skipMailto: boolean;
}

export function uriHosts(uris: readonly UriView[], { skipped, most, skipMailto }: UriHostOptions): readonly UriHost[] {
  const groups: Map<string, UriHost>[] = Array.from({ length: 6 }, () => new Map());
  for (const view of uris) {
    const { uri, host, domain = host } = view;
    if (host === undefined || domain === undefined || (skipMailto && /^mailto:/i.test(uri))) continue;
    if (!skipped.has(domain) && !skipped.has(host)) groups[rankOf(view)]?.set(host, { host, domain });
  }
  const chosen = new Map<string, UriHost>();
  for (const group of groups) {
    for (const [host, one] of group) if (chosen.size < most && !chosen.has(host)) chosen.set(host, one);
  }
  return [...chosen.values()];
}

/** Links with a text, forms, images, other elements, text alone, links without a text. */
function rankOf({ from, anchorText }: UriView): number {
  if (from.includes('a')) return anchorText.some((text) => text !== '') ? 0 : 5;
  if (from.includes('form')) return 1;
  if (from.includes('img')) return 2;
  return from.every((one) => one === 'parsed') ? 4 : 3;
}
