/**
 * Text of any character set to UTF-8, as octets in Latin-1, the way SpamAssassin guesses: valid UTF-8 is UTF-8 whatever the label says; then
 * the label; then windows-1252, which fits everything. ASCII stays as it is.
 * Decoders are the platform's (WHATWG Encoding); labels that it does not know are as good as none.
 */
import { decodeLatin1, decodeUtf8, encodeUtf8 } from '../../../values/bytes.js';
import { shiftedToEucKr } from './iso-2022-kr.js';
import { decodeUtf7, hasShifts } from './utf7.js';

export interface DecodedText {
  /** UTF-8 octets as Latin-1. */
  readonly text: string;
  /** It was decoded: it is known to be characters. False: ASCII, as it was. */
  readonly characters: boolean;
}

/** US-ASCII, by its names of RFC 1345 and those that are met. */
const ASCII_NAMES: ReadonlySet<string> = new Set([
  ...['ascii', 'us-ascii', 'iso646-us'],
  ...['', ' ', '_'].flatMap((gap) => ['1968', '1986'].map((year) => `ansi${gap}x3.4-${year}`)),
]);
/** Octets below 128 are ASCII in them. */
const ASCII_SUPERSETS: readonly RegExp[] = [
  /^iso[- ]?8859(?:-\d\d?)?$/i,
  /^utf-?8$/i,
  /^windows-\d{4}$/i,
  /^(?:euc|koi8)-[a-z]{1,2}$/i,
  /^(?:gb[- ]?18030(?:-20\d\d)?|gbk|big5)$/i,
];
const LATIN_1: ReadonlySet<string> = new Set(['cp1252', 'windows-1252', 'iso-8859-1', 'iso8859-1']);
const UTF_7 = /^(?:unicode-1-1-)?utf-?7$/i;
const UTF_16 = /^UTF[ -]?16/i;
const ISO_2022_JP = /^iso-2022-jp/i;
/** A text may end in the middle of a character. */
const SEVERAL_OCTETS = /^(?:euc|gb|big5|shift_jis|sjis|ks_c)/;
/** Not what mail means by them: the platform takes them for UTF-16. */
const NO_UTF_16 = /^(?:cs)?(?:iso-10646-)?(?:ucs-2|unicode)/;
/** Encode of Perl knows them, the platform does not, or as something else; text in them is known to be characters even where it is ASCII. */
const KNOWN_ELSEWHERE =
  /^(?:cp\d{3,5}|(?:x-)?mac[-a-z]+|ibm\d{3}|viscii|johab|hz|hz-gb-2312|iso-2022-kr|windows-9\d\d)$/i;
/** Platforms know these, Encode does not. */
const UNKNOWN_ELSEWHERE = /^iso-8859-[68]-[ei]$/i;

/** What a text part says. Linear; never fails. */
export function partToUtf8(bytes: Uint8Array, label: string): DecodedText {
  const text = decodeLatin1(bytes);
  const wide = hasHighOctets(text);
  if (!wide && keepsAscii(label)) return { text, characters: false };
  if (wide && decodeUtf8(bytes) !== undefined) return { text, characters: true };
  // SpamAssassin makes Chinese of it.
  if (!wide && UTF_16.test(label) && !text.includes('\0')) return { text, characters: false };
  const decoded = declared(bytes, label, true);
  if (decoded !== undefined) return { text: latin1OfUtf8(decoded), characters: areCharacters(text, label, wide) };
  return wide ? { text: windows1252ToUtf8(text), characters: true } : { text, characters: KNOWN_ELSEWHERE.test(label) };
}

/** What stands in an encoded word (RFC 2047), of which the label is believed. `octets` and the result are octets as Latin-1. */
export function wordToUtf8(octets: string, label: string): string {
  const wide = hasHighOctets(octets);
  if (!wide && keepsAscii(label)) return octets;
  const bytes = toOctets(octets);
  const decoded = declared(bytes, label, UTF_16.test(label));
  // SpamAssassin leaves these as they are.
  if (decoded !== undefined && UTF_16.test(label)) return octets;
  if (decoded !== undefined) return latin1OfUtf8(decoded);
  return wide ? windows1252ToUtf8(octets) : octets;
}

/** A header field with octets above 127: UTF-8 (RFC 6532) or, where it is not, windows-1252. */
export function fieldToUtf8(octets: string): string {
  if (!hasHighOctets(octets) || decodeUtf8(toOctets(octets)) !== undefined) return octets;
  return windows1252ToUtf8(octets);
}

function isAscii(label: string): boolean {
  return ASCII_NAMES.has(label.toLowerCase());
}

function keepsAscii(label: string): boolean {
  return isAscii(label) || ASCII_SUPERSETS.some((names) => names.test(label));
}

function areCharacters(text: string, label: string, wide: boolean): boolean {
  return UTF_7.test(label) ? hasShifts(text) : wide || !UNKNOWN_ELSEWHERE.test(label);
}

