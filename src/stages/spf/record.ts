/**
 * The syntax tree of an SPF record (RFC 7208 sections 4.6.1 and 12), and its text again. A tree exists only as the result of
 * `parseSpfRecord`: that all of it is well-formed is known before any of it is evaluated.
 */

/** `+` pass, `-` fail, `~` softfail, `?` neutral (RFC 7208 section 4.6.2). */
export type SpfQualifier = '+' | '-' | '~' | '?';

/** RFC 7208 section 7.2. `c`, `r` and `t` occur in explanations alone. */
export type SpfMacroLetter = 's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'h' | 'c' | 'r' | 't' | 'v';

export type SpfMacroPart =
  /** Characters that stand for themselves. */
  | { readonly kind: 'literal'; readonly text: string }
  /** `%%`, `%_`, `%-`: a percent sign, a space, `%20`. */
  | { readonly kind: 'escape'; readonly text: '%%' | '%_' | '%-' }
  | SpfMacro;

/** `%{l1r+-}`. */
export interface SpfMacro {
  readonly kind: 'macro';
  readonly letter: SpfMacroLetter;
  /** The letter was written in upper case: the value is URL-escaped. */
  readonly escaped: boolean;
  /** How many parts from the right are kept; 0 for all. */
  readonly keep: number;
  readonly reverse: boolean;
  /** Each of these characters separates parts; `.` where none is given. */
  readonly delimiters: string;
}

/** A domain-spec, the value of a modifier, or an explanation. */
export interface SpfMacroString {
  /** As written. */
  readonly text: string;
  readonly parts: readonly SpfMacroPart[];
  /** All is literal: `text` is the value. */
  readonly plain: boolean;
}

export type SpfMechanism =
  | { readonly kind: 'all' }
  | { readonly kind: 'include'; readonly domain: SpfMacroString }
  | { readonly kind: 'exists'; readonly domain: SpfMacroString }
  | { readonly kind: 'ptr'; readonly domain: SpfMacroString | undefined }
  | SpfHosts<'a'>
  | SpfHosts<'mx'>
  | SpfNetwork<'ip4'>
  | SpfNetwork<'ip6'>;

export interface SpfHosts<K extends 'a' | 'mx'> {
  readonly kind: K;
  /** Undefined: the domain of the record. */
  readonly domain: SpfMacroString | undefined;
  /** 0 to 32 bits. */
  readonly prefix4: number;
  /** 0 to 128 bits. */
  readonly prefix6: number;
}

export interface SpfNetwork<K extends 'ip4' | 'ip6'> {
  readonly kind: K;
  /** As written. */
  readonly address: string;
  /** One word or four, as `IpAddress` has them; not masked. */
  readonly words: readonly number[];
  /** Bits. */
  readonly prefix: number;
}

export interface SpfDirective {
  readonly kind: 'directive';
  readonly qualifier: SpfQualifier;
  readonly mechanism: SpfMechanism;
  /** As written. */
  readonly text: string;
}

export interface SpfModifier {
  readonly kind: 'modifier';
  /** In lower case: `redirect`, `exp`, or one that is unknown and does nothing. */
  readonly name: string;
  readonly value: SpfMacroString;
  /** As written. */
  readonly text: string;
}

export type SpfTerm = SpfDirective | SpfModifier;

export interface SpfRecord {
  /** In order. */
  readonly terms: readonly SpfTerm[];
  /** Those of `terms`. */
  readonly directives: readonly SpfDirective[];
  /** `redirect=`; undefined also where an `all` makes it void (RFC 7208 section 5.1). */
  readonly redirect: SpfModifier | undefined;
  /** `exp=`. */
  readonly explanation: SpfModifier | undefined;
}

/** The canonical text: names in lower case, one space between terms, `+` left out. Parsed again it gives the same tree but for `text`. */
export function renderSpfRecord(record: SpfRecord): string {
  return ['v=spf1', ...record.terms.map(renderTerm)].join(' ');
}

function renderTerm(term: SpfTerm): string {
  if (term.kind === 'modifier') return `${term.name}=${renderMacroString(term.value)}`;
  return `${term.qualifier === '+' ? '' : term.qualifier}${renderMechanism(term.mechanism)}`;
}

function renderMechanism(mechanism: SpfMechanism): string {
  switch (mechanism.kind) {
    case 'all':
      return 'all';
    case 'ip4':
    case 'ip6':
      return `${mechanism.kind}:${mechanism.address}${prefixText('/', mechanism.prefix, mechanism.words.length * 32)}`;
    case 'a':
    case 'mx': {
      const prefixes = prefixText('/', mechanism.prefix4, 32) + prefixText('//', mechanism.prefix6, 128);
      return `${mechanism.kind}${domainText(mechanism.domain)}${prefixes}`;
    }
    default:
      return `${mechanism.kind}${domainText(mechanism.domain)}`;
  }
}

function prefixText(slash: string, prefix: number, full: number): string {
  return prefix === full ? '' : `${slash}${prefix}`;
}

function domainText(domain: SpfMacroString | undefined): string {
  return domain === undefined ? '' : `:${renderMacroString(domain)}`;
}

function renderMacroString({ parts }: SpfMacroString): string {
  return parts.map((part) => (part.kind === 'macro' ? renderMacro(part) : part.text)).join('');
}

function renderMacro({ letter, escaped, keep, reverse, delimiters }: SpfMacro): string {
  const written = escaped ? letter.toUpperCase() : letter;
  return `%{${written}${keep === 0 ? '' : keep}${reverse ? 'r' : ''}${delimiters === '.' ? '' : delimiters}}`;
}
