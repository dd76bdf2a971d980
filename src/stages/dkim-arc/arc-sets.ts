/**
 * The ARC sets of a header (RFC 8617 section 4.2): three fields for each instance, and whether they make a chain as far as the
 * fields alone tell it (section 5.2, steps 1 to 3). Pure and synchronous.
 */
import type { DkimAlgorithm } from '../../ports/dkim-crypto.js';
import { decodeBase64 } from '../../values/base64.js';
import { excerpt } from '../../values/characters.js';
import { parseTagList, trimFws, withoutFws } from '../../values/dkim/tag-list.js';
import { parseDomain } from '../../values/domain.js';
import { FieldScanner } from '../../values/field-scanner.js';
import type { HeaderField } from '../../values/header.js';
import { isBad, readSignature, type Signature } from './signature.js';

/** RFC 8617 section 4.2.1. */
export const MOST_SETS = 50;

export interface Seal {
  readonly domain: string;
  readonly selector: string;
  readonly keyName: string;
  readonly algorithm: DkimAlgorithm;
  readonly signature: Uint8Array;
}

/** The fields of one instance. */
export interface ArcFields {
  readonly instance: number;
  readonly results: HeaderField;
  readonly message: HeaderField;
  readonly seal: HeaderField;
}

/** A chain whose form is right: `sets[0]` is instance 1. */
export interface Chain {
  readonly kind: 'chain';
  readonly sets: readonly (ArcFields & { readonly read: Seal })[];
  /** Of the newest set. */
  readonly newest: Signature;
}

export interface Broken {
  readonly kind: 'broken';
  readonly why: string;
}

type Kind = 'results' | 'message' | 'seal';
const kinds: Readonly<Record<string, Kind>> = {
  'arc-authentication-results': 'results',
  'arc-message-signature': 'message',
  'arc-seal': 'seal',
};
const fieldNames: Readonly<Record<Kind, string>> = {
  results: 'ARC-Authentication-Results',
  message: 'ARC-Message-Signature',
  seal: 'ARC-Seal',
};

export function arcFieldsOf(header: readonly HeaderField[]): readonly HeaderField[] {
  return header.filter(({ lowerName }) => Object.hasOwn(kinds, lowerName));
}

/** What may be told of each instance, whole or not; at most 50. */
export interface Told {
  readonly instance: number;
  readonly tags: ReadonlyMap<string, string>;
  readonly results: string | undefined;
}

export function toldSets(fields: readonly HeaderField[]): readonly Told[] {
  const sets = new Map<number, Told>();
  for (const field of fields.slice(0, 3 * MOST_SETS)) {
    const kind = kinds[field.lowerName] as Kind;
    const instance = instanceOf(kind, field.value);
    if (instance === undefined) continue;
    const known = sets.get(instance) ?? { instance, tags: new Map(), results: undefined };
    const told =
      kind === 'seal'
        ? { ...known, tags: parseTagList(field.value).tags }
        : kind === 'results'
          ? { ...known, results: trimFws(splitResults(field.value)?.rest ?? '') }
          : known;
    sets.set(instance, told);
  }
  return [...sets.values()].sort((a, b) => a.instance - b.instance);
}

/** `fields`: not empty. */
export function chainOf(fields: readonly HeaderField[]): Chain | Broken {
  const parts = new Map<string, HeaderField>();
  let highest = 0;
  for (const field of fields) {
    const kind = kinds[field.lowerName] as Kind;
    const instance = instanceOf(kind, field.value);
    if (instance === undefined) return broken(`${field.name} without an instance from 1 to ${MOST_SETS}`);
    // RFC 8617 section 5.2, step 3: one of each.
    if (parts.has(`${kind} ${instance}`)) return broken(`i=${instance}: two fields ${field.name}`);
    parts.set(`${kind} ${instance}`, field);
    highest = Math.max(highest, instance);
  }
  const sets: Chain['sets'][number][] = [];
  for (let instance = 1; instance <= highest; instance++) {
    const set = setOf(parts, instance);
    if ('kind' in set) return set;
    const read = readSeal(set.seal.value, instance);
    if ('kind' in read) return read;
    sets.push({ ...set, read });
  }
  const last = sets[highest - 1] as Chain['sets'][number];
  const { signature } = readSignature(last.message.value, 'arc');
  return isBad(signature)
    ? broken(`i=${highest}: ARC-Message-Signature: ${signature.why}`)
    : { kind: 'chain', sets, newest: signature };
}

