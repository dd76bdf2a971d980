/**
 * One look-up of an `ldap:` table: the search, and the values of the entries that it finds. Values of special
 * attributes are names or URLs of other entries, which are read too, and so on; the order is that of Postfix, depth
 * first. Terminal and leaf attributes count by the entry that they stand in (ldap_table(5)). All of it, or "could not
 * tell": never a part.
 */
import type { PortCall } from '../../core/stage.js';
import type { LdapEntry, LdapQuery, LdapSearch } from '../../ports/ldap-search.js';
import { type Answer, type CannotTell, cannotTell } from '../../values/answer.js';
import { decodeUtf8 } from '../../values/bytes.js';
import { type AttributeClass, type LdapTableSettings, plainName } from './settings.js';
import { fill, type KeyParts, partsOf, valueFits } from './template.js';
import { commonAttributes, isLdapUrl, readLdapUrl } from './url.js';

/** References that one look-up follows, and characters of its result. */
const REFERENCES_LIMIT = 100_000;
const RESULT_LIMIT = 16_777_216;
/** Entries that are asked for before it is their turn. */
const AHEAD = 8;

type Entries = Answer<readonly LdapEntry[]>;
type Value = { readonly octets: Uint8Array; readonly use: AttributeClass };

export class Lookup {
  readonly #settings: LdapTableSettings;
  readonly #search: LdapSearch;
  readonly #key: KeyParts;
  readonly #call: PortCall | undefined;
  /** By the text of the reference: one that many groups have is asked for once. */
  readonly #known = new Map<string, Promise<Entries>>();
  /** The references that led to where we are. */
  readonly #path = new Set<string>();
  #references = 0;
  #expansions = 0;
  #result = '';

  constructor(settings: LdapTableSettings, search: LdapSearch, key: KeyParts, call: PortCall | undefined) {
    this.#settings = settings;
    this.#search = search;
    this.#key = key;
    this.#call = call;
  }

  /** Values joined with commas; '' for none. */
  get result(): string {
    return this.#result;
  }

  /** What went wrong with the entries; undefined where all is well. */
  async add(entries: readonly LdapEntry[], depth = 1): Promise<CannotTell | undefined> {
    const { sizeLimit } = this.#settings;
    if (sizeLimit > 0 && entries.length > sizeLimit) return cannotTell(`more than ${sizeLimit} entries`, false);
    for (const entry of entries) {
      const fault = await this.#addEntry(entry, depth);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  async #addEntry(entry: LdapEntry, depth: number): Promise<CannotTell | undefined> {
    const values = this.#valuesOf(entry);
    const references = values.flatMap(({ octets, use }) => (use === 'special' ? [decodeUtf8(octets) ?? ''] : []));
    if (references.length > 0 && depth >= this.#settings.recursionLimit) {
      return cannotTell(`references deeper than ${this.#settings.recursionLimit}, at ${shown(entry.dn)}`, false);
    }
    let turn = 0;
    for (const { octets, use } of values) {
      const fault = use === 'special' ? await this.#follow(references, turn++, depth) : this.#expand(octets);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  /** Those that count in this entry, in its order. */
  #valuesOf(entry: LdapEntry): readonly Value[] {
    const all = [...entry.attributes].flatMap(([name, octets]): readonly Value[] => {
      const use = this.#settings.classes.get(plainName(name));
      return use === undefined ? [] : octets.map((one) => ({ octets: one, use }));
    });
    const terminal = all.some(({ use }) => use === 'terminal');
    if (terminal) return all.filter(({ use }) => use === 'terminal');
    const isGroup = all.some(({ use }) => use === 'special');
    return isGroup ? all.filter(({ use }) => use !== 'leaf') : all;
  }

  #expand(octets: Uint8Array): CannotTell | undefined {
    const { format, needs, expansionLimit } = this.#settings;
    const text = decodeUtf8(octets);
    if (text === undefined || text.includes('\0')) return cannotTell('a result is no text in UTF-8', false);
    const value = partsOf(text);
    if (!valueFits(value, needs)) return undefined;
    this.#expansions++;
    if (expansionLimit > 0 && this.#expansions > expansionLimit) {
      return cannotTell(`more than ${expansionLimit} results (expansion_limit)`, false);
    }
    const filled = fill(format, this.#key, value, (part) => part);
    this.#result += this.#result === '' ? filled : `,${filled}`;
    return this.#result.length > RESULT_LIMIT ? cannotTell('the result is too long', false) : undefined;
  }

  async #follow(references: readonly string[], turn: number, depth: number): Promise<CannotTell | undefined> {
    const reference = references[turn] ?? '';
    if (++this.#references > REFERENCES_LIMIT) return cannotTell(`more than ${REFERENCES_LIMIT} references`, false);
    // Postfix goes round until recursion_limit; the answer is the same.
    if (this.#path.has(reference)) return cannotTell(`${shown(reference)} leads back to itself`, false);
    for (const next of references.slice(turn + 1, turn + AHEAD)) this.#fetch(next);
    const answer = await this.#fetch(reference);
    if (answer.kind === 'cannot-tell') return answer;
    // An entry that is gone has no values, as in Postfix.
    if (answer.kind === 'not-found') return undefined;
    this.#path.add(reference);
    const fault = await this.add(answer.value, depth + 1);
    this.#path.delete(reference);
    return fault;
  }

  #fetch(reference: string): Promise<Entries> {
    const known = this.#known.get(reference);
    if (known !== undefined) return known;
    const asked = this.#ask(reference);
    // Whoever waits for it hears of a rejection; when nobody does, it is not for the process.
    asked.catch(() => undefined);
    this.#known.set(reference, asked);
    return asked;
  }

  async #ask(reference: string): Promise<Entries> {
    const query = this.#queryFor(reference);
    if (typeof query === 'string') return cannotTell(`${shown(reference)}: ${query}`, false);
    if (query === undefined) return { kind: 'found', value: [] };
    return this.#search.search(query, this.#call);
  }

  /** Undefined where there is nothing to ask for; a text says what is wrong with the reference. */
  #queryFor(reference: string): LdapQuery | string | undefined {
    const { attributes, sizeLimit } = this.#settings;
    if (!isLdapUrl(reference)) {
      if (reference === '') return 'a reference is no text in UTF-8';
      // Whether it is a distinguished name, the server says.
      return { base: reference, scope: 'base', filter: '(objectClass=*)', attributes, sizeLimit };
    }
    const url = readLdapUrl(reference);
    if (typeof url === 'string') return url;
    const common = commonAttributes(url.attributes, attributes);
    return common.length === 0 ? undefined : { ...url, attributes: common, sizeLimit };
  }
}

function shown(reference: string): string {
  return reference.length > 120 ? `${reference.slice(0, 117)}...` : reference;
}
