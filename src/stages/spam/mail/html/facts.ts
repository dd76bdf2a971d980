/**
 * What was noticed while HTML was rendered; the functions of Mail::SpamAssassin::Plugin::HTMLEval(3) read it.
 */

export interface HtmlFacts {
  /** The rendered text. UTF-8 octets as Latin-1. */
  readonly text: string;
}
