/**
 * The lists of a policy with a bundle of restrictions around them: the bundle first in every phase, and what it must say last
 * behind all others of `message`. Nothing of the bundle can be forgotten that way.
 */
import type { AnyStage } from '../../core/stage.js';
import type { SmtpdRestrictionsStages } from './stage.js';

/** What else the policy does, by phase. */
export interface OwnStages {
  readonly connect?: readonly AnyStage[];
  readonly helo?: readonly AnyStage[];
  readonly mail?: readonly AnyStage[];
  readonly rcpt?: readonly AnyStage[];
  readonly data?: readonly AnyStage[];
  readonly message?: readonly AnyStage[];
  readonly deliver?: readonly AnyStage[];
}

type Of<T extends OwnStages, P extends keyof OwnStages> = T[P] extends readonly AnyStage[] ? T[P] : readonly [];

type Bundle = SmtpdRestrictionsStages;

/** An alias, for an interface is no PhaseLists. */
export type RestrictedLists<T extends OwnStages> = {
  readonly connect: readonly [...Bundle['connect'], ...Of<T, 'connect'>];
  readonly helo: readonly [...Bundle['helo'], ...Of<T, 'helo'>];
  readonly mail: readonly [...Bundle['mail'], ...Of<T, 'mail'>];
  readonly rcpt: readonly [...Bundle['rcpt'], ...Of<T, 'rcpt'>];
  readonly data: readonly [...Bundle['data'], ...Of<T, 'data'>];
  readonly message: readonly [...Bundle['message'], ...Of<T, 'message'>, ...Bundle['last']];
  readonly deliver: Of<T, 'deliver'>;
};

/** `definePolicy(withRestrictions(smtpdRestrictions({ ... }), { rcpt: [route], message: [contentChecks] }))`. */
export function withRestrictions<const T extends OwnStages = Record<never, never>>(
  bundle: SmtpdRestrictionsStages,
  own?: T,
): RestrictedLists<T> {
  const { connect = [], helo = [], mail = [], rcpt = [], data = [], message = [], deliver = [] }: OwnStages = own ?? {};
  const lists = {
    connect: [...bundle.connect, ...connect],
    helo: [...bundle.helo, ...helo],
    mail: [...bundle.mail, ...mail],
    rcpt: [...bundle.rcpt, ...rcpt],
    data: [...bundle.data, ...data],
    message: [...bundle.message, ...message, ...bundle.last],
    deliver,
  };
  // The compiler does not follow a spread of a type parameter.
  return lists as unknown as RestrictedLists<T>;
}
