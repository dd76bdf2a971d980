/**
 * What was noticed while HTML was rendered; the functions of Mail::SpamAssassin::Plugin::HTMLEval(3) read it, and URIs are taken
 * from it. The rendered text and URIs are UTF-8 octets as Latin-1; titles, anchors, comments and scripts are characters, as the
 * functions count them.
 */

/** A URI of an element that refers to something (`a`, `img`, `form`, ...), or the text of an anchor. */
export interface HtmlUri {
  /** Elements that it stood in, relative ones resolved against `<base>`; empty: an anchor's href as written. */
  readonly types: ReadonlySet<string>;
  /** The text between `<a href=...>` and `</a>`, for each anchor with this href as it is written. */
  readonly anchorTexts: readonly string[];
}

/** Names that rules use (`html_range('ratio', ...)`), as SpamAssassin has them. Absent: not to be told. */
export type HtmlNumbers = Readonly<Record<string, number>>;

export interface HtmlFacts {
  /** The rendered text. */
  readonly text: string;
  /** `length`, `ratio`, `image_area`, `min_size`, `font_low_contrast`, ... */
  readonly numbers: HtmlNumbers;
  /** Elements met, in lower case, with how many were left open (never below 0). */
  readonly inside: ReadonlyMap<string, number>;
  readonly titles: readonly string[];
  readonly anchors: readonly string[];
  /** As written, with their `<!--`; also markup that is none. */
  readonly comments: readonly string[];
  readonly scripts: readonly string[];
  /** In the order met. */
  readonly uris: ReadonlyMap<string, HtmlUri>;
}

export interface RenderedHtml {
  readonly text: string;
  readonly visible: string;
  readonly invisible: string;
  /**
   * False: no character of the source was beyond ASCII and none of the text beyond U+00FF. SpamAssassin then holds the text in single
   * octets (Latin-1), and rules see it so unless another part of the message has wide characters.
   */
  readonly wide: boolean;
  readonly facts: HtmlFacts;
}
