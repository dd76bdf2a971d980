/**
 * HTML for spam rules: the text that a reader sees and what was noticed on the way. UTF-8 octets as Latin-1 in and out. Linear in the
 * length for any input, never throws. No tree, no style sheets, no scripts.
 */
import { decodeLatin1, encodeLatin1, encodeUtf8 } from '../../../../values/bytes.js';
import type { HtmlFacts, HtmlNumbers, HtmlUri, RenderedHtml } from './facts.js';
import { isSpace, isWide } from './obfuscation.js';
import { HtmlRenderer } from './renderer.js';
import { tokenizeHtml } from './tokenizer.js';

export type { RenderedHtml } from './facts.js';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * `sourceLength`: the octets before they were converted to UTF-8; default: as given. `characters`: the text was decoded from a charset,
 * even if it is ASCII now; default: it has characters beyond ASCII.
 */
export function renderHtml(octets: string, sourceLength: number = octets.length, characters = false): RenderedHtml {
  const ascii = isAscii(octets);
  const wideInput = characters || !ascii;
  const html = !ascii ? utf8.decode(encodeLatin1(octets)) : octets;
  const renderer = new HtmlRenderer(wideInput);
  tokenizeHtml(prepared(html), renderer);
  const text = renderer.rendered.all();
  const wide = wideInput || isWide(text);
  const numbers = numbersOf(renderer, html, text, wide, sourceLength);
  const rendered = toOctets(text);
  return {
    text: rendered,
    visible: toOctets(renderer.rendered.part(true)),
    invisible: toOctets(renderer.rendered.part(false)),
    wide,
    facts: factsOf(renderer, rendered, numbers),
  };
}

/** `<br/>` is `<br>`, a no-break space is a space, and typographic quotes delimit attributes. */
function prepared(html: string): string {
  return html
    .replaceAll('&nbsp;', ' ')
    .replace(/<(\w+)\s*\/>/g, '<$1>')
    .replace(/[\u201c\u201d]/g, '"');
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

function toOctets(text: string): string {
  return isAscii(text) ? text : decodeLatin1(encodeUtf8(text));
}

/** Characters beyond U+FFFF count once. */
function lengthOf(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

function spacesIn(text: string, wide: boolean): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) if (isSpace(text.charCodeAt(at), wide)) count++;
  return count;
}

function numbersOf(renderer: HtmlRenderer, html: string, text: string, wide: boolean, source: number): HtmlNumbers {
  const length = lengthOf(text);
  const space = spacesIn(text, wide);
  const { tags, tagsSeen, elementsSeen, elementTags, obfuscation, backhair } = renderer;
  return {
    html: 1,
    length: lengthOf(html),
    image_area: renderer.imageArea,
    min_size: renderer.styles.smallest,
    max_size: renderer.styles.largest,
    html_length: length,
    non_space_len: length - space,
    ...(source > 0 && { ratio: (source - length) / source }),
    ...(backhair.size > 0 && { backhair_count: backhair.size }),
    ...(tags > 0 && { closed_extra_ratio: renderer.closedExtra / tags }),
    ...(elementTags > 0 && { bad_tag_ratio: (tags - elementTags) / tags }),
    ...(elementsSeen > 0 && { non_element_ratio: (tagsSeen - elementsSeen) / tagsSeen }),
    ...(obfuscation > 0 && tags > 0 && { obfuscation_ratio: obfuscation / tags }),
    ...(renderer.uris.truncated && { uri_truncated: 1 }),
    ...Object.fromEntries([...renderer.noticed].map((name) => [name, 1])),
  };
}

function factsOf(renderer: HtmlRenderer, text: string, numbers: HtmlNumbers): HtmlFacts {
  const uris = new Map<string, HtmlUri>();
  for (const [uri, { types, anchorTexts }] of renderer.uris.uris) {
    uris.set(toOctets(uri), { types, anchorTexts: anchorTexts.map(toOctets) });
  }
  return {
    text,
    numbers,
    inside: renderer.inside,
    titles: renderer.titles,
    anchors: renderer.uris.anchors,
    comments: renderer.comments,
    scripts: renderer.scripts,
    uris,
  };
}
