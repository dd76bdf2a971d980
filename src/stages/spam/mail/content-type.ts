/**
 * Content-Type as SpamAssassin reads it, which is what mail programs make of wrong ones: the last field counts, a boundary needs only an
 * opening quote, all text but HTML and a few known kinds is plain. The strict reading (RFC 2045 section 5.1) gives the parameters.
 */

export interface ContentType {
  /** Lower case. */
  readonly type: string;
  readonly boundary: string | undefined;
  readonly charset: string | undefined;
  /** `name`, its continuations (RFC 2231 section 3) put together. */
  readonly name: string | undefined;
  /** There is none, or nothing in it. */
  readonly missing: boolean;
}

const BOUNDARY = /\bboundary[\t-\r ]*=[\t-\r ]*("[^"]+|[^\t-\r ";]+(?=[\t-\r ;]|$))/i;
const CHARSET = /\bcharset[\t-\r ]*=[\t-\r ]*["']?([^\n]*?)["']?(?:;|$)/i;
const NAME = /\b(?:file)?name[\t-\r ]*=[\t-\r ]*["']?([^\n]*?)["']?(?:;|$)/i;
const NAME_SECTION = /\b(?:file)?name\*(\d+)[\t-\r ]*=[\t-\r ]*["']?([^\n]*?)["']?(?:;|$)/gi;
const NOT_PLAIN = /^text\/(?:x-vcard|calendar|html)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant
const NEVER_IN_TYPE = /[\x00-\x20\x7f-\xff"(),:-?@[-\]]/g;

/** `value`: decoded, unfolded; undefined or empty when there is no field. */
export function readContentType(value: string | undefined): ContentType {
  const none = value === undefined || value === '' || value === '0';
  const text = none ? 'text/plain; charset=us-ascii' : value;
  const boundary = BOUNDARY.exec(text)?.[1]?.replaceAll('"', '');
  const type = /^([^/]+(?:\/[^/\t-\r ]*)?)/.exec(text.replace(/^[\t-\r ]+/, '').replace(/;[\s\S]*$/, ''));
  const written = (type?.[1] ?? '').toLowerCase();
  const plain = written === '' || (/^text\b/.test(written) && !NOT_PLAIN.test(written));
  return {
    type: plain ? 'text/plain' : written.replace(NEVER_IN_TYPE, ''),
    boundary,
    charset: CHARSET.exec(text)?.[1],
    name: NAME.exec(text)?.[1] || sections(text),
    missing: none || written === '',
  };
}

function sections(text: string): string | undefined {
  if (!/name\*0/i.test(text)) return undefined;
  const found: string[] = [];
  for (const [, index, part] of text.matchAll(NAME_SECTION))
    if (Number(index) < 100) found[Number(index)] = part as string;
  return found.join('');
}

/** `filename` of Content-Disposition, or `name` wherever else it stands in it. */
export function dispositionName(value: string): string | undefined {
  return /name=[\t-\r ]*"?([^";]+)"?/i.exec(value)?.[1];
}

const PARAMETER = /;[\t-\r ]*([!#-'*+.0-9A-Z^-~-]+)[\t-\r ]*=[\t-\r ]*(?:"((?:[^"\\]|\\[\s\S])*)"?|([^\t-\r ";]*))/gi;

/** Parameters as RFC 2045 section 5.1 has them, sections of RFC 2231 section 3 joined; the first of a name counts. */
export function readParameters(value: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name, quoted, plain] of value.matchAll(PARAMETER)) {
    const [base, section] = (name as string).toLowerCase().split('*');
    const text = quoted === undefined ? (plain as string) : quoted.replace(/\\([\s\S])/g, '$1');
    const known = found.get(base as string);
    if (known === undefined) found.set(base as string, text);
    else if (section !== undefined && section !== '' && section !== '0') found.set(base as string, known + text);
  }
  return found;
}
