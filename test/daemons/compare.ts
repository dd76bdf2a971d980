/** Compares what two servers answered and delivered; what differs is known by name, or fails the test. */
import type { Delivered } from './deliveries.js';
import type { Exchange } from './dialogue.js';
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

export interface SessionResult {
  readonly differences: readonly Difference[];
  /** Of the messages that both took for the same recipients: what became of them is comparable. */
  readonly ids: readonly string[];
}

export interface SessionContext {
  readonly mainCf: string;
  readonly known: readonly KnownDifference[];
  readonly counts: Counts;
  /** What would become of mail to an address that Postfix takes. */
  readonly fateOf: (address: string) => Promise<string>;
}

/**
 * The differences of one session that are not known. Where codes differ, the comparison goes on while both sides are in the same
 * state: after two refusals always; where one took a recipient and the other did not, to the end of DATA.
 */
export async function compareSession(
  { postfix, postern }: Record<'postfix' | 'postern', readonly Exchange[]>,
  { mainCf, known, counts, fateOf }: SessionContext,
): Promise<SessionResult> {
  const differences: Difference[] = [];
  const ids: string[] = [];
  let uneven = false;
  for (let i = 0; i < Math.max(postfix.length, postern.length); i++) {
    const [a, b] = [postfix[i], postern[i]];
    const at = a?.sent ?? b?.sent ?? '';
    const kind = differs(a, b);
    // The consequence of a recipient that one of them has alone.
    if (uneven && kind !== undefined && (/^data/i.test(at) || a?.reply.code === 452)) break;
    counts.commands += 1;
    if (at === '(message)') counts.messages += 1;
    if (a?.id !== undefined && kind === undefined && !uneven && a.reply.code < 300) ids.push(a.id);
    const begins = /^(?:mail|rset|[eh][eh]lo|\(message)/i.test(at) && kind === undefined && (a?.reply.code ?? 0) < 400;
    if (begins) uneven = false;
    if (kind === undefined) continue;
    const shown = { at, postfix: a ? replyLine(a.reply) : '(nothing)', postern: b ? replyLine(b.reply) : '(nothing)' };
    const path = /^rcpt to: *(?:<([^>]+)>|([^\s<>]+)$)/i.exec(at);
    const taken = path?.[1] ?? path?.[2];
    const asked = taken !== undefined && a?.reply.code === 250 && kind === 'code';
    const difference: Difference = { kind, ...shown, mainCf, ...(asked && { fate: await fateOf(taken) }) };
    const isMeant = isKnown(difference, known, counts);
    if (!isMeant) differences.push(difference);
    // One of them has a transaction still open.
    if (kind === 'code' && /^[45]03 .*: nested /.test(shown.postfix)) break;
    if (kind === 'code' && closes(a) !== closes(b)) break;
    if (kind !== 'code' || bothRefuse(a, b)) continue;
    if (!isMeant || !/^(?:rcpt|help)/i.test(at)) break;
    uneven ||= /^rcpt/i.test(at);
  }
  return { differences, ids };
}

function closes(one: Exchange | undefined): boolean {
  return one === undefined || one.reply.code === 421 || one.reply.code === 521;
}

/** Both say no and stay. */
function bothRefuse(a: Exchange | undefined, b: Exchange | undefined): boolean {
  const refuses = (code = 0): boolean => code >= 400 && code !== 421 && code !== 521;
  return refuses(a?.reply.code) && refuses(b?.reply.code);
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

/** Both transcripts side by side, from five commands before the one where they differ to two after it. */
export function transcript(sides: Record<'postfix' | 'postern', readonly Exchange[]>, { at }: Difference): string {
  const rows = Array.from({ length: Math.max(sides.postfix.length, sides.postern.length) }, (_, i) => {
    const [a, b] = [sides.postfix[i], sides.postern[i]];
    const [x, y] = [a ? replyLine(a.reply) : '(nothing)', b ? replyLine(b.reply) : '(nothing)'];
    return { at: a?.sent ?? b?.sent, id: a?.id, differ: differs(a, b) !== undefined, x, y };
  });
  const first = rows.findIndex((row) => (row.differ && row.at === at) || row.id === at);
  const shown = rows.slice(Math.max(0, first - 5), first < 0 ? undefined : first + 3);
  return shown
    .map(
      ({ at: sent, differ, x, y }) =>
        `> ${sent}\n  ${differ ? 'postfix' : 'both   '} ${x}${differ ? `\n  postern ${y}` : ''}`,
    )
    .join('\n');
}
