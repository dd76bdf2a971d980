/**
 * All URIs of a message: those in the rendered text, then those of HTML elements; each with its forms, hosts and domains.
 */
import { decodeLatin1, encodeLatin1 } from '../../../values/bytes.js';
import { cleanUri, type Redirector } from './clean-uri.js';
import { type DomainRules, hostOfUri } from './domains.js';
import type { HtmlFacts } from './html/facts.js';
import type { UriView } from './mail-view.js';
import type { Pieces } from './pieces.js';
import { TextUriFinder } from './text-uris.js';

export interface UriOptions {
  readonly rules: DomainRules;
  readonly redirectors: readonly Redirector[];
  readonly limit: number;
  /** Values of DKIM-Signature fields whose domains count as URIs too (parse_dkim_uris). */
  readonly signatures: readonly string[];
}

export interface FoundUris {
  readonly uris: readonly UriView[];
  /** There were more than the limit. */
  readonly more: boolean;
  /** One was longer than 8,192 octets. */
  readonly truncated: boolean;
}

const MAX_URI = 8192;

interface Entry {
  readonly uri: string;
  readonly cleaned: Set<string>;
  readonly hosts: Map<string, string>;
  readonly from: Set<string>;
  readonly anchorText: Set<string>;
}

export function findUris(body: Pieces, html: readonly HtmlFacts[], options: UriOptions): FoundUris {
  const collector = new Collector(options);
  const finder = new TextUriFinder(options.rules);
  const text = decodeLatin1(body.octets);
  let start = 0;
  for (const end of body.ends) {
    finder.line(text.slice(start, end));
    start = end;
  }
  for (const { uri, schemeless, unlinked } of finder.found) {
    const from = ['parsed', ...(schemeless ? ['schemeless'] : []), ...(unlinked ? ['unlinked'] : [])];
    collector.add(uri, from, true);
  }
  for (const { uris, numbers } of html) {
    if (numbers.uri_truncated) collector.truncated = true;
    for (const [uri, { types, anchorTexts }] of uris) collector.add(uri, types, false, anchorTexts);
  }
  for (const signature of options.signatures) {
    for (const [, domain] of signature.matchAll(/\bd[\t-\r ]*=[\t-\r ]*([^;]+)/g)) {
      collector.domain(`domainkeys:${domain?.replace(/[\t-\r ]+/g, '')}`);
    }
  }
  return collector.found();
}

class Collector {
  readonly #options: UriOptions;
  readonly #entries: Map<string, Entry> = new Map();
  #more = false;
  truncated = false;

  constructor(options: UriOptions) {
    this.#options = options;
  }

  /** `hostNeeded`: URIs of text without a host that may exist are none. */
  add(uri: string, from: Iterable<string>, hostNeeded: boolean, anchorText: readonly string[] = []): void {
    const { limit, redirectors, rules } = this.#options;
    let entry = this.#entries.get(uri);
    if (entry === undefined) {
      if (this.#entries.size >= limit) {
        this.#more = true;
        return;
      }
      const cleaned = cleanUri(uri, redirectors, rules).map((form) => this.#cut(form));
      const hosts = hostsOf(cleaned, rules);
      if (hostNeeded && hosts.size === 0) return;
      entry = { uri, cleaned: new Set(cleaned), hosts, from: new Set(), anchorText: new Set() };
      this.#entries.set(uri, entry);
    }
    for (const each of from) entry.from.add(each);
    for (const each of anchorText) entry.anchorText.add(each);
  }

  /** A URI of which only the host counts: `uri` rules do not see it. */
  domain(uri: string): void {
    const hosts = hostsOf([uri], this.#options.rules);
    if (hosts.size === 0 || this.#entries.has(uri)) return;
    if (this.#entries.size >= this.#options.limit) this.#more = true;
    else {
      const from = new Set(['domainkeys', 'nocanon', 'noclean']);
      this.#entries.set(uri, { uri, cleaned: new Set(), hosts, from, anchorText: new Set() });
    }
  }

  found(): FoundUris {
    const uris = [...this.#entries.values()].map(({ uri, cleaned, hosts, from, anchorText }): UriView => {
      const [first] = hosts;
      const lists = { cleaned: [...cleaned], from: [...from], anchorText: [...anchorText] };
      return { uri, hosts, host: first?.[0], domain: first?.[1], ...lists };
    });
    return { uris, more: this.#more, truncated: this.truncated };
  }

  #cut(uri: string): string {
    if (uri.length <= MAX_URI) return uri;
    this.truncated = true;
    return uri.slice(0, MAX_URI);
  }
}

function hostsOf(uris: readonly string[], rules: DomainRules): Map<string, string> {
  const hosts = new Map<string, string>();
  for (const uri of uris) {
    const found = hostOfUri(uri, rules);
    if (found !== undefined) hosts.set(found.host, found.domain);
  }
  return hosts;
}

/** All forms, each once. */
export function uriPieces(uris: readonly UriView[]): Pieces {
  const forms = new Set<string>();
  for (const { cleaned } of uris) for (const form of cleaned) forms.add(form);
  const ends: number[] = [];
  let size = 0;
  for (const form of forms) {
    size += form.length;
    ends.push(size);
  }
  return { octets: encodeLatin1([...forms].join('')), ends };
}
