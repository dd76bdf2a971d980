/**
 * The parts of a message as a tree (RFC 2046), built as SpamAssassin builds it: a multipart without a boundary takes that of the multipart
 * around it, attached messages are decoded first, what is too deep stays one part. Within limits; without recursion; nothing that is no
 * multipart or message is copied or decoded.
 */
import { concatBytes, decodeLatin1, LF } from '../../../values/bytes.js';
import { type ContentType, dispositionName, readContentType } from './content-type.js';
import { decodeFieldBody } from './encoded-words.js';
import { type Field, type Head, MAX_VALUE, readHead } from './head.js';
import type { MailLimits } from './limits.js';
import { squeezeBlankLines, toLf, usesCrlf } from './lines.js';
import { cutMultipart } from './multipart.js';
import { decodeTransfer } from './transfer.js';

export interface Node {
  readonly fields: readonly Field[];
  readonly contentType: ContentType;
  type: string;
  boundary: string | undefined;
  /** Undefined where parts are inside. */
  content: Uint8Array | undefined;
  children: Node[] | undefined;
  /** Text whatever its type says: it could not be taken apart. */
  asText: boolean;
}

export interface Tree {
  readonly root: Node;
  readonly missingHeaders: boolean;
  readonly missingSeparator: boolean;
  readonly epilogue: boolean;
  readonly unclosed: number;
  readonly partLimitExceeded: boolean;
  readonly incomplete: readonly string[];
}

const CUT_FIELD = `header fields behind ${MAX_VALUE} octets`;

interface Task {
  readonly node: Node;
  readonly boundary: string | undefined;
  readonly body: Uint8Array;
  readonly bodyFirst: boolean;
  readonly depth: number;
}

/** `body`: behind the header, line ends as they came but for CRLF as LF. */
export function buildTree(head: Head, body: Uint8Array, limits: MailLimits): Tree {
  const builder = new Builder(limits);
  return builder.build(head, body);
}

class Builder {
  readonly #limits: MailLimits;
  readonly #queue: Task[] = [];
  readonly #boundaries: Map<string, number> = new Map();
  readonly #incomplete: Set<string> = new Set();
  #room: number;
  #missingHeaders = false;
  #missingSeparator = false;
  #epilogue = false;
  #limitExceeded = false;

  constructor(limits: MailLimits) {
    this.#limits = limits;
    this.#room = limits.parts;
  }

  build(head: Head, body: Uint8Array): Tree {
    const root = this.#message(head, body, this.#limits.nesting);
    // Grows while it is read.
    for (const task of this.#queue) this.#parse(task);
    return {
      root,
      missingHeaders: this.#missingHeaders,
      missingSeparator: this.#missingSeparator,
      epilogue: this.#epilogue,
      unclosed: [...this.#boundaries.values()].filter((count) => count !== 0).length,
      partLimitExceeded: this.#limitExceeded,
      incomplete: [...this.#incomplete],
    };
  }

  #message(head: Head, whole: Uint8Array, depth: number): Node {
    const node = newNode(head.fields);
    if (head.truncated) this.#incomplete.add(CUT_FIELD);
    const { boundary, type } = node.contentType;
    let body = squeezeBlankLines(whole);
    const bodyFirst = type.startsWith('multipart/') && beginsWithText(body, boundary);
    if (bodyFirst && boundary === undefined) body = concatBytes([Uint8Array.of(LF), body]);
    this.#queue.push({ node, boundary, body, bodyFirst, depth });
    return node;
  }

  #parse(task: Task): void {
    const { node, boundary, body, depth } = task;
    const multipart = node.type.startsWith('multipart/') && boundary !== undefined;
    if (multipart && depth > 0) this.#multipart(task, boundary);
    else {
      this.#leaf(node, boundary, body);
      if (multipart) this.#tooDeep(node);
      else if (node.type === 'message/rfc822' || node.type === 'message/global') this.#attached(node, body, depth);
    }
  }

  #tooDeep(node: Node): void {
    node.asText = true;
    this.#incomplete.add(`parts more than ${this.#limits.nesting} deep were not told apart`);
  }

