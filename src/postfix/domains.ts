/**
 * Lists of domains and networks in main.cf: names, `/file` with more of them, `type:map` whose keys they are. What
 * Postfix would take and never match is a problem here, with what to write instead.
 */

import { logicalLines } from '../tables/index.js';
import { parseDomain } from '../values/domain.js';
import type { Problem, SourcePosition } from '../values/errors.js';
import { parseAddressLiteral } from '../values/mailbox.js';
import { parseNetwork } from '../values/network.js';
import { splitList } from './lists.js';
import type { Maps } from './maps.js';

const NESTING_LIMIT = 5;

export class Lists {
  readonly problems: Problem[] = [];
  readonly #maps: Maps;

  constructor(maps: Maps) {
    this.#maps = maps;
  }

  /** Exact names and address literals. `parameter` is named in problems. */
  domains(parameter: string, value: string, source: SourcePosition): readonly string[] {
    const good = this.#elements(value, source, 0).filter((element) => this.#isDomain(parameter, element, source));
    return [...new Set(good.map((element) => element.toLowerCase()))];
  }

  /** mynetworks: addresses and networks in CIDR notation. */
  networks(value: string, source: SourcePosition): readonly string[] {
    return this.#elements(value, source, 0).filter((element) => {
      if (element.startsWith('!')) {
        this.#add(
          'excluded-network',
          'networks cannot be excluded here: write the networks that are meant',
          source,
          element,
        );
        return false;
      }
      const network = parseNetwork(element);
      if (network.kind === 'malformed') this.#add('bad-network', `mynetworks: ${network.why}`, source, element);
      return network.kind === 'parsed';
    });
  }

  #isDomain(parameter: string, element: string, source: SourcePosition): boolean {
    const below = /^\*?\.(.*)$/.exec(element)?.[1];
    if (below !== undefined) {
      const message = `${parameter}: a pattern is no domain, Postfix never finds an address in it; name each domain, or write "relay_domains = ${below}" for ${below} and all below it`;
      this.#add('wildcard-domain', message, source, element);
      return false;
    }
    const literal = element.startsWith('[') && element.endsWith(']');
    const domain = literal ? parseAddressLiteral(element.slice(1, -1)) : parseDomain(element);
    if (domain.kind === 'malformed') this.#add('bad-domain', `${parameter}: ${domain.why}`, source, element);
    return domain.kind === 'parsed';
  }

  #elements(value: string, source: SourcePosition, depth: number): readonly string[] {
    return splitList(value).flatMap((element) => {
      if (element.startsWith('/')) return this.#ofFile(element, source, depth);
      // An IPv6 network has colons too, but no letters that are no digits before the first.
      return /^[a-z]{3,20}:[^:]/.test(element) && !/^[0-9a-f]{3,4}:/.test(element)
        ? this.#maps.domainKeys(element, source)
        : [element];
    });
  }

  #ofFile(path: string, source: SourcePosition, depth: number): readonly string[] {
    if (depth >= NESTING_LIMIT) {
      this.#add('nested-files', `files of lists nest at most ${NESTING_LIMIT} deep`, source, path);
      return [];
    }
    const text = this.#maps.text(path, source) ?? '';
    return logicalLines(text).flatMap((line) => this.#elements(line.text, { file: path, line: line.line }, depth + 1));
  }

  #add(code: string, message: string, source: SourcePosition, construct: string): void {
    this.problems.push({ code, message, source, construct });
  }
}
