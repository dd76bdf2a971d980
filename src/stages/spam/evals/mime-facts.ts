/**
 * Counts over the MIME parts of a message under the names that `check_for_mime` knows (Mail::SpamAssassin::Plugin::MIMEEval(3)). One pass
 * over the lines of text parts; attachments are not read.
 */
import { decodeLatin1 } from '../../../values/bytes.js';
import { readContentType } from '../mail/content-type.js';
import type { MailView, PartView } from '../mail/mail-view.js';
import { isCharsetOfLocales, type Locales } from './locales.js';
import { eachLine, longestLine } from './octets.js';

export interface MimeNumbers {
  mime_base64_count: number;
  mime_base64_encoded_text: number;
  mime_body_html_count: number;
  mime_body_text_count: number;
  mime_faraway_charset: number;
  mime_missing_boundary: number;
  mime_multipart_alternative: number;
  mime_multipart_ratio: number;
  mime_qp_count: number;
  mime_qp_bytes: number;
  mime_qp_long_line: number;
  mime_qp_ratio: number;
  mime_ascii_text_illegal: number;
  mime_text_unicode_ratio: number;
  mime_attachment: number;
  mime_bad_iso_charset: number;
  readonly [name: string]: number;
}

export interface MimeFacts {
  readonly numbers: Readonly<MimeNumbers>;
  /** Of all parts that name one, in lower case. */
  readonly charsets: readonly string[];
}

interface PartHead {
  readonly type: string;
  readonly charset: string | undefined;
  readonly encoding: string;
  readonly disposition: string;
}

interface Scan {
  readonly numbers: MimeNumbers;
  readonly charsets: string[];
  readonly locales: Locales;
  encodedOctets: number;
  plainChars: number;
  unicodeReferences: number;
  /** Octets of the last text part and of the last HTML part of those that are no attachments. */
  text: number | undefined;
  html: number | undefined;
}

export function readMimeFacts(mail: MailView, locales: Locales): MimeFacts {
  const scan: Scan = {
    numbers: newNumbers(),
    charsets: [],
    locales,
    encodedOctets: 0,
    plainChars: 0,
    unicodeReferences: 0,
    text: undefined,
    html: undefined,
  };
  for (const part of mail.parts) {
    const head = readHead(part);
    noteHead(scan, head);
    if (part.leaf) noteContent(scan, head, part.raw);
  }
  finish(scan, mail);
  return { numbers: scan.numbers, charsets: scan.charsets };
}

function newNumbers(): MimeNumbers {
  return {
    mime_base64_count: 0,
    mime_base64_encoded_text: 0,
    mime_body_html_count: 0,
    mime_body_text_count: 0,
    mime_faraway_charset: 0,
    mime_missing_boundary: 0,
    mime_multipart_alternative: 0,
    mime_multipart_ratio: 1,
    mime_qp_count: 0,
    mime_qp_bytes: 0,
    mime_qp_long_line: 0,
    mime_qp_ratio: 0,
    mime_ascii_text_illegal: 0,
    mime_text_unicode_ratio: 0,
    mime_attachment: 0,
    mime_bad_iso_charset: 0,
  };
}

function encodingOf({ header }: PartView): string {
  return (header.each('content-transfer-encoding').at(-1) ?? '').toLowerCase();
}

function readHead(part: PartView): PartHead {
  const { header } = part;
  const { type, charset } = readContentType(header.each('content-type').at(-1));
  return {
    type,
    charset: charset?.toLowerCase(),
    encoding: encodingOf(part),
    disposition: (header.each('content-disposition').at(-1) ?? '').toLowerCase(),
  };
}

/** Names of ASCII (RFC 1345), and what they have in common: `us` is in `us-ascii` and `iso646-us`. */
const asciiNames = [
  'us',
  'ascii',
  'cp367',
  'ibm367',
  'iso-ir-6',
  'iso_646.irv:1991',
  'ansi_x3.4-1986',
  'ansi_x3.4-1968',
];

