/**
 * The evaluation as questions and answers: it is a generator that yields what it must know of the DNS and is given the answers.
 * Whoever runs it asks a resolver, a stage's context or a test. Where all answers come at once, so does the result.
 */
import type { MaybePromise } from '../../core/stage.js';
import { isThenable } from '../../core/stage-context.js';
import type { MailExchanger, Resolver } from '../../ports/resolver.js';
import { type Answer, cannotTell } from '../../values/answer.js';
import type { IpAddress } from '../../values/ip.js';
import { brokenPort, type Patience } from './patience.js';

export type SpfQuestion = (
  | { readonly kind: 'texts'; readonly name: string }
  | { readonly kind: 'addresses'; readonly name: string; readonly family: 4 | 6 }
  | { readonly kind: 'mail-exchangers'; readonly name: string }
  | { readonly kind: 'names'; readonly ip: IpAddress }
) & {
  /** RFC 7208 has the evaluation go on when this one cannot be told: of `ptr`, `%{p}` and explanations. */
  readonly optional: boolean;
};

export type Asking<T> = Generator<SpfQuestion, T, Answer<unknown>>;

export function* askTexts(name: string, optional = false): Asking<Answer<readonly string[]>> {
  return (yield { kind: 'texts', name, optional }) as Answer<readonly string[]>;
}

export function* askAddresses(name: string, family: 4 | 6, optional = false): Asking<Answer<readonly IpAddress[]>> {
  return (yield { kind: 'addresses', name, family, optional }) as Answer<readonly IpAddress[]>;
}

export function* askMailExchangers(name: string): Asking<Answer<readonly MailExchanger[]>> {
  return (yield { kind: 'mail-exchangers', name, optional: false }) as Answer<readonly MailExchanger[]>;
}

export function* askNames(ip: IpAddress): Asking<Answer<readonly string[]>> {
  return (yield { kind: 'names', ip, optional: true }) as Answer<readonly string[]>;
}

export type AskDns = (question: SpfQuestion) => MaybePromise<Answer<unknown>>;

/** Puts the questions to a resolver, each with the patience of the whole. */
export function askResolver(resolver: Resolver, call: Patience): AskDns {
  return (question) => {
    switch (question.kind) {
      case 'texts':
        return resolver.texts(question.name, call);
      case 'addresses':
        return resolver.addresses(question.name, question.family, call);
      case 'mail-exchangers':
        return resolver.mailExchangers(question.name, call);
      case 'names':
        return resolver.names(question.ip, call);
    }
  };
}

/** The result; a promise only where an answer was one. Whatever `ask` does, it never throws and ends in time. */
export function answered<T>(work: Asking<T>, ask: AskDns, patience: Patience): MaybePromise<T> {
  return proceed(work, ask, patience, work.next());
}

function proceed<T>(
  work: Asking<T>,
  ask: AskDns,
  patience: Patience,
  first: IteratorResult<SpfQuestion, T>,
): MaybePromise<T> {
  let step = first;
  while (step.done !== true) {
    const answer = put(step.value, ask, patience);
    if (isThenable<Answer<unknown>>(answer)) {
      return patience.wait(answer).then((came) => proceed(work, ask, patience, work.next(sound(came))));
    }
    step = work.next(sound(answer));
  }
  return step.value;
}

function put(question: SpfQuestion, ask: AskDns, { over }: Patience): MaybePromise<Answer<unknown>> {
  if (over !== undefined) return cannotTell(over);
  try {
    return ask(question);
  } catch (error) {
    return brokenPort(error);
  }
}

/** A resolver of somebody else's may answer anything. */
function sound(answer: Answer<unknown>): Answer<unknown> {
  const kind: unknown = (answer as Partial<Answer<unknown>> | undefined | null)?.kind;
  if (kind === 'not-found' || kind === 'cannot-tell') return answer;
  if (kind === 'found' && Array.isArray((answer as { readonly value?: unknown }).value)) return answer;
  return cannotTell('the resolver gave no answer', false);
}
