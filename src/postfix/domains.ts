/**
 * Lists of domains and networks in main.cf: names, `/file` with more of them, `type:map` whose keys they are. What Postfix
 * takes and never matches (`*.example`, `.example`, what is no domain) is left out with a warning that says what to write.
 */

import { indexedTypes, logicalLines, splitTableName } from '../tables/index.js';
import { parseDomain } from '../values/domain.js';
import type { Problem, SourcePosition } from '../values/errors.js';
import { parseAddressLiteral } from '../values/mailbox.js';
import { parseNetwork } from '../values/network.js';
import { splitList } from './lists.js';
import type { Maps } from './maps.js';

const NESTING_LIMIT = 5;

export class Lists {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly #maps: Maps;

  constructor(maps: Maps) {
    this.#maps = maps;
  }

  /** Exact names and address literals. `parameter` is named in problems. */
  domains(parameter: string, value: string, source: SourcePosition): readonly string[] {
    const good = this.elements(value, source).filter((element) => this.#isDomain(parameter, element, source));
    return [...new Set(good.map((element) => element.toLowerCase()))];
  }

  /** mynetworks: addresses and networks in CIDR notation; `!` in front excludes. */
  networks(value: string, source: SourcePosition): readonly string[] {
    return this.elements(value, source).filter((element) => {
      const network = parseNetwork(element.replace(/^!+/, ''));
      if (network.kind === 'malformed') this.#add('bad-network', `mynetworks: ${network.why}`, source, element);
      return network.kind === 'parsed';
    });
  }

  #isDomain(parameter: string, element: string, source: SourcePosition): boolean {
    // Told where it is written, not again for each default that refers to it.
    const isDefault = source.file.endsWith(`(default of ${parameter})`);
    const below = /^\*?\.(.*)$/.exec(element)?.[1];
    if (below !== undefined) {
      const message = `${parameter}: Postfix compares it as it stands and so never finds an address in it; name each domain, or write "relay_domains = ${below}" for ${below} and all below it`;
      if (!isDefault) this.warnings.push({ code: 'wildcard-domain', message, source, construct: element });
      return false;
    }
    const literal = element.startsWith('[') && element.endsWith(']');
    const domain = literal ? parseAddressLiteral(element.slice(1, -1)) : parseDomain(element);
    if (domain.kind === 'malformed' && !isDefault) {
      const message = `${parameter}: no address can have this domain: ${domain.why}`;
      this.warnings.push({ code: 'bad-domain', message, source, construct: element });
    }
    return domain.kind === 'parsed';
  }

  /** The elements, those of files and maps among them. */
  elements(value: string, source: SourcePosition, depth = 0): readonly string[] {
    return splitList(value).flatMap((element) => {
      if (element.startsWith('/')) return this.#ofFile(element, source, depth);
      // An IPv6 network has colons too, but no letters that are no digits before the first.
      const isMap = /^[a-z]{3,20}:[^:]/.test(element) && !/^[0-9a-f]{3,4}:/.test(element);
      return isMap ? this.#keysOf(element, source) : [element];
    });
  }

  /** Patterns have no keys that could be listed: `virtual_alias_domains = $virtual_alias_maps` may name such a map. */
  #keysOf(element: string, source: SourcePosition): readonly string[] {
    const { type } = splitTableName(element);
    if (indexedTypes.has(type) || type === 'inline') return this.#maps.domainKeys(element, source);
    if (this.#maps.one(element, source) !== undefined) {
      const message = 'domains cannot be listed from this type of map: none is taken from it, name them';
      this.warnings.push({ code: 'wrong-map-type', message, source, construct: element });
    }
    return [];
  }

  #ofFile(path: string, source: SourcePosition, depth: number): readonly string[] {
    if (depth >= NESTING_LIMIT) {
      this.#add('nested-files', `files of lists nest at most ${NESTING_LIMIT} deep`, source, path);
      return [];
    }
    const text = this.#maps.text(path, source) ?? '';
    return logicalLines(text).flatMap((line) => this.elements(line.text, { file: path, line: line.line }, depth + 1));
  }

  #add(code: string, message: string, source: SourcePosition, construct: string): void {
    this.problems.push({ code, message, source, construct });
  }
}
