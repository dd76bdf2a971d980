/**
 * The questions of a message to the DNS: all at once, those that an answer makes as soon as it is there, within one time limit.
 */
import type { TimeSpan } from '../../core/stage.js';
import type { Answer } from '../../values/answer.js';
import type { AnswerTo, DnsAnswer, DnsQuestion } from './dns/dns-module.js';
import { refusalOf } from './dns/listing.js';
import type { OpenScore } from './score/score.js';
import type { SpamAsks } from './spam-rules.js';

export interface Answers {
  readonly of: AnswerTo;
  readonly failed: readonly { readonly name: string; readonly why: string }[];
  /** Some questions were left out, since there were too many. */
  readonly isCut: boolean;
  /** Some lists refused to answer. */
  readonly isRefused: boolean;
}

/** Of one message. Lists and domains are bounded where the questions are made; this is for certain. */
const MOST_QUESTIONS = 500;
const NOT_ASKED: DnsAnswer = Object.freeze({ kind: 'failed', why: 'not asked' });

export async function askAll(open: OpenScore, span: TimeSpan<SpamAsks>): Promise<Answers> {
  const known = new Map<string, DnsAnswer>();
  const failed: { readonly name: string; readonly why: string }[] = [];
  let isFull = false;
  let isRefused = false;
  let due: Promise<void> | undefined;
  const of: AnswerTo = (question) => known.get(keyOf(question)) ?? NOT_ASKED;

  async function put(question: DnsQuestion): Promise<void> {
    const answer = await ask(question, span);
    known.set(keyOf(question), answer);
    const why = answer.kind === 'failed' ? answer.why : refusalOf(question, answer);
    if (why !== undefined) failed.push({ name: question.name, why });
    if (why !== undefined && answer.kind !== 'failed') isRefused = true;
    if (leadsOn(question, answer)) await putFurther();
  }

  async function putAll(questions: readonly DnsQuestion[]): Promise<void> {
    const fresh: DnsQuestion[] = [];
    for (const question of questions) {
      const key = keyOf(question);
      if (known.has(key)) continue;
      isFull = known.size >= MOST_QUESTIONS;
      if (isFull) break;
      known.set(key, NOT_ASKED);
      fresh.push(question);
    }
    await Promise.all(fresh.map(put));
  }

  /** Answers that come together are looked at together. */
  function putFurther(): Promise<void> {
    due ??= Promise.resolve().then(() => {
      due = undefined;
      return isFull ? undefined : putAll(open.further(of));
    });
    return due;
  }

  await putAll(open.questions);
  if (isFull) failed.push({ name: 'the DNS', why: `more than ${MOST_QUESTIONS} questions` });
  return { of, failed, isCut: isFull, isRefused };
}

function keyOf({ type, name }: DnsQuestion): string {
  return `${type} ${name}`;
}

/** Name servers, and addresses that are no answers of lists. */
function leadsOn({ type }: DnsQuestion, answer: DnsAnswer): boolean {
  if (answer.kind !== 'found') return false;
  return type === 'NS' || (type === 'A' && answer.values.some((value) => !value.startsWith('127.')));
}

async function ask({ type, name }: DnsQuestion, span: TimeSpan<SpamAsks>): Promise<DnsAnswer> {
  switch (type) {
    case 'A':
      return plain(await span.ask('resolver', 'addresses', name, 4), (ip) => ip.text);
    case 'AAAA':
      return plain(await span.ask('resolver', 'addresses', name, 6), (ip) => ip.text);
    case 'TXT':
      return plain(await span.ask('resolver', 'texts', name), (text) => text);
    case 'MX':
      return plain(await span.ask('resolver', 'mailExchangers', name), (mx) => `${mx.preference} ${mx.exchange}`);
    case 'NS':
      return plain(await span.ask('resolver', 'nameServers', name), (server) => server);
  }
}

function plain<T>(answer: Answer<readonly T[]>, text: (value: T) => string): DnsAnswer {
  if (answer.kind === 'found') return { kind: 'found', values: answer.value.map(text) };
  return answer.kind === 'not-found' ? answer : { kind: 'failed', why: answer.why };
}
