/**
 * LDIF (RFC 2849) as entries: content records alone, as exports are. Also what ldapsearch and ldifde add to it: counts,
 * references, `changetype: add`. No modifications, and no values from files or URLs. An export that tells of itself
 * that it is a part (a size limit, a range of members) is refused.
 */
import type { LdapEntry } from '../ports/ldap-search.js';
import { decodeBase64 } from '../values/base64.js';
import { decodeLatin1, decodeUtf8 } from '../values/bytes.js';
import { excerpt } from '../values/characters.js';
import type { Problem } from '../values/errors.js';
import { isDn } from '../values/ldap-names.js';
import { type LdifLine, ldifLines } from './ldif-lines.js';

export interface LdifEntry extends LdapEntry {
  /** Of `dn`, from 1. */
  readonly line: number;
  /** Of the values, in the order of `attributes`. */
  readonly lines: ReadonlyMap<string, readonly number[]>;
}

export interface LdifRead {
  readonly entries: readonly LdifEntry[];
  readonly problems: readonly Problem[];
}

/** Octets of a value; photographs are that large. */
const LONGEST_LINE = 16 * 1024 * 1024;
const LONGEST_DN = 8192;
/** More are told in number alone. */
const MOST_PROBLEMS = 100;

/** Never throws. Values are parts of `octets` where they can be. */
export function readLdif(octets: Uint8Array, file: string): LdifRead {
  const reader = new LdifReader(file);
  if ((octets[0] === 0xff && octets[1] === 0xfe) || (octets[0] === 0xfe && octets[1] === 0xff)) {
    reader.problem(1, 'expected UTF-8, this is UTF-16');
    return reader.result();
  }
  const marked = octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf;
  for (const line of ldifLines(marked ? octets.subarray(3) : octets)) reader.line(line);
  reader.endRecord();
  return reader.result();
}

interface Field {
  /** Lower case, with options. */
  readonly description: string;
  readonly name: string;
  readonly value: Uint8Array;
}

class LdifReader {
  readonly #file: string;
  readonly #entries: LdifEntry[] = [];
  readonly #problems: Problem[] = [];
  #unsaid = 0;
  /** Where the record stands: before one, in one, or in one that is left out, as it is wrong or no entry. */
  #state: 'between' | 'entry' | 'skipped' | 'result' = 'between';
  #first = true;
  #dn = '';
  #begun = 0;
  #attributes = new Map<string, Uint8Array[]>();
  #lines = new Map<string, number[]>();
  /** Of attributes that have values with options: the others. */
  #plain: Map<string, Uint8Array[]> | undefined = undefined;

  constructor(file: string) {
    this.#file = file;
  }

