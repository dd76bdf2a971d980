/** Somebody else's resolver may answer anything: what is no answer to the question counts as "could not tell", for good. */
import type { MaybePromise } from '../../core/stage.js';
import { andThen } from '../../core/stage-context.js';
import type { Resolver } from '../../ports/resolver.js';
import { type Answer, cannotTell } from '../../values/answer.js';

/** The questions that SPF has. */
export type SpfResolver = Pick<Resolver, 'texts' | 'addresses' | 'mailExchangers' | 'names'>;

export function soundResolver(resolver: SpfResolver): SpfResolver {
  return {
    texts: (name, call) => sound(resolver.texts(name, call), isText),
    addresses: (name, family, call) => sound(resolver.addresses(name, family, call), isAddress),
    mailExchangers: (name, call) => sound(resolver.mailExchangers(name, call), isExchanger),
    names: (ip, call) => sound(resolver.names(ip, call), isText),
  };
}

function sound<T>(answer: MaybePromise<Answer<T>>, isItem: (item: Loose) => boolean): MaybePromise<Answer<T>> {
  return andThen(answer, (came) => (isSound(came, isItem) ? came : cannotTell('the resolver gave no answer', false)));
}

/** Any value, looked into without a belief. */
type Loose = Readonly<Record<string, unknown>> | string | number | boolean | null | undefined;

function isSound(answer: unknown, isItem: (item: Loose) => boolean): boolean {
  if (typeof answer !== 'object' || answer === null) return false;
  const { kind, value, why } = answer as Readonly<Record<string, unknown>>;
  if (kind === 'not-found') return true;
  if (kind === 'cannot-tell') return typeof why === 'string';
  return kind === 'found' && Array.isArray(value) && value.every(isItem);
}

function isText(item: Loose): boolean {
  return typeof item === 'string';
}

function isAddress(item: Loose): boolean {
  return typeof item === 'object' && Array.isArray(item?.words) && typeof item.text === 'string';
}

function isExchanger(item: Loose): boolean {
  return typeof item === 'object' && typeof item?.exchange === 'string';
}
