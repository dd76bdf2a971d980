/**
 * Lists of domains and networks in main.cf: names, `/file` with more of them, `type:map` that has them as keys: those of a map
 * that can list them are names, others are asked for each domain. What Postfix takes and never matches (`*.example`, `.example`, what is no domain) is left out with a warning that says what to write.
 */

import type { Table } from '../core/table.js';
import type { DomainEntry } from '../tables/domain-set.js';
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

  /** Exact names, address literals and tables. `parameter` is named in problems; with `dots` names may begin with a dot. */
  domains(parameter: string, value: string, source: SourcePosition, dots = false): readonly DomainEntry[] {
    const good = this.elements(value, source).flatMap((element): readonly DomainEntry[] => {
      if (isAsked(element)) {
        const table = this.#maps.one(element, source);
        return table === undefined ? [] : [table];
      }
      const name = dots && element.startsWith('.') ? element.slice(1) : element;
      return this.#isDomain(parameter, name, source) ? [element.toLowerCase()] : [];
    });
    return [...new Set(good)];
  }

  /** mynetworks: addresses and networks in CIDR notation, `!` in front excludes; tables, asked for the whole address. */
  networks(value: string, source: SourcePosition): readonly (string | Table)[] {
    return this.elements(value, source, isMap).flatMap((element): readonly (string | Table)[] => {
      if (isMap(element)) {
        const table = this.#maps.one(element, source);
        return table === undefined ? [] : [table];
      }
      const network = parseNetwork(element.replace(/^!+/, ''));
      if (network.kind === 'malformed') this.#add('bad-network', `mynetworks: ${network.why}`, source, element);
      return network.kind === 'parsed' ? [element] : [];
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

  /** The elements, those of files among them, and the keys of maps that can list theirs and are not to be asked. */
  elements(value: string, source: SourcePosition, asked: typeof isAsked = isAsked, depth = 0): readonly string[] {
    return splitList(value).flatMap((element) => {
      if (element.startsWith('/')) return this.#ofFile(element, source, asked, depth);
      return isMap(element) && !asked(element) ? this.#maps.domainKeys(element, source) : [element];
    });
  }

  #ofFile(path: string, source: SourcePosition, asked: typeof isAsked, depth: number): readonly string[] {
    if (depth >= NESTING_LIMIT) {
      this.#add('nested-files', `files of lists nest at most ${NESTING_LIMIT} deep`, source, path);
      return [];
    }
    const text = this.#maps.text(path, source) ?? '';
    return logicalLines(text).flatMap((line) =>
      this.elements(line.text, { file: path, line: line.line }, asked, depth + 1),
    );
  }

  #add(code: string, message: string, source: SourcePosition, construct: string): void {
    this.problems.push({ code, message, source, construct });
  }
}

/** An IPv6 network has colons too, but no letters that are no digits before the first. */
function isMap(element: string): boolean {
  return /^[a-z]{3,20}:[^:]/.test(element) && !/^[0-9a-f]{3,4}:/.test(element);
}

/** A map whose keys cannot be listed: patterns, maps made of maps. */
function isAsked(element: string): boolean {
  const { type } = splitTableName(element);
  return isMap(element) && !indexedTypes.has(type) && type !== 'inline';
}
