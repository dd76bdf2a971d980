/**
 * Elements of HTML 4.01 and XHTML 1.0, and what rendering does with them. Names outside of these lists are no elements: they count as
 * bad tags and change nothing.
 */

const strict =
  'a abbr acronym address area b base bdo big blockquote body br button caption cite code col colgroup dd del dfn div dl dt em ' +
  'fieldset form h1 h2 h3 h4 h5 h6 head hr html i img input ins kbd label legend li link map meta noscript object ol optgroup option ' +
  'p param pre q samp script select small span strong style sub sup table tbody td textarea tfoot th thead title tr tt ul var';
const loose =
  'applet basefont center dir font frame frameset iframe isindex menu noframes s strike u nobr x-sigsep x-tab';

export const elements: ReadonlySet<string> = new Set([...strict.split(' '), ...loose.split(' ')]);

/** Rendered, and bad tags all the same. */
export const renderedBadTags: ReadonlySet<string> = new Set(['bgsound', 'embed', 'listing', 'plaintext', 'xmp']);

/** White space that stands for the start and for the end of an element. */
export const whiteSpace: ReadonlyMap<string, string> = new Map([
  ...['br', 'div'].map((name) => [name, '\n'] as const),
  ...['li', 'th', 'td', 'dt', 'dd', 'embed', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((name) => [name, ' '] as const),
  ...['p', 'hr', 'blockquote', 'pre', 'listing', 'plaintext', 'xmp', 'title'].map((name) => [name, '\n\n'] as const),
]);

/** `<o:p>` and `<st1:place>` of Word: elements without effect. */
export function isOfficeElement(name: string): boolean {
  return /^(?:o|st\d):[\w-]+\/?$/.test(name);
}
