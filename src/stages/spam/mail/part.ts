/**
 * One part of a message as rules see it: decoded and rendered when somebody asks, once. What is text is decided as SpamAssassin decides:
 * plain text and HTML, HTML also by a file name. A part that could not be taken apart is shown as plain text.
 */
import { partToUtf8 } from './charset.js';
import { readParameters } from './content-type.js';
import type { DomainRules } from './domains.js';
import { headerView } from './header-view.js';
import { renderHtml } from './html/index.js';
import type { HeaderView, PartView, RenderedPart } from './mail-view.js';
import { decodeTransfer } from './transfer.js';
import { encodingOf, lastValue, type Node, nameOf } from './tree.js';

export interface Rendered extends RenderedPart {
  /** It is known to be characters: white space of all scripts counts, and lengths are in characters. */
  readonly wide: boolean;
}

const nothing: Uint8Array = new Uint8Array(0);

export class Part implements PartView {
  readonly type: string;
  readonly charset: string | undefined;
  readonly encoding: string;
  readonly boundary: string | undefined;
  readonly fileName: string | undefined;
  readonly parent: number | undefined;
  readonly leaf: boolean;
  readonly raw: Uint8Array;
  readonly incomplete: boolean;
  readonly #node: Node;
  readonly #rules: DomainRules;
  readonly #effectiveType: string;
  #header: HeaderView | undefined;
  #decoded: Uint8Array | undefined;
  #rendered: Rendered | undefined;

  constructor(
    node: Node,
    parent: number | undefined,
    incomplete: boolean,
    rules: DomainRules,
    header: HeaderView | undefined,
  ) {
    this.#node = node;
    this.#rules = rules;
    this.#header = header;
    this.type = node.type;
    this.leaf = node.children === undefined;
    this.charset = node.contentType.charset;
    this.boundary = node.boundary;
    this.fileName = this.leaf || node.type.startsWith('message/') ? nameOf(node) : undefined;
    this.encoding = encodingOf(node.fields);
    this.parent = parent;
    this.raw = node.content ?? nothing;
    this.incomplete = incomplete || node.asText;
    this.#effectiveType = node.asText
      ? 'text/plain'
      : /\.s?html?$/i.test(this.fileName ?? '')
        ? 'text/html'
        : node.type;
  }

  get parameters(): ReadonlyMap<string, string> {
    return readParameters(lastValue(this.#node.fields, 'content-type') ?? '');
  }

  get disposition(): string | undefined {
    const value = lastValue(this.#node.fields, 'content-disposition');
    return value === undefined ? undefined : /^[^;\t-\r ]*/.exec(value)?.[0].toLowerCase();
  }

  get header(): HeaderView {
    this.#header ??= headerView(this.#node.fields, blockOf(this.#node), this.#rules);
    return this.#header;
  }

  get decoded(): Uint8Array {
    this.#decoded ??= decodeTransfer(this.raw, this.encoding, /^(?:text|message)\b/.test(this.type));
    return this.#decoded;
  }

  /** `body` rules see it. */
  get isText(): boolean {
    return this.leaf && (this.#effectiveType === 'text/plain' || this.#effectiveType === 'text/html');
  }

  /** `rawbody` rules see it. */
  get isRawText(): boolean {
    return this.leaf && this.type !== 'text/calendar' && /^(?:text|message)\b/.test(this.#effectiveType);
  }

  get rendered(): Rendered | undefined {
    if (this.isText) this.#rendered ??= this.#render();
    return this.#rendered;
  }

  #render(): Rendered {
    const source = this.decoded;
    const type = this.#effectiveType;
    const { text, characters: wide } = partToUtf8(source, this.charset ?? 'us-ascii');
    if (type !== 'text/html' || text === '') {
      return { type, text, visible: text, invisible: '', html: undefined, wide };
    }
    const html = renderHtml(text, source.length, wide);
    return {
      type,
      text: html.text,
      visible: html.visible,
      invisible: html.invisible,
      html: html.facts,
      wide: html.wide,
    };
  }
}

/** Fields of a part were not kept as they came: put together again. */
function blockOf({ fields }: Node): string {
  return fields.map(({ name, raw }) => `${name}: ${raw}`).join('');
}
