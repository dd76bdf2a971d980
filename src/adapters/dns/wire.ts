/**
 * One question on the wire: waits for a place, asks c-ares, and says what came in the words of the port. Knows no cache and
 * follows no alias; an answer of aliases alone is told apart, for the resolver to follow.
 */
import type { Resolver as NodeResolver } from 'node:dns/promises';
import type { NoRecords } from '../../ports/resolver.js';
import { type Answer, cannotTell, found, notFound } from '../../values/answer.js';
import { shownDnsName } from '../../values/dns-name.js';
import { answerOfError } from './failures.js';
import { askOtherName, isHostName } from './other-names.js';
import type { Places } from './places.js';
import { type Questions, questions, type Records } from './questions.js';

export type List = Answer<readonly unknown[]>;
export type QuestionType = keyof Questions;

export interface Reply {
  readonly answer: List;
  /** How long the records may be kept; undefined where they do not tell. */
  readonly seconds: number | undefined;
  /** `sure`: aliases came and no record of the type. `maybe`: c-ares does not tell that from "no data". */
  readonly alias: 'sure' | 'maybe' | 'no';
  /** False for what says nothing of the name: the line was full, the resolver closed. */
  readonly kept: boolean;
}

export interface Wire {
  readonly node: NodeResolver;
  readonly places: Places;
  readonly maxRecords: number;
  /** Milliseconds for one question. */
  readonly timeout: number;
  /** Aborted when the resolver is closed. */
  readonly closing: AbortController;
}

/** `MX of example.com`, for reasons and as a key. */
export function questionText(type: QuestionType, name: string): string {
  return `${type} of ${shownDnsName(name)}`;
}

/** Types for which c-ares says ENODATA where only aliases came; for the others it gives an empty list. */
const SILENT_OF_ALIASES: ReadonlySet<QuestionType> = new Set(['NS', 'PTR']);

/** `until`: when nobody waits for it any more, on the clock of `performance`. Never rejects. */
export async function askOnce(wire: Wire, type: QuestionType, name: string, until: number): Promise<Reply> {
  const what = questionText(type, name);
  const place = wire.places.take();
  if (place === undefined) return unasked(`${what}: too many questions are waiting`);
  const release = await place;
  try {
    if (wire.closing.signal.aborted) return unasked(`${what}: the resolver is closed`);
    // Questions in line are not to outlive a time without answers.
    if (performance.now() >= until) return unasked(`${what}: no free place in time`);
    return reply(await records(wire, type, name), wire.maxRecords, what);
  } catch (error) {
    const answer = answerOfError(error, what);
    const maybe = answer.kind === 'not-found' && answer.why === 'no-data' && SILENT_OF_ALIASES.has(type);
    return { answer, seconds: undefined, alias: maybe ? 'maybe' : 'no', kept: true };
  } finally {
    release();
  }
}

function records(wire: Wire, type: QuestionType, name: string): Promise<Records<unknown>> {
  if (isHostName(name)) return questions[type](wire.node, name);
  const { timeout, closing, node } = wire;
  return askOtherName({ servers: node.getServers(), timeout, signal: closing.signal }, type, name);
}

/** All records or none: the one that counts may be the last of them. */
function reply({ values, seconds }: Records<unknown>, most: number, what: string): Reply {
  if (values.length > most) {
    const answer = cannotTell(`${what}: ${values.length} records, more than ${most}`);
    return { answer, seconds: undefined, alias: 'no', kept: true };
  }
  if (values.length > 0) return { answer: found(values), seconds, alias: 'no', kept: true };
  return { answer: notFound('no-data' satisfies NoRecords), seconds: undefined, alias: 'sure', kept: true };
}

function unasked(why: string): Reply {
  return { answer: cannotTell(why), seconds: undefined, alias: 'no', kept: false };
}