function noteHead({ numbers, charsets, locales }: Scan, { type, charset = '', encoding, disposition }: PartHead): void {
  if (type === 'multipart/alternative') numbers.mime_multipart_alternative = 1;
  if (type === 'text/html') numbers.mime_body_html_count++;
  else if (type.startsWith('text')) numbers.mime_body_text_count++;
  const base64 = encoding.includes('base64');
  if (base64) numbers.mime_base64_count++;
  else if (encoding.includes('quoted-printable')) numbers.mime_qp_count++;
  if (disposition.includes('attachment')) numbers.mime_attachment++;
  const ascii = charset === '' || asciiNames.some((name) => charset.includes(name));
  if (type.startsWith('text') && base64 && ascii && !/^(?:attachment|inline)/.test(disposition)) {
    numbers.mime_base64_encoded_text = 1;
  }
  if (/iso-[^\t-\r -]+-[^\t-\r ]/.test(charset) && !/iso-(?:2022-(?:kr|jp)|8859-\d\d?)\b/.test(charset)) {
    numbers.mime_bad_iso_charset = 1;
  }
  if (!/[a-z]/.test(charset)) return;
  charsets.push(charset);
  if (!isCharsetOfLocales(charset, locales)) numbers.mime_faraway_charset = 1;
}

function noteContent(scan: Scan, head: PartHead, raw: Uint8Array): void {
  const { type, charset, encoding, disposition } = head;
  const plain = type === 'text/plain';
  if (!disposition.includes('attachment') && (plain || type === 'text/html')) {
    // Parts before the first multipart/alternative are none of its alternatives.
    const size = scan.numbers.mime_multipart_alternative === 0 ? 0 : raw.length;
    if (plain) scan.text = size;
    else scan.html = size;
  }
  const quoted = encoding === 'quoted-printable';
  const ascii = plain && (charset === undefined || charset === 'us-ascii');
  const unencoded = plain && (encoding === '' || encoding === '7bit' || encoding === '8bit');
  if (ascii && raw.some((octet) => octet > 127 || octet === 0 || octet === 13))
    scan.numbers.mime_ascii_text_illegal = 1;
  if (!quoted && !unencoded) return;
  const text = decodeLatin1(raw);
  if (unencoded) noteReferences(scan, text);
  if (quoted) for (const line of eachLine(text)) if (!line.startsWith('SPAM: ')) noteQuoted(scan, line);
}

/** RFC 2822 section 2.1.1: 78 characters without the line end. */
function noteQuoted(scan: Scan, line: string): void {
  const { numbers } = scan;
  if (line.length > 79) numbers.mime_qp_long_line = 1;
  numbers.mime_qp_bytes += line.length;
  if (!line.includes('=')) return;
  let count = 0;
  for (let at = line.indexOf('='); at >= 0; at = line.indexOf('=', at + 1)) {
    if (needless.has(line.slice(at + 1, at + 3))) count++;
  }
  // White space at the end of a line needs it.
  if (count > 0) scan.encodedOctets += count - trailingEncoded(line);
}

/** Octets that need no encoding, in hexadecimal: HT and printable ASCII but `=`. */
const needless: ReadonlySet<string> = new Set(
  Array.from({ length: 0x7f }, (_, octet) => octet)
    .filter((octet) => octet === 0x09 || (octet >= 0x20 && octet !== 0x3d))
    .map((octet) => octet.toString(16).toUpperCase().padStart(2, '0')),
);

/** How many of `=20` and `=09` stand at the end. */
function trailingEncoded(line: string): number {
  let end = line.trimEnd().length;
  let count = 0;
  for (; end >= 3 && /^=(?:09|20)$/.test(line.slice(end - 3, end)); end -= 3) count++;
  return count;
}

function noteReferences(scan: Scan, text: string): void {
  const references = text.includes('&#x') ? (text.match(/&#x[0-9A-F]{4};/g)?.length ?? 0) : 0;
  scan.unicodeReferences += references;
  scan.plainChars += text.length - references * '&#x0000;'.length;
}

function finish(scan: Scan, mail: MailView): void {
  const { numbers, text, html, plainChars } = scan;
  if (numbers.mime_qp_bytes > 0) {
    numbers.mime_qp_count = scan.encodedOctets;
    numbers.mime_qp_ratio = scan.encodedOctets / numbers.mime_qp_bytes;
  }
  if (plainChars > 0) numbers.mime_text_unicode_ratio = scan.unicodeReferences / plainChars;
  if (numbers.mime_multipart_alternative !== 0 && text !== undefined && html !== undefined && html > 0) {
    numbers.mime_multipart_ratio = text / html;
  }
  if (mail.defects.unclosedBoundaries !== 0) numbers.mime_missing_boundary = 1;
}

/** Of all parts in base64, but not calendars. */
export function longestBase64Line(parts: readonly PartView[]): number {
  let longest = 0;
  for (const part of parts) {
    if (!part.leaf || encodingOf(part) !== 'base64') continue;
    if (readHead(part).type !== 'application/ics') longest = Math.max(longest, longestLine(part.raw));
  }
  return longest;
}
