/**
 * The DMARC Policy Record: RFC 9989 sections 4.7 and 4.8, with `pct` of RFC 7489 section 6.3. Unknown tags are ignored, syntax
 * errors give way to the default. A tag that stands there twice with different values has two readings and counts as invalid
 * (RFC 6376 section 3.2 makes the whole list invalid, RFC 9989 section 4.8 discards errors; this is between). `rf` and `ri` are
 * obsolete and not read. Linear.
 */
import type { DmarcPolicy } from '../../findings/dmarc.js';
import { excerpt } from '../../values/characters.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';
import { reportingUris } from './reporting-uri.js';

export interface DmarcRecord {
  /** As published. */
  readonly text: string;
  /** Undefined where the tag is absent or invalid. */
  readonly p: DmarcPolicy | undefined;
  readonly sp: DmarcPolicy | undefined;
  readonly np: DmarcPolicy | undefined;
  /** `r`elaxed or `s`trict. */
  readonly adkim: 'r' | 's';
  readonly aspf: 'r' | 's';
  readonly psd: 'y' | 'n' | 'u';
  /** `t=y`. */
  readonly testing: boolean;
  /** 0 to 100; RFC 7489 alone. */
  readonly pct: number;
  /** URIs that are well formed. Who writes reports must also check that they are wanted (RFC 9990 section 4). */
  readonly rua: readonly string[];
  readonly ruf: readonly string[];
  readonly fo: readonly FailureOption[];
  /** Known tags whose value is wrong. */
  readonly invalid: readonly string[];
  /** What was ignored, at most ten, for people. */
  readonly faults: readonly string[];
}

export type FailureOption = '0' | '1' | 'd' | 's';

const FAULT_LIMIT = 10;

/** The name of the first tag may be of any case, its value not; nothing else may stand before it. */
const VERSION = /^[ \t]*[vV][ \t]*=[ \t]*DMARC1[ \t]*$/;
const TAG_NAME = /^[a-z]+$/;
/** dmarc-value: printing characters and spaces. */
const TAG_VALUE = /^[\x20-\x3a\x3c-\x7e]+$/;

const policies = oneOf<DmarcPolicy>('none', 'quarantine', 'reject');
const modes = oneOf<'r' | 's'>('r', 's');

type Reader<T> = (value: string) => T | undefined;

/** Malformed: no DMARC record at all, to be passed over. Everything behind the version is read as far as it can be. */
export function parseDmarcRecord(text: string): Parsed<DmarcRecord> {
  const end = text.indexOf(';');
  if (!VERSION.test(end < 0 ? text : text.slice(0, end))) return malformed('it does not begin with v=DMARC1');
  const tags = tagsIn(end < 0 ? '' : text.slice(end + 1));
  return parsed({
    text,
    p: read(tags, 'p', policies, undefined),
    sp: read(tags, 'sp', policies, undefined),
    np: read(tags, 'np', policies, undefined),
    adkim: read(tags, 'adkim', modes, 'r'),
    aspf: read(tags, 'aspf', modes, 'r'),
    psd: read(tags, 'psd', oneOf('y', 'n', 'u'), 'u'),
    testing: read(tags, 't', oneOf('y', 'n'), 'n') === 'y',
    pct: read(tags, 'pct', percentage, 100),
    rua: read(tags, 'rua', reportingUris, []),
    ruf: read(tags, 'ruf', reportingUris, []),
    fo: read(tags, 'fo', failureOptions, ['0']),
    invalid: tags.invalid,
    faults: tags.faults,
  });
}

interface Tags {
  /** By name in lower case; undefined for one whose value cannot be read. */
  readonly values: ReadonlyMap<string, string | undefined>;
  readonly invalid: string[];
  readonly faults: string[];
}

/** `text` is what stands behind the version. */
function tagsIn(text: string): Tags {
  const values = new Map<string, string | undefined>();
  const tags: Tags = { values, invalid: [], faults: [] };
  for (const part of text.split(';')) {
    const tag = trim(part);
    if (tag === '') continue;
    const equals = tag.indexOf('=');
    const name = trim(tag.slice(0, Math.max(equals, 0))).toLowerCase();
    if (!TAG_NAME.test(name) || name === 'v') {
      fault(tags, `no tag: ${excerpt(tag)}`);
      continue;
    }
    const written = trim(tag.slice(equals + 1));
    const value = TAG_VALUE.test(written) ? written : undefined;
    const twice = values.has(name) && !same(values.get(name), value);
    if (twice) fault(tags, `${excerpt(name)} stands there twice, with different values`);
    values.set(name, twice ? undefined : value);
  }
  return tags;
}

function read<T, D>(tags: Tags, name: string, reader: Reader<T>, otherwise: D): T | D {
  if (!tags.values.has(name)) return otherwise;
  const written = tags.values.get(name);
  const value = written === undefined ? undefined : reader(written);
  if (value !== undefined) return value;
  tags.invalid.push(name);
  fault(tags, `${name} has no value that there is: ${excerpt(written ?? '')}`);
  return otherwise;
}

function fault({ faults }: Tags, text: string): void {
  if (faults.length < FAULT_LIMIT) faults.push(text);
}

function same(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && a.toLowerCase() === b?.toLowerCase();
}

/** ABNF literals are of any case (RFC 5234 section 2.3). */
function oneOf<T extends string>(...values: readonly T[]): Reader<T> {
  return (written) => values.find((value) => value === written.toLowerCase());
}

function percentage(value: string): number | undefined {
  return /^[0-9]{1,3}$/.test(value) && Number(value) <= 100 ? Number(value) : undefined;
}

/** dmarc-fo: each at most once, `0` and `1` exclude each other. */
function failureOptions(value: string): readonly FailureOption[] | undefined {
  const read = value.split(':', 5).map((one) => oneOf<FailureOption>('0', '1', 'd', 's')(trim(one)));
  const options = read.filter((one) => one !== undefined);
  const wrong = options.length < read.length || new Set(options).size < options.length;
  return wrong || (options.includes('0') && options.includes('1')) ? undefined : options;
}

/** WSP alone, by index: `trim` takes more, a pattern may take too long. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWsp(text.charCodeAt(start))) start++;
  while (end > start && isWsp(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isWsp(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
