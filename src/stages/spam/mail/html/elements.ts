/**
 * Elements of HTML 4.01 and XHTML 1.0, and what rendering does with them. Names outside of these lists are no elements: they count as
 * bad tags and change nothing.
 */

/** By the chapters of HTML 4.01, deprecated ones with the others, and three that are in neither standard. */
const chapters = {
  structure: 'html head title meta body div span address h1 h2 h3 h4 h5 h6',
  text: 'em strong dfn code samp kbd var cite abbr acronym blockquote q sub sup p br pre ins del bdo',
  lists: 'ul ol li dl dt dd menu dir',
  tables: 'table caption thead tfoot tbody colgroup col tr th td',
  links: 'a link base',
  objects: 'img object param applet map area',
  style: 'style tt i b big small strike s u font basefont hr center',
  frames: 'frameset frame noframes iframe',
  forms: 'form input button select optgroup option textarea isindex label fieldset legend',
  scripts: 'script noscript',
  others: 'nobr x-tab x-sigsep',
};

export const elements: ReadonlySet<string> = new Set(Object.values(chapters).flatMap((names) => names.split(' ')));

/** Rendered, and bad tags all the same. */
export const renderedBadTags: ReadonlySet<string> = new Set(['bgsound', 'embed', 'listing', 'plaintext', 'xmp']);

/** White space that stands for the start and for the end of an element. */
export const whiteSpace: ReadonlyMap<string, string> = new Map([
  ...['br', 'div'].map((name) => [name, '\n'] as const),
  ...['li', 'th', 'td', 'dt', 'dd', 'embed', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((name) => [name, ' '] as const),
  ...['title', 'p', 'blockquote', 'hr', 'pre', 'xmp', 'listing', 'plaintext'].map((name) => [name, '\n\n'] as const),
]);

/** `<o:p>` and `<st1:place>` of Word: elements without effect. */
export function isOfficeElement(name: string): boolean {
  return /^(?:o|st\d):[\w-]+\/?$/.test(name);
}
