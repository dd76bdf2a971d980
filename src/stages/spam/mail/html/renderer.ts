/**
 * HTML rendered for scoring: text with its white space, which of it a reader can see, and the facts that rules ask for. Follows what
 * SpamAssassin 4.0.1 renders, its oddities with it where rules see them.
 */
import { elements, isOfficeElement, renderedBadTags, whiteSpace } from './elements.js';
import { isFontList } from './font-names.js';
import { isWide, seamOf } from './obfuscation.js';
import { RenderedText } from './rendered-text.js';
import type { Attributes, StartTag } from './start-tag.js';
import { StyleStack, type TextStyle, visibilityOf } from './text-style.js';
import type { HtmlSink } from './tokenizer.js';
import { UriCollector } from './uris.js';

/** Elements that do something with their text. */
const textual: ReadonlySet<string> = new Set(['script', 'style', 'a', 'title']);

export class HtmlRenderer implements HtmlSink {
  readonly rendered: RenderedText = new RenderedText();
  readonly styles: StyleStack = new StyleStack();
  readonly uris: UriCollector = new UriCollector();
  readonly inside: Map<string, number> = new Map();
  readonly titles: string[] = [];
  readonly comments: string[] = [];
  readonly scripts: string[] = [];
  readonly backhair: Set<string> = new Set();
  readonly noticed: Set<string> = new Set();
  tags = 0;
  elementTags = 0;
  tagsSeen = 0;
  elementsSeen = 0;
  closedExtra = 0;
  obfuscation = 0;
  imageArea = 0;
  private readonly wideInput: boolean;
  private lastWide = false;
  /** Inside of an element of `textual`. */
  private insideTextual = false;
  /** The style that was judged last, which is mostly the next one. */
  private judged: TextStyle | undefined;
  private judgedVisible = true;

  /** `wideInput`: the source has characters beyond ASCII. */
  constructor(wideInput: boolean) {
    this.wideInput = wideInput;
  }

  start(name: string, tag: StartTag): void {
    if (!this.count(name, 1)) return;
    let attributes: Attributes | undefined;
    const get = (): Attributes => {
      attributes ??= tag.attributes();
      return attributes;
    };
    this.styles.open(name, get);
    this.space(name);
    // Inside of an anchor an image is its text.
    if (name === 'img' && this.isInside('a')) this.uris.anchorText('<img>\n');
    this.uris.element(name, get);
    this.notice(name, get);
  }

  end(name: string): void {
    if (!this.count(name, -1)) return;
    this.styles.close(name);
    this.space(name);
  }

  text(text: string): void {
    if (this.insideTextual && !this.textOfElement(text)) return;
    const visible = !hasInk(text) || this.judge();
    const wide = this.wideInput || isWide(text);
    this.compare(text, wide);
    this.rendered.add(text, visible);
    this.lastWide = wide;
  }

  /** False: it is not rendered. */
  private textOfElement(text: string): boolean {
    if (this.isInside('script')) {
      this.scripts.push(text);
      return false;
    }
    if (this.isInside('style')) return false;
    if (this.isInside('a')) this.uris.anchorText(text);
    if (this.isInside('title') && this.titles.length > 0) this.titles[this.titles.length - 1] += text;
    return true;
  }

  comment(text: string): void {
    this.comments.push(text);
  }

  declaration(text: string): void {
    if (!/^<!doctype/i.test(text)) return;
    this.elementTags++;
    this.tags++;
    this.inside.set('!doctype', 0);
  }

  /** Counts a tag; false: it has no effect. */
  private count(name: string, step: 1 | -1): boolean {
    const office = isOfficeElement(name);
    const element = office || elements.has(name);
    const before = this.inside.get(name);
    this.tags++;
    if (element) this.elementTags++;
    if (before === undefined) {
      this.tagsSeen++;
      if (element) this.elementsSeen++;
    }
    const open = (before ?? 0) + step;
    if (open < 0) this.closedExtra++;
    this.inside.set(name, Math.max(open, 0));
    if (textual.has(name)) this.insideTextual = [...textual].some((one) => this.isInside(one));
    return !office && (element || renderedBadTags.has(name));
  }

  private isInside(name: string): boolean {
    return (this.inside.get(name) ?? 0) > 0;
  }

  private space(name: string): void {
    const text = whiteSpace.get(name);
    if (text !== undefined) this.rendered.whiteSpace(text);
  }

  /** Whether text can be seen here. */
  private judge(): boolean {
    const style = this.styles.current;
    if (style === this.judged) return this.judgedVisible;
    const visibility = visibilityOf(style);
    this.judged = style;
    this.judgedVisible = visibility === 'visible';
    if (visibility === 'low-contrast') this.noticed.add('font_low_contrast');
    if (visibility === 'invalid-colour') this.noticed.add('font_invalid_color');
    return this.judgedVisible;
  }

  private compare(text: string, wide: boolean): void {
    const before = this.rendered.last;
    if (before === undefined) return;
    const seam = seamOf(before, this.lastWide, text, wide);
    if (seam.torn) this.obfuscation++;
    if (seam.lengths !== undefined) this.backhair.add(seam.lengths);
  }

  private notice(name: string, attributes: () => Attributes): void {
    switch (name) {
      case 'font':
        if (isBadFace(attributes().get('face'))) this.noticed.add('font_face_bad');
        break;
      case 'img':
        this.imageArea += areaOf(attributes());
        break;
      case 'form':
        if (/mailto:/i.test(attributes().get('action') ?? '')) this.noticed.add('form_action_mailto');
        break;
      case 'object':
      case 'embed':
        this.noticed.add('embeds');
        break;
      case 'title':
        this.titles.push('');
        break;
    }
  }
}

/** Anything but white space. */
function hasInk(text: string): boolean {
  if (/[^ \t\n\r\f\v\u00a0\u00c2]/.test(text)) return true;
  return text.replace(/[ \t\n\r\f\v]|\u00c2\u00a0/g, '') !== '';
}

/** No list of font names in letters: other scripts, odd characters. */
function isBadFace(face: string | undefined): boolean {
  return face !== undefined && !isFontList(face);
}

/** In pixels of a screen of 800 by 600; what is not told counts as 200. */
function areaOf(attributes: Attributes): number {
  const width = attributes.get('width');
  const height = attributes.get('height');
  return width === undefined || height === undefined ? 0 : pixels(width, 8) * pixels(height, 6);
}

function pixels(value: string, ofPercent: number): number {
  const match = /^(\d+)(%)?\n?$/.exec(value);
  const size = match === null ? 0 : Number(match[1]) * (match[2] === undefined ? 1 : ofPercent);
  return size <= 0 ? 200 : size;
}