  line({ number, octets }: LdifLine): void {
    if (octets.length === 0) {
      this.endRecord();
      return;
    }
    const field = octets.length > LONGEST_LINE ? 'the line is too long' : fieldOf(octets);
    if (typeof field === 'string') {
      this.problem(number, field, octets);
      this.#state = this.#state === 'between' ? 'skipped' : this.#state;
    } else if (this.#state === 'between') this.#begin(field, number, octets);
    else this.#add(field, number, octets);
    this.#first = false;
  }

  endRecord(): void {
    if (this.#state === 'entry') {
      const plain = this.#plain === undefined ? {} : { plain: this.#plain };
      this.#entries.push({
        dn: this.#dn,
        attributes: this.#attributes,
        line: this.#begun,
        lines: this.#lines,
        ...plain,
      });
    }
    this.#state = 'between';
  }

  problem(line: number, message: string, octets?: Uint8Array): void {
    if (this.#problems.length >= MOST_PROBLEMS) this.#unsaid++;
    else {
      const construct = octets === undefined ? '' : shown(octets);
      const source = { file: this.#file, line };
      this.#problems.push({ code: 'ldif', message, source, ...(construct === '' ? {} : { construct }) });
    }
  }

  result(): LdifRead {
    const message = `and ${this.#unsaid} more problems`;
    const rest: readonly Problem[] =
      this.#unsaid === 0 ? [] : [{ code: 'ldif', message, source: { file: this.#file } }];
    return { entries: this.#entries, problems: [...this.#problems, ...rest] };
  }

  #begin({ description, value }: Field, number: number, octets: Uint8Array): void {
    if (description === 'version' && this.#first) {
      // RFC 2849 note 1: version 1 is the only one.
      if (decodeLatin1(value) !== '1') this.problem(number, 'expected "version: 1"', octets);
      return;
    }
    // What ldapsearch prints behind the entries: a result, or references to other servers.
    this.#state = description === 'search' ? 'result' : 'skipped';
    if (this.#state === 'result' || description === 'ref') return;
    if (description !== 'dn') {
      this.problem(number, 'expected "dn:" at the beginning of a record', octets);
      return;
    }
    const dn = value.length > LONGEST_DN ? undefined : decodeUtf8(value);
    if (dn === undefined || !isDn(dn)) this.problem(number, 'expected a distinguished name (RFC 4514)', octets);
    else {
      this.#state = 'entry';
      this.#dn = dn;
      this.#begun = number;
      this.#attributes = new Map();
      this.#lines = new Map();
      this.#plain = undefined;
    }
  }

  #add({ description, name, value }: Field, number: number, octets: Uint8Array): void {
    if (this.#state === 'result') {
      const whole = description !== 'result' || decodeLatin1(value.subarray(0, 2)).trim() === '0';
      if (!whole) this.problem(number, 'the search that gave this has failed: it is not complete', octets);
      return;
    }
    const wrong = wrongIn(description, value);
    if (wrong !== undefined) this.problem(number, wrong, octets);
    if (wrong !== undefined || description === 'changetype') return;
    const values = this.#attributes.get(name) ?? [];
    const plain = this.#plain?.get(name);
    if (description !== name && plain === undefined) {
      this.#plain = (this.#plain ?? new Map<string, Uint8Array[]>()).set(name, [...values]);
    } else if (description === name) plain?.push(value);
    if (values.push(value) === 1) this.#attributes.set(name, values);
    const lines = this.#lines.get(name);
    if (lines === undefined) this.#lines.set(name, [number]);
    else lines.push(number);
  }
}

/** What stands for a change, or for a part of an entry. */
function wrongIn(description: string, value: Uint8Array): string | undefined {
  if (description === 'dn') return 'expected an empty line before the next record';
  if (description === 'changetype') {
    return decodeLatin1(value) === 'add' ? undefined : 'expected entries, not changes of them';
  }
  if (description === 'control') return 'expected entries, not changes of them';
  // [MS-ADTS] section 3.1.1.3.1.3.3: there are more values than these.
  return description.includes(';range=')
    ? 'the entry is not complete: the export holds a range of the values'
    : undefined;
}

const COLON = 0x3a;
const LESS = 0x3c;
const BLANK = 0x20;

/** AttributeDescription of RFC 2849, and the options of ranges. */
const DESCRIPTION = /^(?:[a-z][a-z0-9-]*|[0-9]+(?:\.[0-9]+)*)(?:;[a-z0-9-]+(?:=[0-9*-]+)?)*$/;

/** What is wrong, or the field. */
function fieldOf(octets: Uint8Array): Field | string {
  if (octets[0] === BLANK) return 'a line begins with a blank, and there is none before for it to go on with';
  const colon = octets.subarray(0, 300).indexOf(COLON);
  if (colon < 0) return 'expected "name: value"';
  const description = decodeLatin1(octets.subarray(0, colon)).toLowerCase();
  if (!DESCRIPTION.test(description)) return 'expected the name of an attribute before ":"';
  const [name = ''] = description.split(';', 1);
  const kind = octets[colon + 1];
  if (kind === LESS) return 'values from files and URLs are not read';
  let from = kind === COLON ? colon + 2 : colon + 1;
  while (octets[from] === BLANK) from++;
  const written = octets.subarray(from);
  if (kind !== COLON) {
    if (written.includes(0) || written.includes(0x0d)) return 'NUL or CR in a value that is not in Base64';
    return { description, name, value: written };
  }
  const value = decodeBase64(decodeLatin1(written));
  return value === undefined ? 'expected Base64 behind "::"' : { description, name, value };
}

/** Names of entries and the like alone: all else may be a password, or the rest of one behind a broken fold. */
function shown(octets: Uint8Array): string {
  const text = decodeLatin1(octets.subarray(0, 120));
  return /^(?:dn|version|changetype|control|result):/i.test(text) ? excerpt(text).slice(1, -1) : '';
}
