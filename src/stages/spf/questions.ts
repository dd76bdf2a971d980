/**
 * The evaluation as questions and answers: it is a generator that yields what it must know of the DNS and is given the answers.
 * Whoever runs it asks a resolver, a stage's context or a test. Where all answers come at once, so does the result.
 */
import type { Patience } from '../../core/patience.js';
import type { MaybePromise } from '../../core/stage.js';
import { isThenable } from '../../core/stage-context.js';
import type { MailExchanger } from '../../ports/resolver.js';
import { type Answer, type CannotTell, cannotTell } from '../../values/answer.js';
import type { IpAddress } from '../../values/ip.js';
import type { SpfResolver } from './sound-resolver.js';

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
export function askResolver(resolver: SpfResolver, patience: Patience): AskDns {
  return (question) => {
    if (patience.over !== undefined) return cannotTell(patience.over);
    const answer = put(question, resolver, patience);
    return isThenable<Answer<unknown>>(answer) ? patience.wait(answer) : answer;
  };
}

function put(question: SpfQuestion, resolver: SpfResolver, call: Patience): MaybePromise<Answer<unknown>> {
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
}

/** The result; a promise only where an answer was one. Whatever `ask` does, it never throws; it ends if `ask` answers in time. */
export function answered<T>(work: Asking<T>, ask: AskDns): MaybePromise<T> {
  return proceed(work, ask, work.next());
}

function proceed<T>(work: Asking<T>, ask: AskDns, first: IteratorResult<SpfQuestion, T>): MaybePromise<T> {
  let step = first;
  while (step.done !== true) {
    const answer = attempt(step.value, ask);
    if (isThenable<Answer<unknown>>(answer)) {
      return Promise.resolve(answer)
        .catch(brokenPort)
        .then((came) => proceed(work, ask, work.next(came)));
    }
    step = work.next(answer);
  }
  return step.value;
}

function attempt(question: SpfQuestion, ask: AskDns): MaybePromise<Answer<unknown>> {
  try {
    return ask(question);
  } catch (error) {
    return brokenPort(error);
  }
}

/** What a resolver that throws or rejects comes to. */
function brokenPort(error: unknown): CannotTell {
  return cannotTell(`the resolver failed: ${error instanceof Error ? error.message : String(error)}`);
}
