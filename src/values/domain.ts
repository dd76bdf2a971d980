/**
 * Domain names as mail uses them: RFC 5321 section 2.3.5 and 4.1.2 (letters, digits, hyphens), limits of RFC 1035
 * section 2.3.4, U-labels by RFC 6531 section 3.3. The tables of IDNA come from the platform's URL. That one parses
 * URLs, not names (`1.2.3` becomes 1.2.0.3, `%41.com` a.com), so everything passes a gate before and after it. No
 * address literals (mailbox.ts), no look-ups.
 */
import { excerpt, indexOfNonAscii } from './characters.js';
import { malformed, type Parsed, parsed } from './parsed.js';
import { decodePunycode } from './punycode.js';

export interface Domain {
  readonly kind: 'domain';
  /** Lower case, A-labels, no trailing dot: what is compared and looked up. */
  readonly ascii: string;
  /** The same in U-labels, for people. */
  readonly unicode: string;
}

export interface DomainOptions {
  /** Accept `_` in labels, as in `_dmarc.example.com` and some HELO names. Default false. */
  readonly underscores?: boolean;
}

/** RFC 5321 section 4.5.3.1.2. The resolver's own limit is 253; such a name is well formed and does not exist. */
const LONGEST_NAME = 255;
const LONGEST_LABEL = 63;

/**
 * What a U-label may hold before URL sees it: letters, marks, digits, and the characters that RFC 5892 section 2.6
 * and appendix A allow beside them. Symbols and the other dots of UTS 46 are out.
 */
const NOT_HOSTNAME = /[^\p{L}\p{M}\p{Nd}\p{Join_Control}\u00b7\u0375\u05f3\u05f4\u30fb._-]/u;

/** A name that ends in a number is an IPv4 address to URL: `1.2.3`, `a.0x1`. */
const NUMBER = /^(?:[0-9]+|0x[0-9a-f]*)$/;

/** In a label in lower case: neither letter, digit nor hyphen, nor part of a U-label. */
const NOT_LDH = /[^a-z0-9\u0080-\uffff-]/;
const NOT_LDH_OR_UNDERSCORE = /[^a-z0-9_\u0080-\uffff-]/;

/** One trailing dot is taken off. The root alone is no domain of mail. */
export function parseDomain(text: string, options: DomainOptions = {}): Parsed<Domain> {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  if (name === '') return malformed('a domain name is expected');
  if (name.length > LONGEST_NAME) return malformed(`a domain name has at most ${LONGEST_NAME} octets`, LONGEST_NAME);
  const underscores = options.underscores === true;
  return indexOfNonAscii(name) < 0 ? parseAscii(name.toLowerCase(), underscores) : parseUnicode(name, underscores);
}

/** True when `domain` lies below `parent`. A domain is not its own subdomain (RFC 1034 section 3.1). */
export function isSubdomain(domain: Domain, parent: Domain): boolean {
  return domain.ascii.endsWith(`.${parent.ascii}`);
}

/** From the nearest to the top-level domain, without `domain` itself: `a.b.c` gives `b.c`, `c`. */
export function parentDomains(domain: Domain): readonly Domain[] {
  const labels = domain.ascii.split('.');
  return labels.slice(1).map((_, i) => {
    const ascii = labels.slice(i + 1).join('.');
    return { kind: 'domain', ascii, unicode: toUnicode(ascii) };
  });
}

function parseAscii(ascii: string, underscores: boolean): Parsed<Domain> {
  const fault = isPlain(ascii) ? undefined : labelFault(ascii, underscores);
  return fault ?? parsed({ kind: 'domain', ascii, unicode: toUnicode(ascii) });
}

function parseUnicode(name: string, underscores: boolean): Parsed<Domain> {
  const wrong = NOT_HOSTNAME.exec(name);
  if (wrong !== null) return malformed(`no domain name has this character: ${excerpt(wrong[0])}`, wrong.index);
  const canonical = fold(name);
  const ascii = toAscii(canonical);
  if (ascii === undefined) return malformed('not a valid internationalised domain name (RFC 5891)');
  if (ascii.length > LONGEST_NAME) return malformed(`a domain name has at most ${LONGEST_NAME} octets, as A-labels`);
  const fault = labelFault(canonical, underscores) ?? labelFault(ascii, underscores);
  if (fault !== undefined) return fault;
  const unicode = toUnicode(ascii);
  // What UTS 46 maps beyond case and NFC (full-width letters, ligatures) is no U-label: RFC 5891 section 5.4 refuses it.
  if (unicode !== decodeLabels(canonical)) return malformed('a label is not in its normal form (RFC 5891 section 5.4)');
  return parsed({ kind: 'domain', ascii, unicode });
}

/** Lower case character by character, since `toLowerCase` of a whole word treats a final sigma in its own way; NFC. */
function fold(name: string): string {
  return [...name.normalize('NFC')]
    .map((c) => c.toLowerCase())
    .join('')
    .normalize('NFC');
}

/** True for letters in lower case and dots between them, in short labels: most names, in which `labelFault` finds nothing. */
function isPlain(name: string): boolean {
  let label = 0;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code >= 0x61 && code <= 0x7a) label++;
    else if (code === 0x2e && label > 0 && label <= LONGEST_LABEL) label = 0;
    else return false;
  }
  return label > 0 && label <= LONGEST_LABEL;
}

/** The first label that is empty, too long, has a wrong character or hyphen, or a last one that is a number. */
function labelFault(name: string, underscores: boolean): Parsed<never> | undefined {
  const labels = name.split('.');
  const notLdh = underscores ? NOT_LDH_OR_UNDERSCORE : NOT_LDH;
  let at = 0;
  for (const label of labels) {
    if (label === '') return malformed('empty label (two dots, or a dot in front)', at);
    // Of U-labels only the encoded form counts, and it is checked as well.
    if (label.length > LONGEST_LABEL)
      return malformed(`a label has at most ${LONGEST_LABEL} octets`, at + LONGEST_LABEL);
    if (label.startsWith('-') || label.endsWith('-')) return malformed('a label begins and ends without hyphen', at);
    const wrong = label.search(notLdh);
    if (wrong >= 0) return malformed(`no domain name has this character: ${excerpt(label.charAt(wrong))}`, at + wrong);
    at += label.length + 1;
  }
  const last = labels[labels.length - 1] ?? '';
  return NUMBER.test(last) ? malformed('a domain name does not end in a number', at - 1 - last.length) : undefined;
}

/** Through the platform's URL; undefined when it refuses the name. */
function toAscii(name: string): string | undefined {
  try {
    return new URL(`http://${name}/`).hostname;
  } catch {
    return undefined;
  }
}

/** U-labels where they lead back to the same name; a name with any wrong A-label stays as it is. */
function toUnicode(ascii: string): string {
  if (!ascii.includes('xn--')) return ascii;
  const unicode = decodeLabels(ascii);
  if (unicode === ascii || NOT_HOSTNAME.test(unicode) || fold(unicode) !== unicode) return ascii;
  return labelFault(unicode, true) === undefined && toAscii(unicode) === ascii ? unicode : ascii;
}

function decodeLabels(name: string): string {
  return name
    .split('.')
    .map((label) => (label.startsWith('xn--') ? (decodePunycode(label.slice(4)) ?? label) : label))
    .join('.');
}
