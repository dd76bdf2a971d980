/** URIs of HTML elements and the texts of anchors, collected in the order met; relative ones are resolved against `<base>`. */
import type { HtmlUri } from './facts.js';
import type { Attributes } from './start-tag.js';
import { targetUri } from './target-uri.js';

export interface UriRecord extends HtmlUri {
  readonly types: Set<string>;
  readonly anchorTexts: string[];
}

const longestUri = 8192;

const attributeOf: ReadonlyMap<string, 'background' | 'href' | 'src' | 'action'> = new Map([
  ...['body', 'table', 'tr', 'td'].map((name) => [name, 'background'] as const),
  ...['a', 'area', 'link'].map((name) => [name, 'href'] as const),
  ...['img', 'frame', 'iframe', 'embed', 'script', 'bgsound'].map((name) => [name, 'src'] as const),
  ['form', 'action'] as const,
]);

export class UriCollector {
  readonly uris: Map<string, UriRecord> = new Map();
  readonly anchors: string[] = [];
  truncated = false;
  private base = '';
  private anchor: UriRecord | undefined;

  /** A start tag. */
  element(name: string, attributes: () => Attributes): void {
    const attribute = attributeOf.get(name);
    if (attribute !== undefined) this.reference(name, attribute, attributes());
    else if (name === 'base') this.setBase(attributes().get('href'));
    else if (name === 'meta') this.refresh(attributes());
    if (name === 'a') this.openAnchor(hrefOf(attributes()) ?? '');
  }

  /** Text inside of the last anchor. */
  anchorText(text: string): void {
    if (this.anchor === undefined) return;
    append(this.anchor.anchorTexts, text);
    append(this.anchors, text);
  }

  private reference(element: string, attribute: 'background' | 'href' | 'src' | 'action', all: Attributes): void {
    const value = attribute === 'href' ? hrefOf(all) : attribute === 'src' ? written(all, 'src') : all.get(attribute);
    if (value !== undefined) this.add(element, value);
    const redirect = attribute === 'href' ? all.get('data-saferedirecturl') : undefined;
    if (redirect !== undefined) this.add(element, redirect);
  }

  private add(type: string, value: string): void {
    const uri = this.clean(value);
    if (uri === '') return;
    const target = /^(?:cid|data|file|mailto|tel):/i.test(uri) ? uri : targetUri(this.base, uri);
    if (target !== '') this.record(target).types.add(type);
  }

  private record(uri: string): UriRecord {
    let found = this.uris.get(uri);
    if (found === undefined) {
      found = { types: new Set(), anchorTexts: [] };
      this.uris.set(uri, found);
    }
    return found;
  }

  private openAnchor(href: string): void {
    this.anchor = this.record(this.clean(href));
    this.anchor.anchorTexts.push('');
    this.anchors.push('');
  }

  private clean(value: string): string {
    const uri = trimmed(value);
    if (uri.length <= longestUri) return uri;
    this.truncated = true;
    return uri.slice(0, longestUri);
  }

  /** Only absolute ones count as base, as in browsers. */
  private setBase(href: string | undefined): void {
    if (href === undefined || href === '' || href === '0') return;
    const uri = this.clean(href);
    this.add('base', uri);
    if (!/^(?:https?|ftp):/i.test(uri)) return;
    const folder = withoutFile(uri);
    this.base = folder.endsWith('/') ? folder : `${folder}/`;
  }

  private refresh(attributes: Attributes): void {
    const content = attributes.get('content');
    if (content === undefined || !/refresh/i.test(attributes.get('http-equiv') ?? '')) return;
    let last: RegExpExecArray | undefined;
    const pattern = /\burl\s*=\s*/gi;
    for (let match = pattern.exec(content); match !== null; match = pattern.exec(content)) last = match;
    if (last === undefined) return;
    // Only the first line is searched for its beginning.
    const uri = content.slice(0, last.index).includes('\n') ? content : content.slice(last.index + last[0].length);
    const semicolon = uri.indexOf(';');
    const line = semicolon < 0 ? -1 : uri.indexOf('\n', semicolon);
    const front = semicolon < 0 ? uri : uri.slice(0, semicolon).trimEnd();
    this.add('meta', line < 0 ? front : front + uri.slice(line));
  }
}

function append(texts: string[], text: string): void {
  if (texts.length > 0) texts[texts.length - 1] += text;
}

/** Of `<a img/href=...>`, too, as browsers read it. */
function written(attributes: Attributes, name: 'href' | 'src'): string | undefined {
  let value = attributes.get(name);
  for (const [key, other] of attributes) if (/\w\//.test(key) && key.includes(`/${name}`)) value = other;
  return value;
}

function hrefOf(attributes: Attributes): string | undefined {
  return written(attributes, 'href')?.replace(/\ufeff|\u00ef\u00bb\u00bf/g, '');
}

function isBlank(unit: number): boolean {
  return unit <= 32 ? unit === 32 || (unit >= 9 && unit <= 13) : unit === 0xa0 || unit === 0x85 || unit === 0x3000;
}

function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** `http://a.example/b/index.html` without its last part, if that has an ending of two to four characters. */
function withoutFile(uri: string): string {
  const front = /^[a-z]+:\/{0,2}[^/]+\//i.exec(uri)?.[0].length;
  const dot = uri.lastIndexOf('.');
  const ending = uri.length - dot - 1;
  if (front === undefined || dot < front || ending < 2 || ending > 4 || uri.includes('/', dot)) return uri;
  let start = dot;
  while (start > front && uri[start - 1] !== '/' && uri[start - 1] !== '.') start--;
  return start < dot ? uri.slice(0, start) : uri;
}
