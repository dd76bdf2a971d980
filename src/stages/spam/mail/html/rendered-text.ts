/** The text of an HTML document as it is put together: pieces that are seen, pieces that are not, and the white space of elements. */

/** Kinds of pieces. */
const seen = 0;
const unseen = 1;
const space = 2;

export class RenderedText {
  private readonly pieces: string[] = [];
  private readonly kinds: number[] = [];
  /** Some of it is not seen. */
  private hides = false;

  /** The last piece; undefined at the beginning. */
  get last(): string | undefined {
    return this.pieces[this.pieces.length - 1];
  }

  whiteSpace(text: string): void {
    const at = this.pieces.length - 1;
    if (this.kinds[at] === seen && this.last?.endsWith(' ')) this.pieces[at] = (this.last as string).slice(0, -1);
    this.push(text, space);
  }

  add(text: string, visible: boolean): void {
    const collapsed = /[\t-\r\u00c2]| {2}/.test(text) ? text.replace(/[ \t-\r]+|\u00c2\u00a0/g, ' ') : text;
    const behindSpace = visible && this.kinds[this.kinds.length - 1] === space;
    this.push(behindSpace && collapsed.startsWith(' ') ? collapsed.slice(1) : collapsed, visible ? seen : unseen);
  }

  all(): string {
    return this.pieces.join('');
  }

  /** White space of elements is visible. */
  part(visible: boolean): string {
    if (!this.hides) return visible ? this.all() : '';
    return this.pieces.filter((_, i) => (this.kinds[i] !== unseen) === visible).join('');
  }

  private push(text: string, kind: number): void {
    this.pieces.push(text);
    this.kinds.push(kind);
    if (kind === unseen) this.hides = true;
  }
}
