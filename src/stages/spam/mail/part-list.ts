/**
 * The parts of a tree in order: each before those inside it. Text is cut where there is more of it than a limit.
 */
import type { DomainRules } from './domains.js';
import type { HeaderView } from './mail-view.js';
import { Part } from './part.js';
import type { Node } from './tree.js';

export interface PartList {
  readonly parts: readonly Part[];
  /** Octets of text that were left out. */
  readonly cut: number;
}

/** `cut`: the message ends before its end. `limit`: octets of text in all. */
export function partList(root: Node, header: HeaderView, cut: boolean, rules: DomainRules, limit: number): PartList {
  const parts: Part[] = [];
  const open: { node: Node; parent: number | undefined }[] = [{ node: root, parent: undefined }];
  let left = limit;
  let leftOut = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, parent } = next;
    const { children, content } = node;
    const last = cut && open.length === 0 && children === undefined;
    const index = parts.length;
    const over = content === undefined ? 0 : Math.max(content.length - left, 0);
    const part = new Part(node, parent, last, rules, parent === undefined ? header : undefined);
    if (part.isText || part.isRawText) {
      left -= (content?.length ?? 0) - over;
      leftOut += over;
      if (over > 0) {
        node.content = content?.subarray(0, content.length - over);
        parts.push(new Part(node, parent, true, rules, parent === undefined ? header : undefined));
      } else parts.push(part);
    } else parts.push(part);
    for (let i = (children?.length ?? 0) - 1; i >= 0; i--) open.push({ node: children?.[i] as Node, parent: index });
  }
  return { parts, cut: leftOut };
}
