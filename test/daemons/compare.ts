/** Compares what two servers answered and delivered; what differs is known by name, or fails the test. */
import type { Delivered } from './deliveries.js';
import type { Dialogue, Exchange } from './dialogue.js';
import { replyLine } from './wire.js';

/** One difference, as the predicates of known differences see it. */
export interface Difference {
  /** `configuration`: one of them does not take it. */
  readonly kind: 'code' | 'enhanced' | 'text' | 'delivery' | 'configuration' | 'crash';
  /** The command, `(connect)`, `(message)`, or the id of the message. */
  readonly at: string;
  readonly postfix: string;
  readonly postern: string;
  /** main.cf of the configuration. */
  readonly mainCf: string;
  /** Of a recipient that Postfix took and Postern did not: what would become of mail to it. */
  readonly fate?: string;
}

export interface KnownDifference {
  readonly name: string;
  readonly is: (difference: Difference) => boolean;
}

export interface Counts {
  configurations: number;
  sessions: number;
  commands: number;
  messages: number;
  deliveries: number;
  readonly known: Record<string, number>;
}

export const noCounts = (): Counts => ({
  configurations: 0,
  sessions: 0,
  commands: 0,
  messages: 0,
  deliveries: 0,
  known: {},
});

/** The differences of one session that are not known. Codes that differ end the comparison: what follows rests on them. */
export async function compareSession(
  { postfix, postern }: Record<'postfix' | 'postern', readonly Exchange[]>,
  mainCf: string,
  known: readonly KnownDifference[],
  counts: Counts,
  fateOf: (address: string) => Promise<string>,
): Promise<{ readonly differences: readonly Difference[]; readonly diverged: boolean }> {
  const differences: Difference[] = [];
  for (let i = 0; i < Math.max(postfix.length, postern.length); i++) {
    const [a, b] = [postfix[i], postern[i]];
    const at = a?.sent ?? b?.sent ?? '';
    const shown = { at, postfix: a ? replyLine(a.reply) : '(nothing)', postern: b ? replyLine(b.reply) : '(nothing)' };
    counts.commands += 1;
    const kind = differs(a, b);
    if (kind === undefined) continue;
    const taken = /^rcpt to: *<([^>]+)>/i.exec(at)?.[1];
    const asked = taken !== undefined && a?.reply.code === 250 && kind === 'code';
    const difference: Difference = { kind, ...shown, mainCf, ...(asked && { fate: await fateOf(taken) }) };
    if (!isKnown(difference, known, counts)) differences.push(difference);
    if (kind === 'code') return { differences, diverged: true };
  }
  return { differences, diverged: false };
}

function differs(a: Exchange | undefined, b: Exchange | undefined): Difference['kind'] | undefined {
  if (a === undefined || b === undefined || a.reply.code !== b.reply.code) return 'code';
  if (a.reply.code < 400) return undefined;
  if (a.reply.enhanced !== b.reply.enhanced) return 'enhanced';
  return a.reply.lines.join('\n') === b.reply.lines.join('\n') ? undefined : 'text';
}

/** The differences in what was delivered of the messages named. */
export function compareDeliveries(
  ids: readonly string[],
  { postfix, postern }: Record<'postfix' | 'postern', readonly Delivered[]>,
  mainCf: string,
  known: readonly KnownDifference[],
  counts: Counts,
): readonly Difference[] {
  const [left, right] = [byId(postfix), byId(postern)];
  return ids.flatMap((id) => {
    counts.messages += 1;
    const [a, b] = [left.get(id) ?? [], right.get(id) ?? []];
    counts.deliveries += a.length;
    const [x, y] = [a.join('\n=====\n'), b.join('\n=====\n')];
    if (x === y) return [];
    const difference: Difference = { kind: 'delivery', at: id, postfix: x, postern: y, mainCf };
    return isKnown(difference, known, counts) ? [] : [difference];
  });
}

function byId(all: readonly Delivered[]): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const { id, place, message } of all) {
    const list = map.get(id);
    const text = `--- ${place}\n${message}`;
    if (list === undefined) map.set(id, [text]);
    else list.push(text);
  }
  for (const list of map.values()) list.sort();
  return map;
}

export function isKnown(difference: Difference, known: readonly KnownDifference[], counts: Counts): boolean {
  const found = known.find((one) => one.is(difference));
  if (found !== undefined) counts.known[found.name] = (counts.known[found.name] ?? 0) + 1;
  return found !== undefined;
}

/** Both transcripts side by side, the way a person reads them. */
export function transcript(dialogue: Dialogue, sides: Record<'postfix' | 'postern', readonly Exchange[]>): string {
  const rows = Array.from({ length: Math.max(sides.postfix.length, sides.postern.length) }, (_, i) => {
    const [a, b] = [sides.postfix[i], sides.postern[i]];
    const [x, y] = [a ? replyLine(a.reply) : '(nothing)', b ? replyLine(b.reply) : '(nothing)'];
    return `> ${a?.sent ?? b?.sent}\n  postfix ${x}${differs(a, b) === undefined ? '' : `\n  postern ${y}`}`;
  });
  return `session ${dialogue.name}\n${rows.join('\n')}`;
}
