/**
 * Look-ahead and look-behind where a linear-time engine can do without: at the beginning behind `^`, as a pattern of its
 * own that must, or must not, match as well; at the end and at the beginning, as octets that are matched (nobody asks
 * where a match begins and ends). Elsewhere they are refused.
 */
import { anyOctet } from './byte-set.js';
import { octetsOf, otherThan } from './first-octets.js';
import { choice, type Node, type Pattern, PatternFault, sequence } from './syntax.js';

type Look = Extract<Node, { kind: 'look' }>;

export interface Conjunct {
  readonly node: Node;
  readonly negated: boolean;
}

export interface WithoutLooks {
  readonly node: Node;
  /** Must hold as well, for the same text. */
  readonly also: readonly Conjunct[];
}

/** Throws PatternFault `unsupported` for what is left. */
export function withoutLooks({ node, groups }: Pattern): WithoutLooks {
  const { items, also } = leading(flat(node));
  const branches = items.length === 1 && items[0]?.kind === 'choice' ? items[0].items : [sequence(items)];
  const moved = branches.map((branch) => edges(flat(branch), branches.length > 1 && groups > 0));
  const done = choice(moved);
  refuseLooks(done);
  return { node: done, also };
}

/** The items of a sequence, sequences in it opened. */
function flat(node: Node): readonly Node[] {
  return node.kind === 'sequence' ? node.items.flatMap(flat) : [node];
}

/** `^(?!x)(?=y)z`: each for itself at the beginning of the text. */
function leading(items: readonly Node[]): { readonly items: readonly Node[]; readonly also: readonly Conjunct[] } {
  const [start] = items;
  if (start?.kind !== 'assert' || start.what !== 'start') return { items, also: [] };
  const also: Conjunct[] = [];
  const kept: Node[] = [start];
  for (const [at, item] of items.entries()) {
    if (at === 0) continue;
    if (item.kind !== 'look' || !item.ahead) return { items: [...kept, ...items.slice(at)], also };
    if (!item.negated) refuseCaptures(item);
    refuseLooks(item.body);
    also.push({ node: sequence([start, item.body]), negated: item.negated });
    // Groups of a negated look-ahead take part in no match, and count.
    kept.push(...Array.from({ length: captures(item.body) }, () => unset));
  }
  return { items: kept, also };
}

const unset: Node = {
  kind: 'repeat',
  item: { kind: 'capture', body: { kind: 'set', set: new Uint8Array(256) } },
  min: 0,
  max: 1,
  lazy: false,
};

/** `several`: matches of several branches compete, and groups show which one began first. */
function edges(items: readonly Node[], several: boolean): Node {
  const out = [...items];
  const first = out[0];
  if (first?.kind === 'look' && !first.ahead && !several) out[0] = before(first);
  const last = out.at(-1);
  if (last?.kind === 'look' && last.ahead) out[out.length - 1] = behind(last);
  return sequence(out);
}

/** At the end of a pattern. */
function behind(look: Look): Node {
  if (!look.negated) return look.body;
  const sets = fixed(look);
  const shorter: readonly Node[] = sets.map((_, at) =>
    sequence([...sets.slice(0, at).map(one), { kind: 'assert', what: 'end' }]),
  );
  return choice([...otherThan(sets), ...shorter]);
}

/** At the beginning of a pattern. */
function before(look: Look): Node {
  const sets = fixed(look);
  if (!look.negated) return sequence(sets.map(one));
  const start: Node = { kind: 'assert', what: 'start' };
  const nearStart = sets.map((_, at) => sequence([start, ...filling(at)]));
  const others = otherThan(sets).map((node, at) => sequence([node, ...filling(sets.length - 1 - at)]));
  return choice([...nearStart, ...others]);
}

function one(set: Uint8Array): Node {
  return { kind: 'set', set };
}

function filling(count: number): readonly Node[] {
  return Array.from({ length: count }, () => one(anyOctet));
}

function fixed(look: Look): readonly Uint8Array[] {
  const sets = octetsOf(look.body);
  if (sets === undefined || sets.length === 0 || sets.length > 16) throw refusal(look);
  return sets;
}

function refuseCaptures(look: Look): void {
  if (captures(look.body) > 0) throw refusal(look);
}

function captures(node: Node): number {
  switch (node.kind) {
    case 'capture':
      return 1 + captures(node.body);
    case 'sequence':
    case 'choice':
      return node.items.reduce((sum, item) => sum + captures(item), 0);
    case 'repeat':
      return captures(node.item);
    case 'look':
    case 'atomic':
      return captures(node.body);
    default:
      return 0;
  }
}

function refuseLooks(node: Node): void {
  if (node.kind === 'look') throw refusal(node);
  if (node.kind === 'capture') refuseLooks(node.body);
  else if (node.kind === 'repeat') refuseLooks(node.item);
  else if (node.kind === 'sequence' || node.kind === 'choice') for (const item of node.items) refuseLooks(item);
}

function refusal({ construct, ahead, at }: Look): PatternFault {
  const what = ahead ? 'look-ahead' : 'look-behind';
  const where = ahead ? 'behind the "^", or of a fixed length at the end,' : 'of a fixed length at the beginning';
  const why = `${what} needs a backtracking engine; without one it may only stand ${where} of a pattern`;
  return new PatternFault('unsupported', construct, why, at);
}
