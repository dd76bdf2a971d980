/**
 * How text looks at a place of an HTML document: colours, size, whether it is displayed; the elements that change it, those open, and
 * whether a reader can see it. As SpamAssassin judges: no style sheets, no inheritance of what browsers would, `bgcolor` is passed over.
 */
import { lastLayer, readColour, readRgb } from './colours.js';
import type { Attributes } from './start-tag.js';

export interface TextStyle {
  readonly foreground: string;
  readonly background: string;
  readonly size: number;
  readonly display: string | undefined;
  readonly visibility: string | undefined;
}

type Draft = { -readonly [Key in keyof TextStyle]: TextStyle[Key] };

const plain: TextStyle = {
  foreground: '#000000',
  background: '#ffffff',
  size: 3,
  display: undefined,
  visibility: undefined,
};

const styled = ['style'];
/** Attributes that count, for each element that changes the style. */
const styleAttributes: ReadonlyMap<string, readonly string[]> = new Map([
  ['body', ['text', 'bgcolor', 'link', 'alink', 'vlink', 'background']],
  ['font', ['color', 'face', 'size']],
  ['basefont', ['color', 'face', 'size']],
  ['table', ['bgcolor', 'style']],
  ['td', ['bgcolor', 'style']],
  ['tr', ['bgcolor', 'style']],
  ['span', styled],
  ['p', styled],
  ['div', styled],
  ['a', styled],
  ['big', []],
  ['small', []],
]);

export class StyleStack {
  /** Of all styles that an attribute took part in. */
  largest = 3;
  smallest = 3;
  private base = 3;
  private readonly tags: string[] = [];
  private readonly styles: TextStyle[] = [plain];
  private readonly count = new Map<string, number>();

  get current(): TextStyle {
    return this.styles[this.styles.length - 1] as TextStyle;
  }

  open(element: string, attributes: () => Attributes): void {
    const tag = element === 'th' ? 'td' : element;
    const names = styleAttributes.get(tag);
    if (names === undefined) return;
    const given = names.length === 0 ? undefined : attributes();
    if (tag === 'basefont') {
      const size = /^\s*(\d+)/.exec(given?.get('size')?.slice(0, 100) ?? '');
      if (size !== null) {
        this.base = Number(size[1]);
        return;
      }
    }
    if (tag === 'td' || tag === 'tr') this.closeCells(tag);
    this.push(tag, given === undefined ? resized(this.current, tag) : this.apply(names, given));
  }

  close(element: string): void {
    const tag = element === 'th' ? 'td' : element;
    if (tag === 'body' || !styleAttributes.has(tag) || (this.count.get(tag) ?? 0) === 0) return;
    while (this.pop() !== tag);
  }

  /** An open cell or row ends where the next begins. */
  private closeCells(tag: string): void {
    if ((this.count.get(tag) ?? 0) === 0) return;
    for (;;) {
      const top = this.tags[this.tags.length - 1];
      if (top !== 'font' && top !== 'td' && !(top === 'tr' && tag === 'tr')) return;
      this.pop();
    }
  }

  private push(tag: string, style: TextStyle): void {
    this.tags.push(tag);
    this.styles.push(style);
    this.count.set(tag, (this.count.get(tag) ?? 0) + 1);
  }

  private pop(): string | undefined {
    const tag = this.tags.pop();
    if (tag === undefined) return undefined;
    this.styles.pop();
    this.count.set(tag, (this.count.get(tag) ?? 1) - 1);
    return tag;
  }

  private apply(names: readonly string[], attributes: Attributes): TextStyle {
    let style: Draft | undefined;
    for (const [name, value] of attributes) {
      if (!names.includes(name)) continue;
      style ??= { ...this.current };
      if (name === 'text' || name === 'color') style.foreground = readColour(value);
      else if (name === 'size') style.size = this.fontSize(value) ?? style.size;
      else if (name === 'style') readStyle(value, style, this.current);
      if (style.size > this.largest) this.largest = style.size;
      else if (style.size < this.smallest) this.smallest = style.size;
    }
    return style ?? this.current;
  }

