/**
 * Keys from the DNS (RFC 6376 section 3.6.2, 6.1.2): each name asked for once, all at the same time, and a key held against what
 * its record allows.
 */
import type { MaybePromise } from '../../core/stage.js';
import type { DkimAlgorithm, DkimPublicKey } from '../../ports/dkim-crypto.js';
import type { Answer } from '../../values/answer.js';
import { chooseKey } from './key-record.js';

export type Texts = Answer<readonly string[]>;

/** A key that may be used for the signature, or why not in the words of RFC 8601 section 2.7.1. */
export type KeyFor =
  | { readonly kind: 'key'; readonly key: DkimPublicKey; readonly testing: boolean }
  | {
      readonly kind: 'no-key';
      readonly result: 'permerror' | 'policy' | 'temperror';
      readonly why: string;
      readonly testing: boolean;
    };

/** The answer for each of `names`. */
export async function askForKeys(
  names: readonly string[],
  ask: (name: string) => MaybePromise<Texts>,
): Promise<ReadonlyMap<string, Texts>> {
  const unique = [...new Set(names)];
  const answers = await Promise.all(unique.map(ask));
  return new Map(unique.map((name, i) => [name, answers[i] as Texts]));
}

export interface KeyUse {
  readonly keyName: string;
  readonly algorithm: DkimAlgorithm;
  /** The domain of i= is that of d=. */
  readonly ownIdentity: boolean;
}

/** RFC 6376 section 6.1.2, steps 3 to 8. */
export function keyFor(answer: Texts | undefined, { keyName, algorithm, ownIdentity }: KeyUse): KeyFor {
  if (answer === undefined || answer.kind === 'cannot-tell') {
    return none('temperror', `${keyName}: ${answer?.why ?? 'not asked'}`);
  }
  if (answer.kind === 'not-found') return none('permerror', `no key at ${keyName}: ${answer.why ?? 'no record'}`);
  const type = algorithm === 'rsa-sha256' ? 'rsa' : 'ed25519';
  const record = chooseKey(answer.value, type);
  if (record.kind === 'no-key') return none(record.result, `${keyName}: ${record.why}`);
  const { key, hashes, forMail, strict, testing } = record;
  const refused =
    key.type !== type
      ? `the key is ${key.type}, the signature ${algorithm}`
      : hashes !== undefined && !hashes.includes('sha256')
        ? `h= of the key does not allow sha256: ${hashes.slice(0, 5).join(':')}`
        : !forMail
          ? 's= of the key does not allow mail'
          : strict && !ownIdentity
            ? 't=s of the key: i= is a subdomain of d='
            : undefined;
  return refused === undefined ? { kind: 'key', key, testing } : none('permerror', `${keyName}: ${refused}`, testing);
}

function none(result: 'permerror' | 'policy' | 'temperror', why: string, testing = false): KeyFor {
  return { kind: 'no-key', result, why, testing };
}