  #multipart({ node, body, bodyFirst, depth }: Task, boundary: string): void {
    const cut = cutMultipart(body, boundary, bodyFirst, Math.min(this.#limits.partsOfMultipart, this.#room));
    this.#room -= cut.parts.length;
    if (cut.opened) this.#boundaries.set(boundary, 1);
    if (cut.closed) this.#boundaries.set(boundary, (this.#boundaries.get(boundary) ?? 0) - 1);
    this.#missingHeaders ||= cut.missingHeaders;
    this.#missingSeparator ||= cut.missingSeparator;
    this.#epilogue ||= cut.epilogue;
    if (cut.truncated) this.#incomplete.add(CUT_FIELD);
    node.children = cut.parts.map(({ fields, content }) => {
      const child = newNode(fields);
      if (child.contentType.missing && node.type === 'multipart/digest') child.type = 'message/rfc822';
      const inner = child.contentType.boundary || boundary;
      this.#queue.push({ node: child, boundary: inner, body: content, bodyFirst: false, depth: depth - 1 });
      return child;
    });
    if (cut.rest !== undefined) this.#tooMany(node, cut.rest);
  }

  /** What follows the last part that is told apart is one more, looked at as it is. */
  #tooMany(node: Node, rest: Uint8Array): void {
    this.#limitExceeded = true;
    const { parts, partsOfMultipart } = this.#limits;
    const most = node.children?.length === partsOfMultipart ? partsOfMultipart : parts;
    this.#incomplete.add(`more than ${most} parts were not told apart`);
    const child = newNode([]);
    child.content = rest;
    child.asText = true;
    node.children?.push(child);
  }

  #leaf(node: Node, boundary: string | undefined, body: Uint8Array): void {
    const { contentType } = node;
    if (!contentType.missing) {
      const whole = !contentType.type.startsWith('multipart/') || boundary !== undefined;
      node.type = whole ? contentType.type : 'text/plain';
    }
    node.boundary = boundary;
    node.content = body;
  }

  #attached(node: Node, body: Uint8Array, depth: number): void {
    if (depth <= 0 || this.#room <= 0) {
      node.asText = true;
      this.#incomplete.add(`attached messages more than ${this.#limits.nesting} deep were not told apart`);
      return;
    }
    const decoded = decodeTransfer(body, encodingOf(node.fields), true);
    if (decoded.length === 0) return;
    this.#room--;
    const text = usesCrlf(decoded) ? toLf(decoded) : decoded;
    const head = readHead(decodeLatin1(text.subarray(0, this.#limits.header)));
    node.children = [this.#message(head, text.subarray(head.bodyStart), depth - 1)];
    node.content = undefined;
  }
}

function newNode(fields: readonly Field[]): Node {
  const contentType = readContentType(lastValue(fields, 'content-type'));
  return {
    fields,
    contentType,
    type: contentType.type,
    boundary: undefined,
    content: undefined,
    children: undefined,
    asText: false,
  };
}

/** The last field of that name, decoded. */
export function lastValue(fields: readonly Field[], lowerName: string): string | undefined {
  const field = fields.findLast(({ name }) => name.toLowerCase() === lowerName);
  return field === undefined ? undefined : decodeFieldBody(field.raw, field.name);
}

export function encodingOf(fields: readonly Field[]): string {
  return (lastValue(fields, 'content-transfer-encoding') ?? '').toLowerCase();
}

export function nameOf(node: Node): string | undefined {
  return dispositionName(lastValue(node.fields, 'content-disposition') ?? '') ?? node.contentType.name;
}

/** The first of several lines is neither blank nor a delimiter: it must not be taken for a field of the first part. */
function beginsWithText(body: Uint8Array, boundary: string | undefined): boolean {
  const lf = body.indexOf(LF);
  if (lf === -1 || lf === body.length - 1) return false;
  const line = decodeLatin1(body.subarray(0, lf));
  return /[^\t-\r ]/.test(line) && (boundary === undefined || !line.startsWith(`--${boundary}`));
}
