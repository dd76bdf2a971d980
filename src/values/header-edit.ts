/**
 * Many changes of one header in one pass: each takes constant time, the message is made once. Fields are named by
 * identity; of an object that stands in the header twice, the topmost is meant. What a change does is what the
 * functions of message.ts do one by one.
 */
import type { Body } from './body.js';
import type { HeaderField } from './header.js';
import { isMailboxLineField } from './header-field.js';
import { changed, type Message } from './message.js';

interface Node {
  field: HeaderField;
  before: Node | undefined;
  after: Node | undefined;
}

export class HeaderEditor {
  readonly #message: Message;
  readonly #nodes: Map<HeaderField, Node> = new Map();
  #first: Node | undefined = undefined;
  #last: Node | undefined = undefined;
  #body: Body;
  #touched = false;

  constructor(message: Message) {
    this.#message = message;
    this.#body = message.body;
    for (const field of message.header) this.#link(field, this.#last, undefined);
  }

  /** On top; only an mbox `From ` line stays above it. */
  prepend(field: HeaderField): boolean {
    let above: Node | undefined;
    let below = this.#first;
    while (below !== undefined && isMailboxLineField(below.field)) {
      above = below;
      below = below.after;
    }
    return this.#put(field, above, below);
  }

  append(field: HeaderField): boolean {
    return this.#put(field, this.#last, undefined);
  }

  /** False when `existing` is not in the header; so for the next two. */
  insertBefore(existing: HeaderField, field: HeaderField): boolean {
    const node = this.#nodes.get(existing);
    return node !== undefined && this.#put(field, node.before, node);
  }

  replace(existing: HeaderField, field: HeaderField): boolean {
    const node = this.#nodes.get(existing);
    if (node === undefined) return false;
    this.#nodes.delete(existing);
    node.field = field;
    this.#nodes.set(field, node);
    this.#touched = true;
    return true;
  }

  remove(existing: HeaderField): boolean {
    const node = this.#nodes.get(existing);
    if (node === undefined) return false;
    this.#nodes.delete(existing);
    if (node.before === undefined) this.#first = node.after;
    else node.before.after = node.after;
    if (node.after === undefined) this.#last = node.before;
    else node.after.before = node.before;
    this.#touched = true;
    return true;
  }

  replaceBody(body: Body): boolean {
    this.#body = body;
    this.#touched = true;
    return true;
  }

  /** The message with all changes; the one given when there were none. */
  message(): Message {
    if (!this.#touched) return this.#message;
    const fields: HeaderField[] = [];
    for (let node = this.#first; node !== undefined; node = node.after) fields.push(node.field);
    return changed(this.#message, fields, this.#body);
  }

  #put(field: HeaderField, above: Node | undefined, below: Node | undefined): boolean {
    this.#link(field, above, below);
    this.#touched = true;
    return true;
  }

  #link(field: HeaderField, above: Node | undefined, below: Node | undefined): void {
    const node: Node = { field, before: above, after: below };
    if (above === undefined) this.#first = node;
    else above.after = node;
    if (below === undefined) this.#last = node;
    else below.before = node;
    if (below !== undefined || !this.#nodes.has(field)) this.#nodes.set(field, node);
  }
}
