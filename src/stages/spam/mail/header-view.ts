/**
 * Header fields as `header` rules ask for them (Mail::SpamAssassin::Conf(3), "header SYMBOLIC_TEST_NAME"): by name and form. Fields are decoded when
 * they are asked for, once. Pseudo fields that tell of relays are not known here (relays/).
 */

import { parseAddresses } from './addresses.js';
import type { DomainRules } from './domains.js';
import { decodeFieldBody } from './encoded-words.js';
import type { Field } from './head.js';
import { applyForms } from './header-forms.js';
import type { HeaderView } from './mail-view.js';

export const MAX_HEADER = 65_536;
const none: readonly string[] = Object.freeze([]);

interface Entry {
  readonly raw: string[];
  decoded: string[] | undefined;
}

/** `block`: the fields as received, line ends as LF. */
export function headerView(fields: readonly Field[], block: string, forms: DomainRules): HeaderView {
  return new FieldsView(fields, block, forms);
}

class FieldsView implements HeaderView {
  readonly #fields: readonly Field[];
  readonly #block: string;
  readonly #forms: DomainRules;
  readonly #cache: Map<string, readonly string[]> = new Map();
  #index: Map<string, Entry> | undefined;
  #lines: readonly string[] | undefined;

  constructor(fields: readonly Field[], block: string, forms: DomainRules) {
    this.#fields = fields;
    this.#block = block;
    this.#forms = forms;
  }

  get(name: string, forms: readonly string[] = none): readonly string[] {
    const key = forms.length === 0 ? name : `${name}:${forms.join(':')}`;
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const found = applyForms(this.#source(name, forms), forms, this.#forms);
    this.#cache.set(key, found);
    return found;
  }

  has(lowerName: string): boolean {
    return this.#entries().has(lowerName);
  }

  text(name: string): string | undefined {
    const found = this.get(name);
    return found.length === 0 ? undefined : found.join('');
  }

  raw(name: string): string | undefined {
    const found = this.get(name, ['raw']);
    return found.length === 0 ? undefined : found.join('');
  }

  addresses(name: string): readonly string[] {
    return this.get(name, ['addr']);
  }

  displayName(name: string): string | undefined {
    for (const raw of this.eachRaw(name)) {
      const first = parseAddresses(raw)[0];
      if (first !== undefined) return this.get(name, ['name'])[0];
    }
    return undefined;
  }

  each(name: string): readonly string[] {
    const lowerName = name.toLowerCase();
    const entry = this.#entries().get(lowerName);
    if (entry === undefined) return none;
    entry.decoded ??= entry.raw.map((raw) => decodeFieldBody(raw, lowerName));
    return entry.decoded;
  }

  eachRaw(name: string): readonly string[] {
    return this.#entries().get(name.toLowerCase())?.raw ?? none;
  }

  get all(): string {
    return this.#allLines().join('');
  }

  get allRaw(): string {
    return this.get('ALL', ['raw']).join('');
  }

  #source(name: string, forms: readonly string[]): readonly string[] {
    const raw = forms.includes('raw');
    if (name === 'ALL') return raw ? rawLines(this.#block) : this.#allLines();
    if (name === 'MESSAGEID') {
      const names = ['X-Message-Id', 'Resent-Message-Id', 'X-Original-Message-ID', 'Message-Id'];
      return names.flatMap((each) => this.#values(each, raw)).filter((value) => value !== '');
    }
    const lowerName = name.toLowerCase();
    if (lowerName === 'tocc') return ['To', 'Cc'].flatMap((each) => this.#values(each, raw));
    if (raw || forms.includes('addr') || forms.includes('name')) return this.eachRaw(name);
    return this.#values(name, false);
  }

  /** Unfolded values, each with a line end. */
  #values(name: string, raw: boolean): readonly string[] {
    if (raw) return this.eachRaw(name).map((value) => value.replace(/\r?\n[\t-\r ]+/g, ' '));
    return this.each(name).map((value) => `${value}\n`);
  }

  #entries(): Map<string, Entry> {
    if (this.#index !== undefined) return this.#index;
    const index = new Map<string, Entry>();
    for (const { name, raw } of this.#fields) {
      const lowerName = name.toLowerCase();
      const entry = index.get(lowerName);
      if (entry === undefined) index.set(lowerName, { raw: [raw], decoded: undefined });
      else entry.raw.push(raw);
    }
    this.#index = index;
    return index;
  }

  /** All fields, decoded, in order; no more than SpamAssassin's limit, counted by names in order of their first field. */
  #allLines(): readonly string[] {
    if (this.#lines !== undefined) return this.#lines;
    const taken = this.#takenNames();
    const counts = new Map<string, number>();
    const lines: string[] = [];
    for (const { name } of this.#fields) {
      const lowerName = name.toLowerCase();
      const nth = counts.get(lowerName) ?? 0;
      counts.set(lowerName, nth + 1);
      if (nth < (taken.get(lowerName) ?? 0)) lines.push(`${name}: ${this.each(name)[nth]}\n`);
    }
    this.#lines = lines;
    return lines;
  }

  #takenNames(): ReadonlyMap<string, number> {
    const taken = new Map<string, number>();
    let size = 0;
    for (const name of this.#entries().keys()) {
      const values = this.each(name);
      for (const value of values) {
        size += name.length + value.length + 3;
        if (size > MAX_HEADER) return taken;
        taken.set(name, (taken.get(name) ?? 0) + 1);
      }
    }
    return taken;
  }
}

/** The size of the header is over the limit of `all`. */
export function allIsCut(view: HeaderView, fields: readonly Field[]): boolean {
  let size = 0;
  for (const { name, raw } of fields) size += name.length + raw.length + 3;
  return size > MAX_HEADER && view.get('ALL').length < fields.length;
}

/** Fields with their folds, each with its line end. */
function rawLines(block: string): readonly string[] {
  const lines: string[] = [];
  let start = -1;
  for (let at = 0; at < block.length; ) {
    const first = block.charCodeAt(at);
    if (first !== 32 && first !== 9) {
      if (start !== -1) lines.push(block.slice(start, at));
      start = at;
    }
    const lf = block.indexOf('\n', at);
    if (lf === -1) return lines;
    at = lf + 1;
  }
  if (start !== -1) lines.push(block.slice(start));
  return lines;
}
