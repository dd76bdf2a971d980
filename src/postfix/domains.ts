/**
 * Lists of domains and networks in main.cf: names, `/file` with more of them, `type:map` that has them as keys: those
 * of a map that can list them are names, others are asked for each domain. What Postfix takes and never matches
 * (`*.example`, `.example`, what is no domain) is left out with a warning that says what to write.
 */

import type { Table } from '../core/table.js';
import { isHostName, type MatchEntry } from '../stages/restrictions/index.js';
import type { DomainEntry } from '../tables/domain-set.js';
import { indexedTypes, logicalLines, splitTableName } from '../tables/index.js';
import { parseDomain } from '../values/domain.js';
import type { Problem, SourcePosition } from '../values/errors.js';
import { parseAddressLiteral } from '../values/mailbox.js';
import { parseNetwork } from '../values/network.js';
import { splitList } from './lists.js';
import type { Maps } from './maps.js';
import { type Below, domainMatches, type Member } from './match-table.js';

const NESTING_LIMIT = 5;

interface Element {
  /** Without `!`. */
  readonly text: string;
  readonly excludes: boolean;
  /** Of the line that it stands on, in main.cf or in a file of the list. */
  readonly source: SourcePosition;
}

/** A `!` before a file turns round all that is in it. */
interface Nesting {
  readonly depth: number;
  readonly excludes: boolean;
}

export class Lists {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly #maps: Maps;

  constructor(maps: Maps) {
    this.#maps = maps;
  }

  /** Names, address literals and tables; a list with `!` in it is one table. `parameter` is named in problems. */
  domains(
    parameter: string,
    value: string,
    source: SourcePosition,
    options: { readonly below?: Below } = {},
  ): readonly DomainEntry[] {
    const { below = 'exact' } = options;
    const good = this.#elements(value, source).flatMap((element): readonly Member[] => {
      const { text, excludes } = element;
      if (isAsked(text)) return this.#member(element);
      const name = below === 'dot' && text.startsWith('.') ? text.slice(1) : text;
      return this.#isDomain(parameter, name, element.source) ? [{ entry: text.toLowerCase(), excludes }] : [];
    });
    if (good.some(({ excludes }) => excludes)) return [domainMatches(parameter, good, below)];
    return [...new Set(good.map(({ entry }) => entry))];
  }

  /** mynetworks: addresses, networks in CIDR notation and names of hosts, `!` in front excludes; tables, asked for the
   * client. */
  networks(value: string, source: SourcePosition, below: 'parent' | 'dot' = 'parent'): readonly MatchEntry[] {
    return this.#elements(value, source, isMap).flatMap((element): readonly MatchEntry[] => {
      const { text, excludes } = element;
      if (isMap(text)) return this.#member(element).map(({ entry }) => negated(entry, excludes));
      if (below === 'parent' && text.startsWith('.') && isHostName(text)) {
        const message = `mynetworks: Postfix compares it as it stands and so never finds a host in it; ${instead('mynetworks', text.slice(1))}`;
        this.warnings.push({ code: 'wildcard-domain', message, source: element.source, construct: text });
        return [];
      }
      const fault = networkFault(text);
      if (fault === undefined || isHostName(text)) return [negated(text, excludes)];
      this.#add('bad-network', `mynetworks: ${fault}`, element.source, text);
      return [];
    });
  }

  #member({ text, excludes, source }: Element): readonly Member[] {
    const table = this.#maps.one(text, source);
    return table === undefined ? [] : [{ entry: table, excludes }];
  }

  #isDomain(parameter: string, element: string, source: SourcePosition): boolean {
    // Told where it is written, not again for each default that refers to it.
    const isDefault = source.file.endsWith(`(default of ${parameter})`);
    const below = /^\*?\.(.*)$/.exec(element)?.[1];
    if (below !== undefined) {
      const message = `${parameter}: Postfix compares it as it stands and so never finds an address in it; ${instead(parameter, below)}`;
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
  #elements(
    value: string,
    source: SourcePosition,
    asked: typeof isAsked = isAsked,
    at: Nesting = { depth: 0, excludes: false },
  ): readonly Element[] {
    return splitList(value).flatMap((written): readonly Element[] => {
      const marks = /^!*/.exec(written)?.[0].length ?? 0;
      const text = written.slice(marks);
      const excludes = (marks % 2 === 1) !== at.excludes;
      if (text === '') {
        this.#add('no-pattern', 'expected a pattern behind "!"', source, written);
        return [];
      }
      if (text.startsWith('/')) return this.#ofFile(text, source, asked, { depth: at.depth, excludes });
      const texts = isMap(text) && !asked(text) ? this.#maps.domainKeys(text, source) : [text];
      return texts.map((one) => ({ text: one, excludes, source }));
    });
  }

  #ofFile(path: string, source: SourcePosition, asked: typeof isAsked, at: Nesting): readonly Element[] {
    if (at.depth >= NESTING_LIMIT) {
      this.#add('nested-files', `files of lists nest at most ${NESTING_LIMIT} deep`, source, path);
      return [];
    }
    const text = this.#maps.text(path, source) ?? '';
    const inner = { ...at, depth: at.depth + 1 };
    return logicalLines(text).flatMap((line) =>
      this.#elements(line.text, { file: path, line: line.line }, asked, inner),
    );
  }

  #add(code: string, message: string, source: SourcePosition, construct: string): void {
    this.problems.push({ code, message, source, construct });
  }
}

/**
 * What is wrong with it as an element of a list; Postfix takes IPv6 without brackets for a table of the type `2001`.
 */
export function networkFault(text: string): string | undefined {
  const network = parseNetwork(text);
  if (network.kind === 'malformed') return network.why;
  if (text.startsWith('[') || !text.includes(':')) return undefined;
  const [address = '', prefix] = text.split('/');
  const better = `[${address}]${prefix === undefined ? '' : `/${prefix}`}`;
  return `Postfix reads it as a table, and answers 451 to every client: write ${better}`;
}

/** What may have been meant by `*.domain`, where it stands. */
function instead(parameter: string, domain: string): string {
  if (['relay_domains', 'mynetworks'].includes(parameter)) return `write "${domain}" for ${domain} and all below it`;
  const pattern = `/\\.${domain.replace(/[^A-Za-z0-9-]/g, '\\$&')}$/ x`;
  return `name each domain, or write pcre:FILE in its place, with the line "${pattern}" in FILE, for all below ${domain}`;
}

function negated(entry: string | Table, excludes: boolean): MatchEntry {
  if (!excludes) return entry;
  return typeof entry === 'string' ? `!${entry}` : { excludes: entry };
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