function setOf(parts: ReadonlyMap<string, HeaderField>, instance: number): ArcFields | Broken {
  const results = parts.get(`results ${instance}`);
  const message = parts.get(`message ${instance}`);
  const seal = parts.get(`seal ${instance}`);
  if (results !== undefined && message !== undefined && seal !== undefined) return { instance, results, message, seal };
  const missing = results === undefined ? 'results' : message === undefined ? 'message' : 'seal';
  return broken(`i=${instance}: no ${fieldNames[missing]}`);
}

/** RFC 8617 section 3.9: 1*2DIGIT, 1 to 50. */
const INSTANCE = /^[0-9]{1,2}$/;

function instanceOf(kind: Kind, value: string): number | undefined {
  const text = kind === 'results' ? splitResults(value)?.instance : parseTagList(value).tags.get('i');
  if (text === undefined || !INSTANCE.test(text)) return undefined;
  const instance = Number(text);
  return instance >= 1 && instance <= MOST_SETS ? instance : undefined;
}

/** Section 4.1.1: `i=1;` before anything else, with comments and white space (CFWS) around its parts. */
function splitResults(value: string): { readonly instance: string; readonly rest: string } | undefined {
  const scanner = new FieldScanner(value);
  const part = (character: string): boolean => scanner.skipCfws() !== undefined && scanner.take(character);
  if (!part('i') || !part('=') || scanner.skipCfws() === undefined) return undefined;
  const instance = scanner.run((code) => code >= 0x30 && code <= 0x39);
  return part(';') ? { instance, rest: value.slice(scanner.at) } : undefined;
}

/** RFC 8617 section 4.1.3. */
function readSeal(value: string, instance: number): Seal | Broken {
  const { tags, problems } = parseTagList(value);
  const wrong = (why: string): Broken => broken(`i=${instance}: ARC-Seal: ${why}`);
  if (problems.length > 0) return wrong(problems.join('; '));
  // Section 4.1.3: h= must make the seal fail; section 5.2 step 3: cv= is none in the first set and pass in all others.
  if (tags.has('h')) return wrong('h= stands there');
  const cv = (tags.get('cv') ?? '').toLowerCase();
  if (cv !== (instance === 1 ? 'none' : 'pass')) return wrong(`cv=${excerpt(cv)}`);
  const algorithm = (tags.get('a') ?? '').toLowerCase();
  if (algorithm !== 'rsa-sha256' && algorithm !== 'ed25519-sha256') return wrong(`a=${excerpt(algorithm)}`);
  const signature = decodeBase64(withoutFws(tags.get('b') ?? ''));
  if (signature === undefined || signature.length === 0) return wrong('b= is absent or not Base64');
  const selector = tags.get('s') ?? '';
  const d = tags.get('d') ?? '';
  const domain = parseDomain(d, { underscores: true });
  if (domain.kind === 'malformed' || d.endsWith('.')) return wrong('d= is no domain name');
  const name = parseDomain(`${selector}._domainkey.${domain.value.ascii}`, { underscores: true });
  if (name.kind === 'malformed' || selector.endsWith('.')) return wrong('s= is no selector');
  const time = tags.get('t');
  if (time !== undefined && !/^[0-9]{1,12}$/.test(time)) return wrong(`t=${excerpt(time)}`);
  return { domain: domain.value.ascii, selector, keyName: name.value.ascii, algorithm, signature };
}

function broken(why: string): Broken {
  return { kind: 'broken', why };
}