  private fontSize(value: string): number | undefined {
    const size = /^\s*([+-]?)(\d+)/.exec(value.slice(0, 100));
    if (size === null) return undefined;
    const number = Number(size[2]);
    return size[1] === '' ? number : this.base + (size[1] === '-' ? -number : number);
  }
}

function resized(style: TextStyle, tag: string): TextStyle {
  return { ...style, size: style.size + (tag === 'big' ? 1 : -1) };
}

/** Declarations of a `style` attribute. */
function readStyle(css: string, style: Draft, around: TextStyle): void {
  for (const declaration of css.split(';')) readDeclaration(declaration, style);
  if (style.background === 'transparent') style.background = around.background;
  if (style.foreground === 'transparent') style.foreground = style.background;
}

function readDeclaration(declaration: string, style: Draft): void {
  const head = /^\s*([a-z_-]+)\s*:/i.exec(declaration);
  if (head === null) return;
  const property = head[1] as string;
  const lower = property.toLowerCase();
  const value = cssValue(declaration.slice(head[0].length));
  if (value === undefined) return;
  // A space before the colon is right for `display` alone.
  const tight = !/\s:$/.test(head[0]);
  if (tight && lower === 'color') style.foreground = colourOf(value, style.foreground);
  else if (tight && lower === 'background-color') style.background = colourOf(value, style.background);
  else if (tight && property === 'background') style.background = backgroundOf(value) ?? style.background;
  else if (property === 'display' && value !== ' ') style.display = value.toLowerCase();
  else if (property === 'visibility' && value !== ' ') style.visibility = value.toLowerCase();
}

/** Without white space around it; `' '` where there is nothing else. Undefined: no value, or one of several lines. */
function cssValue(text: string): string | undefined {
  const value = text.trim();
  if (value === '') return /[^\n]/.test(text) ? ' ' : undefined;
  return value.includes('\n') ? undefined : value;
}

function colourOf(written: string, before: string): string {
  const value = withoutImportant(written.toLowerCase());
  if (value.includes('rgb')) return readRgb(value);
  if (value === 'inherit') return before;
  return value === 'transparent' ? value : readColour(value);
}

function withoutImportant(value: string): string {
  if (!value.endsWith('important')) return value;
  const mark = value.slice(0, -'important'.length).trimEnd();
  return mark.endsWith('!') ? mark.slice(0, -1).trimEnd() : value;
}

function backgroundOf(value: string): string | undefined {
  for (const word of lastLayer(value.toLowerCase())) {
    const colour = readColour(word);
    if (colour !== 'invalid') return colour;
  }
  return undefined;
}

export type Visibility = 'visible' | 'low-contrast' | 'invalid-colour' | 'hidden';

export function visibilityOf(style: TextStyle): Visibility {
  const { foreground, background } = style;
  if (foreground.slice(-6) === background.slice(-6) || tooClose(foreground, background)) return 'low-contrast';
  if (foreground === 'invalid' || background === 'invalid') return 'invalid-colour';
  return style.size <= 1 || style.display === 'none' || style.visibility === 'hidden' ? 'hidden' : 'visible';
}

/** The distance of the colours, weighted by brightness, is below 12 of 191. */
function tooClose(foreground: string, background: string): boolean {
  const hex = /^#[0-9a-f]{6}$/;
  if (!hex.test(foreground) || !hex.test(background)) return false;
  const distance = (from: number, weight: number) =>
    weight *
    (Number.parseInt(foreground.slice(from, from + 2), 16) - Number.parseInt(background.slice(from, from + 2), 16));
  return Math.hypot(distance(1, 0.2126), distance(3, 0.7152), distance(5, 0.0722)) < 12;
}
