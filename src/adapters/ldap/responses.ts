/** What a server sends (RFC 4511 section 4), decoded strictly: what is not exactly one message of LDAP is none. */
import { decodeUtf8 } from '../../values/bytes.js';
import { BerCursor, MalformedError } from './ber.js';

export type Response =
  | { readonly kind: 'entry'; readonly id: number; readonly entry: RawEntry }
  /** RFC 4511 section 4.5.3. */
  | { readonly kind: 'reference'; readonly id: number; readonly urls: readonly string[] }
  /** An intermediate response: nothing that is looked at. */
  | { readonly kind: 'ignored'; readonly id: number }
  | { readonly kind: 'result'; readonly id: number; readonly result: LdapResult };

/** As it came: attributes with their options, values perhaps none. */
export interface RawEntry {
  readonly dn: string;
  readonly attributes: readonly { readonly description: string; readonly values: readonly Uint8Array[] }[];
}

export interface LdapResult {
  readonly operation: 'bind' | 'search' | 'extended' | 'other';
  /** RFC 4511 appendix A. */
  readonly code: number;
  /** The diagnostic message: printable, at most 300 characters. */
  readonly message: string;
  /** Of simple paged results (RFC 2696): empty after the last page; undefined where the server does not page. */
  readonly cookie: Uint8Array | undefined;
  /** Of an extended response. */
  readonly name: string;
}

const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const ENUMERATED = 0x0a;
const SEQUENCE = 0x30;
const SET = 0x31;
const ENTRY = 0x64;
const REFERENCE = 0x73;
const INTERMEDIATE = 0x79;
const CONTROLS = 0xa0;
const EXTENDED_NAME = 0x8a;
const OPERATIONS: Readonly<Record<number, LdapResult['operation']>> = { 97: 'bind', 101: 'search', 120: 'extended' };

/** Each is an object many times as large as it is on the way. */
const MOST_VALUES = 1_000_000;

/** Throws MalformedError. */
export function readResponse(message: Uint8Array): Response {
  const whole = new BerCursor(message).inside(SEQUENCE);
  const id = whole.integer(INTEGER);
  const response = readOperation(whole, id);
  const cookie = whole.tag === CONTROLS ? cookieOf(whole.inside(CONTROLS)) : undefined;
  // RFC 4511 section 4: what may follow is passed over, as long as it is well formed.
  while (!whole.atEnd) whole.skip();
  return response.kind === 'result' ? { ...response, result: { ...response.result, cookie } } : response;
}

function readOperation(whole: BerCursor, id: number): Response {
  const { tag } = whole;
  if (tag === ENTRY) return { kind: 'entry', id, entry: readEntry(whole.inside(ENTRY)) };
  if (tag === undefined || (tag & 0xc0) !== 0x40) throw new MalformedError('a message is not as LDAP has it');
  if (tag === REFERENCE) return { kind: 'reference', id, urls: readUrls(whole.inside(REFERENCE)) };
  const operation = OPERATIONS[tag] ?? 'other';
  const body = whole.inside(tag);
  if (tag === INTERMEDIATE) return { kind: 'ignored', id };
  const code = body.integer(ENUMERATED);
  body.skip();
  const diagnostic = body.octets(OCTET_STRING);
  let name = '';
  for (; !body.atEnd; ) {
    if (body.tag === EXTENDED_NAME) name = printable(body.octets(EXTENDED_NAME));
    else body.skip();
  }
  return { kind: 'result', id, result: { operation, code, message: printable(diagnostic), cookie: undefined, name } };
}

function readUrls(body: BerCursor): readonly string[] {
  const urls: string[] = [];
  // What is no text names nothing, and so what was asked for.
  while (!body.atEnd) urls.push(decodeUtf8(body.octets(OCTET_STRING)) ?? '');
  return urls;
}

function readEntry(body: BerCursor): RawEntry {
  const dn = decodeUtf8(body.octets(OCTET_STRING));
  // A name that is read wrong would be looked up as another's, or nobody's.
  if (dn === undefined) throw new MalformedError('a distinguished name is not UTF-8');
  const attributes: { description: string; values: Uint8Array[] }[] = [];
  let count = 0;
  for (const list = body.inside(SEQUENCE); !list.atEnd; ) {
    const attribute = list.inside(SEQUENCE);
    const description = decodeUtf8(attribute.octets(OCTET_STRING));
    if (description === undefined) throw new MalformedError('the name of an attribute is not UTF-8');
    const values: Uint8Array[] = [];
    for (const set = attribute.inside(SET); !set.atEnd; ) values.push(set.octets(OCTET_STRING));
    count += 1 + values.length;
    if (count > MOST_VALUES) throw new MalformedError(`an entry has over ${MOST_VALUES} values`);
    attributes.push({ description, values });
  }
  return { dn, attributes };
}

const PAGED_RESULTS = '1.2.840.113556.1.4.319';

function cookieOf(controls: BerCursor): Uint8Array | undefined {
  let cookie: Uint8Array | undefined;
  while (!controls.atEnd) {
    const control = controls.inside(SEQUENCE);
    const type = printable(control.octets(OCTET_STRING));
    while (!control.atEnd && control.tag !== OCTET_STRING) control.skip();
    if (type !== PAGED_RESULTS || control.atEnd) continue;
    const value = control.inside(OCTET_STRING).inside(SEQUENCE);
    value.skip();
    cookie = value.octets(OCTET_STRING);
  }
  return cookie;
}

const LONGEST_MESSAGE = 300;

/** For the log. Active Directory ends its texts with a NUL. */
function printable(octets: Uint8Array): string {
  const text = new TextDecoder().decode(octets.subarray(0, 4 * LONGEST_MESSAGE));
  return text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, LONGEST_MESSAGE);
}
