/**
 * A message as spam rules see it (Mail::SpamAssassin::Conf(3), "RULE DEFINITIONS"): header fields, MIME parts, the rendered
 * body, the decoded body, the URIs. Made in linear time and within limits; each part when it is first asked for.
 * Texts are octets as Latin-1 strings, where nothing else is said: rules are Perl patterns over bytes (UTF-8 after decoding).
 */
import type { HtmlFacts } from './html/facts.js';
import type { Pieces } from './pieces.js';

export interface HeaderView {
  /**
   * What a `header` rule of that name and these forms (`raw`, `addr`, `name`, `host`, `domain`, `ip`, `revip`, `first`, `last`) looks at, one text for each field, address or name found; empty: there is none. Knows
   * real fields, `ALL`, `ToCc` and `MESSAGEID`. Texts that end in a line end are joined as they are for a pattern, others by one.
   */
  get(name: string, forms?: readonly string[]): readonly string[];
  /** Whether there is a field of that name, given in lower case. */
  has(lowerName: string): boolean;
  /** All fields of that name as one text, as `header` rules see them; undefined when there is none. Letter case does not matter. */
  text(name: string): string | undefined;
  /** As received, folds and line ends (LF) kept, with the white space behind the colon. */
  raw(name: string): string | undefined;
  /** Addresses of an address field in order, as octets: `a@example.com`. */
  addresses(name: string): readonly string[];
  /** The display name of the first address. */
  displayName(name: string): string | undefined;
  /** Each field of that name by itself, topmost first; decoded, unfolded, without a line end. */
  each(name: string): readonly string[];
  eachRaw(name: string): readonly string[];
  /** `ALL`: the whole header decoded, `ALL:raw`: as received with LF line ends. */
  readonly all: string;
  readonly allRaw: string;
}

/** A MIME part, multiparts too; the first is the message itself. */
export interface PartView {
  /** Lower case: `text/html`. What the field says, or what is meant without one. */
  readonly type: string;
  /** Parameters of Content-Type, names in lower case (RFC 2231 forms put together). */
  readonly parameters: ReadonlyMap<string, string>;
  readonly charset: string | undefined;
  /** Content-Transfer-Encoding, lower case. */
  readonly encoding: string;
  /** Content-Disposition's first word, lower case. */
  readonly disposition: string | undefined;
  /** Of a multipart; for other parts that of the multipart around them. */
  readonly boundary: string | undefined;
  /** `filename`, or the `name` of Content-Type. */
  readonly fileName: string | undefined;
  /** The part's own fields; those of the message for the first. */
  readonly header: HeaderView;
  /** Index in `parts` of the part around it; undefined for the first. */
  readonly parent: number | undefined;
  /** Nothing in it. */
  readonly leaf: boolean;
  /** Octets as transmitted, without the last line end; cut at a limit. Empty for multiparts. */
  readonly raw: Uint8Array;
  /** Transfer encoding undone. */
  readonly decoded: Uint8Array;
  /** What a reader would see, before paragraphs are made; undefined for what is not text. */
  readonly rendered: RenderedPart | undefined;
  /** The limit cut it, or it was damaged. */
  readonly incomplete: boolean;
}

export interface RenderedPart {
  /** `text/html` also where plain text turned out to be HTML, as SpamAssassin decides. */
  readonly type: string;
  /** UTF-8 octets as Latin-1. */
  readonly text: string;
  readonly visible: string;
  readonly invisible: string;
  /** Undefined for plain text. */
  readonly html: HtmlFacts | undefined;
}

/** What was wrong with the form of the message (check_msg_parse_flags and others of MIMEEval). */
export interface MailDefects {
  /** A name over 256, a value over 8,192 or a header over 65,536 octets was cut. */
  readonly truncatedHeader: boolean;
  /** No empty line before the body. */
  readonly missingHeadBodySeparator: boolean;
  /** The same in a part. */
  readonly missingMimeHeadBodySeparator: boolean;
  /** A part that does not begin with a field. */
  readonly missingMimeHeaders: boolean;
  /** Text behind the last part. */
  readonly mimeEpilogue: boolean;
  /** Multiparts that were opened and not closed. */
  readonly unclosedBoundaries: number;
  readonly partLimitExceeded: boolean;
  /** A URI over 8,192 octets was cut. */
  readonly truncatedUri: boolean;
}

/** One URI with all forms of it (an entry of SpamAssassin's get_uri_detail_list). */
export interface UriView {
  /** As found; in text a missing scheme is added. */
  readonly uri: string;
  /** What `uri` rules see: the form found first, then those it was cleaned to (escapes and redirects undone). */
  readonly cleaned: readonly string[];
  /** Host names of the forms, in lower case and ASCII, each with the domain that lists are asked about. */
  readonly hosts: ReadonlyMap<string, string>;
  /** The first of `hosts`; undefined where there is none (`cid:`). */
  readonly host: string | undefined;
  readonly domain: string | undefined;
  /**
   * `parsed`: found in text, then also `schemeless` and `unlinked` (a mail program would not make a link of it); others: the HTML
   * element that it was in (`a`, `img`, `form`); `domainkeys`: the domain of a DKIM signature, which has no forms.
   */
  readonly from: readonly string[];
  /** Texts of the anchors. */
  readonly anchorText: readonly string[];
}

export interface MailView {
  readonly header: HeaderView;
  readonly parts: readonly PartView[];
  /** `body` rules: the subject, then the paragraphs of the rendered text, white space collapsed. */
  readonly body: Pieces;
  /** The same without what HTML hides, and what it hides. */
  readonly visibleBody: Pieces;
  readonly invisibleBody: Pieces;
  /** `rawbody` rules: decoded text parts in chunks. */
  readonly rawBody: Pieces;
  /** `full` rules: the message as received, line ends as LF, in one piece. */
  readonly full: Pieces;
  /** `uri` rules, and those that look at single URIs. */
  readonly uris: readonly UriView[];
  readonly uriPieces: Pieces;
  /** Of the last HTML part, as SpamAssassin keeps them; those of each are in `parts`. Undefined without HTML. */
  readonly html: HtmlFacts | undefined;
  readonly defects: MailDefects;
  /** What a limit left out, in words: `more than 200 parts`. Empty: all was seen. */
  readonly incomplete: readonly string[];
}