function declared(bytes: Uint8Array, label: string, fatal: boolean): string | undefined {
  if (LATIN_1.has(label.toLowerCase())) return undefined;
  if (isAscii(label)) return fatal ? undefined : replaceHigh(bytes);
  if (UTF_7.test(label)) return decodeUtf7(decodeLatin1(bytes));
  // SpamAssassin takes what comes before the first wrong octet for the whole text: what cannot be decoded is replaced here.
  if (ISO_2022_JP.test(label)) return decodeWith('iso-2022-jp', bytes, false);
  if (/^iso-2022-kr$/i.test(label)) return decodeWith('euc-kr', shiftedToEucKr(bytes), false);
  const known = UTF_16.test(label) ? utf16Kind(bytes) : labelOf(label);
  return decodeWith(known, bytes, fatal) ?? (fatal ? withoutTail(known, bytes) : undefined);
}

/** Half a character at the end is left out. */
function withoutTail(label: string | undefined, bytes: Uint8Array): string | undefined {
  if (label === undefined || bytes.length < 2 || !SEVERAL_OCTETS.test(label)) return undefined;
  return decodeWith(label, bytes.subarray(0, -1), true);
}

/** Names that Encode of Perl knows and the platform does not. */
function labelOf(label: string): string | undefined {
  const lower = label.toLowerCase();
  if (NO_UTF_16.test(lower)) return undefined;
  if (/^utf-?8/.test(lower)) return 'utf-8';
  if (/^gb[ -]?18030/.test(lower)) return 'gb18030';
  return lower
    .replace(/^iso[ _-]?8859[ _-]/, 'iso-8859-')
    .replace(/^cp(?=125\d$)/, 'windows-')
    .replace(/^(?:x-sjis.*|(?:cp|windows-)(?:932|31j))$/, 'shift_jis')
    .replace(/^(?:cp|windows-)949$/, 'euc-kr')
    .replace(/^(?:(?:cp|windows-)936|hz-gb-2312|x-euc-cn)$/, 'gbk')
    .replace(/^(?:cp|windows-)950$/, 'big5')
    .replace(/^(?:x-|x-mac-)macroman$|^x-mac-roman$/, 'macintosh')
    .replace(/^x-(?=windows-|cp125|euc-kr$)/, '');
}

type Decoder = InstanceType<typeof TextDecoder>;

const decoders: Map<string, Decoder | undefined> = new Map();

function decodeWith(label: string | undefined, bytes: Uint8Array, fatal: boolean): string | undefined {
  if (label === undefined) return undefined;
  const key = `${label} ${fatal}`;
  if (!decoders.has(key)) {
    // Labels are the sender's: only right ones are kept, of which there are few.
    const made = decoderFor(label, fatal);
    if (made === undefined) return undefined;
    decoders.set(key, made);
  }
  try {
    return decoders.get(key)?.decode(bytes);
  } catch {
    return undefined;
  }
}

function decoderFor(label: string, fatal: boolean): Decoder | undefined {
  try {
    return new TextDecoder(label, { fatal, ignoreBOM: true });
  } catch {
    return undefined;
  }
}

/** Which half of each pair holds more, where no byte order mark tells it. */
function utf16Kind(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return undefined;
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return undefined;
  let even = 0;
  let odd = 0;
  let little = 0;
  let big = 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    const first = bytes[i] as number;
    const second = bytes[i + 1] as number;
    even += (first >> 4) + (first & 15);
    odd += (second >> 4) + (second & 15);
    if (first === 0x20 && second === 0) little++;
    if (first === 0 && second === 0x20) big++;
  }
  if (even > odd * 4) little++;
  if (odd * 4 > even) big++;
  return little > big ? 'utf-16le' : big > little ? 'utf-16be' : undefined;
}

function hasHighOctets(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  return /[^\x00-\x7f]/.test(text);
}

function replaceHigh(bytes: Uint8Array): string {
  let text = '';
  for (const octet of bytes) text += octet < 128 ? String.fromCharCode(octet) : '\ufffd';
  return text;
}

function latin1OfUtf8(text: string): string {
  return decodeLatin1(encodeUtf8(text));
}

function toOctets(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Characters 128 to 159 of windows-1252, its five empty places as U+FFFD. Not the platform's decoder: some versions read it as Latin-1. */
const WINDOWS_1252 =
  '\u20ac\ufffd\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\ufffd\u017d\ufffd' +
  '\ufffd\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\ufffd\u017e\u0178';

/** Octets 128 to 255 as UTF-8 octets. */
const high1252: readonly Uint8Array[] = Array.from({ length: 128 }, (_, i) =>
  encodeUtf8(WINDOWS_1252[i] ?? String.fromCharCode(i + 128)),
);

function windows1252ToUtf8(text: string): string {
  const out = new Uint8Array(text.length * 3);
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    const octet = text.charCodeAt(i);
    if (octet < 128) out[size++] = octet;
    else for (const each of high1252[octet - 128] as Uint8Array) out[size++] = each;
  }
  return decodeLatin1(out.subarray(0, size));
}
