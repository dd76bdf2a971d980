/**
 * All questions of a message to the DNS at once, within one time limit.
 */
import type { TimeSpan } from '../../core/stage.js';
import type { Answer } from '../../values/answer.js';
import type { DnsAnswer, DnsQuestion } from './dns/dns-module.js';
import type { AnswerOf } from './score/doubt.js';
import type { SpamAsks } from './spam-rules.js';

export interface Answers {
  readonly of: AnswerOf;
  readonly failed: readonly { readonly name: string; readonly why: string }[];
}

/** Of one message. Lists and domains are bounded where the questions are made; this is for certain. */
const MOST_QUESTIONS = 500;

export async function askAll(questions: readonly DnsQuestion[], span: TimeSpan<SpamAsks>): Promise<Answers> {
  const wanted = new Map(questions.map((question) => [keyOf(question), question]));
  const asked = [...wanted.values()].slice(0, MOST_QUESTIONS);
  const answers = await Promise.all(
    asked.map(async (question) => [keyOf(question), await ask(question, span)] as const),
  );
  const known = new Map(answers);
  const failed = asked.flatMap((question) => {
    const answer = known.get(keyOf(question));
    return answer?.kind === 'failed' ? [{ name: question.name, why: answer.why }] : [];
  });
  return { of: (question) => known.get(keyOf(question)) ?? { kind: 'failed', why: 'not asked' }, failed };
}

function keyOf({ type, name }: DnsQuestion): string {
  return `${type} ${name}`;
}

async function ask({ type, name }: DnsQuestion, span: TimeSpan<SpamAsks>): Promise<DnsAnswer> {
  switch (type) {
    case 'A':
      return plain(await span.ask('resolver', 'addresses', name, 4), (ip) => ip.text);
    case 'TXT':
      return plain(await span.ask('resolver', 'texts', name), (text) => text);
    case 'MX':
      return plain(await span.ask('resolver', 'mailExchangers', name), ({ exchange }) => exchange);
    case 'NS':
      return plain(await span.ask('resolver', 'nameServers', name), (server) => server);
  }
}

function plain<T>(answer: Answer<readonly T[]>, text: (value: T) => string): DnsAnswer {
  if (answer.kind === 'found') return { kind: 'found', values: answer.value.map(text) };
  return answer.kind === 'not-found' ? { kind: 'not-found' } : { kind: 'failed', why: answer.why };
}
